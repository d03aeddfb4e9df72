/* doc_html.h - documents as pages to look at: one file, no scripts, nothing from elsewhere (html_out.h). */
#ifndef TERN_DOC_HTML_H
#define TERN_DOC_HTML_H

#include "bytes.h"
#include "tern.h"

/* The text with its entities marked and named. */
void doc_html_entities(bytes *out, const char *text, size_t len, const tern_doc *doc);

/* A drawing (SVG) for each sentence: words with their parts of speech below, an arc from each head to its dependents
 * above. Arcs only cross where the parse is not projective. A sentence without dependencies is a row of words. */
void doc_html_arcs(bytes *out, const char *text, const tern_doc *doc);

#endif
