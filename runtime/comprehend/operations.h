/* operations.h - what POST / answers to X-Amz-Target: Comprehend_20171127.OPERATION, each in a row: of which model,
 * how it runs, and what is said of one text. Shapes, limits and errors are those of Amazon Comprehend's service model
 * (botocore, comprehend/2017-11-27). Members that are optional there and that no model here can know are left out:
 * KeyPhrase.Score, PartOfSpeechTag.Score.
 *
 *   DetectEntities, BatchDetectEntities      Doc.ents; types by entity_types.h
 *   DetectKeyPhrases, BatchDetectKeyPhrases  Doc.noun_chunks
 *   DetectSentiment, BatchDetectSentiment    sentiment_json.h
 *   DetectPiiEntities, ContainsPiiEntities   redaction.h, by type
 *   DetectSyntax, BatchDetectSyntax          tokens that are not white space, with Universal POS tags */
#ifndef TERN_OPERATIONS_H
#define TERN_OPERATIONS_H

#include "model_run.h"

#define OPERATION_TARGET "Comprehend_20171127." /* before an operation's name */
#define OPERATION_MAX_TEXTS 25                  /* of a batch */
/* Bytes of UTF-8, as https://docs.aws.amazon.com/comprehend/latest/dg/guidelines-and-limits.html has them (read
 * November 2026); a KB there is 1,000 bytes, as the service's own error says. */
#define OPERATION_MAX_LONG_TEXT 100000
#define OPERATION_MAX_TEXT 5000

/* A document and what it was made of. */
typedef struct operation_text {
    const char *text;
    size_t len;
    const tern_doc *doc;
    const named_model *model;
} operation_text;

/* What an operation and that of the same for many texts have in common. */
typedef struct operation_kind {
    const char *result; /* "entities": what a model finds that can do it */
    task_kind task;     /* as what it counts */
    int (*can)(const named_model *model);
    /* settings has the model; places of components are its own to choose */
    tern_options (*options)(const handler_settings *settings);
    void (*write)(bytes *out, const operation_text *of); /* the members of the answer, in braces */
    const char *const *languages;                        /* codes that the service model knows; NULL at the end */
    int may_have_document; /* "EndpointArn", "Bytes" and "DocumentReaderConfig" are members, which are refused */
} operation_kind;

typedef struct operation {
    const char *name;
    const operation_kind *kind;
    int is_batch;
    size_t max_bytes; /* of a text */
} operation;

/* The one of a header's value, or NULL. */
const operation *operation_find(const char *target);

/* The first model that can do it for texts in the language (a code such as "en", of len bytes), or
 * NULL. language NULL: any. */
const named_model *operation_model(const operation *op, const model_set *models, const char *language, size_t len);

/* The sentence about a target that stands for no operation here. */
void operation_unknown(const char *target, problem *why);

#endif
