/* handler.h - one request's bytes -> one response's bytes. The same functions are behind the Lambda bootstrap, the HTTP
 * server and the command line. */
#ifndef TERN_HANDLER_H
#define TERN_HANDLER_H

#include "bytes.h"
#include "json_in.h"
#include "models.h"
#include "request.h"
#include "response.h"
#include "tern.h"

/* What the program that answers has decided once, at its start. */
typedef struct handler_settings {
    /* that of ctx; what takes model_contexts puts in that of the model that is asked for */
    const tern_model *model;
    /* places of those that run unless a request names some (components.h); 0: the tokenizer alone; the same holds for
     * them */
    uint64_t components;
    size_t max_chars;            /* limit of a text in code points; 0: the engine's */
    size_t max_texts;            /* limit of the number of "texts"; 0: REQUEST_MAX_TEXTS */
    entity_format format;        /* unless a request names one */
    offset_unit offsets;         /* unless a request names one */
    sentiment_options sentiment; /* unless a request says otherwise */
    answer_limit answer;         /* of an answer to a request; handle_pipe has none */
    unsigned besides;            /* TERN_NORMS, TERN_NOUN_CHUNKS: what documents of handle_pipe have, too */
    /* tern_options.memory of every run; 0: no limit. In the settings of a program with several threads, what all have
     * together (memory.h), of which each request is given a part */
    size_t memory;
    /* tern_options.interrupt of every run: ends a request with 504, Function.DeadlineExceeded; */
    int (*interrupt)(void *user);
    void *interrupt_user; /* NULL: none */
} handler_settings;

/* POST /ner or POST /sentiment, body as in request.h -> 200 and for "text", of TASK_NER {"entities": [{"text", "label",
 * "start", "end"}, ...]}, of TASK_SENTIMENT what sentiment_json.h says; for "texts": {"results": [...]} with, in their
 * order, what each text alone would get, or {"error": "..."}. Otherwise {"error": "..."} with 400 (what is wrong with
 * the body), 404 (no such model, or none for the task), 413 (text too long, needs too much memory, too many texts, an
 * answer over the limit), 500 (out of memory). asked: what the address says. One thread per contexts at a time.
 * out->body is replaced. */
void handle_request(const model_contexts *contexts, const request_target *asked, const char *body, size_t len,
                    const handler_settings *settings, response *out);

/* The same for a body that is compressed (gzip.h) and becomes REQUEST_MAX_BODY bytes at most: 413 above, 400 if it is
 * damaged. */
void handle_compressed_request(const model_contexts *contexts, const request_target *asked, const char *body,
                               size_t len, const handler_settings *settings, response *out);

/* The same for a body that is already parsed (Lambda events carry it inside other JSON). */
void handle_request_json(const model_contexts *contexts, const request_target *asked, const json_node *body,
                         const handler_settings *settings, response *out);

/* The same for a text that is already at hand (plain text in a queue): TASK_ANY. Empty text is an error here too. */
void handle_text(const model_contexts *contexts, const char *text, size_t len, const handler_settings *settings,
                 response *out);

/* TASK_SENTIMENT of a model that can do it (command line). */
void handle_sentiment_text(const model_contexts *contexts, const named_model *model, const char *text, size_t len,
                           const handler_settings *settings, response *out);

/* TASK_NER of one model's context (command line), which finds no entities in an empty text. */
void handle_ner_text(tern_ctx *ctx, const char *text, size_t len, const handler_settings *settings, response *out);

/* One line of `tern pipe`: {"text": ...} or {"tokens": ..., "spaces": ...} -> the document with all that the components
 * give (doc_json.h), or {"error":
 * ...} with a status. An empty text is a document without tokens, as in spaCy. */
void handle_pipe(tern_ctx *ctx, const char *line, size_t len, const handler_settings *settings, response *out);

/* Runs the text for want (what the model does not offer is left out) and gives the document as tern_run does. 0, or -1
 * with the error in out, which is not touched otherwise. */
int handle_run(tern_ctx *ctx, const char *text, size_t len, unsigned want, const handler_settings *settings,
               const tern_doc **doc, response *out);

/* The same for a sentiment model: sentiment.h reads the document. */
int handle_sentiment_run(tern_ctx *ctx, const char *text, size_t len, const handler_settings *settings,
                         const tern_doc **doc, response *out);

/* GET /healthz: {"status": "ok", "model": the default's name, "models": [all names], and for each task that some can
 * do, in their order, "ner": [names], "sentiment": [names]}. */
void handle_health(const model_set *models, response *out);

/* The value of the header Server-Timing (W3C) of an answer that took so long to compute: "ner;dur=0.211". */
#define SERVER_TIMING_SIZE 48
void server_timing(task_kind task, double milliseconds, char out[SERVER_TIMING_SIZE]);

#endif
