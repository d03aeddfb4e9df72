/* binder.h - how a section of the model file becomes a checked pointer (used by model_bind.c and bind_*.c only). */
#ifndef TERN_BINDER_H
#define TERN_BINDER_H

#include "model.h"

/* The first failure sticks: what follows it returns at once, so that bind functions read straight down. */
typedef struct binder {
    const model_file *file;
    tern_error *err;
    expanded_floats **expanded;    /* the model's: where sections of f16 become floats */
    const floret_settings *floret; /* the model's, for the encoders; NULL: vectors have keys, or there are none */
    tern_status status;
} binder;

typedef char section_name[48];

/* name = prefix/suffix; room for trainable_lemmatizer/tok2vec/conv/0 and for dfa/token_match */
void bind_name(section_name name, const char *prefix, const char *suffix);

void bind_refuse(binder *b, const char *name, const char *what);

/* A section of that name and kind: 1, or 0 after a failure. */
int bind_find(binder *b, const char *name, uint32_t kind, section *s);

/* An array of that dtype and rank; where f32 is asked for, one of f16 will do. Each dim that comes in as 0 is taken
 * from the file (at least 1), others must agree. NULL after a failure. */
const void *bind_array(binder *b, const char *name, uint32_t dtype, uint32_t rank, uint32_t *dims);
const void *bind_vector(binder *b, const char *name, uint32_t dtype, uint32_t *n);
const void *bind_matrix(binder *b, const char *name, uint32_t dtype, uint32_t *rows, uint32_t *cols);
const float *bind_vector_f32(binder *b, const char *name, uint32_t *n);
map bind_map(binder *b, const char *name);

/* A section of one number, 0 or 1; 0 after a failure. bind_option: also where there is none. */
uint32_t bind_switch(binder *b, const char *name);
uint32_t bind_option(binder *b, const char *name);

/* Every value is below limit. */
int bind_all_below(const uint16_t *v, size_t n, size_t limit);
void bind_check_below(binder *b, const char *name, const uint16_t *v, size_t n, size_t limit);

/* Every value is the number of one of count strings, or NO_STRING if that may be. */
void bind_check_strings(binder *b, const char *name, const uint32_t *v, size_t n, uint32_t count, int may_be_absent);

/* The same of labels, which are shown as they are: they have no control characters. Other strings may be any text, as
 * lemmas and norms of texts are. */
void bind_check_labels(binder *b, const char *name, const uint32_t *v, size_t n, const string_table *strings,
                       int may_be_absent);

/* Offsets that begin with 0, never fall, end with total, and leave no list longer than longest. */
void bind_check_starts(binder *b, const char *name, const uint32_t *start, uint32_t lists, uint32_t total,
                       uint32_t longest);

/* Is [first, first + count) inside [0, total)? */
static inline int bind_in_range(uint32_t first, uint32_t count, uint32_t total)
{
    return first <= total && count <= total - first;
}

/* The parts of a model; model_bind.c calls them in this order. */
void bind_strings(binder *b, string_table *strings);
void bind_chars(binder *b, char_table *chars);
void bind_stems(binder *b, stem_table *t, uint32_t strings);
void bind_tokenizer(binder *b, tokenizer_tables *t, const string_table *strings, uint32_t classes);
void bind_vectors(binder *b, tern_model *model);
void bind_layer(binder *b, const char *prefix, uint32_t nO, uint32_t pieces, uint32_t nI, packed_layer *w);
void bind_maxout(binder *b, const char *prefix, uint32_t nO, uint32_t nI, maxout_weights *m);

/* The encoder of a component's own, or, where the file has none, the shared one, which then must be there. Its width.
 */
uint32_t bind_encoder(binder *b, tern_model *model, uint32_t component);

void bind_tagger(binder *b, tern_model *model);
void bind_morphologizer(binder *b, tern_model *model);
void bind_trainable_lemmatizer(binder *b, tern_model *model);
void bind_parser(binder *b, tern_model *model);
void bind_senter(binder *b, tern_model *model);
void bind_ner(binder *b, tern_model *model);
void bind_ruler(binder *b, ruler_tables *r, const string_table *strings);
void bind_sentencizer(binder *b, sentencizer_tables *s);
void bind_textcat(binder *b, tern_model *model, uint32_t component);
void bind_check_textcats(binder *b, const tern_model *model); /* after both of them */
void bind_lemmatizer(binder *b, lemmatizer_tables *l, uint32_t strings);

#endif
