/* binder.h - how a section of the model file becomes a checked pointer. Each part of a model is bound by the file that
 * reads it; model_bind.c calls them. */
#ifndef TERN_BINDER_H
#define TERN_BINDER_H

#include "model.h"

/* The first failure sticks: what follows it returns at once, so that bind functions read straight down. */
typedef struct binder {
    const model_file *file;
    tern_error *err;
    expanded_floats **expanded;    /* the model's: where sections of f16 become floats */
    const floret_settings *floret; /* the model's, for the encoders; NULL: vectors have keys, or there are none */
    const char *component;         /* prefix of the sections of the component that is being bound */
    tern_status status;
} binder;

/* A name that is empty or begins with / is below the component that is being bound. */
typedef char section_name[48];

/* name = prefix/suffix */
void bind_name(section_name name, const char *prefix, const char *suffix);

/* Is there a section whose name begins so? */
int bind_has(const binder *b, const char *beginning);

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

/* PREFIX/keys and PREFIX/values, which are not looked at. */
void bind_id_table(binder *b, const char *prefix, id_table *t);

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

#endif
