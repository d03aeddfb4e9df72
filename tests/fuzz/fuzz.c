#include "fuzz.h"

#include "model_open.h"

tern_ctx *fuzz_context(const char *path, tern_model **model)
{
    char full[4096];
    tern_model *unnamed;
    tern_ctx *ctx;
    problem why;
    if (!model) model = &unnamed;
    snprintf(full, sizeof full, "%s/%s", TERN_SOURCE_DIR, path);
    if (model_open(full, MODEL_MAPPED, model, &why)) {
        fprintf(stderr, "%s\n", why.text);
        exit(1);
    }
    REQUIRE(!tern_ctx_new(*model, &ctx, NULL));
    return ctx;
}

void fuzz_models(model_set *models, model_contexts *contexts)
{
    problem why;
    tern_error err;
    REQUIRE(!models_add(models, "tiny=" TERN_SOURCE_DIR "/tests/data/tiny.tern", &why));
    REQUIRE(!models_add(models, "mood=" TERN_SOURCE_DIR "/tests/data/tiny_sentiment.tern", &why));
    REQUIRE(!models_open(models, MODEL_LOADED, &why) && !models_set_tasks(models, &why)
            && !model_contexts_open(contexts, models, &err));
}

void fuzz_require_json(const char *data, size_t len)
{
    json_error error;
    json_doc *doc = json_parse(data, len, &error);
    REQUIRE(doc);
    json_free(doc);
}

typedef struct position {
    size_t byte, chars, utf16;
} position;

/* Counts by the UTF-8 lead bytes of text[at->byte .. end). */
static void advance(position *at, const char *text, size_t end)
{
    for (; at->byte < end; at->byte++) {
        unsigned char byte = (unsigned char)text[at->byte];
        if ((byte & 0xc0) == 0x80) continue;
        at->chars++;
        at->utf16 += byte >= 0xf0 ? 2 : 1;
    }
}

static void check_span(const tern_span *span, position start, const char *text, size_t len)
{
    REQUIRE(span->byte_start == start.byte && span->char_start == start.chars && span->utf16_start == start.utf16);
    REQUIRE(span->byte_end > span->byte_start && span->byte_end <= len);
    advance(&start, text, span->byte_end);
    REQUIRE(span->char_end == start.chars && span->utf16_end == start.utf16);
}

static void check_tokens(const tern_doc *doc, const char *text, size_t len)
{
    position at = {0, 0, 0};
    for (size_t i = 0; i < tern_doc_token_count(doc); i++) {
        tern_token token;
        REQUIRE(!tern_doc_token(doc, i, &token));
        check_span(&token.span, at, text, len);
        REQUIRE(!token.space || (token.span.byte_end < len && text[token.span.byte_end] == ' '));
        advance(&at, text, token.span.byte_end + (token.space ? 1 : 0));
    }
    REQUIRE(at.byte == len);
}

static void check_entities(const tern_doc *doc)
{
    size_t free_token = 0;
    for (size_t i = 0; i < tern_doc_entity_count(doc); i++) {
        tern_entity entity;
        tern_token first, last;
        REQUIRE(!tern_doc_entity(doc, i, &entity));
        REQUIRE(entity.token_start >= free_token && entity.token_end > entity.token_start);
        REQUIRE(entity.token_end <= tern_doc_token_count(doc) && entity.label);
        REQUIRE(!tern_doc_token(doc, entity.token_start, &first) && !tern_doc_token(doc, entity.token_end - 1, &last));
        REQUIRE(entity.span.byte_start == first.span.byte_start && entity.span.byte_end == last.span.byte_end);
        REQUIRE(entity.span.char_start == first.span.char_start && entity.span.char_end == last.span.char_end);
        REQUIRE(entity.span.utf16_start == first.span.utf16_start && entity.span.utf16_end == last.span.utf16_end);
        free_token = entity.token_end;
    }
}

void fuzz_check_doc(const tern_doc *doc, const char *text, size_t len)
{
    check_tokens(doc, text, len);
    check_entities(doc);
}
