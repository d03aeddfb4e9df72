/* bind_labels.c - components that choose labels of tokens by a linear layer on an encoder. */
#include "binder.h"

void bind_morphologizer(binder *b, tern_model *model)
{
    uint32_t two = 2, labels = 0, width = bind_encoder(b, model, COMPONENT_MORPHOLOGIZER);
    morphologizer_model *m = &model->morphologizer;
    m->labels = bind_matrix(b, "morphologizer/labels", TERN_DTYPE_U32, &labels, &two);
    bind_check_labels(b, "morphologizer/labels", m->labels, 2 * (size_t)labels, &model->strings, 0);
    bind_layer(b, "morphologizer", labels, 1, width, &m->output);
}

/* ---- edit trees -------------------------------------------------------------------------------------------------- */

/* The code points that count edits take. */
static uint64_t edited_length(const uint32_t *edits, uint32_t count)
{
    uint64_t length = 0;
    for (uint32_t i = 0; i < count; i++) length += edits[3 * (size_t)i];
    return length;
}

static void check_tree(binder *b, const uint32_t *tree, const uint32_t *edits, uint32_t edit_count)
{
    static const char *const name = "trainable_lemmatizer/trees";
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
        bind_check_strings(b, "trainable_lemmatizer/edits", edit + 1, 2, strings, 1);
        if (edit[1] != NO_STRING && edit[2] == NO_STRING)
            bind_refuse(b, "trainable_lemmatizer/edits", "lacks a string");
    }
}

void bind_trainable_lemmatizer(binder *b, tern_model *model)
{
    uint32_t two = 2, three = 3, six = 6, labels = 0, edits = 0,
             width = bind_encoder(b, model, COMPONENT_TRAINABLE_LEMMATIZER);
    trainable_lemmatizer_model *t = &model->trainable_lemmatizer;
    const uint32_t *settings = bind_vector(b, "trainable_lemmatizer/settings", TERN_DTYPE_U32, &two);
    t->trees = bind_matrix(b, "trainable_lemmatizer/trees", TERN_DTYPE_U32, &labels, &six);
    t->edits = bind_matrix(b, "trainable_lemmatizer/edits", TERN_DTYPE_U32, &edits, &three);
    check_edits(b, t->edits, edits, model->strings.count);
    bind_layer(b, "trainable_lemmatizer", labels, 1, width, &t->output);
    for (uint32_t i = 0; i < labels && !b->status; i++) check_tree(b, t->trees + 6 * (size_t)i, t->edits, edits);
    if (b->status) return;
    t->top_k = settings[0];
    t->text_if_none_applies = settings[1];
    if (settings[1] > 1) bind_refuse(b, "trainable_lemmatizer/settings", "holds a value that is out of range");
}
