#include "textcat.h"

#include "activation.h"
#include "error.h"
#include "kernels.h"
#include "layers.h"
#include "tok2vec.h"

#include <stdlib.h>
#include <string.h>

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

/* v += the layer norm of the maxout layer's outputs, or these themselves. 0, or -1 when out of memory. */
static int add_nonlinear(const maxout_weights *hidden, float *v, textcat_scratch *s)
{
    size_t width = hidden->layer.nO;
    if (buffer_reserve(&s->scores, width, sizeof(float))) return -1;
    affine_maxout(s->scores.data, v, width, &hidden->layer, 1);
    const float *rows[2] = {v, s->scores.data};
    if (hidden->G) layer_norm(v, v, s->scores.data, hidden->G, hidden->beta, 1, width);
    else sum_rows(v, rows, 2, width);
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

/* A category that an earlier classifier has set: its label, and its place among all. */
typedef struct known_cat {
    uint32_t label, place;
} known_cat;

static int compare_labels(const void *a, const void *b)
{
    uint32_t left = ((const known_cat *)a)->label, right = ((const known_cat *)b)->label;
    return (left > right) - (left < right);
}

/* What earlier classifiers have set, by label. NULL when out of memory. */
static const known_cat *list_known(const tern_doc *doc, textcat_scratch *s)
{
    if (buffer_reserve(&s->known, doc->cat_count, sizeof(known_cat))) return NULL;
    known_cat *known = s->known.data;
    for (size_t i = 0; i < doc->cat_count; i++) known[i] = (known_cat){doc->cat[i].label, (uint32_t)i};
    qsort(known, doc->cat_count, sizeof *known, compare_labels);
    return known;
}

/* A label that an earlier classifier has too keeps its place, as in a Python dict. */
static int set_cats(tern_doc *doc, const textcat_model *w, const float *scores, textcat_scratch *s)
{
    const size_t earlier = doc->cat_count;
    const known_cat *known = earlier ? list_known(doc, s) : NULL, *same = NULL;
    if ((earlier && !known) || doc_reserve_cats(doc, earlier + w->label_count)) return -1;
    for (uint32_t c = 0; c < w->label_count; c++) {
        const known_cat key = {.label = w->labels[c]};
        if (known) same = bsearch(&key, known, earlier, sizeof key, compare_labels);
        size_t place = same ? same->place : doc->cat_count++;
        doc->cat[place] = (cat_score){.label = w->labels[c], .score = scores ? scores[c] : 0.0f};
    }
    return 0;
}

tern_status textcat_annotate(const textcat_model *w, tern_doc *doc, textcat_scratch *scratch, tern_error *err)
{
    const float *scores = NULL;
    tern_status status = doc->token_count ? score(w, doc, scratch, &scores) : TERN_OK;
    if (status == TERN_E_INTERRUPTED) return fail_interrupted(err);
    if (status || set_cats(doc, w, scores, scratch))
        return fail(err, TERN_E_MEMORY, 0, "out of memory; send a shorter text");
    return TERN_OK;
}

void textcat_scratch_free(textcat_scratch *s)
{
    bow_scratch_free(&s->bow);
    buffer *owned[] = {&s->sums, &s->ends, &s->features, &s->keys, &s->scores, &s->known};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) buffer_free(owned[i]);
}

/* ---- the component ----------------------------------------------------------------------------------------------- */

/* Vectors of width inputs that the pooling makes. */
static uint32_t pooled_rows(uint32_t pooling)
{
    uint32_t rows = 0;
    for (; pooling; pooling >>= 1) rows += pooling & 1;
    return rows;
}

static void bind_attention(binder *b, textcat_model *w)
{
    if (w->parts & TEXTCAT_KEYS) bind_layer(b, "/key", w->width, 1, w->width, &w->key);
    bind_layer(b, "/query", 1, 1, w->width, &w->query);
    if (w->parts & TEXTCAT_PLAIN) bind_layer(b, "/hidden", w->width, 0, w->width, &w->hidden.layer);
    else bind_maxout(b, "/hidden", w->width, w->width, &w->hidden);
}

