#include "embedding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "floret.h"
#include "hash.h"
#include "kernels.h"
#include "layers.h"
#include "token_flags.h"

/* Tokens whose embeddings are mixed together: with their sums they stay in the first-level cache. */
enum { CHUNK = 32 };

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

/* out[char_places][char_width]: a row for each of so many bytes of the word, taken from its ends in turn, the first,
 * the last, the second, ...; what it lacks is byte 255 (spacy/tokens/doc.pyx to_utf8_array). */
static void embed_bytes(const tok2vec_weights *w, const tern_doc *doc, size_t token, float *out)
{
    const token_span *s = &doc->span[token];
    const unsigned char *first = doc->text->bytes + s->byte_start, *last = doc->text->bytes + s->byte_end - 1;
    const float *table = w->chars;
    for (size_t place = 0, length = s->byte_end - s->byte_start; place < w->char_places; place++) {
        size_t byte = place >= length ? CHAR_VALUES - 1 : place % 2 ? *last-- : *first++;
        memcpy(out, table + byte * w->char_width, w->char_width * sizeof *out);
        out += w->char_width;
        table += (size_t)CHAR_VALUES * w->char_width;
    }
}

tern_status embedding_inputs(const tok2vec_weights *w, const tern_doc *doc, size_t begin, size_t end,
                             embedding_scratch *scratch, float *out)
{
    const size_t of_chars = tok2vec_chars(w);
    tern_status status = TERN_OK;
    for (size_t token = begin; token < end && !status; token++) {
        if (of_chars) embed_bytes(w, doc, token, out);
        out += of_chars;
        for (uint32_t f = 0; f < w->features; f++, out += w->width)
            embed_key(w->embed[f], w->rows[f], w->seed[f], doc_attr(doc, w->attr[f], token), w->width, out);
        if (!w->static_rows) continue;
        if (w->floret) status = mean_of_pieces(w, doc, token, &scratch->word, out);
        else copy_static(w, doc->vector[token], out);
        out += w->width;
    }
    return status;
}

/* ---- features that components set ----------------------------------------------------------------------------------
 */

int embedding_read(const tok2vec_weights *w, const tern_doc *doc, lexeme_scratch *lexeme, embedding_scratch *s)
{
    const size_t tokens = doc->token_count;
    if (!w->reads) return 0;
    if (buffer_reserve(&s->columns, w->features * tokens, sizeof(uint64_t))) return -1;
    if (token_values_begin(&s->values, doc, w->reads, lexeme)) return -1;
    uint64_t *column = s->columns.data;
    for (uint32_t f = 0; f < w->features; f++, column += tokens) {
        if (w->attr[f] < ATTR_COUNT) continue;
        for (size_t t = 0; t < tokens; t++) {
            if (interrupted_at(doc->interruption, t)) return -1;
            column[t] = token_value(&s->values, w->read[f], t);
        }
    }
    s->tokens = tokens;
    return 0;
}

int embedding_show(const tok2vec_weights *w, tern_doc *doc, size_t first_token, lexeme_scratch *lexeme,
                   embedding_scratch *s)
{
    if (!w->reads) return 0;
    if (first_token + doc->token_count > s->tokens && embedding_read(w, doc, lexeme, s)) return -1;
    uint64_t *column = s->columns.data;
    for (uint32_t f = 0; f < w->features; f++) doc->attr[ATTR_COUNT + f] = column + f * s->tokens + first_token;
    return 0;
}

/* ---- the memo of embeddings -------------------------------------------------------------------------------------- */

/* A token's entry has the place that its features hash to, and replaces what was there. */
enum { MEMO_ENTRIES = 4096 };

/* A key for each block of inputs, and one for the characters. */
static uint32_t memo_keys(const tok2vec_weights *w) { return tok2vec_blocks(w) + (w->char_places > 0); }

/* In memory: u64 is_filled, u64 key[memo_keys], float row[width], up to the next u64. */
static size_t memo_entry_size(const tok2vec_weights *w)
{
    return (1 + memo_keys(w) + (w->width + 1) / 2) * sizeof(uint64_t);
}

/* What a part of the embedding depends on: a feature, the row of the static vector (floret: the word), the word. */
static uint64_t memo_key(const tok2vec_weights *w, const tern_doc *doc, size_t token, uint32_t block)
{
    if (block < w->features) return doc_attr(doc, w->attr[block], token);
    return w->floret || block == tok2vec_blocks(w) ? doc->attr[ATTR_ORTH][token] : doc->vector[token];
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
    for (uint32_t k = 0; k < memo_keys(w); k++) {
        hash = (hash ^ memo_key(w, doc, token, k)) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 32;
    }
    return (uint64_t *)(memo->entries + hash % MEMO_ENTRIES * memo_entry_size(w));
}

static float *memo_row(const tok2vec_weights *w, uint64_t *place) { return (float *)(place + 1 + memo_keys(w)); }

static int memo_holds(const tok2vec_weights *w, const uint64_t *place, const tern_doc *doc, size_t token)
{
    if (!place[0]) return 0;
    for (uint32_t k = 0; k < memo_keys(w); k++)
        if (place[1 + k] != memo_key(w, doc, token, k)) return 0;
    return 1;
}

