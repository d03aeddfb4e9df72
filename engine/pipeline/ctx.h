/* ctx.h - everything that one thread needs to run a model. */
#ifndef TERN_CTX_H
#define TERN_CTX_H

#include "component_table.h"
#include "noun_chunks.h"
#include "tok2vec.h"
#include "token_values.h"
#include "tokenizer.h"

/* What a component of the pipeline works in. */
typedef struct component_scratch {
    tok2vec_scratch encoder; /* of its own encoder, if it has one; keeps its memo */
    void *own;               /* as its row in component_table says */
} component_scratch;

/* Rows of an encoder, with the padding between the texts, that are worked off together: so many that the kernels gain
 * no more by more. */
enum { AHEAD_ROWS = 512 };

typedef struct texts_ahead {
    place_set run, encoders;                 /* components for which they were encoded; those whose rows are there */
    size_t count, next;                      /* next: what tern_run is to get next */
    size_t byte_start[TERN_AHEAD_TEXTS + 1]; /* of each text in bytes; last: their end */
    size_t start[TERN_AHEAD_TEXTS + 1];      /* tokens before each text; last: all tokens */
    buffer bytes;                            /* the texts */
    int is_current;                          /* 1: the run under way is of the text before next */
} texts_ahead;

struct tern_ctx {
    const tern_model *model;
    memory_account memory; /* of all buffers below */
    tern_doc doc;
    text_view text; /* of the run under way; points to the caller's bytes */
    tokenizer_scratch tokenizer;
    lexeme_scratch lexeme;
    component_scratch *component; /* [model->pipeline_length] */
    int in_sentence;              /* 1: doc is a sentence of the text, */
    size_t first_token;           /* which begins there */
    noun_chunk_scratch noun_chunks;
    token_values values; /* of tern_lexeme_of */
    buffer zeros;        /* rows of an encoder that does not run */
    texts_ahead ahead;   /* texts whose encoders have run */
    place_set kept;      /* the encoder whose rows stay in the document */
};

/* The component of that place at work on the context's document. */
component_run ctx_component(tern_ctx *ctx, uint32_t place);

/* Between the stages of a run: gives back what a stage has left behind and no later one reads, if the context holds
 * much. */
void ctx_end_of_tokenizer(tern_ctx *ctx);
void ctx_end_of_component(tern_ctx *ctx, uint32_t place);

/* Around a run: counts its memory, refuses what is above the limit (0: none); then the same for all but the
 * document. stop: what may end it early, or NULL. */
void ctx_begin_run(tern_ctx *ctx, interruption *stop, size_t limit);
void ctx_end_run(tern_ctx *ctx);

#endif
