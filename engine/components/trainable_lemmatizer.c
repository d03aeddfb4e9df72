#include "trainable_lemmatizer.h"

#include "kernels.h"
#include "layers.h"
#include "string_store.h"
#include "tagger.h"
#include "tok2vec.h"

#include <string.h>

/* Columns of the tables trainable_lemmatizer/trees and trainable_lemmatizer/edits. */
enum { TREE_FIRST = 0, TREE_LEFT, TREE_RIGHT, TREE_LEFT_LENGTH, TREE_RIGHT_LENGTH, TREE_WHOLE, TREE_COLUMNS };
enum { EDIT_LENGTH = 0, EDIT_OLD, EDIT_NEW, EDIT_COLUMNS };

/* ---- a tree and a word ------------------------------------------------------------------------------------------- */

typedef struct edited_word {
    const trainable_lemmatizer_model *lemmatizer;
    const tern_model *model;
    const text_view *text;
    size_t begin, end; /* code points of the text */
    buffer *lemma;
    size_t length; /* of the lemma so far, in bytes */
} edited_word;

/* 1, or -1 when out of memory. */
static int append(edited_word *w, const void *bytes, size_t len)
{
    if (buffer_reserve(w->lemma, w->length + len + 1, 1)) return -1; /* never NULL, even for an empty lemma */
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

/* Makes the lemma of the word by a tree (edit_trees.pyx _apply). 1; 0 if the tree does not apply; -1 when out of
 * memory. */
static int apply_tree(edited_word *w, const uint32_t *tree)
{
    const uint32_t *left = w->lemmatizer->edits + EDIT_COLUMNS * (size_t)tree[TREE_FIRST];
    size_t edited = (size_t)tree[TREE_LEFT_LENGTH] + tree[TREE_RIGHT_LENGTH], size = w->end - w->begin;
    w->length = 0;
    if (edited > size || (tree[TREE_WHOLE] && edited < size)) return 0;
    size_t kept = w->begin + tree[TREE_LEFT_LENGTH], right = w->end - tree[TREE_RIGHT_LENGTH];
    int result = apply_edits(w, left, tree[TREE_LEFT], w->begin);
    if (result == 1) result = append_kept(w, kept, right);
    if (result == 1) result = apply_edits(w, left + EDIT_COLUMNS * (size_t)tree[TREE_LEFT], tree[TREE_RIGHT], right);
    return result;
}

/* ---- the choice of a tree ---------------------------------------------------------------------------------------- */

/* A heap of labels: the best one is the first. */
typedef struct ranking {
    const float *scores;
    uint32_t *label;
    uint32_t count;
    int last_first; /* of equal scores: as numpy's argsort reversed, not as argmax */
} ranking;

static int comes_before(const ranking *r, uint32_t a, uint32_t b)
{
    if (r->scores[a] != r->scores[b]) return r->scores[a] > r->scores[b];
    return r->last_first ? a > b : a < b;
}

static void sift_down(ranking *r, uint32_t at)
{
    for (uint32_t child; (child = 2 * at + 1) < r->count; at = child) {
        uint32_t label = r->label[at];
        if (child + 1 < r->count && comes_before(r, r->label[child + 1], r->label[child])) child++;
        if (!comes_before(r, r->label[child], label)) return;
        r->label[at] = r->label[child];
        r->label[child] = label;
    }
}

/* 0, or -1 when out of memory. */
static int rank(ranking *r, buffer *labels)
{
    if (buffer_reserve(labels, r->count, sizeof *r->label)) return -1;
    r->label = labels->data;
    for (uint32_t c = 0; c < r->count; c++) r->label[c] = c;
    for (uint32_t at = r->count / 2; at-- > 0;) sift_down(r, at);
    return 0;
}

static uint32_t take_best(ranking *r)
{
    uint32_t best = r->label[0];
    r->label[0] = r->label[--r->count];
    sift_down(r, 0);
    return best;
}

/* Makes the lemma by the best tree that applies, among the top_k best. As apply_tree. */
static int apply_best_tree(edited_word *w, const float *scores, buffer *labels)
{
    const trainable_lemmatizer_model *l = w->lemmatizer;
    if (l->top_k == 1) return apply_tree(w, l->trees + TREE_COLUMNS * (size_t)linear_best(&l->output, scores));
    ranking r = {.scores = scores, .count = l->output.nO, .last_first = l->top_k > EDIT_TREE_TOP_K_GUARDRAIL};
    int result = 0;
    if (rank(&r, labels)) return -1;
    for (uint32_t tried = 0; tried < l->top_k && r.count && result == 0; tried++)
        result = apply_tree(w, l->trees + TREE_COLUMNS * (size_t)take_best(&r));
    return result;
}

/* What a token gets for which no tree applies. */
static const lemma_ref no_lemma = {.string = NO_STRING, .start = UINT32_MAX};

static int choose(const trainable_lemmatizer_model *l, tern_doc *doc, size_t token, const float *scores,
                  trainable_lemmatizer_scratch *scratch)
{
    const token_span *s = &doc->span[token];
    lemma_ref *choice = (lemma_ref *)scratch->choices.data + token;
    edited_word w = {.lemmatizer = l,
                     .model = doc->model,
                     .text = doc->text,
                     .begin = s->char_start,
                     .end = s->char_end,
                     .lemma = &scratch->lemma};
    int result = apply_best_tree(&w, scores, &scratch->labels);
    if (result < 0) return -1;
    if (result) return doc_keep_text(doc, scratch->lemma.data, w.length, choice);
    *choice = no_lemma;
    if (!l->text_if_none_applies) return 0;
    return doc_keep_text(doc, doc->text->bytes + s->byte_start, s->byte_end - s->byte_start, choice);
}

int trainable_lemmatizer_reserve(const tern_doc *doc, trainable_lemmatizer_scratch *scratch)
{
    return buffer_reserve(&scratch->choices, doc->token_count, sizeof(lemma_ref));
}

int trainable_lemmatizer_choose(const trainable_lemmatizer_model *l, tern_doc *doc, const float *rows, size_t begin,
                                size_t count, trainable_lemmatizer_scratch *scratch)
{
    const float *scores = linear_scores(&l->output, l->normalize, rows, count, &scratch->scores);
    if (!scores) return -1;
    for (size_t i = 0; i < count; i++, scores += layer_sums(&l->output))
        if (choose(l, doc, begin + i, scores, scratch)) return -1;
    return 0;
}

void trainable_lemmatizer_annotate(const trainable_lemmatizer_model *l, tern_doc *doc,
                                   const trainable_lemmatizer_scratch *scratch)
{
    const lemma_ref *choice = scratch->choices.data;
    for (size_t i = 0; i < doc->token_count; i++) {
        if (l->keeps && doc_has_lemma(doc, i)) continue;
        if (choice[i].start != no_lemma.start || choice[i].length) doc->lemma[i] = choice[i];
    }
}

void trainable_lemmatizer_scratch_free(trainable_lemmatizer_scratch *scratch)
{
    buffer_free(&scratch->scores);
    buffer_free(&scratch->labels);
    buffer_free(&scratch->lemma);
    buffer_free(&scratch->choices);
}

/* ---- the component ----------------------------------------------------------------------------------------------- */

/* The code points that count edits take. */
static uint64_t edited_length(const uint32_t *edits, uint32_t count)
{
    uint64_t length = 0;
    for (uint32_t i = 0; i < count; i++) length += edits[3 * (size_t)i];
    return length;
}

static void check_tree(binder *b, const uint32_t *tree, const uint32_t *edits, uint32_t edit_count)
{
    static const char *const name = "/trees";
    if (tree[1] > EDIT_TREE_MAX_EDITS || tree[2] > EDIT_TREE_MAX_EDITS || tree[5] > 1
        || !bind_in_range(tree[0], tree[1] + tree[2], edit_count))
        return bind_refuse(b, name, "holds a value that is out of range");
    const uint32_t *left = edits + 3 * (size_t)tree[0], *right = left + 3 * (size_t)tree[1];
    if (edited_length(left, tree[1]) != tree[3] || edited_length(right, tree[2]) != tree[4])
        bind_refuse(b, name, "has a length that is not that of its edits");
}

static void check_edits(binder *b, const uint32_t *edits, uint32_t count, uint32_t strings)
{
    for (uint32_t i = 0; i < count && !b->status; i++) {
        const uint32_t *edit = edits + 3 * (size_t)i;
        bind_check_strings(b, "/edits", edit + 1, 2, strings, 1);
        if (edit[1] != NO_STRING && edit[2] == NO_STRING) bind_refuse(b, "/edits", "lacks a string");
    }
}

static void bind(binder *b, tern_model *model, component_model *self)
{
    uint32_t two = 2, three = 3, six = 6, labels = 0, edits = 0, width = bind_encoder(b, model, self);
    trainable_lemmatizer_model *t = &self->trainable_lemmatizer;
    const uint32_t *settings = bind_vector(b, "/settings", TERN_DTYPE_U32, &two);
    t->trees = bind_matrix(b, "/trees", TERN_DTYPE_U32, &labels, &six);
    t->edits = bind_matrix(b, "/edits", TERN_DTYPE_U32, &edits, &three);
    check_edits(b, t->edits, edits, model->strings.count);
    bind_layer(b, "", labels, 1, width, &t->output);
    t->keeps = bind_option(b, "/keeps");
    self->width = t->output.nI;
    t->normalize = bind_option(b, "/normalize");
    for (uint32_t i = 0; i < labels && !b->status; i++) check_tree(b, t->trees + 6 * (size_t)i, t->edits, edits);
    if (b->status) return;
    t->top_k = settings[0];
    t->text_if_none_applies = settings[1];
    if (settings[1] > 1) bind_refuse(b, "/settings", "holds a value that is out of range");
}

static int reserve(const component_run *run) { return trainable_lemmatizer_reserve(run->doc, run->scratch); }

static int feed(const component_run *run, const float *rows, size_t begin, size_t count)
{
    return trainable_lemmatizer_choose(&run->component->trainable_lemmatizer, run->doc, rows, begin, count,
                                       run->scratch);
}

static tern_status finish(const component_run *run, const vector_source *source, tern_error *err)
{
    (void)source, (void)err;
    trainable_lemmatizer_annotate(&run->component->trainable_lemmatizer, run->doc, run->scratch);
    return TERN_OK;
}

static void free_scratch(void *scratch) { trainable_lemmatizer_scratch_free(scratch); }

const component_methods trainable_lemmatizer_component = {
    .number = COMPONENT_TRAINABLE_LEMMATIZER,
    .name = "trainable_lemmatizer",
    .gives = TERN_LEMMAS,
    .scratch_size = sizeof(trainable_lemmatizer_scratch),
    .bind = bind,
    .reserve = reserve,
    .feed = feed,
    .finish = finish,
    .release = free_scratch,
    .free = free_scratch,
};
