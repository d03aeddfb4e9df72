/* dependency.h - what happens to a finished parse: edges of subtrees, deprojectivisation (Nivre and Nilsson 2005),
 * sentence starts (spacy/tokens/doc.pyx set_children_from_heads, pipeline/_parser_internals/nonproj.pyx). */
#ifndef TERN_DEPENDENCY_H
#define TERN_DEPENDENCY_H

#include "doc.h"

/* Whoever calls dependency_finish may use the columns before: what is there is overwritten. */
enum { EDGE_COLUMNS = 2, DEPENDENCY_COLUMNS = 7 };

typedef struct dependency_scratch {
    buffer column[DEPENDENCY_COLUMNS]; /* uint32_t [tokens] each; the last ones only where there are lifted arcs */
} dependency_scratch;

/* doc->head (without cycles) and COLUMN_DEP hold the parser's arcs; head_label[i] is the Y of a label X||Y, or
 * NO_STRING. Rewrites the heads of lifted arcs, then sets sent_start, 1 or -1, from the left edges of the roots. Time
 * is linear in the tokens. TERN_E_MEMORY; TERN_E_TOO_COMPLEX for a text made to keep its searches busy (4096 visits a
 * token). */
tern_status dependency_finish(tern_doc *doc, const uint32_t *head_label, dependency_scratch *scratch, tern_error *err);

/* Edges of subtrees and sentence starts of heads that are there already (without cycles), which stay; all [tokens]. */
void dependency_edges(tern_doc *doc, uint32_t *left_edge, uint32_t *right_edge, signed char *starts);

void dependency_scratch_free(dependency_scratch *scratch);

#endif
