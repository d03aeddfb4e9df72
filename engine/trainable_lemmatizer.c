#include "trainable_lemmatizer.h"

#include "kernels.h"
#include "string_store.h"
#include "tagger.h"

#include <string.h>

/* Columns of the tables trainable_lemmatizer/trees and trainable_lemmatizer/edits. */
enum { TREE_FIRST = 0, TREE_LEFT, TREE_RIGHT, TREE_LEFT_LENGTH, TREE_RIGHT_LENGTH, TREE_WHOLE, TREE_COLUMNS };
enum { EDIT_LENGTH = 0, EDIT_OLD, EDIT_NEW, EDIT_COLUMNS };

/* ---- a tree and a word -------------------------------------------------------------------------------------------------- */

typedef struct edited_word {
    const tern_model *model;
    const text_view *text;
    size_t begin, end;   /* code points of the text */
    buffer *lemma;
    size_t length;       /* of the lemma so far, in bytes */
} edited_word;

/* 1, or -1 when out of memory. */
static int append(edited_word *w, const void *bytes, size_t len)
{
    if (buffer_reserve(w->lemma, w->length + len + 1, 1)) return -1;   /* never NULL, even for an empty lemma */
    memcpy((char *)w->lemma->data + w->length, bytes, len);
    w->length += len;
    return 1;
}

static int append_kept(edited_word *w, size_t begin, size_t end)
{
    size_t first = w->text->byte_at[begin];
    return append(w, w->text->bytes + first, w->text->byte_at[end] - first);
}

static int apply_edit(edited_word *w, const uint32_t *edit, size_t begin)
{
    if (edit[EDIT_OLD] == NO_STRING) return append_kept(w, begin, begin + edit[EDIT_LENGTH]);
    size_t first = w->text->byte_at[begin], size = w->text->byte_at[begin + edit[EDIT_LENGTH]] - first, len;
    const char *old = string_get(w->model, edit[EDIT_OLD], &len);
    if (len != size || memcmp(w->text->bytes + first, old, len)) return 0;
    const char *new = string_get(w->model, edit[EDIT_NEW], &len);
    return append(w, new, len);
}

/* Edits of one end of the word, which begins there. */
static int apply_edits(edited_word *w, const uint32_t *edits, uint32_t count, size_t begin)
{
    int result = 1;
    for (uint32_t i = 0; i < count && result == 1; i++, edits += EDIT_COLUMNS) {
        result = apply_edit(w, edits, begin);
        begin += edits[EDIT_LENGTH];
    }
    return result;
}

/* Makes the lemma of the word by a tree (edit_trees.pyx _apply). 1; 0 if the tree does not apply; -1 when out of memory. */
static int apply_tree(edited_word *w, const uint32_t *tree)
{
    const uint32_t *left = w->model->trainable_lemmatizer.edits + EDIT_COLUMNS * (size_t)tree[TREE_FIRST];
    size_t edited = (size_t)tree[TREE_LEFT_LENGTH] + tree[TREE_RIGHT_LENGTH], size = w->end - w->begin;
    w->length = 0;
    if (edited > size || (tree[TREE_WHOLE] && edited < size)) return 0;
    size_t kept = w->begin + tree[TREE_LEFT_LENGTH], right = w->end - tree[TREE_RIGHT_LENGTH];
    int result = apply_edits(w, left, tree[TREE_LEFT], w->begin);
    if (result == 1) result = append_kept(w, kept, right);
    if (result == 1) result = apply_edits(w, left + EDIT_COLUMNS * (size_t)tree[TREE_LEFT], tree[TREE_RIGHT], right);
    return result;
}

/* ---- the choice of a tree ----------------------------------------------------------------------------------------------- */

/* The best class after `last` in the order of falling scores, equal ones by number; nO if there is none. */
static uint32_t next_best(const packed_layer *w, const float *scores, uint32_t last)
{
    uint32_t best = w->nO;
    float limit = scores[last];
    for (uint32_t c = 0; c < w->nO; c++) {
        float score = scores[c];
        if (score > limit || (score == limit && c <= last)) continue;
        if (best == w->nO || score > scores[best]) best = c;
    }
    return best;
}

/* Makes the lemma by the best tree that applies, among the top_k best. As apply_tree. */
static int apply_best_tree(edited_word *w, const float *scores)
{
    const trainable_lemmatizer_model *lemmatizer = &w->model->trainable_lemmatizer;
    uint32_t label = linear_best(&lemmatizer->output, scores);
    int result = apply_tree(w, lemmatizer->trees + TREE_COLUMNS * (size_t)label);
    for (uint32_t tried = 1; tried < lemmatizer->top_k && result == 0; tried++) {
        label = next_best(&lemmatizer->output, scores, label);
        if (label == lemmatizer->output.nO) return 0;
        result = apply_tree(w, lemmatizer->trees + TREE_COLUMNS * (size_t)label);
    }
    return result;
}

static int lemmatize(tern_doc *doc, const text_view *text, size_t token, const float *scores, buffer *lemma)
{
    const token_span *s = &doc->span[token];
    edited_word w = {.model = doc->model, .text = text, .begin = s->char_start, .end = s->char_end, .lemma = lemma};
    int result = apply_best_tree(&w, scores);
    if (result < 0) return -1;
    if (result) return doc_set_lemma(doc, token, lemma->data, w.length);
    if (!doc->model->trainable_lemmatizer.text_if_none_applies) return 0;
    return doc_set_lemma(doc, token, text->bytes + s->byte_start, s->byte_end - s->byte_start);
}

int trainable_lemmatizer_annotate(tern_doc *doc, const text_view *text, const float *rows, size_t begin, size_t count,
                                  trainable_lemmatizer_scratch *scratch)
{
    const packed_layer *w = &doc->model->trainable_lemmatizer.output;
    const float *scores = linear_scores(w, rows, count, &scratch->scores);
    if (!scores) return -1;
    for (size_t i = 0; i < count; i++, scores += layer_sums(w))
        if (lemmatize(doc, text, begin + i, scores, &scratch->lemma)) return -1;
    return 0;
}

void trainable_lemmatizer_scratch_free(trainable_lemmatizer_scratch *scratch)
{
    buffer_free(&scratch->scores);
    buffer_free(&scratch->lemma);
}
