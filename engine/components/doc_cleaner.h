/* doc_cleaner.h - a component that empties attributes of the document (spaCy's pipeline/functions.py DocCleaner). Of
 * those that convert, documents here have one, the tensor: at the end of a run it is not there (pipeline.c). */
#ifndef TERN_DOC_CLEANER_H
#define TERN_DOC_CLEANER_H

#include "component.h"

extern const component_methods doc_cleaner_component;

#endif
