/* doc_spans.h - Doc.spans (spacy/tokens/_dict_proxies.py SpanGroups): lists of spans by key, as components set them. */
#ifndef TERN_DOC_SPANS_H
#define TERN_DOC_SPANS_H

#include "doc.h"

/* Doc.spans[key] = an empty group: what was there is gone, its place among the keys stays. 0 or -1. */
int doc_begin_group(tern_doc *doc, uint32_t key, int has_scores);

/* Appends to the group begun last. 0, or -1 when out of memory or when there are too many. */
int doc_add_span(tern_doc *doc, group_span span);

/* Doc.spans[key], or NULL; until the next doc_begin_group. */
const span_group *doc_find_group(const tern_doc *doc, uint32_t key);

#endif
