#include "tok2vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "floret.h"
#include "hash.h"
#include "kernels.h"
#include "layers.h"

/* Tokens whose embeddings are mixed together: with their sums they stay in the first-level cache. */
enum { CHUNK = 32 };

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* out = sum of the four rows that the key hashes to, in this order (thinc hashembed.py; numpy_ops.pyx gather_add). A
 * row that is hit twice counts twice. */
static void embed_key(const float *table, uint32_t rows, uint32_t seed, uint64_t key, size_t width, float *out)
{
    uint32_t hash[4];
    const float *row[4];
    murmur3_u64(key, seed, hash);
    for (size_t i = 0; i < 4; i++) row[i] = table + (size_t)(hash[i] % rows) * width;
    sum_rows(out, row, 4, width);
}

/* out = the token's static vector; without one, zeros (spacy/ml/staticvectors.py), or the table's last row, as version
 * 1 of that layer has it (spacy_legacy/layers/staticvectors_v1.py). The row comes from the file: it may be any. */
static void copy_static(const tok2vec_weights *w, uint32_t row, float *out)
{
    if (row >= w->static_rows) row = w->unknown_row - 1;
    size_t at = (size_t)row * w->width;
    if (row >= w->static_rows) memset(out, 0, w->width * sizeof *out);
    else if (w->static_floats) memcpy(out, w->static_floats + at, w->width * sizeof *out);
    else expand_halves(out, w->static_halves + at, w->width);
}

static void add_static(const tok2vec_weights *w, uint32_t row, float scale, float *out)
{
    float room[TOK2VEC_MAX_WIDTH];
    const float *values = w->static_floats ? w->static_floats + (size_t)row * w->width : room;
    if (!w->static_floats) expand_halves(room, w->static_halves + (size_t)row * w->width, w->width);
    for (size_t k = 0; k < w->width; k++) out[k] += values[k] * scale;
}

/* out = mean of the rows that the word's pieces hash to, each scaled before it is added, as thinc's reduce_mean does.
 * One token may be the whole text, so that it is interrupted within. */
static tern_status mean_of_pieces(const tok2vec_weights *w, const tern_doc *doc, size_t token, buffer *word, float *out)
{
    const floret_settings *f = w->floret;
    const token_span *s = &doc->span[token];
    floret_pieces pieces;
    uint32_t hash[4];
    if (floret_begin(&pieces, f, doc->text->bytes + s->byte_start, s->byte_end - s->byte_start, word))
        return TERN_E_MEMORY;
    float scale = (float)(1.0 / ((double)floret_count(&pieces) * f->hash_count));
    memset(out, 0, w->width * sizeof *out);
    for (size_t step = 1; floret_next(&pieces, hash); step++) {
        if (interrupted_at(doc->interruption, step)) return TERN_E_INTERRUPTED;
        for (uint32_t i = 0; i < f->hash_count; i++) add_static(w, hash[i] % w->static_rows, scale, out);
    }
    return TERN_OK;
}

tern_status tok2vec_embed(const tok2vec_weights *w, const tern_doc *doc, size_t begin, size_t end,
                          tok2vec_scratch *scratch, float *out)
{
    tern_status status = TERN_OK;
    for (size_t token = begin; token < end && !status; token++) {
        for (uint32_t f = 0; f < w->features; f++, out += w->width)
            embed_key(w->embed[f], w->rows[f], w->seed[f], doc_attr(doc, w->attr[f], token), w->width, out);
        if (!w->static_rows) continue;
        if (w->floret) status = mean_of_pieces(w, doc, token, &scratch->word, out);
        else copy_static(w, doc->vector[token], out);
        out += w->width;
    }
    return status;
}

/* ---- the memo of embeddings -------------------------------------------------------------------------------------- */

/* A token's entry has the place that its features hash to, and replaces what was there. */
enum { MEMO_ENTRIES = 4096 };

/* In memory: u64 is_filled, u64 key[blocks], float row[width], up to the next u64. */
static size_t memo_entry_size(const tok2vec_weights *w)
{
    return (1 + tok2vec_blocks(w) + (w->width + 1) / 2) * sizeof(uint64_t);
}

