/* fuzz_tokenizer - any bytes as a text: the real model's tokenizer, and the tiny model's whole pipeline. */
#include "fuzz.h"

static tern_ctx *real, *tiny;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    real = fuzz_context("weights/en_core_web_sm.tern", NULL);
    tiny = fuzz_context("tests/data/tiny.tern", NULL);
    return 0;
}

static tern_status run(tern_ctx *ctx, const char *text, size_t len, unsigned want)
{
    tern_options options = {.want = want};
    const tern_doc *doc;
    tern_error err = {0};
    tern_status status = tern_run(ctx, text, len, &options, &doc, &err);
    REQUIRE(status == TERN_OK || status == TERN_E_UTF8);
    if (status) REQUIRE(!doc && err.code == status && err.pos < len && err.msg[0]);
    else fuzz_check_doc(doc, text, len);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    tern_status status = run(real, text, size, TERN_TOKENS);
    REQUIRE(run(tiny, text, size, TERN_ENTITIES) == status);
    return 0;
}
