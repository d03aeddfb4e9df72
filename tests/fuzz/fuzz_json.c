/* fuzz_json - any bytes as a request's body, a line of `tern pipe` or a Lambda event, with the tiny model behind it. Whatever
 * comes in, what goes out is JSON. */
#include "event.h"
#include "fuzz.h"

#include <string.h>

static tern_ctx *ctx;
static handler_settings settings;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    tern_model *model;
    ctx = fuzz_context("tests/data/tiny.tern", &model);
    settings = (handler_settings){.model = model, .components = tern_model_default_components(model)};
    return 0;
}

static void require_json(const response *r)
{
    json_error error;
    json_doc *doc = json_parse(r->body.data, r->body.len, &error);
    REQUIRE(doc);
    REQUIRE(!memchr(r->body.data, '\n', r->body.len));
    json_free(doc);
}

static void check_response(const response *r)
{
    REQUIRE(r->status == 200 || r->status == 400 || r->status == 413);
    require_json(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static response r;   /* kept: its memory is re-used from request to request, as in the server */
    const char *text = (const char *)data;
    handle_ner(ctx, text, size, &settings, &r);
    check_response(&r);
    handle_pipe(ctx, text, size, &settings, &r);
    check_response(&r);
    event_handle(ctx, text, size, &settings, &r);
    if (r.error_type) REQUIRE(r.message[0]);
    else require_json(&r);
    return 0;
}
