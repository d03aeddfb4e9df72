/* test_sqs.c - batches of SQS messages on the tiny model: what is sent, what is reported as failed, and in which order
 * things count. The queue is a double that remembers and refuses; tests/runtime/test_sqs.py has a real one. */
#define _POSIX_C_SOURCE 200809L /* open, fileno */
#include "fixture.h"

#include <fcntl.h>
#include <unistd.h>

#include "deadline.h"
#include "components.h"
#include "event.h"
#include "json_out.h"
#include "one_model.h"

#define MAX_SENT 64

typedef struct sent_entry {
    bytes body, group, deduplication;
} sent_entry;

/* Accepts what does not contain `refused`. */
typedef struct fake_queue {
    sent_entry sent[MAX_SENT];
    size_t count, calls, bytes_in_call[MAX_SENT], entries_in_call[MAX_SENT];
    const char *refused;
    uint64_t deadline;
} fake_queue;

typedef struct fixture {
    tern_model *model;
    tern_ctx *ctx;
    model_set models;
    model_contexts contexts;
    handler_settings settings;
    logger log;
    fake_queue queue;
    sqs_output output;
    event_context context;
    bytes event;
    response answer;
} fixture;

static void fake_send(void *client, sqs_entry *entries, size_t count, uint64_t deadline)
{
    fake_queue *queue = client;
    assert_in_range(count, 1, SQS_BATCH_ENTRIES);
    assert_true(queue->calls < MAX_SENT);
    queue->deadline = deadline;
    for (size_t i = 0; i < count; i++) {
        queue->bytes_in_call[queue->calls] += entries[i].len;
        entries[i].accepted = !queue->refused || !strstr(entries[i].body, queue->refused);
        snprintf(entries[i].problem, sizeof entries[i].problem, "%s", entries[i].accepted ? "" : "refused by the test");
        if (!entries[i].accepted) continue;
        assert_true(queue->count < MAX_SENT);
        sent_entry *kept = &queue->sent[queue->count++];
        bytes_append(&kept->body, entries[i].body, entries[i].len);
        bytes_text(&kept->group, entries[i].group);
        bytes_text(&kept->deduplication, entries[i].deduplication);
    }
    queue->entries_in_call[queue->calls++] = count;
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    *state = f;
    if (!f || tern_model_open(TERN_SOURCE_DIR "/tests/data/tiny.tern", &f->model, NULL)
        || tern_ctx_new(f->model, &f->ctx, NULL))
        return -1;
    f->settings = (handler_settings){.model = f->model, .components = components_by_default(f->model)};
    f->log = (logger){.file = open("/dev/null", O_WRONLY), .lowest = LOG_LEVEL_TRACE};
    f->output = (sqs_output){.send = fake_send, .client = &f->queue};
    f->models = set_of_one("tiny", f->model);
    f->contexts = contexts_of_one(&f->models, f->ctx);
    f->context =
        (event_context){.contexts = &f->contexts, .settings = &f->settings, .output = &f->output, .log = &f->log};
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    for (size_t i = 0; i < MAX_SENT; i++) {
        bytes_free(&f->queue.sent[i].body);
        bytes_free(&f->queue.sent[i].group);
        bytes_free(&f->queue.sent[i].deduplication);
    }
    close(f->log.file);
    bytes_free(&f->event);
    response_free(&f->answer);
    tern_ctx_free(f->ctx);
    tern_model_close(f->model);
    free(f);
    return 0;
}

/* ---- events ------------------------------------------------------------------------------------------------------ */

/* Adds a record; body and more (", \"key\": value" ...) are JSON. */
static void add(fixture *f, const char *id, const char *body, const char *more)
{
    bytes_text(&f->event, f->event.len ? ", " : "{\"Records\": [");
    bytes_format(&f->event, "{\"messageId\": \"%s\", \"body\": %s, \"eventSource\": \"aws:sqs\"%s}", id, body, more);
}

static void handle(fixture *f)
{
    bytes_text(&f->event, "]}");
    event_handle(&f->context, f->event.data, f->event.len, &f->answer);
    bytes_clear(&f->event);
}

