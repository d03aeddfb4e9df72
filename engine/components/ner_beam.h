/* ner_beam.h - the BILUO moves for states that a beam copies. */
#ifndef TERN_NER_BEAM_H
#define TERN_NER_BEAM_H

#include "beam.h"
#include "doc.h"

typedef struct ner_search_scratch {
    beam_scratch beam;
    buffer unseen; /* (ner_beam.c) */
} ner_search_scratch;

/* What the best state of a beam has done, an action a token, in scratch->beam: on tokens of preset entities, too.
 * presets: in the order of the text, none with a token of another. net: reserved, and projected if there is no source.
 * 0, or -1 as beam_search. */
int ner_search(const ner_model *ner, const tern_doc *doc, const entity_span *presets, size_t preset_count,
               transition_scratch *net, ner_search_scratch *scratch, const vector_source *source);

void ner_search_scratch_free(ner_search_scratch *scratch);

#endif
