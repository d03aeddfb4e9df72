/* json_in.h - the only place where JSON from outside is read: strict RFC 8259 on strict UTF-8.
 *
 * One pass checks the bytes and hands each value to cJSON, which keeps the tree. A string or a number stays in the
 * caller's bytes and is decoded when it is asked for. cJSON's own parser is not used. It cuts strings at \u0000 and
 * refuses numbers of more than 63 characters, so it would need a changed copy of the input; it accepts what is not JSON
 * (lone surrogates, invalid UTF-8, control characters, 01); and it does not say what is wrong.
 *
 * Keys are case-sensitive, the last of two equal ones counts (as in Python and JavaScript). Depth and number of values
 * are limited. */
#ifndef TERN_JSON_IN_H
#define TERN_JSON_IN_H

#include "bytes.h"

#define JSON_MAX_DEPTH 200
#define JSON_MAX_VALUES 250000 /* a cJSON node takes 80 bytes, "0," takes two: bounds the memory of hostile input */

typedef struct cJSON json_doc;  /* owns the tree; its strings are in the bytes that were parsed */
typedef struct cJSON json_node; /* borrowed from its json_doc */

typedef enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT } json_type;

typedef struct json_error {
    size_t pos;    /* byte offset */
    int no_memory; /* 1: memory ran out, the input is not to blame */
    char msg[160]; /* a sentence that may be shown to the caller; never contains the caller's text */
} json_error;

/* data must stay as it is until json_free. NULL on failure, with *error filled (never NULL). */
json_doc *json_parse(const char *data, size_t len, json_error *error);
void json_free(json_doc *doc);
const json_node *json_root(const json_doc *doc);

json_type json_type_of(const json_node *node);
const json_node *json_member(const json_node *object, const char *key); /* NULL: absent, or not an object */
int json_is_true(const json_node *node);                   /* the literal true, nothing else; NULL is allowed */
int json_is_text(const json_node *node, const char *text); /* a string with just this text; NULL is allowed */

/* The items of an array or the members of an object in their order: for (n = json_first(x); n; n = json_next(n)). NULL:
 * none. */
const json_node *json_first(const json_node *container);
const json_node *json_next(const json_node *node);
const char *json_key(const json_node *member); /* UTF-8; U+0000, which would end it, is U+2400. NULL: no member */
size_t json_array_size(const json_node *array);
const json_node *json_array_item(const json_node *array, size_t index);

/* The value as it stands in data, which is what was parsed: *len bytes, from its first to its last. *len is 0 for a
 * value of 2 GB or more. */
const char *json_source(const json_node *node, const char *data, size_t *len);
/* The same of a member of an object below 2 GB, key and colon included. */
const char *json_member_source(const json_node *object, const json_node *member, const char *data, size_t *len);

/* The number's nearest double; 0. -1 if node is no number, or one of JSON_NUMBER_SIZE characters or more. */
#define JSON_NUMBER_SIZE 128
int json_number(const json_node *node, double *out);

/* The string's UTF-8 into *out (cleared first). Returns its bytes with U+0000 in place, or NULL if node is no string or
 * memory ran out. */
const char *json_string(const json_node *node, bytes *out);

#endif
