/* tagger.h - labels of tokens by one linear layer: tags, MORPH with POS, sentence starts (spacy/pipeline/tagger.pyx,
 * morphologizer.pyx, senter.pyx). */
#ifndef TERN_TAGGER_H
#define TERN_TAGGER_H

#include "component.h"

extern const component_methods tagger_component, morphologizer_component, senter_component;

typedef struct tagger_scratch {
    buffer scores;  /* [rows of a block][labels] */
    buffer choices; /* uint32_t [tokens] numbers of labels */
} tagger_scratch;

typedef struct senter_scratch {
    buffer scores;  /* [rows of a block][2] */
    buffer choices; /* [tokens] 1 or -1 */
} senter_scratch;

/* Scores of count rows by a linear layer, layer_sums(w) apart, in scores until the next call; normalize: their softmax.
 * NULL when out of memory. */
const float *linear_scores(const packed_layer *w, uint32_t normalize, const float *rows, size_t count, buffer *scores);

/* The class of the highest score in a row of scores; of equal ones the first, as numpy's argmax. */
uint32_t linear_best(const packed_layer *w, const float *scores);

/* Room for the document's tokens; before the first tagger_choose or morphologizer_choose. 0 or -1. */
int tagger_reserve(const tern_doc *doc, tagger_scratch *scratch);

/* Chooses for the tokens [begin, begin + count) from their rows of the encoder. 0, or -1 when out of memory. */
int tagger_choose(const tagger_model *tagger, const float *rows, size_t begin, size_t count, tagger_scratch *scratch);

/* Sets the tags as chosen; only where there is none, if the pipeline says so. */
void tagger_annotate(const tagger_model *tagger, tern_doc *doc, const tagger_scratch *scratch);

/* The same for MORPH and POS. */
int morphologizer_choose(const morphologizer_model *morphologizer, const float *rows, size_t begin, size_t count,
                         tagger_scratch *scratch);
void morphologizer_annotate(const morphologizer_model *morphologizer, tern_doc *doc, const tagger_scratch *scratch);

/* Room for the document's tokens; before the first senter_choose. 0 or -1. */
int senter_reserve(const tern_doc *doc, senter_scratch *scratch);

/* Chooses for the tokens [begin, begin + count) from their rows of the encoder. 0, or -1 when out of memory. */
int senter_choose(const senter_model *senter, const float *rows, size_t begin, size_t count, senter_scratch *scratch);

/* Sets sent_start as chosen where it is 0 (components between the encoder and the senter may have set it); everywhere,
 * if the pipeline says so. */
void senter_annotate(const senter_model *senter, tern_doc *doc, const senter_scratch *scratch);

void tagger_scratch_free(tagger_scratch *scratch);
void senter_scratch_free(senter_scratch *scratch);

#endif
