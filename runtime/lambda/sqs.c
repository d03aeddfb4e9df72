#include "sqs.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deadline.h"
#include "event_names.h"
#include "json_out.h"
#include "log.h"
#include "sqs_text.h"

/* No message runs in the last milliseconds before the deadline: they belong to the results. A fourth of the time at
 * most. */
#define RESERVE_MS 2000u

typedef struct message {
    const json_node *record;
    bytes id, group;               /* group: that of a FIFO queue, or empty */
    const json_node *notification; /* of SNS, whose "Message" is being answered, or NULL */
    int repeated;                  /* the same message stands earlier in the batch: nothing is done for this one */
    int failed;
} message;

/* Results that wait until there are enough for a request. */
typedef struct outbox {
    sqs_entry entry[SQS_BATCH_ENTRIES];
    bytes body[SQS_BATCH_ENTRIES];
    message *from[SQS_BATCH_ENTRIES];
    size_t count, bytes;
} outbox;

typedef struct batch {
    const event_context *context;
    handler_settings settings; /* those of the context, with a stricter end */
    message *messages;
    size_t count, untried;
    int fifo;
    uint64_t stop_ms; /* when no message may run any more; 0: never */
    outbox out;
    response answer; /* to one message */
    size_t tokens, entities;
} batch;

/* ---- time -------------------------------------------------------------------------------------------------------- */

static int is_over(const batch *b) { return b->stop_ms && clock_now_ms() >= b->stop_ms; }

/* tern_options.interrupt */
static int interrupt(void *user)
{
    const batch *b = user;
    const handler_settings *outer = b->context->settings;
    return is_over(b) || (outer->interrupt && outer->interrupt(outer->interrupt_user));
}

static uint64_t stop_time(const event_context *context)
{
    uint64_t now = clock_now_ms(), end = context->deadline_ms;
    if (!end) return 0;
    uint64_t left = end > now ? end - now : 0, reserve = context->output ? RESERVE_MS : 0;
    return end - (reserve < left / 4 ? reserve : left / 4);
}

/* ---- the batch --------------------------------------------------------------------------------------------------- */

const json_node *sqs_records(const json_node *event)
{
    const json_node *records = json_type_of(event) == JSON_ARRAY ? event : json_member(event, "Records");
    return json_is_text(json_member(json_array_item(records, 0), "eventSource"), "aws:sqs") ? records : NULL;
}

static int ends_in_fifo(const json_node *arn)
{
    bytes text = {0};
    int fifo = json_string(arn, &text) && text.len > 5 && !memcmp(text.data + text.len - 5, ".fifo", 5);
    bytes_free(&text);
    return fifo;
}

static int by_id(const void *left, const void *right)
{
    const message *a = *(message *const *)left, *b = *(message *const *)right;
    size_t shorter = a->id.len < b->id.len ? a->id.len : b->id.len;
    int order = memcmp(a->id.data, b->id.data, shorter);
    if (!order) order = a->id.len < b->id.len ? -1 : a->id.len > b->id.len;
    return order ? order : a < b ? -1 : a > b;
}

/* 0, or -1 when out of memory. */
static int mark_repeated(batch *b)
{
    message **sorted = calloc(b->count, sizeof *sorted);
    if (!sorted) return -1;
    for (size_t i = 0; i < b->count; i++) sorted[i] = &b->messages[i];
    qsort(sorted, b->count, sizeof *sorted, by_id);
    for (size_t i = 1; i < b->count; i++)
        sorted[i]->repeated = sorted[i]->id.len == sorted[i - 1]->id.len
                              && !memcmp(sorted[i]->id.data, sorted[i - 1]->id.data, sorted[i]->id.len);
    free(sorted);
    return 0;
}

/* Reads who the messages are. 0, or -1 with the error in out. */
static int read_messages(batch *b, const json_node *records, response *out)
{
    char error[96];
    size_t i = 0;
    b->count = json_array_size(records);
    b->messages = calloc(b->count, sizeof *b->messages);
    for (const json_node *record = json_first(records); b->messages && record; record = json_next(record), i++) {
        message *m = &b->messages[i];
        m->record = record;
        const char *id = json_string(json_member(record, "messageId"), &m->id);
        json_string(json_member(json_member(record, "attributes"), "MessageGroupId"), &m->group);
        if (m->id.failed || m->group.failed) break;
        if (!id || !m->id.len) { /* a failure could not be reported */
            snprintf(error, sizeof error, "Records[%zu] has no messageId", i);
            respond_error(out, 400, ERROR_BAD_REQUEST, error);
            return -1;
        }
    }
    b->fifo = ends_in_fifo(json_member(json_first(records), "eventSourceARN"));
    if (b->messages && i == b->count && !mark_repeated(b)) return 0;
    respond_out_of_memory(out);
    return -1;
}

static void fail(batch *b, message *m, const char *type, const char *cause)
{
    m->failed = 1;
    log_line(b->context->log, LOG_LEVEL_ERROR, "SQS message %.100s: %s: %s", m->id.data, type, cause);
}

