/* fuzz_tokenizer - any bytes as a text: the real model's tokenizer, and the tiny model's whole pipeline; and as words,
 * which a byte 1 ends, or 2 before a blank. */
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

enum { MOST_WORDS = 512 };

static void run_words(tern_ctx *ctx, const char *text, size_t len)
{
    const char *word[MOST_WORDS];
    size_t length[MOST_WORDS], count = 0, start = 0;
    unsigned char space[MOST_WORDS];
    for (size_t i = 0; i <= len && count < MOST_WORDS; i++) {
        if (i < len && text[i] != 1 && text[i] != 2) continue;
        word[count] = text + start;
        length[count] = i - start;
        space[count++] = (unsigned char)(i < len && text[i] == 2);
        start = i + 1;
    }
    const tern_words words = {count, word, length, space};
    const tern_doc *doc;
    tern_error err = {0};
    tern_status status = tern_run_words(ctx, &words, NULL, &doc, &err);
    REQUIRE(status == TERN_OK || status == TERN_E_UTF8 || status == TERN_E_ARGUMENT);
    if (status) REQUIRE(!doc && err.code == status && err.msg[0]);
    if (status) return;
    const char *made;
    size_t made_len;
    REQUIRE(!tern_doc_text(doc, &made, &made_len) && tern_doc_token_count(doc) == count);
    fuzz_check_doc(doc, made, made_len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    run_words(tiny, text, size);
    tern_status status = run(real, text, size, TERN_TOKENS);
    REQUIRE(run(tiny, text, size, TERN_ENTITIES) == status);
    return 0;
}
