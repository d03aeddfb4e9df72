/* redaction.h - a text without what it says of persons: what of it is replaced (entities of the model, what pii.h's
 * patterns find), and what stands there instead. Zero options are the default: everything of pii.h, by labels. */
#ifndef TERN_REDACTION_H
#define TERN_REDACTION_H

#include "bytes.h"
#include "offsets.h"
#include "pii.h"
#include "tern.h"

/* [PERSON]; [PERSON:1f3870be274f6c49], a hash of the value with a key, the same for the same value; a star for each
 * code point; nothing. */
typedef enum redact_way { REDACT_LABEL, REDACT_HASH, REDACT_STARS, REDACT_REMOVE } redact_way;

#define REDACT_WAYS "\"label\", \"hash\", \"stars\" or \"remove\""

/* The one of that name, or -1. */
int redact_way_from_name(const char *name, size_t len);

#define REDACT_LEAST_KEY 16    /* bytes of a key */
#define REDACT_HASH_DIGITS 16u /* hexadecimal, of the 64 of HMAC-SHA-256 */

typedef struct redaction_options {
    redact_way way;
    int chosen;         /* 1: what types and labels say, and nothing else; 0: everything */
    uint64_t types;     /* PII_BIT: patterns, and entities that are of these (pii_type_of_entity), by the type's name */
    const char *labels; /* entities with one of these, by their own; labels_len bytes, each name ended by NUL */
    size_t labels_len;
    double min_score; /* what is less sure stays */
    const char *key;  /* of REDACT_HASH: key_len bytes */
    size_t key_len;
} redaction_options;

/* key: NUL-terminated, or NULL. */
void redaction_set_key(redaction_options *options, const char *key);

/* Whether the model's entities must be known. */
int redaction_needs_entities(const redaction_options *options);

/* Everything, under the names of the types. */
redaction_options redaction_by_type(void);

/* What is to be replaced, in order, without overlaps. doc is that of a run on text for TERN_ENTITIES with
 * tern_options.entity_scores, if they are needed. */
void redaction_find(const char *text, size_t len, const tern_doc *doc, const redaction_options *options, pii_list *out);

/* Both of these for an answer: appends "text" (under that name) and "replaced" to an object of JSON that is open.
 * Returns how many were replaced. */
size_t redaction_json(const char *text, size_t len, const tern_doc *doc, const redaction_options *options,
                      offset_unit unit, const char *name, bytes *out);

/* Appends the text with that replaced to redacted and, if spans is not NULL, what was replaced as the items of an array
 * of JSON: {"label", "start", "end", "new_start", "new_end", "score"}; start and end count in text, the new ones in
 * what redacted is after this text's beginning. */
void redaction_write(const char *text, size_t len, const pii_list *found, const redaction_options *options,
                     offset_unit unit, bytes *redacted, bytes *spans);

#endif
