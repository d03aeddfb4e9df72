/* trainable_lemmatizer.h - lemmas by edit trees that a linear layer chooses
 * (spacy/pipeline/edit_tree_lemmatizer.py). */
#ifndef TERN_TRAINABLE_LEMMATIZER_H
#define TERN_TRAINABLE_LEMMATIZER_H

#include "component.h"

extern const component_methods trainable_lemmatizer_component;

typedef struct trainable_lemmatizer_scratch {
    buffer scores; /* [rows of a block][labels] */
    buffer labels; /* [labels] in the order in which they are tried */
    buffer lemma;  /* UTF-8 of the lemma under construction */
} trainable_lemmatizer_scratch;

/* Sets the lemmas of the tokens [begin, begin + count) from their texts and their rows of the shared encoder. Nothing
 * may have set them before: then spaCy's setting overwrite changes nothing. 0, or -1 when out of memory. */
int trainable_lemmatizer_annotate(tern_doc *doc, const text_view *text, const float *rows, size_t begin, size_t count,
                                  trainable_lemmatizer_scratch *scratch);

void trainable_lemmatizer_scratch_free(trainable_lemmatizer_scratch *scratch);

#endif
