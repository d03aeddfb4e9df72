/* ahead.h - encoders that run once for several short texts. Their rows wait in the context until tern_run gets each of
 * these texts. */
#ifndef TERN_AHEAD_H
#define TERN_AHEAD_H

#include "ctx.h"

/* A run of the context's text has begun, with these components: finds its rows, or forgets all, as the caller runs
 * something else. ctx_end_run ends that. */
void ahead_begin_run(tern_ctx *ctx, place_set run);

/* Rows of that encoder from token begin on, if they are there, else NULL. */
const float *ahead_rows(const tern_ctx *ctx, uint32_t encoder, size_t begin);

#endif
