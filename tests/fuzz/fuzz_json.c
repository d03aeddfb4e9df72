/* fuzz_json - any bytes as a request's body or a Lambda event, with the tiny models behind it,
 * for entities and for sentiment. Whatever comes in, what goes out is JSON, to the caller and to the output queue. */
#include "event.h"
#include "fuzz.h"

#include <fcntl.h>
#include <string.h>

static model_set models;
static model_contexts contexts;
static handler_settings settings;
static logger nothing;
static sqs_output output;
static event_context context;

static void send_some(void *client, sqs_entry *entries, size_t count, uint64_t deadline);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    fuzz_models(&models, &contexts);
    settings = (handler_settings){.model = models.item[0].model,
                                  .components = models.item[0].components,
                                  .max_texts = 60,
                                  .answer = {.bytes = 2000, .carrier = "fuzz"}};
    nothing = (logger){.file = open("/dev/null", O_WRONLY), .lowest = LOG_LEVEL_TRACE};
    output = (sqs_output){.send = send_some};
    context = (event_context){.contexts = &contexts,
                              .settings = &settings,
                              .cors_origin = "https://a,https://b",
                              .output = &output,
                              .log = &nothing};
    return 0;
}

static void require_json(const response *r)
{
    fuzz_require_json(r->body.data, r->body.len);
    REQUIRE(!memchr(r->body.data, '\n', r->body.len));
}

/* Accepts every other result. Bodies are JSON that begins with a message's id, in the characters that SQS allows. */
static void send_some(void *client, sqs_entry *entries, size_t count, uint64_t deadline)
{
    size_t total = 0;
    (void)client;
    REQUIRE(count > 0 && count <= SQS_BATCH_ENTRIES && deadline == 0);
    for (size_t i = 0; i < count; i++) {
        static const char start[] = "{\"messageId\": \"";
        fuzz_require_json(entries[i].body, entries[i].len);
        REQUIRE(!strncmp(entries[i].body, start, sizeof start - 1));
        REQUIRE(!strstr(entries[i].body, "\xef\xbf\xbe") && !strstr(entries[i].body, "\xef\xbf\xbf"));
        REQUIRE(entries[i].group[0] && entries[i].deduplication[0]);
        total += entries[i].len;
        entries[i].accepted = i % 2 == 0;
        entries[i].problem[0] = '\0';
    }
    REQUIRE(total <= SQS_BATCH_BYTES);
}

static void check_response(const response *r)
{
    REQUIRE(r->status == 200 || r->status == 400 || r->status == 404 || r->status == 413);
    require_json(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static response r; /* kept: its memory is re-used from request to request, as in the server */
    const char *text = (const char *)data;
    for (task_kind task = TASK_ANY; task < TASK_COUNT; task++) {
        const request_target asked = {.task = task};
        handle_request(&contexts, &asked, text, size, &settings, &r);
        check_response(&r);
        REQUIRE(r.body.len <= settings.answer.bytes);
        handle_compressed_request(&contexts, &asked, text, size, &settings, &r);
        check_response(&r);
    }
    event_handle(&context, text, size, &r);
    if (r.error_type) REQUIRE(r.message[0]);
    else require_json(&r);
    return 0;
}
