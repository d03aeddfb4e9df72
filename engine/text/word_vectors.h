/* word_vectors.h - which row of the tables of static vectors a text has (spacy/vectors.pyx find, mode "default"). */
#ifndef TERN_WORD_VECTORS_H
#define TERN_WORD_VECTORS_H

#include "binder.h"

/* No row: every table of vectors is shorter. */
#define NO_VECTOR UINT32_MAX

/* Row of the text with that id (its own: not that of its NORM), or NO_VECTOR. Reads a page or two of the file; whatever
 * a damaged file has there, only the row is wrong, and rows are checked where a table is read. */
uint32_t word_vectors_find(const vector_keys *v, uint64_t id);

/* The keys of model->vectors, or the settings of model->floret, which are the binder's from then on. */
void bind_vectors(binder *b, tern_model *model);

#endif
