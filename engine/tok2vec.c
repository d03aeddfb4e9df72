#include "tok2vec.h"

#include <string.h>

#include "hash.h"
#include "kernels.h"

/* Rows of a layer that are computed together: their windows and pieces (150 KB) stay in the second-level cache. */
enum { CHUNK = 64 };

/* MaxoutWindowEncoder with window_size 1: left neighbour, the row, right neighbour. */
enum { WINDOW = 3 };

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }
static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

/* out = sum of the four rows that the key hashes to, added up from zero in this order (thinc hashembed.py; numpy_ops.pyx
 * gather_add). A row that is hit twice counts twice. */
static void embed_key(const float *table, uint32_t rows, uint32_t seed, uint64_t key, size_t width, float *restrict out)
{
    uint32_t hash[4];
    murmur3_u64(key, seed, hash);
    const float *r0 = table + (size_t)(hash[0] % rows) * width, *r1 = table + (size_t)(hash[1] % rows) * width;
    const float *r2 = table + (size_t)(hash[2] % rows) * width, *r3 = table + (size_t)(hash[3] % rows) * width;
    for (size_t i = 0; i < width; i++) out[i] = (((0.0f + r0[i]) + r1[i]) + r2[i]) + r3[i];
}

void tok2vec_embed(const tok2vec_weights *w, const tern_doc *doc, size_t begin, size_t end, float *out)
{
    for (size_t token = begin; token < end; token++)
        for (uint32_t f = 0; f < w->features; f++, out += w->width)
            embed_key(w->embed[f], w->rows[f], w->seed[f], doc->attr[w->attr[f]][token], w->width, out);
}

/* out[rows][nO] = layer_norm(maxout(in[rows][nI])) */
static void maxout_layer(const maxout_weights *w, const float *in, size_t rows, float *pieces, float *out)
{
    matmul(pieces, in, w->nI, w->W, rows, (size_t)w->nO * w->nP, w->nI);
    maxout(out, pieces, w->b, rows, w->nO, w->nP);
    layer_norm(out, w->G, w->beta, rows, w->nO);
}

/* Layer 0: x[end - begin][width] from the tokens [begin, end). 0, or -1 if interrupted. */
static int embedding_layer(const tok2vec_weights *w, const tern_doc *doc, size_t begin, size_t end, tok2vec_scratch *s,
                           float *x)
{
    for (size_t rows; begin < end; begin += rows, x += rows * w->width) {
        if (interrupted(doc->interruption)) return -1;
        rows = smaller(CHUNK, end - begin);
        tok2vec_embed(w, doc, begin, begin + rows, s->wide.data);
        maxout_layer(&w->mix, s->wide.data, rows, s->pieces.data, x);
    }
    return 0;
}

/* One convolution in place: row i becomes x[i+1] + layer(x[i], x[i+1], x[i+2]) for i < rows, so that the tower loses its first
 * and its last row. Row i is written after everything that needs it has been read. 0, or -1 if interrupted. */
static int window_layer(const maxout_weights *w, size_t width, size_t rows, interruption *stop, tok2vec_scratch *s, float *x)
{
    float *wide = s->wide.data, *delta = s->delta.data;
    for (size_t chunk; rows > 0; rows -= chunk, x += chunk * width) {
        if (interrupted(stop)) return -1;
        chunk = smaller(CHUNK, rows);
        for (size_t i = 0; i < chunk; i++) memcpy(wide + i * WINDOW * width, x + i * width, WINDOW * width * sizeof *x);
        maxout_layer(w, wide, chunk, s->pieces.data, delta);
        memmove(x, x + width, chunk * width * sizeof *x);
        add_rows(x, delta, chunk * width);
    }
    return 0;
}

static int reserve(const tok2vec_weights *w, size_t rows, tok2vec_scratch *s)
{
    size_t row = w->width * sizeof(float), widest = w->mix.nP, chunk = smaller(CHUNK, rows);
    for (uint32_t d = 0; d < w->depth; d++) widest = larger(widest, w->conv[d].nP);
    return buffer_reserve(&s->x, rows, row) || buffer_reserve(&s->wide, chunk, larger(WINDOW, w->features) * row) ||
           buffer_reserve(&s->pieces, chunk, widest * row) || buffer_reserve(&s->delta, chunk, row);
}

tern_status tok2vec_rows(const tok2vec_weights *w, const tern_doc *doc, size_t begin, size_t end, tok2vec_scratch *s,
                         const float **out)
{
    size_t depth = w->depth, width = w->width, rows = end - begin + 2 * depth;
    if (reserve(w, rows, s)) return TERN_E_MEMORY;

    /* Row i of x stands for token begin - depth + i; rows beyond either end of the document are zero. */
    size_t before = depth > begin ? depth - begin : 0;
    size_t first = begin + before - depth, last = smaller(end + depth, doc->token_count);
    size_t after = rows - before - (last - first);
    float *x = s->x.data;
    memset(x, 0, before * width * sizeof *x);
    if (embedding_layer(w, doc, first, last, s, x + before * width)) return TERN_E_INTERRUPTED;
    memset(x + (rows - after) * width, 0, after * width * sizeof *x);

    for (size_t d = 0; d < depth; d++) {
        rows -= 2;
        if (window_layer(&w->conv[d], width, rows, doc->interruption, s, x)) return TERN_E_INTERRUPTED;
    }
    *out = x;
    return TERN_OK;
}

tern_status tok2vec_encode(const tok2vec_weights *w, const tern_doc *doc, tok2vec_scratch *s, tok2vec_consumer consumer, void *user)
{
    for (size_t begin = 0, count; begin < doc->token_count; begin += count) {
        const float *rows;
        count = smaller(TOK2VEC_BLOCK, doc->token_count - begin);
        tern_status status = tok2vec_rows(w, doc, begin, begin + count, s, &rows);
        if (status) return status;
        consumer(user, rows, begin, count);
    }
    return TERN_OK;
}

void tok2vec_scratch_free(tok2vec_scratch *s)
{
    buffer_free(&s->x);
    buffer_free(&s->wide);
    buffer_free(&s->pieces);
    buffer_free(&s->delta);
}
