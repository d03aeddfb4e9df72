/* sentence_cats.h - the categories of each sentence, scored as a document of its own. */
#ifndef TERN_SENTENCE_CATS_H
#define TERN_SENTENCE_CATS_H

#include "ctx.h"

/* After the last component. spaCy's Span.as_doc keeps NORM and the other features of the tokens, so these need no
 * second look. */
tern_status classify_sentences(tern_ctx *ctx, place_set run, tern_error *err);

#endif
