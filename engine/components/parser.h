/* parser.h - the arc-eager move table (Nivre 2003, 2008; spacy/pipeline/_parser_internals/arc_eager.pyx) over
 * transition.h. */
#ifndef TERN_PARSER_H
#define TERN_PARSER_H

#include "component.h"
#include "dependency.h"
#include "parser_beam.h"

extern const component_methods parser_component;

typedef struct parser_scratch {
    transition_scratch net;
    buffer runs;                   /* [classes] class_run */
    buffer flags, head_label;      /* [tokens] each */
    dependency_scratch dependency; /* before that it holds the state's columns: five of them (parser.c) */
    parser_search_scratch search;
} parser_scratch;

/* Room for the document's tokens; before the first parser_project. 0 or -1. */
int parser_reserve(const parser_model *parser, const tern_doc *doc, parser_scratch *scratch);

/* Takes rows of the encoder for the tokens from begin on, unless the document is so long that there is a source of
 * them. */
void parser_project(const parser_model *parser, const float *rows, size_t begin, size_t count, parser_scratch *scratch);

/* Fills head, dep and sent_start (1 or -1 for every token). Preset sentence starts are honoured as far as arc_eager.pyx
 * does. At most 9 steps a token. Fails as dependency_finish does, or with TERN_E_INTERRUPTED. source, trace:
 * transition.h. */
tern_status parser_annotate(const parser_model *parser, tern_doc *doc, parser_scratch *scratch,
                            const vector_source *source, transition_trace trace, void *user, tern_error *err);

void parser_scratch_free(parser_scratch *scratch);

#endif
