/* sentencizer.h - sentence starts after marks such as a full stop (spacy/pipeline/sentencizer.pyx). */
#ifndef TERN_SENTENCIZER_H
#define TERN_SENTENCIZER_H

#include "component.h"

extern const component_methods sentencizer_component;

/* Sets sent_start to 1 or -1 where it is 0; everywhere, if the pipeline says so. Reads doc->attr. 0, or -1 when
 * interrupted. */
int sentencizer_annotate(const sentencizer_tables *t, tern_doc *doc, const text_view *text);

#endif
