/* parser_beam.h - the arc-eager moves for states that a beam copies. */
#ifndef TERN_PARSER_BEAM_H
#define TERN_PARSER_BEAM_H

#include "beam.h"
#include "doc.h"

typedef struct parser_search_scratch {
    beam_scratch beam;
    buffer cells; /* (parser_beam.c) */
} parser_search_scratch;

/* What the best state of a beam has done, in scratch->beam. runs: of all classes. net: reserved, and projected if there
 * is no source. 0, or -1 as beam_search. */
int parser_search(const parser_model *parser, const tern_doc *doc, const class_run *runs, size_t run_count,
                  transition_scratch *net, parser_search_scratch *scratch, const vector_source *source);

void parser_search_scratch_free(parser_search_scratch *scratch);

#endif
