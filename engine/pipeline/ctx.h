/* ctx.h - everything that one thread needs to run a model. */
#ifndef TERN_CTX_H
#define TERN_CTX_H

#include "component_table.h"
#include "tok2vec.h"
#include "tokenizer.h"

struct tern_ctx {
    const tern_model *model;
    memory_account memory; /* of all buffers below */
    tern_doc doc;
    text_view text; /* of the run under way; points to the caller's bytes */
    tokenizer_scratch tokenizer;
    lexeme_scratch lexeme;
    /* of the encoders of the same number in the model: each keeps its memo */
    tok2vec_scratch encoder[COMPONENT_COUNT];
    void *scratch[COMPONENT_COUNT]; /* of each component of the model, as its row in component_table says */
};

/* The component of that number at work on the context's document. */
component_run ctx_component(tern_ctx *ctx, uint32_t component);

/* Between the stages of a run: gives back what a stage has left behind and no later one reads, if the context holds
 * much. */
void ctx_end_of_tokenizer(tern_ctx *ctx);
void ctx_end_of_component(tern_ctx *ctx, uint32_t component);

/* Around a run: counts its memory, refuses what is above the limit (0: none); then the same for all but the
 * document. */
void ctx_begin_run(tern_ctx *ctx, size_t limit);
void ctx_end_run(tern_ctx *ctx);

#endif
