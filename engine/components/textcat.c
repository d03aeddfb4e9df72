#include "textcat.h"

#include "activation.h"
#include "error.h"
#include "kernels.h"

#include <string.h>

const textcat_model *textcat_of(const tern_model *model, uint32_t component)
{
    return &model->textcat[textcat_place(component)];
}

/* ---- rows -> one vector ------------------------------------------------------------------------------------------ */

int textcat_begin(const textcat_model *w, textcat_scratch *s)
{
    if (buffer_reserve(&s->sums, w->width + 1, sizeof(double)) || buffer_reserve(&s->ends, w->width, 3 * sizeof(float)))
        return -1;
    memset(s->sums.data, 0, (w->width + 1) * sizeof(double));
    return 0;
}

/* Sums in double precision: those of spaCy, in single, are at most as near. */
static void add_row(double *sums, const float *row, size_t width, float weight)
{
    for (size_t j = 0; j < width; j++) sums[j] += (double)weight * (double)row[j];
    sums[width] += (double)weight;
}

static void keep_largest(float *largest, const float *row, size_t width)
{
    for (size_t j = 0; j < width; j++) largest[j] = row[j] > largest[j] ? row[j] : largest[j];
}

/* Weight of each row before they are divided by their sum: exp of a dot product (ParametricAttention). NULL when out of
 * memory. */
static const float *attention(const textcat_model *w, const float *rows, size_t count, textcat_scratch *s)
{
    size_t stride = layer_sums(&w->query);
    if (buffer_reserve(&s->scores, count, stride * sizeof(float))) return NULL;
    float *scores = s->scores.data;
    if (w->key.nO) {
        size_t width = layer_sums(&w->key);
        if (buffer_reserve(&s->keys, count, width * sizeof(float))) return NULL;
        affine(s->keys.data, rows, w->width, &w->key, count);
        gelu(s->keys.data, count * width);
        affine(scores, s->keys.data, width, &w->query, count);
    } else {
        affine(scores, rows, w->width, &w->query, count);
    }
    for (size_t i = 0; i < count; i++) scores[i] = clipped_exp(scores[i * stride]);
    return scores;
}

int textcat_pool(const textcat_model *w, const float *rows, size_t begin, size_t count, textcat_scratch *s)
{
    const size_t width = w->width, row_size = width * sizeof(float);
    float *first = s->ends.data, *last = first + width, *largest = last + width;
    const float *weights = NULL;
    if (w->pooling & POOL_ATTENTION && (weights = attention(w, rows, count, s)) == NULL) return -1;
    if (begin == 0) memcpy(first, rows, row_size);
    if (begin == 0) memcpy(largest, rows, row_size);
    memcpy(last, rows + (count - 1) * width, row_size);
    for (size_t i = 0; i < count; i++) {
        if (w->pooling & (POOL_MEAN | POOL_ATTENTION))
            add_row(s->sums.data, rows + i * width, width, weights ? weights[i] : 1.0f);
        if (w->pooling & POOL_MAX) keep_largest(largest, rows + i * width, width);
    }
    return 0;
}

/* ---- one vector -> scores ---------------------------------------------------------------------------------------- */

/* v += the layer norm of the maxout layer's outputs. 0, or -1 when out of memory. */
static int add_nonlinear(const maxout_weights *hidden, float *v, textcat_scratch *s)
{
    size_t width = hidden->layer.nO;
    if (buffer_reserve(&s->scores, width, sizeof(float))) return -1;
    affine_maxout(s->scores.data, v, width, &hidden->layer, 1);
    layer_norm(v, v, s->scores.data, hidden->G, hidden->beta, 1, width);
    return 0;
}

/* out[pooled width]: the pooled rows, in the order of POOL_*. 0, or -1 when out of memory. */
static int finish_pool(const textcat_model *w, float *out, textcat_scratch *s)
{
    const double *sums = s->sums.data;
    const float *ends = s->ends.data;
    const unsigned at_ends[3] = {POOL_FIRST, POOL_LAST, POOL_MAX};
    for (size_t e = 0; e < 3; e++) {
        if (!(w->pooling & at_ends[e])) continue;
        memcpy(out, ends + e * w->width, w->width * sizeof *out);
        out += w->width;
    }
    if (!(w->pooling & (POOL_MEAN | POOL_ATTENTION))) return 0;
    for (size_t j = 0; j < w->width; j++) out[j] = (float)(sums[j] / sums[w->width]);
    return w->pooling & POOL_ATTENTION ? add_nonlinear(&w->hidden, out, s) : 0;
}

/* Scores of all labels, in scratch. */
static tern_status score(const textcat_model *w, const tern_doc *doc, textcat_scratch *s, const float **out)
{
    size_t bow_labels = w->bow.labels;
    if (buffer_reserve(&s->features, w->pooling ? w->output.nI : bow_labels, sizeof(float))) return TERN_E_MEMORY;
    float *features = s->features.data;
    tern_status status = bow_labels ? bow_scores(&w->bow, doc, &s->bow, features) : TERN_OK;
    *out = features;
    if (status || !w->pooling) return status;
    if (finish_pool(w, features + bow_labels, s) || buffer_reserve(&s->scores, layer_sums(&w->output), sizeof(float)))
        return TERN_E_MEMORY;
    affine(s->scores.data, features, w->output.nI, &w->output, 1);
    activate(w->activation, s->scores.data, w->output.nO);
    *out = s->scores.data;
    return TERN_OK;
}

/* ---- scores -> Doc.cats ------------------------------------------------------------------------------------------ */

/* A label that the classifier before has too keeps its place, as in a Python dict. */
static int set_cats(tern_doc *doc, const textcat_model *w, const float *scores)
{
    size_t earlier = doc->cat_count;
    if (doc_reserve_cats(doc, earlier + w->label_count)) return -1;
    for (uint32_t c = 0; c < w->label_count; c++) {
        int is_there = earlier && w->same && w->same[c] != NO_STRING;
        size_t place = is_there ? w->same[c] : doc->cat_count++;
        doc->cat[place] = (cat_score){.label = w->labels[c], .score = scores ? scores[c] : 0.0f};
    }
    return 0;
}

tern_status textcat_annotate(tern_doc *doc, uint32_t component, textcat_scratch *scratch, tern_error *err)
{
    const textcat_model *w = textcat_of(doc->model, component);
    const float *scores = NULL;
    tern_status status = doc->token_count ? score(w, doc, scratch, &scores) : TERN_OK;
    if (status == TERN_E_INTERRUPTED) return fail_interrupted(err);
    if (status || set_cats(doc, w, scores)) return fail(err, TERN_E_MEMORY, 0, "out of memory; send a shorter text");
    return TERN_OK;
}

void textcat_scratch_free(textcat_scratch *s)
{
    bow_scratch_free(&s->bow);
    buffer *owned[] = {&s->sums, &s->ends, &s->features, &s->keys, &s->scores};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) buffer_free(owned[i]);
}