/* failed: the ids in their order, separated by blanks. */
static void expect_failures(fixture *f, const char *failed)
{
    bytes expected = {0};
    bytes_text(&expected, "{\"batchItemFailures\": [");
    for (const char *p = failed; *p;) {
        size_t len = strcspn(p, " ");
        bytes_format(&expected, "%s{\"itemIdentifier\": \"%.*s\"}", p == failed ? "" : ", ", (int)len, p);
        p += len + (p[len] == ' ');
    }
    bytes_text(&expected, "]}");
    assert_null(f->answer.error_type);
    assert_int_equal(f->answer.status, 200);
    assert_string_equal(f->answer.body.data, expected.data);
    bytes_free(&expected);
}

/* What POST /ner answers to the same; the tiny model's entities mean nothing, but they are always the same. */
static void expect_result(fixture *f, size_t index, const char *id, const char *correlation, const char *request)
{
    response direct = {0};
    bytes expected = {0};
    const request_target asked = {.task = TASK_NER};
    handle_request(&f->contexts, &asked, request, strlen(request), &f->settings, &direct);
    assert_int_equal(direct.status, 200);
    bytes_format(&expected, "{\"messageId\": \"%s\", ", id);
    if (correlation) bytes_format(&expected, "\"correlationId\": \"%s\", ", correlation);
    bytes_text(&expected, direct.body.data + 1);
    assert_true(index < f->queue.count);
    assert_string_equal(f->queue.sent[index].body.data, expected.data);
    bytes_free(&expected);
    response_free(&direct);
}

/* ---- tests ------------------------------------------------------------------------------------------------------- */

static void both_spellings_of_a_body_are_answered(void **state)
{
    fixture *f = *state;
    add(f, "a", "\"{\\\"text\\\": \\\"Berlin is large.\\\"}\"", "");
    add(f, "b", "\"Berlin is large.\"", "");
    add(f, "c",
        "\" \\n {\\\"texts\\\": [\\\"x\\\", 5], \\\"format\\\": \\\"spacy\\\", \\\"correlationId\\\": \\\"c-1\\\"}\"",
        "");
    add(f, "d", "\"[\\\"no object\\\", is text]\"",
        ", \"messageAttributes\": {\"correlationId\": {\"stringValue\": \"d-1\", \"dataType\": \"String\"}}");
    add(f, "e", "\"{\\\"text\\\": \\\"x\\\", \\\"correlationId\\\": \\\"of the body\\\"}\"",
        ", \"messageAttributes\": {\"correlationId\": {\"stringValue\": \"of the attribute\", \"dataType\": "
        "\"String\"}}");
    add(f, "f", "\"{\\\"text\\\": \\\"x\\\", \\\"correlationId\\\": 5}\"", "");
    handle(f);
    expect_failures(f, "");
    assert_int_equal(f->queue.count, 6);
    expect_result(f, 0, "a", NULL, "{\"text\": \"Berlin is large.\"}");
    expect_result(f, 1, "b", NULL, "{\"text\": \"Berlin is large.\"}");
    expect_result(f, 2, "c", "c-1", "{\"texts\": [\"x\", 5], \"format\": \"spacy\"}");
    expect_result(f, 3, "d", "d-1", "{\"text\": \"[\\\"no object\\\", is text]\"}");
    expect_result(f, 4, "e", "of the attribute", "{\"text\": \"x\"}");
    expect_result(f, 5, "f", NULL, "{\"text\": \"x\"}");
}

static void bad_messages_fail_alone(void **state)
{
    fixture *f = *state;
    f->settings.max_chars = 100;
    add(f, "empty", "\"\"", "");
    add(f, "good", "\"x\"", "");
    add(f, "no-json", "\"{\\\"text\\\": \"", "");
    add(f, "no-text", "\"{}\"", "");
    add(f, "number", "5", "");
    add(f, "null", "null", "");
    add(f, "fields", "\"{\\\"text\\\": \\\"x\\\", \\\"offsets\\\": \\\"words\\\"}\"", "");
    bytes_text(&f->event, ", {\"messageId\": \"no-body\"}");
    add(f, "long",
        "\"01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890\"",
        "");
    add(f, "also-good", "\"y\"", "");
    handle(f);
    expect_failures(f, "empty no-json no-text number null fields no-body long");
    assert_int_equal(f->queue.count, 2);
    expect_result(f, 0, "good", NULL, "{\"text\": \"x\"}");
    expect_result(f, 1, "also-good", NULL, "{\"text\": \"y\"}");
}