static void fail_for_memory(batch *b, message *m) { fail(b, m, ERROR_OUT_OF_MEMORY, "out of memory"); }

/* Whether a message of the same group before this one has failed. */
static int is_behind_failure(const batch *b, const message *m)
{
    if (b->fifo)
        for (const message *earlier = b->messages; earlier < m; earlier++)
            if (earlier->failed && earlier->group.len == m->group.len
                && (!m->group.len || !memcmp(earlier->group.data, m->group.data, m->group.len)))
                return 1;
    return 0;
}

/* ---- results ----------------------------------------------------------------------------------------------------- */

static void flush(batch *b)
{
    outbox *box = &b->out;
    const sqs_output *output = b->context->output;
    if (!box->count) return;
    output->send(output->client, box->entry, box->count, b->context->deadline_ms);
    for (size_t i = 0; i < box->count; i++)
        if (!box->entry[i].accepted) fail(b, box->from[i], "Function.OutputNotAccepted", box->entry[i].problem);
    box->count = box->bytes = 0;
}

/* SQS refuses U+FFFE and U+FFFF (#xE000 to #xFFFD are allowed); in JSON they can only stand in strings. */
static void append_for_sqs(bytes *out, const char *json, size_t len)
{
    static const char lead[] = {'\xEF', '\xBF'};
    const char *copied = json, *end = json + len;
    for (const char *p = json; p + 3 <= end; p++)
        if (!memcmp(p, lead, 2) && ((unsigned char)p[2] == 0xBE || (unsigned char)p[2] == 0xBF)) {
            bytes_append(out, copied, (size_t)(p - copied));
            bytes_text(out, (unsigned char)p[2] == 0xBE ? "\\ufffe" : "\\uffff");
            copied = p + 3;
            p += 2;
        }
    bytes_append(out, copied, (size_t)(end - copied));
}

/* That of the message, else of the notification of SNS in it, else of the request; NULL if there is none. */
static const char *correlation_of(const message *m, const json_node *body, bytes *out)
{
    const json_node *attributes = json_member(m->record, "messageAttributes");
    const json_node *of_sns = json_member(m->notification, "MessageAttributes");
    const char *id = json_string(json_member(json_member(attributes, "correlationId"), "stringValue"), out);
    if (!id) id = json_string(json_member(json_member(of_sns, "correlationId"), "Value"), out);
    return id ? id : json_string(json_member(body, "correlationId"), out);
}

/* {"messageId": ..., "correlationId": ..., and what the answer has. */
static void write_result(bytes *out, const message *m, const json_node *body, const bytes *answer)
{
    bytes correlation = {0}, json = {0};
    const char *id = correlation_of(m, body, &correlation);
    bytes_text(&json, "{\"messageId\": ");
    json_out_string(&json, m->id.data, m->id.len);
    if (id) {
        bytes_text(&json, ", \"correlationId\": ");
        json_out_string(&json, id, correlation.len);
    }
    bytes_text(&json, ", ");
    bytes_append(&json, answer->data + 1, answer->len - 1);
    bytes_clear(out);
    append_for_sqs(out, json.data ? json.data : "", json.len);
    out->failed |= json.failed || correlation.failed;
    bytes_free(&correlation);
    bytes_free(&json);
}

static void post_result(batch *b, message *m, const json_node *body)
{
    outbox *box = &b->out;
    bytes result = {0};
    write_result(&result, m, body, &b->answer.body);
    if (result.failed || result.len > SQS_BATCH_BYTES) {
        if (result.failed) respond_out_of_memory(&b->answer);
        else respond_too_large(&b->answer, &b->settings.answer);
        fail(b, m, b->answer.error_type, b->answer.message);
        bytes_free(&result);
        return;
    }
    if (box->count == SQS_BATCH_ENTRIES || result.len > SQS_BATCH_BYTES - box->bytes) flush(b);
    bytes_free(&box->body[box->count]);
    box->body[box->count] = result;
    box->from[box->count] = m;
    box->entry[box->count] = (sqs_entry){.body = result.data,
                                         .len = result.len,
                                         .deduplication = m->id.data,
                                         .group = m->group.len ? m->group.data : m->id.data};
    box->bytes += result.len;
    box->count++;
}

/* ---- messages ---------------------------------------------------------------------------------------------------- */

/* An answer to a message is there. body: its JSON, or NULL for plain text. */
static void finish_message(batch *b, message *m, const json_node *body)
{
    if (b->answer.status != 200) {
        fail(b, m, b->answer.error_type, b->answer.message);
        return;
    }
    b->tokens += b->answer.tokens;
    b->entities += b->answer.entities;
    if (b->context->output) post_result(b, m, body);
}

static void answer_body(batch *b, message *m, const json_node *node);

static int is_notification(const json_node *body)
{
    return json_is_text(json_member(body, "Type"), "Notification") && json_member(body, "TopicArn")
           && json_type_of(json_member(body, "Message")) == JSON_STRING;
}