static void memo_put(const tok2vec_weights *w, uint64_t *place, const tern_doc *doc, size_t token, const float *row)
{
    place[0] = 1;
    for (uint32_t k = 0; k < memo_keys(w); k++) place[1 + k] = memo_key(w, doc, token, k);
    memcpy(memo_row(w, place), row, w->width * sizeof *row);
}

/* ---- layers ------------------------------------------------------------------------------------------------------ */

/* x[t - begin] = the embedding of token t, for count tokens whose features are given by their numbers. */
static tern_status embed_tokens(const tok2vec_weights *w, const tern_doc *doc, const size_t *tokens, size_t count,
                                size_t begin, embedding_scratch *s, float *x)
{
    size_t in = tok2vec_inputs(w);
    float *wide = s->wide.data, *delta = s->delta.data;
    for (size_t i = 0; i < count; i++) {
        tern_status status = embedding_inputs(w, doc, tokens[i], tokens[i] + 1, s, wide + i * in);
        if (status) return status;
    }
    if (w->join.layer.nO) {
        affine_maxout(delta, wide, in, &w->join.layer, count);
        layer_norm(wide, NULL, delta, w->join.G, w->join.beta, count, w->width);
        in = w->width;
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

tern_status embedding_rows(const tok2vec_weights *w, const tern_doc *doc, size_t begin, size_t end,
                           embedding_scratch *s, float *x)
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

int embedding_reserve(const tok2vec_weights *w, embedding_scratch *s)
{
    return buffer_reserve(&s->wide, CHUNK, tok2vec_inputs(w) * sizeof(float))
           || buffer_reserve(&s->delta, CHUNK, w->width * sizeof(float)) || memo_reserve(w, &s->memo);
}

void embedding_scratch_free(embedding_scratch *s)
{
    buffer_free(&s->wide);
    buffer_free(&s->delta);
    buffer_free(&s->word);
    buffer_free(&s->columns);
    token_values_free(&s->values);
    free(s->memo.entries);
    s->memo = (embedding_memo){0};
}

/* ---- sections -> tables ------------------------------------------------------------------------------------------ */

static void bind_embeddings(binder *b, const tern_model *model, const char *prefix, tok2vec_weights *w)
{
    section_name name;
    bind_name(name, prefix, "attrs");
    const uint32_t *attrs = bind_vector(b, name, TERN_DTYPE_U32, &w->features);
    if (!b->status && w->features > TOK2VEC_MAX_FEATURES)
        bind_refuse(b, name, "has more features than this library supports");
    for (uint32_t f = 0; f < w->features && !b->status; f++)
        if (attrs[f] >= ATTR_COUNT && !model_has_attr(model, attrs[f] - ATTR_OF_PATTERNS))
            bind_refuse(b, name, "names an unknown token attribute");
    bind_name(name, prefix, "seeds");
    const uint32_t *seeds = bind_vector(b, name, TERN_DTYPE_U32, &w->features);
    for (uint32_t f = 0; f < w->features && !b->status; f++) {
        w->attr[f] = attrs[f] < ATTR_COUNT ? attrs[f] : ATTR_COUNT + f;
        if (attrs[f] >= ATTR_COUNT) {
            w->read[f] = attrs[f] - ATTR_OF_PATTERNS;
            w->reads |= pattern_attr_bit(w->read[f]);
        }
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

static void bind_bytes(binder *b, const char *prefix, tok2vec_weights *w)
{
    section_name name;
    uint32_t dims[3] = {0, CHAR_VALUES, 0};
    bind_name(name, prefix, "chars");
    if (b->status || !bind_has(b, name)) return;
    w->chars = bind_array(b, name, TERN_DTYPE_F32, 3, dims);
    if (!b->status && (uint64_t)dims[0] * dims[2] > TOK2VEC_MAX_CHARS)
        bind_refuse(b, name, "is wider than this library supports");
    w->char_places = dims[0];
    w->char_width = dims[2];
}

/* A layer between the features and the one that mixes (TextCatEnsemble.v1). */
static void bind_join(binder *b, const char *prefix, tok2vec_weights *w)
{
    section_name name;
    bind_name(name, prefix, "join/");
    if (b->status || !bind_has(b, name)) return;
    bind_name(name, prefix, "join");
    bind_maxout(b, name, w->width, (uint32_t)tok2vec_inputs(w), &w->join);
}

void bind_embedding(binder *b, const tern_model *model, const char *prefix, tok2vec_weights *w)
{
    section_name name;
    bind_embeddings(b, model, prefix, w);
    bind_static(b, prefix, w);
    bind_bytes(b, prefix, w);
    if (!b->status && w->width > TOK2VEC_MAX_WIDTH) bind_refuse(b, prefix, "is wider than this library supports");
    bind_join(b, prefix, w);
    bind_name(name, prefix, "mix");
    bind_maxout(b, name, w->width, w->join.layer.nO ? w->width : (uint32_t)tok2vec_inputs(w), &w->mix);
}
