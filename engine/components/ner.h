/* ner.h - the BILUO move table (Ratinov and Roth 2009; spacy/pipeline/_parser_internals/ner.pyx). */
#ifndef TERN_NER_H
#define TERN_NER_H

#include "component.h"
#include "ner_beam.h"

extern const component_methods ner_component;

typedef struct ner_scratch {
    transition_scratch net;
    buffer runs, open_runs; /* [classes] class_run each: of all classes, and of those that go on with an entity */
    buffer presets;         /* entity_span each */
    ner_search_scratch search;
} ner_scratch;

/* Room for the document's tokens; before the first ner_project. 0 or -1. */
int ner_reserve(const ner_model *ner, tern_doc *doc, ner_scratch *scratch);

/* Takes rows of the encoder for the tokens from begin on, unless the document is so long that there is a source of
 * them. */
void ner_project(const ner_model *ner, const float *rows, size_t begin, size_t count, ner_scratch *scratch);

/* Adds to doc->entity from its tokens, features and sent_start. Entities that are there already stay, and no other has
 * a token of theirs; new ones do not cross a sentence start.
 * TERN_E_INTERRUPTED and TERN_E_MEMORY leave the document without some or all of them. source, trace: transition.h. */
tern_status ner_annotate(const ner_model *ner, tern_doc *doc, ner_scratch *scratch, const vector_source *source,
                         transition_trace trace, void *user, tern_error *err);

void ner_scratch_free(ner_scratch *scratch);

#endif
