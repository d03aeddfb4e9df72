/* ctx.h - everything that one thread needs to run a model. */
#ifndef TERN_CTX_H
#define TERN_CTX_H

#include "doc.h"
#include "lexeme.h"
#include "ner.h"
#include "tokenizer.h"

struct tern_ctx {
    const tern_model *model;
    tern_doc doc;
    text_view text;   /* of the run under way; points to the caller's bytes */
    tokenizer_scratch tokenizer;
    lexeme_scratch lexeme;
    ner_scratch ner;
};

#endif
