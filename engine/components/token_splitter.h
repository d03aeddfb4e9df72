/* token_splitter.h - splits long tokens into pieces of one length (spacy/pipeline/functions.py TokenSplitter). */
#ifndef TERN_TOKEN_SPLITTER_H
#define TERN_TOKEN_SPLITTER_H

#include "component.h"

extern const component_methods token_splitter_component;

#endif