/* What a block of the embedding depends on: a feature, or the row of the static vector (floret: the word). */
static uint64_t block_key(const tok2vec_weights *w, const tern_doc *doc, size_t token, uint32_t block)
{
    if (block < w->features) return doc_attr(doc, w->attr[block], token);
    return w->floret ? doc->attr[ATTR_ORTH][token] : doc->vector[token];
}

/* Memory that is not touched costs nothing, so it is the system's zeroes that say "not filled". */
static int memo_reserve(const tok2vec_weights *w, embedding_memo *memo)
{
    if (memo->owner == w->mix.layer.panels) return 0;
    free(memo->entries);
    memo->entries = calloc(MEMO_ENTRIES, memo_entry_size(w));
    memo->owner = memo->entries ? w->mix.layer.panels : NULL;
    return memo->entries ? 0 : -1;
}

static uint64_t *memo_place(const tok2vec_weights *w, const embedding_memo *memo, const tern_doc *doc, size_t token)
{
    uint64_t hash = 0;
    for (uint32_t k = 0; k < tok2vec_blocks(w); k++) {
        hash = (hash ^ block_key(w, doc, token, k)) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 32;
    }
    return (uint64_t *)(memo->entries + hash % MEMO_ENTRIES * memo_entry_size(w));
}

static float *memo_row(const tok2vec_weights *w, uint64_t *place) { return (float *)(place + 1 + tok2vec_blocks(w)); }

static int memo_holds(const tok2vec_weights *w, const uint64_t *place, const tern_doc *doc, size_t token)
{
    if (!place[0]) return 0;
    for (uint32_t k = 0; k < tok2vec_blocks(w); k++)
        if (place[1 + k] != block_key(w, doc, token, k)) return 0;
    return 1;
}

static void memo_put(const tok2vec_weights *w, uint64_t *place, const tern_doc *doc, size_t token, const float *row)
{
    place[0] = 1;
    for (uint32_t k = 0; k < tok2vec_blocks(w); k++) place[1 + k] = block_key(w, doc, token, k);
    memcpy(memo_row(w, place), row, w->width * sizeof *row);
}

/* ---- layers ------------------------------------------------------------------------------------------------------ */

/* x[t - begin] = the embedding of token t, for count tokens whose features are given by their numbers. */
static tern_status embed_tokens(const tok2vec_weights *w, const tern_doc *doc, const size_t *tokens, size_t count,
                                size_t begin, tok2vec_scratch *s, float *x)
{
    size_t in = (size_t)tok2vec_blocks(w) * w->width;
    float *wide = s->wide.data, *delta = s->delta.data;
    for (size_t i = 0; i < count; i++) {
        tern_status status = tok2vec_embed(w, doc, tokens[i], tokens[i] + 1, s, wide + i * in);
        if (status) return status;
    }
    affine_maxout(delta, wide, in, &w->mix.layer, count);
    layer_norm(delta, NULL, delta, w->mix.G, w->mix.beta, count, w->width);
    for (size_t i = 0; i < count; i++) {
        const float *row = delta + i * w->width;
        memcpy(x + (tokens[i] - begin) * w->width, row, w->width * sizeof *row);
        memo_put(w, memo_place(w, &s->memo, doc, tokens[i]), doc, tokens[i], row);
    }
    return TERN_OK;
}

/* Layer 0: x[end - begin][width] from the tokens [begin, end). */
static tern_status embedding_layer(const tok2vec_weights *w, const tern_doc *doc, size_t begin, size_t end,
                                   tok2vec_scratch *s, float *x)
{
    size_t unknown[CHUNK], count = 0;
    for (size_t token = begin; token < end; token++) {
        if (interrupted_at(doc->interruption, token - begin)) return TERN_E_INTERRUPTED;
        uint64_t *place = memo_place(w, &s->memo, doc, token);
        if (memo_holds(w, place, doc, token)) {
            memcpy(x + (token - begin) * w->width, memo_row(w, place), w->width * sizeof *x);
            continue;
        }
        unknown[count++] = token;
        if (count < CHUNK) continue;
        tern_status status = embed_tokens(w, doc, unknown, count, begin, s, x);
        if (status) return status;
        count = 0;
    }
    return count ? embed_tokens(w, doc, unknown, count, begin, s, x) : TERN_OK;
}

/* Rows of a layer's output that see nothing but padding are all alike; known: one of them, or NULL. The plain product
 * gives their sums exactly, where a filter over them and a token's rows would leave rounding; the norm of small sums
 * makes that large. */