/* A notification may come in another one, but not deep: each level doubles the backslashes of what is in it. */
static void answer_object(batch *b, message *m, const json_node *body)
{
    bytes name = {0};
    if (is_notification(body)) {
        m->notification = body;
        answer_body(b, m, json_member(body, "Message"));
        m->notification = NULL;
    } else if (!request_has_text(body) && event_name(body, &name)) {
        if (name.failed) fail_for_memory(b, m);
        else fail(b, m, ERROR_BAD_REQUEST, name.data);
    } else {
        const request_target anything = {.task = TASK_ANY};
        handle_request_json(b->context->contexts, &anything, body, &b->settings, &b->answer);
        finish_message(b, m, body);
    }
    bytes_free(&name);
}

static void answer_json(batch *b, message *m, const bytes *text)
{
    json_error error;
    json_doc *doc = json_parse(text->data, text->len, &error);
    if (doc) answer_object(b, m, json_root(doc));
    else fail(b, m, error.no_memory ? ERROR_OUT_OF_MEMORY : ERROR_BAD_REQUEST, error.msg);
    json_free(doc);
}

static void answer_plain(batch *b, message *m, const bytes *text)
{
    problem why;
    int status = sqs_text_check(text->data, text->len, &why);
    if (status) {
        fail(b, m, status == 400 ? ERROR_BAD_REQUEST : ERROR_OUT_OF_MEMORY, why.text);
        return;
    }
    handle_text(b->context->contexts, text->data, text->len, &b->settings, &b->answer);
    finish_message(b, m, NULL);
}

static void answer_body(batch *b, message *m, const json_node *node)
{
    bytes text = {0};
    if (json_type_of(node) == JSON_OBJECT) /* an EventBridge Pipe with a template of its own parses it */
        answer_object(b, m, node);
    else if (json_type_of(node) != JSON_STRING)
        fail(b, m, ERROR_BAD_REQUEST, "its \"body\" is neither a string nor an object");
    else if (!json_string(node, &text)) fail_for_memory(b, m);
    else if (text.data[strspn(text.data, " \t\r\n")] == '{') answer_json(b, m, &text);
    else answer_plain(b, m, &text);
    bytes_free(&text);
}

static void answer_messages(batch *b)
{
    for (message *m = b->messages; m < b->messages + b->count; m++) {
        if (m->repeated) continue;
        if (is_behind_failure(b, m) || is_over(b)) {
            m->failed = 1;
            b->untried++;
            continue;
        }
        answer_body(b, m, json_member(m->record, "body"));
    }
    flush(b);
    for (message *m = b->messages; m < b->messages + b->count; m++)
        if (!m->repeated && is_behind_failure(b, m)) m->failed = 1;
}

/* ---- the answer -------------------------------------------------------------------------------------------------- */

static size_t write_failures(const batch *b, bytes *out)
{
    size_t failures = 0;
    bytes_clear(out);
    bytes_text(out, "{\"batchItemFailures\": [");
    for (const message *m = b->messages; m < b->messages + b->count; m++)
        if (m->failed) {
            bytes_text(out, failures++ ? ", {\"itemIdentifier\": " : "{\"itemIdentifier\": ");
            json_out_string(out, m->id.data, m->id.len);
            bytes_text(out, "}");
        }
    bytes_text(out, "]}");
    return failures;
}

static atomic_flag told_of_dropped_results = ATOMIC_FLAG_INIT; /* once a process */

static void respond_batch(batch *b, response *out)
{
    size_t failures = write_failures(b, &out->body);
    if (b->untried)
        log_line(b->context->log, LOG_LEVEL_ERROR, "%zu SQS messages were not tried: %s", b->untried,
                 b->fifo ? "time is short, or they are behind a failed one of their group" : "time is short");
    if (!b->context->output && !atomic_flag_test_and_set(&told_of_dropped_results))
        log_line(b->context->log, LOG_LEVEL_WARNING,
                 "results of SQS messages are dropped: TERN_OUTPUT_QUEUE_URL is not set");
    log_line(b->context->log, LOG_LEVEL_INFO, "SQS: %zu messages, %zu failed, %zu entities", b->count, failures,
             b->entities);
    if (out->body.failed) {
        respond_out_of_memory(out);
        return;
    }
    out->status = 200;
    out->error_type = NULL;
    out->message[0] = '\0';
    out->tokens = b->tokens;
    out->entities = b->entities;
}

static void free_batch(batch *b)
{
    for (size_t i = 0; b->messages && i < b->count; i++) {
        bytes_free(&b->messages[i].id);
        bytes_free(&b->messages[i].group);
    }
    free(b->messages);
    for (size_t i = 0; i < SQS_BATCH_ENTRIES; i++) bytes_free(&b->out.body[i]);
    response_free(&b->answer);
}

void sqs_handle(const event_context *context, const json_node *records, response *out)
{
    batch b = {.context = context, .settings = *context->settings, .stop_ms = stop_time(context)};
    b.settings.interrupt = interrupt;
    b.settings.interrupt_user = &b;
    b.settings.answer = (answer_limit){.bytes = context->output ? SQS_BATCH_BYTES : 0, .carrier = "SQS"};
    if (!read_messages(&b, records, out)) {
        answer_messages(&b);
        respond_batch(&b, out);
    }
    free_batch(&b);
}
