/* doc_json.h - a document as spaCy's Doc.to_json() (tokens/doc.pyx) has it: its keys, in its order, each of them
 * exactly when Doc.has_annotation() holds or, cats, when there are some. Beyond it, a token's last key is "norm"
 * (Token.norm_) where the run wanted TERN_NORMS, and the document's last is "noun_chunks" where it wanted
 * TERN_NOUN_CHUNKS: start and end of each, as of "sents". */
#ifndef TERN_DOC_JSON_H
#define TERN_DOC_JSON_H

#include "bytes.h"
#include "tern.h"

/* Appends one line without a line feed. text: the one that was run. Offsets count code points. */
void doc_json(bytes *out, const char *text, size_t len, const tern_doc *doc);

#endif