static void padding_rows(const maxout_weights *w, size_t width, size_t rows, const float *known, tok2vec_scratch *s,
                         float *x)
{
    if (rows && !known) {
        affine_maxout(s->delta.data, x, width, &w->layer, 1);
        layer_norm(x, x + width, s->delta.data, w->G, w->beta, 1, width);
        known = x;
    }
    for (size_t row = 0; row < rows; row++)
        if (x + row * width != known) memcpy(x + row * width, known, width * sizeof *x);
}

/* Rows of which padding_rows speaks, at one end of layer d's output: with each layer padding that sees no token loses
 * two rows. */
static size_t padding_left(size_t padding, size_t d) { return padding > 2 * (d + 1) ? padding - 2 * (d + 1) : 0; }

/* One convolution in place (MaxoutWindowEncoder with window_size 1): row i becomes x[i+1] + layer(x[i], x[i+1], x[i+2])
 * for i < rows, so that the encoder loses its first and its last row. Row i is written after everything that needs it
 * has been read. before, after: rows that see only padding. 0, or -1 if interrupted. */
static int window_layer(const maxout_weights *w, size_t width, size_t rows, size_t before, size_t after,
                        interruption *stop, tok2vec_scratch *s, float *x)
{
    float *delta = s->delta.data;
    const float *padding = before ? x : NULL;
    padding_rows(w, width, before, NULL, s, x);
    x += before * width;
    rows -= before + after;
    for (size_t chunk; rows > 0; rows -= chunk, x += chunk * width) {
        if (interrupted(stop)) return -1;
        chunk = window_part(rows);
        window_maxout(delta, x, &w->layer, chunk, s->room.data);
        layer_norm(x, x + width, delta, w->G, w->beta, chunk, width);
    }
    padding_rows(w, width, after, padding, s, x);
    return 0;
}

static int reserve(const tok2vec_weights *w, size_t rows, tok2vec_scratch *s)
{
    size_t row = w->width * sizeof(float);
    return buffer_reserve(&s->room, window_room(w->width), sizeof(float)) || buffer_reserve(&s->x, rows, row)
           || buffer_reserve(&s->wide, CHUNK, tok2vec_blocks(w) * row) || buffer_reserve(&s->delta, WINDOW_ROWS, row)
           || memo_reserve(w, &s->memo);
}

/* Rows of x begin margin tokens before token begin, and end margin tokens after token end - 1: those that are not of
 * the document become zero. */
static void cut_edges(const tern_doc *doc, size_t begin, size_t end, size_t margin, size_t width, float *x)
{
    size_t rows = end - begin + 2 * margin, before = margin > begin ? margin - begin : 0;
    size_t after = end + margin > doc->token_count ? end + margin - doc->token_count : 0;
    memset(x, 0, before * width * sizeof *x);
    memset(x + (rows - after) * width, 0, after * width * sizeof *x);
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
    tern_status status = embedding_layer(w, doc, first, last, s, x + before * width);
    if (status) return status;
    memset(x + (rows - after) * width, 0, after * width * sizeof *x);

    for (size_t d = 0; d < depth; d++) {
        rows -= 2;
        size_t left_before = padding_left(before, d), left_after = padding_left(after, d);
        if (window_layer(&w->conv[d], width, rows, left_before, left_after, doc->interruption, s, x))
            return TERN_E_INTERRUPTED;
        if (w->cuts_edges) cut_edges(doc, begin, end, depth - 1 - d, width, x);
    }
    *out = x;
    return TERN_OK;
}

void tok2vec_scratch_free(tok2vec_scratch *s)
{
    buffer_free(&s->x);
    buffer_free(&s->wide);
    buffer_free(&s->delta);
    buffer_free(&s->word);
    free(s->memo.entries);
    s->memo = (embedding_memo){0};
    buffer_free(&s->room);
}

/* ---- sections -> tables ------------------------------------------------------------------------------------------ */

