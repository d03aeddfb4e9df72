/* text_answer.h - what POST /ner, POST /sentiment and POST /redact say of one text (handler.h). */
#ifndef TERN_TEXT_ANSWER_H
#define TERN_TEXT_ANSWER_H

#include "model_run.h"

/* What answers: everything is borrowed. */
typedef struct responder {
    task_kind task;
    tern_ctx *ctx;
    const sentiment_labels *labels; /* of TASK_SENTIMENT */
    const handler_settings *settings;
    const request_options *options;
    size_t before; /* bytes of the answer in front of this text's */
} responder;

/* The JSON of an input, which may be empty, or an error. out->body is replaced. */
void text_answer(const responder *by, const run_input *input, response *out);

/* With what text_answer runs an input: for tern_run_ahead. */
tern_options text_answer_options(const responder *by);

/* Whether the answer is already larger than may go out. */
int text_answer_is_over(const responder *by, response *out);

/* Ends an answer: it becomes an error if memory ran out, or if it is too large. */
void text_answer_end(const responder *by, response *out);

#endif
