/* fuzz_lambda - any bytes as what the Runtime API answers: the worker's whole loop, with this file in the place of
 * rapi.c.
 *
 * Invocations end with a byte FF. Each begins with a byte that says how /next (bits 0 to 2) and the POST of its answer
 * (3 to 5) end; then header lines, an empty line and the event. */
#define _POSIX_C_SOURCE 200809L /* struct timespec */
#include "fuzz.h"
#include "loop.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>

struct rapi {
    const char *data;
    size_t len;
    const invocation *current;
    rapi_result post_result;
    long status, post_status;
    unsigned posts;
};

static model_set models;
static loop_worker worker;
static handler_settings settings;
static const metrics space = {.space = "a/b", .function = "\x1b", .version = "$LATEST"};

int __wrap_nanosleep(const struct timespec *time, struct timespec *left);
int __wrap_nanosleep(const struct timespec *time, struct timespec *left)
{
    (void)time;
    (void)left;
    return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    fuzz_models(&models, &worker.contexts);
    settings = (handler_settings){.model = models.item[0].model, .components = models.item[0].components};
    worker.log = (logger){.file = open("/dev/null", O_WRONLY), .lowest = LOG_LEVEL_TRACE};
    return 0;
}

/* ---- the Runtime API --------------------------------------------------------------------------------------------- */

static const char *find(const char *begin, const char *end, char wanted)
{
    const char *found = begin < end ? memchr(begin, wanted, (size_t)(end - begin)) : NULL;
    return found ? found : end;
}

/* The headers, line by line; where the event begins. */
static const char *read_headers(invocation *out, const char *p, const char *end)
{
    while (p < end && *p != '\n') {
        const char *stop = find(p, end, '\n');
        size_t len = (size_t)(stop - p) + (stop < end);
        char *line = malloc(len);
        REQUIRE(line);
        memcpy(line, p, len);
        REQUIRE(!invocation_header(out, line, len));
        free(line);
        p += len;
    }
    return p < end ? p + 1 : end;
}

rapi_result rapi_next(rapi *api, invocation *out)
{
    static const rapi_result ends[] = {RAPI_OK,     RAPI_OK,        RAPI_OK,      RAPI_TRANSPORT,
                                       RAPI_STATUS, RAPI_TOO_LARGE, RAPI_HEADERS, RAPI_MEMORY};
    static const rapi_result posts[] = {RAPI_OK, RAPI_OK,     RAPI_OK,     RAPI_OK,
                                        RAPI_OK, RAPI_STATUS, RAPI_STATUS, RAPI_TRANSPORT};
    REQUIRE(!api->current || api->posts); /* each has been answered */
    invocation_clear(out);
    api->current = NULL;
    if (!api->len) return RAPI_CANCELLED;
    const char *end = find(api->data, api->data + api->len, '\xFF');
    unsigned char how = (unsigned char)api->data[0];
    const char *event = how == 0xFF ? end : read_headers(out, api->data + 1, end);
    rapi_result result = ends[how & 7];
    api->post_result = posts[how >> 3 & 7];
    api->post_status = (how >> 3 & 7) == 5 ? 413 : 500;
    api->status = how & 64 ? 404 : 500;
    api->posts = 0;
    if (result == RAPI_OK) bytes_append(&out->event, event, (size_t)(end - event));
    size_t used = (size_t)(end - api->data) + (end < api->data + api->len);
    api->data += used;
    api->len -= used;
    if (result != RAPI_TRANSPORT && result != RAPI_STATUS && out->request_id.len) api->current = out;
    return result == RAPI_OK && !out->request_id.len ? RAPI_NO_ID : result;
}

static rapi_result post(rapi *api, const invocation *to)
{
    REQUIRE(to == api->current && to->request_id.len);
    REQUIRE(api->posts++ < 3);
    api->status = api->post_status;
    return api->post_result;
}

rapi_result rapi_respond(rapi *api, const invocation *to, const char *body, size_t len)
{
    REQUIRE(len <= RAPI_MAX_RESPONSE);
    fuzz_require_json(body, len);
    return post(api, to);
}

static void check_failure(const char *error_type, const char *message)
{
    REQUIRE(!strncmp(error_type, "Function.", 9) || !strncmp(error_type, "Runtime.", 8));
    REQUIRE(message[0]);
}

rapi_result rapi_fail(rapi *api, const invocation *to, const char *error_type, const char *message)
{
    check_failure(error_type, message);
    return post(api, to);
}

rapi_result rapi_fail_init(rapi *api, const char *error_type, const char *message)
{
    check_failure(error_type, message);
    return api->post_result;
}

long rapi_status(const rapi *api) { return api->status; }

const char *rapi_problem(const rapi *api)
{
    (void)api;
    return "status \x1b";
}

/* ---- the loop ---------------------------------------------------------------------------------------------------- */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    rapi api = {.data = (const char *)data, .len = size};
    loop_shared shared = {.settings = &settings,
                          .cors_origin = "*",
                          .metrics = &space,
                          .margin_ms = 50,
                          .publish_trace_id = 1,
                          .on_demand = 1,
                          .init_ms = 1};
    worker.api = &api;
    worker.log.json = size & 1;
    int ended = loop_run(&worker, &shared);
    REQUIRE(ended == 0 || ended == -1);
    if (ended) loop_fail_init(&api, &worker.log, "Runtime.Unknown", "it has ended");
    return 0;
}