static void bind_embeddings(binder *b, const char *prefix, tok2vec_weights *w)
{
    section_name name;
    bind_name(name, prefix, "attrs");
    const uint32_t *attrs = bind_vector(b, name, TERN_DTYPE_U32, &w->features);
    if (!b->status && w->features > TOK2VEC_MAX_FEATURES)
        bind_refuse(b, name, "has more features than this library supports");
    for (uint32_t f = 0; f < w->features && !b->status; f++)
        if (attrs[f] >= ATTR_COUNT) bind_refuse(b, name, "names an unknown token attribute");
    bind_name(name, prefix, "seeds");
    const uint32_t *seeds = bind_vector(b, name, TERN_DTYPE_U32, &w->features);
    for (uint32_t f = 0; f < w->features && !b->status; f++) {
        w->attr[f] = attrs[f];
        w->seed[f] = seeds[f];
        snprintf(name, sizeof name, "%.16s/embed/%u", prefix, f);
        w->embed[f] = bind_matrix(b, name, TERN_DTYPE_F32, &w->rows[f], &w->width);
    }
}

static void bind_unknown_row(binder *b, const char *prefix, tok2vec_weights *w)
{
    section_name name;
    uint32_t one = 1;
    bind_name(name, prefix, "unknown_row");
    if (b->status || !bind_has(b, name)) return;
    const uint32_t *row = bind_vector(b, name, TERN_DTYPE_U32, &one);
    if (!b->status && *row >= w->static_rows) bind_refuse(b, name, "holds a value that is out of range");
    if (!b->status) w->unknown_row = *row + 1;
}

static void bind_static(binder *b, const char *prefix, tok2vec_weights *w)
{
    section_name name;
    section s;
    bind_name(name, prefix, "static");
    if (b->status || !bind_has(b, name)) return;
    if (!bind_has(b, "vectors/"))
        return bind_refuse(b, name, "has rows, but there are no vectors/keys to find them by");
    if (!bind_find(b, name, TERN_KIND_TENSOR, &s)) return;
    w->floret = b->floret;
    if (s.dtype == TERN_DTYPE_F16) w->static_halves = bind_matrix(b, name, TERN_DTYPE_F16, &w->static_rows, &w->width);
    else w->static_floats = bind_matrix(b, name, TERN_DTYPE_F32, &w->static_rows, &w->width);
    bind_unknown_row(b, prefix, w);
}

static void bind_tok2vec(binder *b, const char *prefix, tok2vec_weights *w)
{
    section_name name;
    bind_embeddings(b, prefix, w);
    bind_static(b, prefix, w);
    if (!b->status && w->width > TOK2VEC_MAX_WIDTH) bind_refuse(b, prefix, "is wider than this library supports");
    bind_name(name, prefix, "mix");
    bind_maxout(b, name, w->width, tok2vec_blocks(w) * w->width, &w->mix);
    bind_name(name, prefix, "cuts_edges");
    w->cuts_edges = bind_option(b, name);
    while (!b->status) {
        snprintf(name, sizeof name, "%.16s/conv/%u/", prefix, w->depth);
        if (!bind_has(b, name)) return;
        if (w->depth == TOK2VEC_MAX_DEPTH) return bind_refuse(b, name, "is a layer more than this library supports");
        snprintf(name, sizeof name, "%.16s/conv/%u", prefix, w->depth);
        bind_maxout(b, name, w->width, 3 * w->width, &w->conv[w->depth]);
        w->depth++;
    }
}

/* What a listener is going to read, if there is no choice. */
static uint32_t width_before(const tern_model *model, const component_model *self)
{
    uint32_t width = 0, count = 0;
    for (const component_model *c = model->component; c < self; c++) {
        if (c->factory != COMPONENT_TOK2VEC) continue;
        width = c->width;
        count++;
    }
    return count == 1 ? width : 0;
}

uint32_t bind_encoder(binder *b, tern_model *model, component_model *self)
{
    tok2vec_weights *own = &self->encoder;
    const int is_shared = self->factory == COMPONENT_TOK2VEC;
    self->listens = !is_shared && !bind_has(b, "/tok2vec/");
    if (self->listens) return self->width = width_before(model, self);
    bind_tok2vec(b, is_shared ? "" : "/tok2vec", own);
    for (uint32_t f = 0; f < own->features && !b->status; f++) model->encoder_attrs |= 1u << own->attr[f];
    return self->width = own->width;
}

static void bind(binder *b, tern_model *model, component_model *self) { bind_encoder(b, model, self); }

/* A shared encoder: the pipeline hands its rows to those that listen (pipeline.c). */
const component_methods tok2vec_component = {.number = COMPONENT_TOK2VEC, .name = "tok2vec", .bind = bind};
