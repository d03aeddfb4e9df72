/* doc_cleaner.h - a component that does nothing here: what it empties in spaCy (pipeline/functions.py DocCleaner), such
 * as the tensor, no document of a run has at its end. */
#ifndef TERN_DOC_CLEANER_H
#define TERN_DOC_CLEANER_H

#include "component.h"

extern const component_methods doc_cleaner_component;

#endif
