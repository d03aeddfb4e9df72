/* arcs.h - the drawing of one sentence's dependencies (SVG, to be styled by the page around it).
 *
 * Each arc rises from its head, runs level and falls to its dependent, where its tip is. It lies one level above the
 * highest arc inside it, and on a word those that reach further leave nearer to the middle: arcs of a projective tree
 * never touch. */
#ifndef TERN_ARCS_H
#define TERN_ARCS_H

#include "bytes.h"
#include "doc_parts.h"

/* Appends <svg>...</svg> for the tokens of the part. Heads outside of it are not drawn. Time n log n. 0, or -1 when out
 * of memory. */
int arcs_draw(bytes *out, const char *text, const tern_doc *doc, doc_part part);

#endif
