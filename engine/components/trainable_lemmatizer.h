/* trainable_lemmatizer.h - lemmas by edit trees that a linear layer chooses
 * (spacy/pipeline/edit_tree_lemmatizer.py). */
#ifndef TERN_TRAINABLE_LEMMATIZER_H
#define TERN_TRAINABLE_LEMMATIZER_H

#include "component.h"

extern const component_methods trainable_lemmatizer_component;

typedef struct trainable_lemmatizer_scratch {
    buffer scores;  /* [rows of a block][labels] */
    buffer labels;  /* [labels] in the order in which they are tried */
    buffer lemma;   /* UTF-8 of the lemma under construction */
    buffer choices; /* lemma_ref [tokens] */
} trainable_lemmatizer_scratch;

/* Room for the document's tokens; before the first trainable_lemmatizer_choose. 0 or -1. */
int trainable_lemmatizer_reserve(const tern_doc *doc, trainable_lemmatizer_scratch *scratch);

/* Makes the lemmas of the tokens [begin, begin + count) from their texts and their rows of the encoder. 0, or -1 when
 * out of memory. */
int trainable_lemmatizer_choose(const trainable_lemmatizer_model *l, tern_doc *doc, const float *rows, size_t begin,
                                size_t count, trainable_lemmatizer_scratch *scratch);

/* Sets them; only where there is none, if the pipeline says so. */
void trainable_lemmatizer_annotate(const trainable_lemmatizer_model *l, tern_doc *doc,
                                   const trainable_lemmatizer_scratch *scratch);

void trainable_lemmatizer_scratch_free(trainable_lemmatizer_scratch *scratch);

#endif
