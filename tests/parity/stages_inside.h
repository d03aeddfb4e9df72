/* stages_inside.h - what the program stages shows from behind tern.h: features, layers, scores and decisions.
 *
 * Every function appends JSON members, each with a comma before it, about the tokens of a run that wanted nothing else:
 * no component has run on them, and their sentence starts are those of the tokenizer or preset. out->failed tells of a
 * lack of memory. */
#ifndef STAGES_INSIDE_H
#define STAGES_INSIDE_H

#include "bytes.h"
#include "ctx.h"

/* "attrs"; fills doc->attr, which the others need. */
void inside_features(bytes *out, tern_ctx *ctx);

/* "layers" by encoder. */
void inside_layers(bytes *out, tern_ctx *ctx);

/* "scores" of tagger and senter; sets tags and sentence starts. */
void inside_scores(bytes *out, tern_ctx *ctx);

/* "trace" by component: decisions of NER, then of the parser, each on the tokens alone; sets entities, heads and
 * sentence starts. */
void inside_traces(bytes *out, tern_ctx *ctx);

/* "matches" of the attribute ruler's token patterns, in a document that is complete. is_greedy: of the rules 1, 4, 7,
 * ... those that are kept under FIRST, of the rules 2, 5, 8, ... under LONGEST. */
void inside_matches(bytes *out, tern_ctx *ctx, int is_greedy);

#endif
