/* vectors.h - reads tests/data/tokenizer_en.jsonl: spaCy's answers, recorded by record_tokenizer.py. */
#ifndef TERN_TEST_VECTORS_H
#define TERN_TEST_VECTORS_H

#include <cjson/cJSON.h>

#include "fixture.h"

#include "ctx.h"

#define VECTORS TERN_SOURCE_DIR "/tests/data/tokenizer_en.jsonl"
#define FEWEST_VECTORS 240 /* a file that lost its lines must not pass */

static inline const char *vector_text(const cJSON *vector, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(vector, key);
    assert_non_null(item);
    assert_true(cJSON_IsString(item));
    return item->valuestring;
}

static inline const cJSON *vector_list(const cJSON *vector, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(vector, key);
    assert_true(cJSON_IsArray(item));
    return item;
}

/* Tokenizes text and computes the features of its tokens. */
static inline void analyse(tern_ctx *ctx, const tern_model *model, const char *text, size_t len)
{
    tern_error err = {0};
    ctx->model = ctx->doc.model = model;
    assert_int_equal(text_decode(model, text, len, TERN_MAX_CHARS, &ctx->tokenizer, &ctx->text, &err), TERN_OK);
    assert_int_equal(tokenize(&ctx->doc, &ctx->text, &ctx->tokenizer, &err), TERN_OK);
    assert_int_equal(lexeme_features(&ctx->doc, &ctx->text, 0, &ctx->lexeme), 0);
}

static inline void release(tern_ctx *ctx)
{
    tokenizer_scratch_free(&ctx->tokenizer);
    lexeme_scratch_free(&ctx->lexeme);
    doc_free_columns(&ctx->doc);
}

typedef void (*vector_check)(const cJSON *vector, tern_ctx *ctx);

/* Runs every text of the file through one context and hands the result to check. */
static inline void for_each_vector(const tern_model *model, vector_check check)
{
    static char line[1 << 16];
    FILE *file = fopen(VECTORS, "rb");
    tern_ctx ctx = {0};
    size_t count = 0;
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file)); /* what made the file */
    while (fgets(line, sizeof line, file)) {
        cJSON *vector = cJSON_Parse(line);
        assert_non_null(vector);
        const char *text = vector_text(vector, "text");
        analyse(&ctx, model, text, strlen(text));
        check(vector, &ctx);
        cJSON_Delete(vector);
        count++;
    }
    fclose(file);
    release(&ctx);
    assert_true(count >= FEWEST_VECTORS);
}

#endif
