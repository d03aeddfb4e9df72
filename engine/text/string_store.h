/* string_store.h - strings of the model file, and spaCy's 64-bit string ids (spacy/strings.pyx get_string_id). */
#ifndef TERN_STRING_STORE_H
#define TERN_STRING_STORE_H

#include "binder.h"

/* Id of any text: 0 for "", the number of a reserved symbol (spacy/symbols.pyx), else murmur64a(text, 1). */
uint64_t string_id(const tern_model *model, const void *text, size_t len);

/* The string of that number, NUL-terminated; "" for a number out of range. len may be NULL. */
const char *string_get(const tern_model *model, uint64_t number, size_t *len);
uint64_t string_id_of(const tern_model *model, uint64_t number);

void bind_strings(binder *b, string_table *t);

#endif
