/* model_run.h - a text, or words, through a model: what every answer begins with. */
#ifndef TERN_MODEL_RUN_H
#define TERN_MODEL_RUN_H

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
    redaction_options redaction; /* the same */
    answer_limit answer;         /* of an answer to a request; a record of a corpus has none */
    int scores;                  /* 1: of entities, unless a request says otherwise */
    double min_score;            /* entities below it are left out, unless a request says otherwise */
    unsigned besides;            /* TERN_NORMS, TERN_NOUN_CHUNKS: what documents of a corpus have, too */
    /* tern_options.memory of every run; 0: no limit. In the settings of a program with several threads, what all have
     * together (memory.h), of which each request is given a part */
    size_t memory;
    /* tern_options.interrupt of every run: ends a request with 504, Function.DeadlineExceeded; */
    int (*interrupt)(void *user);
    void *interrupt_user; /* NULL: none */
} handler_settings;

/* What a document is made of. words NULL: of the text. */
typedef struct run_input {
    const char *text;
    size_t len;
    const tern_words *words;
} run_input;

/* The settings with what belongs to the model. */
handler_settings model_settings(const handler_settings *settings, const named_model *model);

/* Of a run for want (what the model does not offer is left out), with the settings' scores and limits. */
tern_options model_options(unsigned want, const handler_settings *settings);

/* The same of a sentiment model's: sentiment.h reads the document. */
tern_options model_sentiment_options(const handler_settings *settings);

/* The same for a redaction. Without entities among what is chosen, only the tokenizer runs. */
tern_options redaction_run_options(const redaction_options *options, const handler_settings *settings);

/* Runs the input and gives the document as tern_run does. 0, or -1 with the error in out, which is not touched
 * otherwise. */
int model_run(tern_ctx *ctx, const run_input *input, const tern_options *options, const handler_settings *settings,
              const tern_doc **doc, response *out);

/* The text of a document that was made of this. */
run_input text_of_run(const run_input *input, const tern_doc *doc);

#endif