/* Adds a message whose body is just this text. */
static void add_text(fixture *f, const char *id, const char *text, size_t len)
{
    bytes body = {0};
    json_out_string(&body, text, len);
    add(f, id, body.data, "");
    bytes_free(&body);
}

static void keep_log(fixture *f)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    close(f->log.file);
    f->log.file = dup(fileno(file));
    fclose(file);
}

static void take_log(const fixture *f, char *line, size_t size)
{
    lseek(f->log.file, 0, SEEK_SET);
    ssize_t len = read(f->log.file, line, size - 1);
    assert_true(len >= 0);
    line[len] = '\0';
    assert_int_equal(ftruncate(f->log.file, 0), 0);
    lseek(f->log.file, 0, SEEK_SET);
}

/* The message alone, and what the log says of it. */
static void expect_refused(fixture *f, const char *text, size_t len, const char *sentence)
{
    char line[8192];
    add_text(f, "bad", text, len);
    handle(f);
    take_log(f, line, sizeof line);
    if (!strstr(f->answer.body.data, "\"bad\"") || !strstr(line, sentence))
        fail_msg("%s\nanswered %s\nlogged %s\nexpected %s", text, f->answer.body.data, line, sentence);
    assert_null(strstr(line, "London"));
    assert_int_equal(f->queue.count, 0);
}

/* A text without entities would count as done, and the message be lost. */
static void json_in_disguise_is_no_text(void **state)
{
#define REQUEST "{\"text\": \"London\"}"
#define ESCAPED "{\\\"text\\\": \\\"London\\\"}"
#define LITERAL(text) text, sizeof(text) - 1
    static const struct {
        const char *text;
        size_t len;
        const char *sentence;
    } bad[] = {
        {LITERAL("\xEF\xBB\xBF" REQUEST), "an invisible character (U+FEFF, a byte order mark) stands before the JSON"},
        {LITERAL(" \xEF\xBB\xBF\n" REQUEST), "(U+FEFF, a byte order mark)"},
        {LITERAL("\xC3\xAF\xC2\xBB\xC2\xBF" REQUEST), "(U+FEFF, a byte order mark)"},
        {LITERAL("\xC2\xA0" REQUEST), "(U+00A0)"},
        {LITERAL("\xE2\x80\x8B" REQUEST), "(U+200B)"},
        {LITERAL("\xE2\x81\xA0" REQUEST), "(U+2060)"},
        {LITERAL("\xE2\x80\xA8" REQUEST), "(U+2028)"},
        {LITERAL("\xE3\x80\x80" REQUEST), "(U+3000)"},
        {LITERAL("\xC2\xAD" REQUEST), "(U+00AD)"},
        {LITERAL("\xD8\x9C" REQUEST), "(U+061C)"},
        {LITERAL("\f" REQUEST), "(U+000C)"},
        {LITERAL("\0" REQUEST), "(U+0000)"},
        {LITERAL("\x1B" REQUEST), "(U+001B)"},
        {LITERAL("\xEF\xBB\xBF{\"text\": "), "(U+FEFF, a byte order mark)"},
        {LITERAL("\xEF\xBB\xBF[" REQUEST "]"), "(U+FEFF, a byte order mark)"},
        {LITERAL("[" REQUEST "]"), "the message is an array: send its items"},
        {LITERAL("[\"London\"]"), "the message is an array"},
        {LITERAL("[]"), "the message is an array"},
        {LITERAL("[ " REQUEST), "invalid JSON at byte 20: unexpected end, an array is not closed"},
        {LITERAL("\"" ESCAPED "\""), "the message is a JSON string (encoded twice?)"},
        {LITERAL("\"London\\nand Paris\""), "the message is a JSON string"},
        {LITERAL("null"), "the message is only true, false or null"},
        {LITERAL(" true\n"), "the message is only true, false or null"},
        {LITERAL("eyJ0ZXh0IjogIkxvbmRvbiJ9"), "the message is JSON in base64"},
        {LITERAL("W3sidGV4dCI6ICJMb25kb24ifV0="), "the message is JSON in base64"},
        {LITERAL("W3sidGV4dCI6ICJMb25kb24ifV0"), "the message is JSON in base64"},
        {LITERAL("eyJ0ZXh0Ijog\r\nIkxvbmRvbiJ9\n"), "the message is JSON in base64"},
        {LITERAL("77u/eyJ0ZXh0IjogIkxvbmRvbiJ9"), "the message is JSON in base64"},
        {LITERAL("eyJ0ZXh0IjogIsO_w78_In0"), "the message is JSON in base64"},
        {LITERAL("H4sIAAAAAAAAA6tWKkmtKFGyUlDyyc9Lyc9TqgUA4pVbOBIAAAA="), "the message is compressed (gzip in base64)"},
    };
    fixture *f = *state;
    keep_log(f);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) expect_refused(f, bad[i].text, bad[i].len, bad[i].sentence);
}

