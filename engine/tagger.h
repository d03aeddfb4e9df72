/* tagger.h - labels of tokens by one linear layer: tags, MORPH with POS, sentence starts (spacy/pipeline/tagger.pyx,
 * morphologizer.pyx, senter.pyx). */
#ifndef TERN_TAGGER_H
#define TERN_TAGGER_H

#include "doc.h"
#include "tok2vec.h"

typedef struct tagger_scratch {
    buffer scores;   /* [rows of a block][labels] */
} tagger_scratch;

typedef struct senter_scratch {
    tok2vec_scratch tok2vec;
    buffer scores;   /* [rows of a block][2] */
} senter_scratch;

/* Scores of count rows by a linear layer, layer_sums(w) apart, in scores until the next call. NULL when out of memory. */
const float *linear_scores(const packed_layer *w, const float *rows, size_t count, buffer *scores);

/* The class of the highest score in a row of scores; of equal ones the first, as numpy's argmax. */
uint32_t linear_best(const packed_layer *w, const float *scores);

/* Sets the tags of the tokens [begin, begin + count) from their rows of the shared tower. 0, or -1 when out of memory. */
int tagger_annotate(tern_doc *doc, const float *rows, size_t begin, size_t count, tagger_scratch *scratch);

/* The same for MORPH and POS. Nothing may have set them before: then spaCy's settings overwrite and extend change nothing. */
int morphologizer_annotate(tern_doc *doc, const float *rows, size_t begin, size_t count, tagger_scratch *scratch);

/* Sets sent_start to 1 or -1 where it is 0; everywhere, if the pipeline says so. Runs its own tower. */
tern_status senter_annotate(tern_doc *doc, senter_scratch *scratch, tern_error *err);

void tagger_scratch_free(tagger_scratch *scratch);
void senter_scratch_free(senter_scratch *scratch);

#endif
