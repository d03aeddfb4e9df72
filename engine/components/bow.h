/* bow.h - a linear classifier of a document's bag of words and n-grams (spaCy's TextCatBOW; spacy/ml/extract_ngrams.py,
 * thinc sparselinear.pyx). */
#ifndef TERN_BOW_H
#define TERN_BOW_H

#include "binder.h"
#include "doc.h"

typedef struct bow_scratch {
    buffer keys; /* [2][n-grams of all lengths] */
} bow_scratch;

/* scores[labels] = the sums of the document's words, after w's activation; bit for bit spaCy's before it. Wants
 * doc->attr[ATTR_ORTH]. TERN_E_MEMORY, or TERN_E_INTERRUPTED by doc->interruption. */
tern_status bow_scores(const bow_model *w, const tern_doc *doc, bow_scratch *scratch, float *scores);

void bow_scratch_free(bow_scratch *scratch);

/* The bag of words of PREFIX, of that many labels. */
void bind_bow(binder *b, const char *prefix, uint32_t labels, bow_model *w);

#endif
