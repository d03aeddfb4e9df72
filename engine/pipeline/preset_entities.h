/* preset_entities.h - the entities that a caller's tokens have before the first component runs. */
#ifndef TERN_PRESET_ENTITIES_H
#define TERN_PRESET_ENTITIES_H

#include "doc.h"

/* Those of the options become the document's, whose annotations have been cleared. */
tern_status preset_entities(tern_doc *doc, const tern_options *options, tern_error *err);

#endif