static void prose_stays_prose(void **state)
{
    static const char *const prose[] = {
        "\"Hello,\" she said.",
        "\"London is large.\"",
        "[1] See Paris",
        "[sic]",
        "[London",
        "\"London",
        "42",
        "2024",
        "-1.5e3",
        "true story",
        "null and void",
        "nullify",
        "falsehood",
        "\xEF\xBB\xBFLondon",
        "\xE2\x80\x8BLondon",
        "eyes",
        "W10",
        "Lon{don}",
        "London",
        "London\nParis",
        "SGVsbG8gTG9uZG9u",
        "eyJ0ZXh0IjogIkxvbmRvbiJ9 is base64",
        "eyJhbGciOiJIUzI1NiJ9.e30.c2ln",
        " ",
        "(see {\"a\": 1})",
    };
    fixture *f = *state;
    for (size_t i = 0; i < sizeof prose / sizeof *prose; i++) {
        bytes request = {0};
        add_text(f, "prose", prose[i], strlen(prose[i]));
        handle(f);
        if (!strstr(f->answer.body.data, "[]")) fail_msg("refused: %s", prose[i]);
        bytes_text(&request, "{\"text\": ");
        json_out_cstring(&request, prose[i]);
        bytes_text(&request, "}");
        expect_result(f, i, "prose", NULL, request.data);
        bytes_free(&request);
    }
}

#define SNS(message, more)                                                                                             \
    "{\"Type\": \"Notification\", \"MessageId\": \"x\", \"TopicArn\": \"arn:aws:sns:eu-west-1:1:t\", "                 \
    "\"Message\": " message more "}"
#define SNS_CORRELATION ", \"MessageAttributes\": {\"correlationId\": {\"Type\": \"String\", \"Value\": \"of SNS\"}}"

static void add_notification(fixture *f, const char *id, const char *notification, const char *more)
{
    bytes body = {0};
    json_out_cstring(&body, notification);
    add(f, id, body.data, more);
    bytes_free(&body);
}

static void notifications_are_answered_like_their_message(void **state)
{
    fixture *f = *state;
    add_notification(f, "plain", SNS("\"Berlin is large.\"", ""), "");
    add_notification(f, "json", SNS("\"{\\\"text\\\": \\\"Berlin\\\", \\\"correlationId\\\": \\\"c-1\\\"}\"", ""), "");
    add_notification(
        f, "sns", SNS("\"{\\\"text\\\": \\\"Berlin\\\", \\\"correlationId\\\": \\\"c-1\\\"}\"", SNS_CORRELATION), "");
    add_notification(f, "sqs", SNS("\"Berlin\"", SNS_CORRELATION),
                     ", \"messageAttributes\": {\"correlationId\": {\"stringValue\": \"of SQS\"}}");
    add_notification(f, "twice",
                     SNS("\"{\\\"Type\\\": \\\"Notification\\\", \\\"TopicArn\\\": \\\"\\\", "
                         "\\\"Message\\\": \\\"Berlin\\\"}\"",
                         ""),
                     "");
    add(f, "after", "\"Berlin\"", "");
    handle(f);
    expect_failures(f, "");
    expect_result(f, 0, "plain", NULL, "{\"text\": \"Berlin is large.\"}");
    expect_result(f, 1, "json", "c-1", "{\"text\": \"Berlin\"}");
    expect_result(f, 2, "sns", "of SNS", "{\"text\": \"Berlin\"}");
    expect_result(f, 3, "sqs", "of SQS", "{\"text\": \"Berlin\"}");
    expect_result(f, 4, "twice", NULL, "{\"text\": \"Berlin\"}");
    expect_result(f, 5, "after", NULL, "{\"text\": \"Berlin\"}");
}

