/* tagger.h - fine-grained tags and sentence starts by one linear layer (spacy/pipeline/tagger.pyx, senter.pyx). */
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

/* Sets the tags of the tokens [begin, begin + count) from their rows of the shared tower. 0, or -1 when out of memory. */
int tagger_annotate(tern_doc *doc, const float *rows, size_t begin, size_t count, tagger_scratch *scratch);

/* Sets sent_start to 1 or -1 where it is 0. Runs its own tower. */
tern_status senter_annotate(tern_doc *doc, senter_scratch *scratch, tern_error *err);

void tagger_scratch_free(tagger_scratch *scratch);
void senter_scratch_free(senter_scratch *scratch);

#endif
