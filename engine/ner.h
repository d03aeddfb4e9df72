/* ner.h - the BILUO move table (Ratinov and Roth 2009; spacy/pipeline/_parser_internals/ner.pyx). */
#ifndef TERN_NER_H
#define TERN_NER_H

#include "doc.h"
#include "transition.h"

typedef struct ner_scratch {
    transition_scratch net;
    buffer action;   /* [classes] bytes */
} ner_scratch;

/* Room for the document's tokens; before the first ner_project. 0 or -1. */
int ner_reserve(tern_doc *doc, ner_scratch *scratch);

/* Takes rows of the tower for the tokens from begin on. */
void ner_project(const tern_doc *doc, const float *rows, size_t begin, size_t count, ner_scratch *scratch);

/* Fills doc->entity from its tokens, features and sent_start. Entities do not cross a sentence start. TERN_E_INTERRUPTED
 * leaves the document without some or all of them. trace (transition.h), if not NULL, sees every decision. */
tern_status ner_annotate(tern_doc *doc, ner_scratch *scratch, transition_trace trace, void *user, tern_error *err);

void ner_scratch_free(ner_scratch *scratch);

#endif