static void events_in_messages_are_named(void **state)
{
    static const struct {
        const char *text, *sentence;
    } bad[] = {
        {"{\"Service\": \"Amazon S3\", \"Event\": \"s3:TestEvent\", \"Bucket\": \"b\"}",
         "cannot answer the s3:TestEvent that S3 sends"},
        {"{\"Records\": [{\"eventSource\": \"aws:s3\"}]}", "cannot answer Records of \"aws:s3\""},
        {"{\"Records\": [{\"eventSource\": \"aws:sqs\"}]}", "a batch inside of a message"},
        {"{\"version\": \"0\", \"detail-type\": \"x\", \"source\": \"mine\", \"detail\": {}}",
         "cannot answer an event of EventBridge"},
        {"{\"version\": \"1.0\", \"requestContext\": {\"functionArn\": \"f\"}, \"requestPayload\": {}, "
         "\"responsePayload\": {}}",
         "cannot answer the record of a Lambda destination: send its \"responsePayload\" alone"},
        {"{\"Type\": \"SubscriptionConfirmation\", \"TopicArn\": \"t\", \"Message\": \"m\", \"SubscribeURL\": \"u\"}",
         "cannot answer a confirmation that SNS asks for"},
        {SNS("\"{\\\"Event\\\": \\\"s3:TestEvent\\\"}\"", ""), "cannot answer the s3:TestEvent"},
        {SNS("\"\"", ""), "is empty"},
        {SNS("\"\\uFEFF{}\"", ""), "a byte order mark"},
        {SNS("\"[1]\"", ""), "the message is an array"},
        {"{\"Type\": \"Notification\", \"Message\": \"m\"}", "\"text\" is missing"},
    };
    fixture *f = *state;
    keep_log(f);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        expect_refused(f, bad[i].text, strlen(bad[i].text), bad[i].sentence);
}

static void pipes_send_the_records_alone(void **state)
{
    fixture *f = *state;
    bytes_text(&f->event, "[{\"messageId\": \"a\", \"body\": \"Berlin\", \"eventSource\": \"aws:sqs\"}, "
                          "{\"messageId\": \"b\", \"body\": \"\", \"eventSource\": \"aws:sqs\"}, "
                          "{\"messageId\": \"c\", \"body\": {\"text\": \"Berlin\"}, \"eventSource\": \"aws:sqs\"}]");
    event_handle(&f->context, f->event.data, f->event.len, &f->answer);
    expect_failures(f, "b");
    expect_result(f, 0, "a", NULL, "{\"text\": \"Berlin\"}");
    expect_result(f, 1, "c", NULL, "{\"text\": \"Berlin\"}");
}

static void without_an_output_queue_only_failures_are_told(void **state)
{
    fixture *f = *state;
    f->context.output = NULL;
    add(f, "good", "\"x\"", "");
    add(f, "bad", "\"\"", "");
    handle(f);
    expect_failures(f, "bad");
    assert_int_equal(f->queue.calls, 0);
    assert_int_equal(f->answer.tokens, 1);
}

static void results_go_out_ten_at_a_time(void **state)
{
    fixture *f = *state;
    char id[16];
    for (int i = 0; i < 23; i++) {
        snprintf(id, sizeof id, "m%d", i);
        add(f, id, "\"x\"", "");
    }
    handle(f);
    expect_failures(f, "");
    assert_int_equal(f->queue.calls, 3);
    assert_int_equal(f->queue.entries_in_call[0], 10);
    assert_int_equal(f->queue.entries_in_call[1], 10);
    assert_int_equal(f->queue.entries_in_call[2], 3);
    assert_int_equal(f->queue.count, 23);
    expect_result(f, 22, "m22", NULL, "{\"text\": \"x\"}");
}

