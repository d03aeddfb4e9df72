/* pipeline.c - the only file that knows every component: what is wanted -> which components run, in which order. */
#include "ctx.h"
#include "error.h"

#include <stdlib.h>
#include <string.h>

tern_status tern_ctx_new(const tern_model *model, tern_ctx **out, tern_error *err)
{
    if (!out) return fail(err, TERN_E_ARGUMENT, 0, "tern_ctx_new: out is NULL");
    *out = NULL;
    if (!model) return fail(err, TERN_E_ARGUMENT, 0, "tern_ctx_new: model is NULL");
    tern_ctx *ctx = calloc(1, sizeof *ctx);
    if (!ctx) return fail(err, TERN_E_MEMORY, 0, "out of memory");
    ctx->model = ctx->doc.model = model;
    *out = ctx;
    return TERN_OK;
}

void tern_ctx_free(tern_ctx *ctx)
{
    if (!ctx) return;
    doc_free_columns(&ctx->doc);
    tokenizer_scratch_free(&ctx->tokenizer);
    lexeme_scratch_free(&ctx->lexeme);
    ner_scratch_free(&ctx->ner);
    free(ctx);
}

static tern_status check_options(const tern_ctx *ctx, const tern_options *options, tern_error *err)
{
    unsigned missing = options->want & ~tern_model_offers(ctx->model);
    if (missing) return fail(err, TERN_E_UNSUPPORTED, 0, "the model has no component for what is wanted (mask %#x)", missing);
    if (!options->sent_starts && options->sent_start_count)
        return fail(err, TERN_E_ARGUMENT, 0, "tern_run: sent_start_count is set, sent_starts is NULL");
    return TERN_OK;
}

static tern_status preset_sentence_starts(tern_doc *doc, const tern_options *options, tern_error *err)
{
    if (!options->sent_starts) return TERN_OK;
    if (options->sent_start_count != doc->token_count)
        return fail(err, TERN_E_ARGUMENT, 0, "tern_run: %zu preset sentence starts for %zu tokens", options->sent_start_count,
                    doc->token_count);
    if (doc->token_count) memcpy(doc->sent_start, options->sent_starts, doc->token_count);
    return TERN_OK;
}

static tern_status run_components(tern_ctx *ctx, const char *text, size_t len, const tern_options *options, tern_error *err)
{
    size_t max_chars = options->max_chars && options->max_chars < TERN_MAX_CHARS ? options->max_chars : TERN_MAX_CHARS;
    tern_doc *doc = &ctx->doc;
    tern_status status = text_decode(ctx->model, text, len, max_chars, &ctx->tokenizer, &ctx->text, err);
    if (!status) status = tokenize(doc, &ctx->text, &ctx->tokenizer, err);
    if (!status) status = preset_sentence_starts(doc, options, err);
    if (status || !options->want) return status;
    if (lexeme_features(doc, &ctx->text, &ctx->lexeme)) return fail(err, TERN_E_MEMORY, 0, "out of memory");
    if (options->want & TERN_ENTITIES) status = ner_annotate(doc, &ctx->ner, err);
    return status;
}

tern_status tern_run(tern_ctx *ctx, const char *text, size_t len, const tern_options *options, const tern_doc **out,
                     tern_error *err)
{
    if (!out) return fail(err, TERN_E_ARGUMENT, 0, "tern_run: out is NULL");
    *out = NULL;
    if (!ctx || (!text && len)) return fail(err, TERN_E_ARGUMENT, 0, "tern_run: ctx or text is NULL");
    tern_options everything = {.want = tern_model_offers(ctx->model)};
    if (!options) options = &everything;
    ctx->doc.token_count = ctx->doc.entity_count = 0;
    tern_status status = check_options(ctx, options, err);
    if (!status) status = run_components(ctx, text ? text : "", len, options, err);
    if (status) ctx->doc.token_count = ctx->doc.entity_count = 0;
    else *out = &ctx->doc;
    return status;
}
