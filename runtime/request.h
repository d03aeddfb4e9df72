/* request.h - the JSON body of POST /ner -> a checked request. Unknown fields are ignored, so that callers may add their own;
 * a known field with a value that is not allowed is an error that lists the allowed ones.
 *
 *   "text"        string                          one of the two,
 *   "texts"       array of strings                never both
 *   "components"  array of names with "ner"       default: TERN_COMPONENTS
 *   "offsets"     "codepoint" "utf16" "byte"      default: TERN_OFFSETS
 *   "format"      "ner" "spacy"                   default: TERN_FORMAT */
#ifndef TERN_REQUEST_H
#define TERN_REQUEST_H

#include <stddef.h>

#include "bytes.h"
#include "json_in.h"
#include "tern.h"

/* Keys of an entity: {"text", "label", "start", "end"} or {"text", "label", "start_char", "end_char"}. */
typedef enum entity_format { FORMAT_NER, FORMAT_SPACY } entity_format;
typedef enum offset_unit { OFFSETS_CODEPOINT, OFFSETS_UTF16, OFFSETS_BYTE } offset_unit;

#define ENTITY_FORMATS "\"ner\" or \"spacy\""
#define OFFSET_UNITS "\"codepoint\", \"utf16\" or \"byte\""

/* 0, or -1 if it is no such name; then *out is as before. */
int entity_format_from_name(const char *name, size_t len, entity_format *out);
int offset_unit_from_name(const char *name, size_t len, offset_unit *out);

#define REQUEST_MAX_TEXTS 1000u   /* of "texts", unless TERN_MAX_TEXTS says otherwise */

/* How a text is answered: the program's defaults, then what the request says. */
typedef struct request_options {
    unsigned components;   /* mask of those that run (components.h); 0: the tokenizer alone */
    entity_format format;
    offset_unit offsets;
} request_options;

typedef struct ner_request {
    const json_node *text;    /* a string, or NULL: then texts is an array */
    const json_node *texts;   /* items of any type: each is answered for itself */
    request_options options;
} ner_request;

#define REQUEST_ERROR_SIZE 384

/* Reads body into *out, whose options hold the defaults; borrows from body. 0; or an HTTP status (400, 413, 500 for no
 * memory) with a sentence in error, which never repeats the caller's text. */
int request_read(const json_node *body, const tern_model *model, size_t max_texts, ner_request *out,
                 char error[REQUEST_ERROR_SIZE]);

/* The text of a node, which must be a string, empty or not, into *text, which it replaces: 0; 400 or 500 as above. name is
 * what the sentence calls it. */
int request_text(const json_node *node, const char *name, bytes *text, char error[REQUEST_ERROR_SIZE]);

/* "a number", "an object", ... */
const char *json_type_name(json_type type);

#endif
