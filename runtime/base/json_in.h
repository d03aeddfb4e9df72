/* json_in.h - the only place where JSON from outside is read: cJSON behind a guard.
 *
 * cJSON alone cuts strings at \u0000, takes lone surrogates and invalid UTF-8, trailing garbage, control characters,
 * keys in any case and the first of two equal keys. Here: strict RFC 8259 on strict UTF-8; \u0000 is an ordinary
 * character; keys are case-sensitive, the last of two equal ones counts (as in Python and JavaScript); depth is
 * limited. */
#ifndef TERN_JSON_IN_H
#define TERN_JSON_IN_H

#include "bytes.h"

#define JSON_MAX_DEPTH 200
#define JSON_MAX_VALUES 250000 /* a cJSON node takes 80 bytes, "0," takes two: bounds the memory of hostile input */

typedef struct json_doc json_doc; /* owns the tree */
typedef struct cJSON json_node;   /* borrowed from its json_doc */

typedef enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT } json_type;

typedef struct json_error {
    size_t pos;    /* byte offset */
    int no_memory; /* 1: memory ran out, the input is not to blame */
    char msg[160]; /* a sentence that may be shown to the caller; never contains the caller's text */
} json_error;

/* NULL on failure, with *error filled (never NULL). */
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
const char *json_key(const json_node *member); /* UTF-8, U+0000 as C0 80; NULL if node is no member of an object */
size_t json_array_size(const json_node *array);
const json_node *json_array_item(const json_node *array, size_t index);

/* The string's UTF-8 into *out (cleared first). Returns its bytes with U+0000 in place, or NULL if node is no string or
 * memory ran out. */
const char *json_string(const json_node *node, bytes *out);

#endif
