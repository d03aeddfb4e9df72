/* chunks_of.c - tern_noun_chunks: of a parse that the caller has. */
#include "ctx.h"
#include "error.h"
#include "string_store.h"

#include <string.h>

/* No token is its own ancestor. seen: [count] zeros; 2 * (first token of the walk + 1) fits where count does. */
static int is_forest(const tern_parse *parse, uint32_t *seen)
{
    for (size_t i = 0; i < parse->count; i++) {
        size_t at = i;
        while (!seen[at]) {
            seen[at] = (uint32_t)i + 1;
            if (parse->heads[at] == at) break;
            at = parse->heads[at];
        }
        if (seen[at] == i + 1 && parse->heads[at] != at) return 0;
    }
    return 1;
}

static tern_status check_parse(tern_ctx *ctx, const tern_parse *parse, tern_error *err)
{
    if (parse->count > TERN_MAX_CHARS)
        return fail(err, TERN_E_TOO_LONG, parse->count, "a parse of %zu tokens is too long, the limit is %u",
                    parse->count, TERN_MAX_CHARS);
    for (size_t i = 0; i < parse->count; i++)
        if (parse->heads[i] >= parse->count)
            return fail(err, TERN_E_ARGUMENT, 0, "tern_noun_chunks: the head of token %zu is not a token", i);
    if (ctx->model->noun_chunks.kind != NOUN_CHUNKS_JAPANESE) return TERN_OK; /* the others do not follow heads */
    if (buffer_reserve(&ctx->zeros, parse->count + 1, sizeof(uint32_t))) return doc_gave_up(&ctx->doc, err);
    memset(ctx->zeros.data, 0, (parse->count + 1) * sizeof(uint32_t));
    if (is_forest(parse, ctx->zeros.data)) return TERN_OK;
    return fail(err, TERN_E_ARGUMENT, 0, "tern_noun_chunks: the heads go around in a circle");
}

/* The number of a string that means something to noun chunks, by its id; others are not looked at. */
static uint32_t number_of(const tern_model *model, uint64_t id)
{
    for (uint32_t i = 0; id && i < model->noun_chunks.count; i++) {
        const uint32_t string = model->noun_chunks.roles[2 * (size_t)i];
        if (string_id_of(model, string) == id) return string;
    }
    return NO_STRING;
}

static tern_status fill_doc(tern_ctx *ctx, const tern_parse *parse, tern_error *err)
{
    tern_doc *doc = &ctx->doc;
    if (doc_reserve_tokens(doc, parse->count) || doc_reserve_annotations(doc, parse->count))
        return doc_gave_up(doc, err);
    doc->token_count = parse->count;
    doc_clear_annotations(doc);
    for (size_t i = 0; i < parse->count; i++) {
        doc->span[i] = (token_span){0};
        doc->sent_start[i] = 0;
        doc->head[i] = parse->heads[i];
        doc->column[COLUMN_POS][i] = number_of(ctx->model, parse->pos[i]);
        doc->column[COLUMN_DEP][i] = number_of(ctx->model, parse->deps[i]);
    }
    return TERN_OK;
}

static tern_status find(tern_ctx *ctx, const tern_parse *parse, tern_error *err)
{
    int found;
    tern_status status = check_parse(ctx, parse, err);
    if (!status) status = fill_doc(ctx, parse, err);
    if (status) return status;
    if (noun_chunks_of_parse(&ctx->doc, &ctx->noun_chunks, &found)) return doc_gave_up(&ctx->doc, err);
    if (!found)
        return fail(err, TERN_E_ARGUMENT, 0, "tern_noun_chunks: a chunk of this parse would end before it begins");
    ctx->doc.annotations |= TERN_NOUN_CHUNKS;
    return TERN_OK;
}

tern_status tern_noun_chunks(tern_ctx *ctx, const tern_parse *parse, const tern_doc **out, tern_error *err)
{
    if (!out) return fail(err, TERN_E_ARGUMENT, 0, "tern_noun_chunks: out is NULL");
    *out = NULL;
    if (!ctx || !parse || (parse->count && (!parse->heads || !parse->deps || !parse->pos)))
        return fail(err, TERN_E_ARGUMENT, 0, "tern_noun_chunks: ctx or a column of the parse is NULL");
    if (!ctx->model->noun_chunks.count)
        return fail(err, TERN_E_UNSUPPORTED, 0, "the model's language has no noun chunks");
    tern_ctx_trim(ctx);
    ctx_begin_run(ctx, NULL, 0);
    tern_status status = find(ctx, parse, err);
    ctx_end_run(ctx);
    if (!status) *out = &ctx->doc;
    return status;
}
