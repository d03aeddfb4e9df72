/* sentencizer.h - sentence starts after marks such as a full stop (spacy/pipeline/sentencizer.pyx). */
#ifndef TERN_SENTENCIZER_H
#define TERN_SENTENCIZER_H

#include "component.h"

extern const component_methods sentencizer_component;

#endif