/* A correlation id of n letters makes the result as long as a test needs it. */
static void add_large(fixture *f, const char *id, size_t n)
{
    bytes more = {0};
    bytes_text(&more, ", \"messageAttributes\": {\"correlationId\": {\"stringValue\": \"");
    for (size_t i = 0; i < n; i++) bytes_text(&more, "x");
    bytes_text(&more, "\"}}");
    add(f, id, "\"x\"", more.data);
    bytes_free(&more);
}

static void a_request_has_at_most_1_mib(void **state)
{
    fixture *f = *state;
    const char *const ids[] = {"a", "b", "c", "d"};
    for (size_t i = 0; i < 4; i++) add_large(f, ids[i], SQS_BATCH_BYTES * 2 / 5);
    handle(f);
    expect_failures(f, "");
    assert_int_equal(f->queue.calls, 2);
    assert_int_equal(f->queue.entries_in_call[0], 2);
    assert_in_range(f->queue.bytes_in_call[0], SQS_BATCH_BYTES / 2, SQS_BATCH_BYTES);
}

static void the_largest_result_is_1_mib(void **state)
{
    fixture *f = *state;
    add_large(f, "probe", 1);
    handle(f);
    size_t rest = f->queue.sent[0].body.len - 1 - strlen("probe") + strlen("exact");
    add_large(f, "exact", SQS_BATCH_BYTES - rest);
    add_large(f, "large", SQS_BATCH_BYTES - rest + 1);
    add(f, "small", "\"x\"", "");
    handle(f);
    expect_failures(f, "large");
    assert_int_equal(f->queue.count, 3);
    assert_int_equal(f->queue.sent[1].body.len, SQS_BATCH_BYTES);
}

static void what_the_queue_refuses_fails(void **state)
{
    fixture *f = *state;
    f->queue.refused = "\"messageId\": \"b";
    add(f, "a", "\"x\"", "");
    add(f, "b1", "\"x\"", "");
    add(f, "bad", "\"\"", "");
    add(f, "b2", "\"x\"", "");
    add(f, "c", "\"x\"", "");
    handle(f);
    expect_failures(f, "b1 bad b2");
    assert_int_equal(f->queue.count, 2);
}

static void a_message_that_is_there_twice_is_answered_once(void **state)
{
    fixture *f = *state;
    f->queue.refused = "\"messageId\": \"no\"";
    add(f, "b", "\"x\"", "");
    add(f, "no", "\"x\"", "");
    add(f, "a", "\"\"", "");
    add(f, "b", "\"x\"", "");
    add(f, "a", "\"\"", "");
    add(f, "no", "\"x\"", "");
    add(f, "bb", "\"x\"", "");
    handle(f);
    expect_failures(f, "no a");
    assert_int_equal(f->queue.count, 2);
    expect_result(f, 0, "b", NULL, "{\"text\": \"x\"}");
    expect_result(f, 1, "bb", NULL, "{\"text\": \"x\"}");
}

#define FROM(queue, group)                                                                                             \
    ", \"eventSourceARN\": \"arn:aws:sqs:eu-west-1:123456789012:" queue                                                \
    "\", \"attributes\": {\"MessageGroupId\": \"" group "\"}"
#define FIFO(group) FROM("in.fifo", group)
#define STANDARD(group) FROM("in", group)

static void behind_a_failure_a_fifo_group_waits(void **state)
{
    fixture *f = *state;
    add(f, "a1", "\"x\"", FIFO("a"));
    add(f, "b1", "\"\"", FIFO("b"));
    add(f, "a2", "\"x\"", FIFO("a"));
    add(f, "b2", "\"x\"", FIFO("b"));
    add(f, "bb1", "\"x\"", FIFO("bb"));
    handle(f);
    expect_failures(f, "b1 b2");
    assert_int_equal(f->queue.count, 3);
    assert_string_equal(f->queue.sent[1].group.data, "a");
    assert_string_equal(f->queue.sent[1].deduplication.data, "a2");
    f->queue.refused = "\"messageId\": \"a1\""; /* accepted later ones are tried again too: their order counts */
    add(f, "a1", "\"x\"", FIFO("a"));
    add(f, "c1", "\"x\"", FIFO("c"));
    add(f, "a2", "\"x\"", FIFO("a"));
    handle(f);
    expect_failures(f, "a1 a2");
    f->queue.refused = NULL;
    add(f, "s1", "\"\"", STANDARD("s")); /* groups of standard queues only mean fairness */
    add(f, "s2", "\"x\"", STANDARD("s"));
    handle(f);
    expect_failures(f, "s1");
}

