/* input.h - a text, or words -> the tokens of the context's document, and what they look like. */
#ifndef TERN_INPUT_H
#define TERN_INPUT_H

#include "ctx.h"

/* Of the options only max_chars is looked at. */
tern_status tokens_of_text(tern_ctx *ctx, const char *text, size_t len, const tern_options *options, tern_error *err);
tern_status tokens_of_words(tern_ctx *ctx, const tern_words *words, const tern_options *options, tern_error *err);

/* The features of the tokens that these components look at. 0, or -1 when out of memory or interrupted. */
int token_features(tern_ctx *ctx, place_set run);

#endif
