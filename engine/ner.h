/* ner.h - the BILUO move table (Ratinov and Roth 2009; spacy/pipeline/_parser_internals/ner.pyx). */
#ifndef TERN_NER_H
#define TERN_NER_H

#include "doc.h"
#include "tok2vec.h"
#include "transition.h"

typedef struct ner_scratch {
    tok2vec_scratch tok2vec;
    transition_scratch net;
    buffer action;   /* [classes] bytes */
} ner_scratch;

/* Fills doc->entity from its tokens, features and sent_start. Entities do not cross a sentence start. TERN_E_MEMORY and
 * TERN_E_INTERRUPTED leave the document without some or all of them. trace (transition.h), if not NULL, sees every decision. */
tern_status ner_annotate(tern_doc *doc, ner_scratch *scratch, tern_error *err);
tern_status ner_annotate_traced(tern_doc *doc, ner_scratch *scratch, transition_trace trace, void *user, tern_error *err);

void ner_scratch_free(ner_scratch *scratch);

#endif
