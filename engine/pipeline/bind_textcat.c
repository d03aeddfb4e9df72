/* bind_textcat.c - text classifiers. */
#include "activation.h"
#include "binder.h"

#include <stdio.h>

/* ---- bag of words ------------------------------------------------------------------------------------------------ */

/* Rows are where `used` and `before` say; all of them lie in the section. */
static void check_rows(binder *b, const char *name, const bow_model *w, uint32_t words, uint32_t rows)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < words && !b->status; i++) {
        if (w->before[i] != count) bind_refuse(b, name, "does not count the rows before it");
        count += (uint64_t)__builtin_popcountll(w->used[i]);
    }
    if (!b->status && count > rows) bind_refuse(b, name, "counts more rows than there are");
}

static void bind_bow_settings(binder *b, const char *prefix, bow_model *w)
{
    section_name name;
    uint32_t four = 4;
    bind_name(name, prefix, "settings");
    const uint32_t *settings = bind_vector(b, name, TERN_DTYPE_U32, &four);
    if (b->status) return;
    w->longest = settings[0];
    w->buckets = settings[1];
    w->activation = settings[2];
    w->overlaps = settings[3];
    if (!w->longest || w->longest > BOW_MAX_NGRAM || !w->buckets || w->buckets > BOW_MAX_BUCKETS
        || w->activation >= ACTIVATIONS || w->overlaps > 1)
        bind_refuse(b, name, "holds a value that is out of range");
}

static void bind_bow(binder *b, const char *prefix, uint32_t labels, bow_model *w)
{
    section_name name;
    bind_bow_settings(b, prefix, w);
    if (b->status) return;
    w->labels = labels;
    uint64_t positions = w->overlaps ? (uint64_t)w->buckets + labels - 1 : w->buckets;
    uint32_t words = (uint32_t)((positions + 63) / 64), rows = 0, length = bow_row_length(w);
    bind_name(name, prefix, "b");
    w->bias = bind_vector_f32(b, name, &labels);
    bind_name(name, prefix, "rows");
    w->rows = bind_matrix(b, name, TERN_DTYPE_F32, &rows, &length);
    bind_name(name, prefix, "used");
    w->used = bind_vector(b, name, TERN_DTYPE_U64, &words);
    bind_name(name, prefix, "before");
    w->before = bind_vector(b, name, TERN_DTYPE_U32, &words);
    if (!b->status) check_rows(b, name, w, words, rows);
}

/* ---- pooled rows ------------------------------------------------------------------------------------------------- */

/* Vectors of width inputs that the pooling makes. */
static uint32_t pooled_rows(uint32_t pooling)
{
    uint32_t rows = 0;
    for (; pooling; pooling >>= 1) rows += pooling & 1;
    return rows;
}

static void bind_attention(binder *b, const char *prefix, textcat_model *w)
{
    section_name layer;
    bind_name(layer, prefix, "key");
    if (w->parts & TEXTCAT_KEYS) bind_layer(b, layer, w->width, 1, w->width, &w->key);
    bind_name(layer, prefix, "query");
    bind_layer(b, layer, 1, 1, w->width, &w->query);
    bind_name(layer, prefix, "hidden");
    bind_maxout(b, layer, w->width, w->width, &w->hidden);
}

static void bind_pooled(binder *b, tern_model *model, uint32_t component, const char *prefix, textcat_model *w)
{
    section_name name;
    w->width = bind_encoder(b, model, component);
    if (w->pooling == POOL_ATTENTION) bind_attention(b, prefix, w);
    bind_name(name, prefix, "output");
    uint64_t inputs = w->bow.labels + (uint64_t)pooled_rows(w->pooling) * w->width;
    if (!b->status && inputs > INT32_MAX) bind_refuse(b, name, "has more inputs than this library supports");
    bind_layer(b, name, w->label_count, 1, (uint32_t)inputs, &w->output);
}

/* ---- the classifier ---------------------------------------------------------------------------------------------- */

/* Something is to be read, attention stands alone, keys belong to it. */
static int is_made_of(uint32_t pooling, uint32_t parts)
{
    if (pooling > POOL_ATTENTION || parts > TEXTCAT_PARTS) return 0;
    if (parts & TEXTCAT_KEYS && pooling != POOL_ATTENTION) return 0;
    return pooling || parts & TEXTCAT_BOW;
}

static void bind_settings(binder *b, const char *prefix, textcat_model *w)
{
    section_name name;
    uint32_t three = 3;
    bind_name(name, prefix, "settings");
    const uint32_t *settings = bind_vector(b, name, TERN_DTYPE_U32, &three);
    if (b->status) return;
    w->pooling = settings[0];
    w->activation = settings[1];
    w->parts = settings[2];
    if (!is_made_of(w->pooling, w->parts) || w->activation >= ACTIVATIONS)
        bind_refuse(b, name, "holds a value that is out of range");
}

void bind_textcat(binder *b, tern_model *model, uint32_t component)
{
    section_name name, prefix;
    textcat_model *w = &model->textcat[textcat_place(component)];
    snprintf(prefix, sizeof prefix, "%s", tern_component_name(1u << component));
    bind_settings(b, prefix, w);
    bind_name(name, prefix, "labels");
    w->labels = bind_vector(b, name, TERN_DTYPE_U32, &w->label_count);
    bind_check_labels(b, name, w->labels, w->label_count, &model->strings, 0);
    bind_name(name, prefix, "same");
    if (w->parts & TEXTCAT_SAME) w->same = bind_vector(b, name, TERN_DTYPE_U32, &w->label_count);
    bind_name(name, prefix, "bow");
    if (w->parts & TEXTCAT_BOW) bind_bow(b, name, w->label_count, &w->bow);
    if (w->pooling) bind_pooled(b, model, component, prefix, w);
}

/* Places among the other's labels. */
static void check_same(binder *b, const char *prefix, const textcat_model *w, const textcat_model *other)
{
    section_name name;
    bind_name(name, prefix, "same");
    for (uint32_t c = 0; w->same && c < w->label_count && !b->status; c++)
        if (w->same[c] != NO_STRING && w->same[c] >= other->label_count)
            bind_refuse(b, name, "holds a value that is out of range");
}

void bind_check_textcats(binder *b, const tern_model *model)
{
    check_same(b, "textcat", &model->textcat[0], &model->textcat[1]);
    check_same(b, "textcat_multilabel", &model->textcat[1], &model->textcat[0]);
}
