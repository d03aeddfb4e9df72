/* textcat.h - text classifiers (spacy/pipeline/textcat.py, textcat_multilabel.py; spacy/ml/models/textcat.py):
 * categories of the document from its bag of words, from the rows of an encoder, or from both. */
#ifndef TERN_TEXTCAT_H
#define TERN_TEXTCAT_H

#include "bow.h"
#include "component.h"

extern const component_methods textcat_component, textcat_multilabel_component;

typedef struct textcat_scratch {
    bow_scratch bow;
    buffer sums;     /* double [width + 1]: of the rows by their weights, then of these weights */
    buffer ends;     /* float [3][width]: the first row, the last one, the largest values */
    buffer features; /* float [labels + pooled width] what the output layer reads */
    buffer keys;     /* float [rows of a block][sums of the key layer] */
    buffer scores;   /* float [sums of a layer] */
    buffer known;    /* of the categories that are set already: label and place */
} textcat_scratch;

/* Before the encoder's first rows. 0, or -1 when out of memory. */
int textcat_begin(const textcat_model *w, textcat_scratch *scratch);

/* Takes the encoder's next count rows. 0, or -1 when out of memory. */
int textcat_pool(const textcat_model *w, const float *rows, size_t begin, size_t count, textcat_scratch *scratch);

/* After its last rows: sets doc->cat. With no tokens the scores are 0 and nothing else is looked at. */
tern_status textcat_annotate(const textcat_model *w, tern_doc *doc, textcat_scratch *scratch, tern_error *err);

void textcat_scratch_free(textcat_scratch *scratch);

#endif
