/* lexeme_of.c - tern_lexeme_of: a word by itself, as a document of one token. */
#include "ctx.h"
#include "error.h"
#include "string_store.h"
#include "word_flags.h"

/* Code points: what the offsets of a document can count, and no text to run. */
#define MAX_WORD ((size_t)1 << 28)

static const uint32_t attr_of_form[] = {PATTERN_LOWER, PATTERN_NORM, PATTERN_SHAPE, PATTERN_PREFIX, PATTERN_SUFFIX};
enum { FORMS = sizeof attr_of_form / sizeof *attr_of_form };

/* Copies a form into the document's texts, for the next one is made in the same memory. 0 or -1. */
static int keep_form(tern_ctx *ctx, uint32_t attr, lemma_ref *ref)
{
    size_t len = 0;
    const unsigned char *text = token_value_text(&ctx->values, attr, 0, &len);
    return text ? doc_keep_text(&ctx->doc, text, len, ref) : -1;
}

static tern_form form_of(tern_ctx *ctx, uint32_t attr, const lemma_ref *ref)
{
    return (tern_form){.id = token_value(&ctx->values, attr, 0),
                       .text = (const char *)ctx->doc.lemma_text + ref->start,
                       .len = ref->length};
}

/* The document's one token is there. 0, or -1 when out of memory. */
static int describe(tern_ctx *ctx, tern_lexeme *out)
{
    tern_doc *doc = &ctx->doc;
    lemma_ref kept[FORMS];
    if (lexeme_features(doc, &ctx->text, 1, &ctx->lexeme) || token_values_begin(&ctx->values, doc, 0, &ctx->lexeme))
        return -1;
    for (size_t i = 0; i < FORMS; i++)
        if (keep_form(ctx, attr_of_form[i], &kept[i])) return -1;
    out->flags = word_flags(doc, 0, &out->known);
    out->chars = ctx->text.length;
    out->orth = doc->attr[ATTR_ORTH][0];
    tern_form *const form[FORMS] = {&out->lower, &out->norm, &out->shape, &out->prefix, &out->suffix};
    for (size_t i = 0; i < FORMS; i++) *form[i] = form_of(ctx, attr_of_form[i], &kept[i]);
    return 0;
}

static tern_status look_up(tern_ctx *ctx, const char *text, size_t len, tern_lexeme *out, tern_error *err)
{
    tern_doc *doc = &ctx->doc;
    tern_status status = text_decode(ctx->model, text, len, MAX_WORD, &ctx->tokenizer, &ctx->text, err);
    if (status) return status;
    if (doc_reserve_tokens(doc, 1) || doc_reserve_annotations(doc, 1)) return doc_gave_up(doc, err);
    doc_append_token(doc, &ctx->text, 0, (uint32_t)ctx->text.length, 0, NO_STRING);
    doc_clear_annotations(doc);
    return describe(ctx, out) ? doc_gave_up(doc, err) : TERN_OK;
}

tern_status tern_lexeme_of(tern_ctx *ctx, const char *text, size_t len, tern_lexeme *out, tern_error *err)
{
    static const tern_form none = {.text = ""};
    if (!out) return fail(err, TERN_E_ARGUMENT, 0, "tern_lexeme_of: out is NULL");
    *out = (tern_lexeme){.lower = none, .norm = none, .shape = none, .prefix = none, .suffix = none};
    if (!ctx || (!text && len)) return fail(err, TERN_E_ARGUMENT, 0, "tern_lexeme_of: ctx or text is NULL");
    tern_ctx_trim(ctx);
    if (!len) return TERN_OK;
    ctx_begin_run(ctx, NULL, 0);
    tern_status status = look_up(ctx, text, len, out, err);
    ctx->doc.token_count = 0;
    ctx_end_run(ctx);
    return status;
}
