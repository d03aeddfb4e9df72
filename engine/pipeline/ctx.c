#include "ctx.h"

#include <stdlib.h>

#include "error.h"

/* Bytes that a context may keep for its next run: the scratch memory of a text of some 30,000 words. What is above
 * would be lost to every other context of the process; to get it anew takes under 1 % of the time of a text that needs
 * it. */
#define KEPT ((size_t)8 * 1024 * 1024)

static int holds_much(const tern_ctx *ctx) { return ctx->memory.used > KEPT; }

tern_status tern_ctx_new(const tern_model *model, tern_ctx **out, tern_error *err)
{
    if (!out) return fail(err, TERN_E_ARGUMENT, 0, "tern_ctx_new: out is NULL");
    *out = NULL;
    if (!model) return fail(err, TERN_E_ARGUMENT, 0, "tern_ctx_new: model is NULL");
    tern_ctx *ctx = calloc(1, sizeof *ctx);
    if (!ctx) return fail(err, TERN_E_MEMORY, 0, "out of memory");
    ctx->model = ctx->doc.model = model;
    ctx->doc.text = &ctx->text;
    *out = ctx;
    return TERN_OK;
}

/* All but the document and the text that it was made of. */
static void free_scratch(tern_ctx *ctx)
{
    tokenizer_pieces_free(&ctx->tokenizer);
    lexeme_scratch_free(&ctx->lexeme);
    for (uint32_t component = 0; component < COMPONENT_COUNT; component++)
        tok2vec_scratch_free(&ctx->encoder[component]);
    tagger_scratch_free(&ctx->tagger);
    tagger_scratch_free(&ctx->morphologizer);
    trainable_lemmatizer_scratch_free(&ctx->trainable_lemmatizer);
    parser_scratch_free(&ctx->parser);
    senter_scratch_free(&ctx->senter);
    ruler_scratch_free(&ctx->ruler);
    lemmatizer_scratch_free(&ctx->lemmatizer);
    ner_scratch_free(&ctx->ner);
    for (size_t i = 0; i < TEXTCATS; i++) textcat_scratch_free(&ctx->textcat[i]);
}

/* ---- giving back ------------------------------------------------------------------------------------------------- */

void ctx_end_of_tokenizer(tern_ctx *ctx)
{
    if (holds_much(ctx)) tokenizer_pieces_free(&ctx->tokenizer);
}

void ctx_end_of_component(tern_ctx *ctx, uint32_t component)
{
    if (!holds_much(ctx)) return;
    switch (component) {
    case COMPONENT_PARSER: parser_scratch_free(&ctx->parser); break;
    case COMPONENT_SENTER: senter_scratch_free(&ctx->senter); break;
    case COMPONENT_ATTRIBUTE_RULER: ruler_scratch_free(&ctx->ruler); break;
    case COMPONENT_NER: ner_scratch_free(&ctx->ner); break;
    case COMPONENT_TEXTCAT:
    case COMPONENT_TEXTCAT_MULTILABEL: bow_scratch_free(&ctx->textcat[textcat_place(component)].bow); break;
    default: break;
    }
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
    ctx->doc.token_count = 0;
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
    free(ctx);
}