/* The width of the rows of a listener that no encoder is before: the rest of what the output layer reads. */
static uint32_t width_of_output(binder *b, const textcat_model *w)
{
    packed_layer output;
    bind_layer(b, "/output", w->label_count, 1, 0, &output);
    if (b->status) return 0;
    uint32_t rows = pooled_rows(w->pooling), pooled = output.nI > w->bow.labels ? output.nI - w->bow.labels : 0;
    if (!pooled || pooled % rows) bind_refuse(b, "/output", "has a shape that does not fit the other sections");
    return pooled / rows;
}

static void bind_pooled(binder *b, tern_model *model, component_model *self, textcat_model *w)
{
    w->width = bind_encoder(b, model, self);
    if (!w->width) self->width = w->width = width_of_output(b, w);
    if (w->pooling == POOL_ATTENTION) bind_attention(b, w);
    uint64_t inputs = w->bow.labels + (uint64_t)pooled_rows(w->pooling) * w->width;
    if (!b->status && inputs > INT32_MAX) bind_refuse(b, "/output", "has more inputs than this library supports");
    bind_layer(b, "/output", w->label_count, 1, (uint32_t)inputs, &w->output);
}

/* Something is to be read, attention stands alone, keys and a layer without a norm belong to it. */
static int is_made_of(uint32_t pooling, uint32_t parts)
{
    if (pooling > POOL_ATTENTION || parts > TEXTCAT_PARTS) return 0;
    if (parts & (TEXTCAT_KEYS | TEXTCAT_PLAIN) && pooling != POOL_ATTENTION) return 0;
    return pooling || parts & TEXTCAT_BOW;
}

static void bind_settings(binder *b, textcat_model *w)
{
    uint32_t three = 3;
    const uint32_t *settings = bind_vector(b, "/settings", TERN_DTYPE_U32, &three);
    if (b->status) return;
    w->pooling = settings[0];
    w->activation = settings[1];
    w->parts = settings[2];
    if (!is_made_of(w->pooling, w->parts) || w->activation >= ACTIVATIONS)
        bind_refuse(b, "/settings", "holds a value that is out of range");
}

static void bind(binder *b, tern_model *model, component_model *self)
{
    textcat_model *w = &self->textcat;
    bind_settings(b, w);
    w->labels = bind_vector(b, "/labels", TERN_DTYPE_U32, &w->label_count);
    bind_check_labels(b, "/labels", w->labels, w->label_count, &model->strings, 0);
    /* read by older libraries; set_cats finds what labels classifiers have in common, whichever of them run */
    if (w->parts & TEXTCAT_SAME) bind_vector(b, "/same", TERN_DTYPE_U32, &w->label_count);
    if (w->parts & TEXTCAT_BOW) bind_bow(b, "/bow", w->label_count, &w->bow);
    if (w->pooling) bind_pooled(b, model, self, w);
}

static int reserve(const component_run *run) { return textcat_begin(&run->component->textcat, run->scratch); }

static int feed(const component_run *run, const float *rows, size_t begin, size_t count)
{
    return textcat_pool(&run->component->textcat, rows, begin, count, run->scratch);
}

static tern_status finish(const component_run *run, const vector_source *source, tern_error *err)
{
    (void)source;
    return textcat_annotate(&run->component->textcat, run->doc, run->scratch, err);
}

static void release(void *scratch)
{
    textcat_scratch *s = scratch;
    bow_scratch_free(&s->bow);
}

static void free_scratch(void *scratch) { textcat_scratch_free(scratch); }

#define TEXTCAT(component, factory)                                                                                    \
    {                                                                                                                  \
        .number = component,                                                                                           \
        .name = factory,                                                                                               \
        .gives = TERN_CATS,                                                                                            \
        .scratch_size = sizeof(textcat_scratch),                                                                       \
        .bind = bind,                                                                                                  \
        .reserve = reserve,                                                                                            \
        .feed = feed,                                                                                                  \
        .finish = finish,                                                                                              \
        .release = release,                                                                                            \
        .free = free_scratch,                                                                                          \
    }

const component_methods textcat_component = TEXTCAT(COMPONENT_TEXTCAT, "textcat");
const component_methods textcat_multilabel_component = TEXTCAT(COMPONENT_TEXTCAT_MULTILABEL, "textcat_multilabel");
