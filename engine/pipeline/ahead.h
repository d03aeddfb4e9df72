/* ahead.h - encoders that run once for several short texts. Their rows wait in the context until tern_run gets each of
 * these texts. */
#ifndef TERN_AHEAD_H
#define TERN_AHEAD_H

#include "tok2vec.h"

/* Texts, and rows of an encoder with the padding between them, that are worked off together: so many that the kernels
 * gain no more by more. */
enum { AHEAD_TEXTS = 64, AHEAD_ROWS = 512 };

typedef struct texts_ahead {
    place_set run, encoders;            /* components for which they were encoded; those whose rows are there */
    size_t count, next;                 /* next: what tern_run is to get next */
    size_t byte_start[AHEAD_TEXTS + 1]; /* of each text in bytes; last: their end */
    size_t start[AHEAD_TEXTS + 1];      /* tokens before each text; last: all tokens */
    buffer bytes;                       /* the texts */
    int is_current;                     /* 1: the run under way is of the text before next */
} texts_ahead;

struct tern_ctx;

/* A run of the context's text has begun, with these components: finds its rows, or forgets all, as the caller runs
 * something else. */
void ahead_begin_run(struct tern_ctx *ctx, place_set run);
void ahead_end_run(struct tern_ctx *ctx);

/* Rows of that encoder from token begin on, if they are there, else NULL. */
const float *ahead_rows(const struct tern_ctx *ctx, uint32_t encoder, size_t begin);

void ahead_free(texts_ahead *ahead);

#endif
