#include "ctx.h"

#include <stdlib.h>

#include "error.h"

/* Bytes that a context may keep for its next run: the scratch memory of a text of some 30,000 words. What is above
 * would be lost to every other context of the process; to get it anew takes under 1 % of the time of a text that needs
 * it. */
#define KEPT ((size_t)8 * 1024 * 1024)

static int holds_much(const tern_ctx *ctx) { return ctx->memory.used > KEPT; }

static const component_methods *methods_at(const tern_ctx *ctx, uint32_t place)
{
    return component_table[ctx->model->component[place].factory];
}

/* 0, or -1 when out of memory. */
static int new_scratch(tern_ctx *ctx)
{
    const size_t length = ctx->model->pipeline_length;
    ctx->component = calloc(length + 1, sizeof *ctx->component);
    if (!ctx->component) return -1;
    for (uint32_t place = 0; place < length; place++) {
        size_t size = methods_at(ctx, place)->scratch_size;
        if (size && !(ctx->component[place].own = calloc(1, size))) return -1;
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
    noun_chunk_scratch_free(&ctx->noun_chunks);
    token_values_free(&ctx->values);
    buffer_free(&ctx->zeros);
    buffer_free(&ctx->ahead.bytes);
    ctx->ahead = (texts_ahead){.count = 0};
    for (uint32_t place = 0; ctx->component && place < ctx->model->pipeline_length; place++) {
        component_scratch *s = &ctx->component[place];
        tok2vec_scratch_free(&s->encoder);
        if (s->own && methods_at(ctx, place)->free) methods_at(ctx, place)->free(s->own);
    }
}

component_run ctx_component(tern_ctx *ctx, uint32_t place)
{
    return (component_run){.self = methods_at(ctx, place),
                           .component = &ctx->model->component[place],
                           .doc = &ctx->doc,
                           .scratch = ctx->component[place].own,
                           .lexeme = &ctx->lexeme};
}

/* ---- giving back ------------------------------------------------------------------------------------------------- */

void ctx_end_of_tokenizer(tern_ctx *ctx)
{
    if (holds_much(ctx)) tokenizer_pieces_free(&ctx->tokenizer);
}

void ctx_end_of_component(tern_ctx *ctx, uint32_t place)
{
    void (*release)(void *scratch) = methods_at(ctx, place)->release;
    if (holds_much(ctx) && release) release(ctx->component[place].own);
}

void ctx_begin_run(tern_ctx *ctx, interruption *stop, size_t limit)
{
    ctx->doc.interruption = stop;
    ctx->memory.limit = limit;
    ctx->memory.most = ctx->memory.used;
    ctx->memory.refused = 0;
    memory_count_in(&ctx->memory);
}

void ctx_end_run(tern_ctx *ctx)
{
    ctx->doc.interruption = NULL;
    ctx->ahead.is_current = 0;
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
    for (uint32_t place = 0; ctx->component && place < ctx->model->pipeline_length; place++)
        free(ctx->component[place].own);
    free(ctx->component);
    free(ctx);
}
