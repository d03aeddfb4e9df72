#include "sentence_cats.h"

#include <string.h>

#include "places.h"
#include "turns.h"

static void read_cats(const tern_doc *doc, float *scores)
{
    for (size_t c = 0; c < doc->cat_count; c++) scores[c] = doc->cat[c].score;
}

static void write_cats(tern_doc *doc, const float *scores)
{
    for (size_t c = 0; c < doc->cat_count; c++) doc->cat[c].score = scores[c];
}

/* The document becomes that of its tokens [begin, end), as far as classifiers look at it; they set its categories
 * anew. */
static tern_status classify_tokens(tern_ctx *ctx, place_set classifiers, size_t begin, size_t end, tern_error *err)
{
    tern_doc *doc = &ctx->doc;
    const tern_doc whole = *doc;
    ctx->first_token = begin;
    ctx->in_sentence = 1;
    for (size_t a = 0; a < ATTR_COUNT; a++)
        if (doc->attr[a]) doc->attr[a] += begin;
    doc->space += begin;
    doc->is_space += begin;
    if (doc->vector) doc->vector += begin;
    doc->span += begin; /* of the words that floret vectors cut up */
    doc->token_count = end - begin;
    doc->cat_count = 0;
    tern_status status = run_in_order(ctx, classifiers, err);
    ctx->first_token = 0;
    ctx->in_sentence = 0;
    doc->token_count = whole.token_count;
    doc->span = whole.span;
    doc->vector = whole.vector;
    doc->is_space = whole.is_space;
    doc->space = whole.space;
    memcpy(doc->attr, whole.attr, sizeof doc->attr);
    return status;
}

tern_status classify_sentences(tern_ctx *ctx, place_set run, tern_error *err)
{
    tern_doc *doc = &ctx->doc;
    size_t sentences = doc->sentence_count, cats = doc->cat_count;
    const place_set classifiers = run & places_of(ctx->model, TERN_TEXTCATS | TERN_TOK2VEC);
    tern_status status = TERN_OK;
    if (!sentences || !cats) return TERN_OK;
    if (doc_reserve_sentence_cats(doc, sentences + 1)) return doc_gave_up(&ctx->doc, err);
    float *text_scores = doc->sentence_cat + sentences * cats; /* kept behind those of the sentences meanwhile */
    read_cats(doc, text_scores);
    for (size_t i = 0; i < sentences && !status; i++) {
        size_t end = i + 1 < sentences ? doc->sentence_start[i + 1] : doc->token_count;
        if (sentences > 1) status = classify_tokens(ctx, classifiers, doc->sentence_start[i], end, err);
        if (!status) read_cats(doc, doc->sentence_cat + i * cats);
    }
    if (status) return status;
    write_cats(doc, text_scores);
    doc->scored_sentences = sentences;
    return TERN_OK;
}
