/* noun_chunks.h - base noun phrases of a parsed document (spaCy's Doc.noun_chunks; lang/.../syntax_iterators.py):
 * twelve algorithms, each for the languages that share it, over what labels and parts of speech mean in a language. */
#ifndef TERN_NOUN_CHUNKS_H
#define TERN_NOUN_CHUNKS_H

#include "binder.h"
#include "doc.h"

enum { NOUN_CHUNK_COLUMNS = 7 };

typedef struct noun_chunk_scratch {
    buffer column[NOUN_CHUNK_COLUMNS]; /* uint32_t [tokens] each */
    buffer starts;                     /* signed char [tokens] */
} noun_chunk_scratch;

/* Lists the chunks in doc->chunk, in spaCy's order. *found: 1, or 0 where spaCy raises an error instead: without a
 * parse, and for a chunk that would end before it begins. Time is linear in the tokens. 0, or -1 when out of memory or
 * interrupted. */
int noun_chunks_find(tern_doc *doc, noun_chunk_scratch *scratch, int *found);

/* The same of a document that has a parse, of a model whose language has noun chunks. */
int noun_chunks_of_parse(tern_doc *doc, noun_chunk_scratch *scratch, int *found);

void noun_chunk_scratch_free(noun_chunk_scratch *scratch);

/* After the strings. */
void bind_noun_chunks(binder *b, tern_model *model);

#endif
