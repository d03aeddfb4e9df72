/* doc_json.h - a document as spaCy's Doc.to_json() (tokens/doc.pyx) has it: its keys, in its order, each of them
 * exactly when Doc.has_annotation() holds or, cats, when there are some. Beyond it, a token's last key is "norm"
 * (Token.norm_) where the run wanted TERN_NORMS, and the document's last is "noun_chunks" where it wanted
 * TERN_NOUN_CHUNKS: start and end of each, as of "sents"; and an entity's last key is "score" where that is asked for.
 */
#ifndef TERN_DOC_JSON_H
#define TERN_DOC_JSON_H

#include "bytes.h"
#include "tern.h"

/* Its members but for the text. */
enum {
    DOC_JSON_ENTS,
    DOC_JSON_SENTS,
    DOC_JSON_CATS,
    DOC_JSON_TOKENS,
    DOC_JSON_SPANS,
    DOC_JSON_NOUN_CHUNKS,
    DOC_JSON_FIELDS
};
#define DOC_JSON_ALL ((1u << DOC_JSON_FIELDS) - 1)
#define DOC_JSON_SCORES                                                                                                \
    (1u << 30) /* no member: entities have their scores, of a run with tern_options.entity_scores                      \
                */

/* The bit of a member's name, 1u << DOC_JSON_ENTS for "ents"; 0: it is none. */
unsigned doc_json_field(const char *name);
/* What a run has to want (TERN_ENTITIES, ...) for these bits. Of tokens without TERN_NORMS. */
unsigned doc_json_want(unsigned fields);
/* Appends the members of these bits to an object that is open: with a comma before them unless out ends in '{'. */
void doc_json_fields(bytes *out, const tern_doc *doc, unsigned fields);

/* Appends one line without a line feed. text: the one that was run. Offsets count code points. besides: DOC_JSON_SCORES
 * or 0. */
void doc_json(bytes *out, const char *text, size_t len, const tern_doc *doc, unsigned besides);

#endif
