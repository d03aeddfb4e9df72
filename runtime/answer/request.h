/* request.h - the JSON body of POST /ner, POST /sentiment or POST /redact -> a checked request. Unknown fields are
 * ignored, so that callers may add their own, unless one looks like a slip of the pen for a known one (of any task)
 * that is not there. A known field with a value that is not allowed is an error that lists the allowed ones; null is no
 * value: the field counts as absent, and a text is missing.
 *
 *   "text"        string                          one of the four,
 *   "texts"       array of strings                never two; an item may be an object with "tokens" and "spaces"
 *   "input"       string                          the same as "text", of POST /sentiment only
 *   "tokens"      array of strings                words that are cut already (request_words.h), and with it
 *   "spaces"      array of true and false         may come
 *   "model"       name of a model                 default: that of the path, else the first that can do the task
 *   "offsets"     "codepoint" "utf16" "byte"      default: TERN_OFFSETS
 *
 * of POST /ner
 *   "components"  array of names with "ner"       default: TERN_COMPONENTS
 *   "format"      "ner" "spacy"                   default: TERN_FORMAT
 *   "spans"       true or false                   default: false
 *   "noun_chunks" true or false                   default: false
 *   "scores"      true or false                   default: TERN_SCORES
 *   "min_score"   number from 0 to 1              default: 0
 *
 * of POST /sentiment
 *   "sentences"   true or false                   default: false
 *   "format"      "tern" "comprehend"             default: "tern"
 *
 * of POST /redact
 *   "components"  as of POST /ner
 *   "labels"      array of names: redaction.h     default: everything
 *   "replace"     "label" "hash" "stars" "remove" default: "label"
 *   "key"         string of REDACT_LEAST_KEY bytes at least, for "hash"; default: TERN_REDACT_KEY
 *   "min_score"   number from 0 to 1              default: 0
 *
 * A request that comes without an address (to the function itself, in a queue) may say what it asks for:
 *   "task"        "ner" "sentiment" "redact"      default: "sentiment" with "input" or where the model (that it names,
 *                                                 else the default of TASK_ANY, models.h) can do nothing else; else
 *                                                 "ner" */
#ifndef TERN_REQUEST_H
#define TERN_REQUEST_H

#include <stddef.h>

#include "bytes.h"
#include "json_in.h"
#include "models.h"
#include "offsets.h"
#include "problem.h"
#include "redaction.h"
#include "sentiment_json.h"
#include "tern.h"

/* Keys of an entity: {"text", "label", "start", "end"} or {"text", "label", "start_char", "end_char"}. */
typedef enum entity_format { FORMAT_NER, FORMAT_SPACY } entity_format;

#define ENTITY_FORMATS "\"ner\" or \"spacy\""

/* The one of that name, or -1. */
int entity_format_from_name(const char *name, size_t len);

#define REQUEST_MAX_BODY 6291456 /* bytes of a body, those of a compressed one before and after */
#define REQUEST_MAX_TEXTS 1000   /* of "texts", unless TERN_MAX_TEXTS says otherwise */

/* How a text is answered: the program's defaults, then what the request says. */
typedef struct request_options {
    uint64_t components;  /* places of those that find entities (components.h); 0: the tokenizer alone */
    entity_format format; /* of entities */
    int spans;            /* 1: the groups of spans, too */
    int noun_chunks;      /* 1: the noun chunks, too */
    int scores;           /* 1: the score of each entity, too */
    double min_score;     /* entities with a lower one are left out */
    offset_unit offsets;
    sentiment_options sentiment;
    redaction_options redaction; /* labels and key may be the text_request's */
} request_options;

typedef struct text_request {
    const json_node *text;   /* "text" or "input"; or NULL: then there is tokens, or texts is an array */
    const char *text_name;   /* with the quotes */
    const json_node *texts;  /* items of any type: each is answered for itself */
    const json_node *tokens; /* of any type, as is */
    const json_node *spaces; /* NULL: none */
    request_options options;
    bytes labels, key; /* of options.redaction; owned */
} text_request;

/* What an address asks for: POST /ner/fr for {TASK_NER, the model "fr"}. */
typedef struct request_target {
    task_kind task;           /* TASK_ANY: the request says */
    const named_model *model; /* NULL: the request says */
} request_target;

/* Whether it has "text", "texts", "input" or "tokens", which no event of a service has beside its own members. */
int request_has_text(const json_node *body);

/* Whether no field's name is almost that of a known one which the request lacks. 0; or 400 with a sentence in why
 * that asks whether that was meant. Of the caller's text it repeats that name. */
int request_check_names(const json_node *body, problem *why);

/* Completes *target, which comes with what the address says, by the request: no TASK_ANY, no NULL. 0; or an HTTP status
 * (400, 404 for an unknown name or a task that no model can do, 500 for no memory) with a sentence in why that never
 * repeats the caller's text. A body that is no object says nothing. */
int request_target_of(const json_node *body, const model_set *models, request_target *target, problem *why);

/* Reads body, which asks for the task of the model, into *out, whose options hold the defaults; borrows from body. 0;
 * or an HTTP status (400, 413, 500 for no memory) with a sentence in why as above. request_free in any case. */
int request_read(const json_node *body, task_kind task, const tern_model *model, size_t max_texts, text_request *out,
                 problem *why);
void request_free(text_request *request);

/* The text of a node, which must be a string, empty or not, into *text, which it replaces: 0; 400 or 500 as above. name
 * is what the sentence calls it. */
int request_text(const json_node *node, const char *name, bytes *text, problem *why);

/* What is wrong where two members are there of which only one may be, or "spaces" without "tokens". 400. */
int request_both(const char *one, const char *other, problem *why);
int request_spaces_alone(problem *why);

/* "a number", "an object", ... */
const char *json_type_name(json_type type);

#endif
