#include "ctx.h"

#include <stdlib.h>

#include "error.h"

/* Bytes that a context may keep for its next run: the scratch memory of a text of some 30,000 words. What is above
 * would be lost to every other context of the process; to get it anew takes under 1 % of the time of a text that needs
 * it. */
#define KEPT ((size_t)8 * 1024 * 1024)

static int holds_much(const tern_ctx *ctx) { return ctx->memory.used > KEPT; }

/* 0, or -1 when out of memory. */
static int new_scratch(tern_ctx *ctx)
{
    for (uint32_t c = 0; c < COMPONENT_COUNT; c++) {
        if (!(ctx->model->components >> c & 1) || !component_table[c]->scratch_size) continue;
        ctx->scratch[c] = calloc(1, component_table[c]->scratch_size);
        if (!ctx->scratch[c]) return -1;
    }
    return 0;
}

tern_status tern_ctx_new(const tern_model *model, tern_ctx **out, tern_error *err)
{
    if (!out) return fail(err, TERN_E_ARGUMENT, 0, "tern_ctx_new: out is NULL");
    *out = NULL;
    if (!model) return fail(err, TERN_E_ARGUMENT, 0, "tern_ctx_new: model is NULL");
    tern_ctx *ctx = calloc(1, sizeof *ctx);
    if (!ctx) return fail(err, TERN_E_MEMORY, 0, "out of memory");
    ctx->model = ctx->doc.model = model;
    ctx->doc.text = &ctx->text;
    if (new_scratch(ctx)) {
        tern_ctx_free(ctx);
        return fail(err, TERN_E_MEMORY, 0, "out of memory");
    }
    *out = ctx;
    return TERN_OK;
}

/* All but the document and the text that it was made of. */
static void free_scratch(tern_ctx *ctx)
{
    tokenizer_pieces_free(&ctx->tokenizer);
    lexeme_scratch_free(&ctx->lexeme);
    for (uint32_t c = 0; c < COMPONENT_COUNT; c++) {
        tok2vec_scratch_free(&ctx->encoder[c]);
        if (ctx->scratch[c] && component_table[c]->free) component_table[c]->free(ctx->scratch[c]);
    }
}

component_run ctx_component(tern_ctx *ctx, uint32_t component)
{
    return (component_run){.self = component_table[component],
                           .doc = &ctx->doc,
                           .scratch = ctx->scratch[component],
                           .lexeme = &ctx->lexeme};
}

/* ---- giving back ------------------------------------------------------------------------------------------------- */

void ctx_end_of_tokenizer(tern_ctx *ctx)
{
    if (holds_much(ctx)) tokenizer_pieces_free(&ctx->tokenizer);
}

void ctx_end_of_component(tern_ctx *ctx, uint32_t component)
{
    void (*release)(void *scratch) = component_table[component]->release;
    if (holds_much(ctx) && release) release(ctx->scratch[component]);
}

void ctx_begin_run(tern_ctx *ctx, size_t limit)
{
    ctx->memory.limit = limit;
    ctx->memory.most = ctx->memory.used;
    ctx->memory.refused = 0;
    memory_count_in(&ctx->memory);
}

void ctx_end_run(tern_ctx *ctx)
{
    memory_count_in(NULL);
    if (holds_much(ctx)) free_scratch(ctx);
}

void tern_ctx_trim(tern_ctx *ctx)
{
    if (!ctx) return;
    ctx->doc.token_count = ctx->doc.given_bytes = 0;
    ctx->doc.of_given_words = 0;
    doc_clear_annotations(&ctx->doc);
    if (!holds_much(ctx)) return;
    free_scratch(ctx);
    doc_free_columns(&ctx->doc);
    tokenizer_scratch_free(&ctx->tokenizer);
}

size_t tern_ctx_memory(const tern_ctx *ctx) { return ctx ? ctx->memory.used : 0; }
size_t tern_ctx_peak_memory(const tern_ctx *ctx) { return ctx ? ctx->memory.most : 0; }

void tern_ctx_free(tern_ctx *ctx)
{
    if (!ctx) return;
    free_scratch(ctx);
    doc_free_columns(&ctx->doc);
    tokenizer_scratch_free(&ctx->tokenizer);
    for (uint32_t c = 0; c < COMPONENT_COUNT; c++) free(ctx->scratch[c]);
    free(ctx);
}
