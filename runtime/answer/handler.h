/* handler.h - one request's bytes -> one response's bytes. The same functions are behind the Lambda bootstrap, the HTTP
 * server and the command line. */
#ifndef TERN_HANDLER_H
#define TERN_HANDLER_H

#include "model_run.h"

/* POST /ner, POST /sentiment or POST /redact, body as in request.h -> 200 and for "text", of TASK_NER {"entities":
 * [{"text", "label", "start", "end"}, ...]}, of TASK_SENTIMENT what sentiment_json.h says, of TASK_REDACT {"text":
 * the redacted one, "replaced": [{"label", "start", "end", "new_start", "new_end", "score"}, ...]}; for "texts":
 * {"results": [...]} with, in their order, what each text alone would get, or {"error": "..."}. Otherwise {"error":
 * "..."} with 400 (what is wrong with the body), 404 (no such model, or none for the task), 413 (text too long, needs
 * too much memory, too many texts, an answer over the limit), 500 (out of memory). asked: what the address says. One
 * thread per contexts at a time. out->body is replaced. */
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

/* The same of TASK_REDACT, by the settings' redaction. */
void handle_redact_text(tern_ctx *ctx, const char *text, size_t len, const handler_settings *settings, response *out);

/* The value of the header Server-Timing (W3C) of an answer that took so long to compute: "ner;dur=0.211". */
#define SERVER_TIMING_SIZE 48
void server_timing(task_kind task, double milliseconds, char out[SERVER_TIMING_SIZE]);

#endif