static void messages_without_group_get_their_own(void **state)
{
    fixture *f = *state;
    add(f, "id-1", "\"x\"", "");
    handle(f);
    assert_string_equal(f->queue.sent[0].group.data, "id-1");
    assert_string_equal(f->queue.sent[0].deduplication.data, "id-1");
}

/* Characters that SQS forbids (#xE000 to #xFFFD are allowed) are escaped, others are not. */
static void forbidden_characters_are_escaped(void **state)
{
    fixture *f = *state;
    add(f, "a", "\"x\"",
        ", \"messageAttributes\": {\"correlationId\": {\"stringValue\": "
        "\"\\u0000\xef\xbf\xbd\xef\xbf\xbe\xef\xbf\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf\"}}");
    handle(f);
    expect_failures(f, "");
    static const char expected[] = "{\"messageId\": \"a\", \"correlationId\": "
                                   "\"\\u0000\xef\xbf\xbd\\ufffe\\uffff\xee\x80\x80\\uffff"
                                   "\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf\", ";
    assert_memory_equal(f->queue.sent[0].body.data, expected, sizeof expected - 1);
}

static void when_time_is_over_the_rest_fails_untried(void **state)
{
    fixture *f = *state;
    f->context.deadline_ms = clock_now_ms() - 1;
    add(f, "a", "\"x\"", "");
    add(f, "b", "\"x\"", "");
    handle(f);
    expect_failures(f, "a b");
    assert_int_equal(f->queue.calls, 0);
    f->context.deadline_ms = clock_now_ms() + 600000;
    add(f, "a", "\"x\"", "");
    handle(f);
    expect_failures(f, "");
    assert_int_equal(f->queue.deadline, f->context.deadline_ms);
}

static int once_only(void *calls) { return ++*(int *)calls == 1; }

static void an_interrupted_message_fails(void **state)
{
    fixture *f = *state;
    int calls = 0;
    f->settings.interrupt = once_only;
    f->settings.interrupt_user = &calls;
    add(f, "a", "\"x\"", "");
    add(f, "b", "\"x\"", "");
    handle(f);
    expect_failures(f, "a");
    assert_int_equal(f->queue.count, 1);
}

static void a_message_without_id_fails_the_invocation(void **state)
{
    static const char *const records[] = {"{\"body\": \"x\"}", "{\"messageId\": \"\", \"body\": \"x\"}",
                                          "{\"messageId\": 5}", "null", "5"};
    fixture *f = *state;
    for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
        add(f, "a", "\"x\"", "");
        bytes_format(&f->event, ", %s", records[i]);
        handle(f);
        assert_string_equal(f->answer.error_type, "Function.BadRequest");
        assert_string_equal(f->answer.message, "Records[1] has no messageId");
    }
    assert_int_equal(f->queue.calls, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(both_spellings_of_a_body_are_answered),
        TEST(bad_messages_fail_alone),
        TEST(json_in_disguise_is_no_text),
        TEST(prose_stays_prose),
        TEST(notifications_are_answered_like_their_message),
        TEST(events_in_messages_are_named),
        TEST(pipes_send_the_records_alone),
        TEST(without_an_output_queue_only_failures_are_told),
        TEST(results_go_out_ten_at_a_time),
        TEST(a_request_has_at_most_1_mib),
        TEST(the_largest_result_is_1_mib),
        TEST(what_the_queue_refuses_fails),
        TEST(a_message_that_is_there_twice_is_answered_once),
        TEST(behind_a_failure_a_fifo_group_waits),
        TEST(messages_without_group_get_their_own),
        TEST(forbidden_characters_are_escaped),
        TEST(when_time_is_over_the_rest_fails_untried),
        TEST(an_interrupted_message_fails),
        TEST(a_message_without_id_fails_the_invocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
