#include "bow.h"

#include "activation.h"
#include "hash.h"

#include <string.h>

/* ---- keys -------------------------------------------------------------------------------------------------------- */

static size_t ngram_count(size_t tokens, size_t n) { return tokens < n ? 0 : tokens - n + 1; }

static size_t key_count(size_t tokens, size_t longest)
{
    size_t count = 0;
    for (size_t n = 1; n <= longest; n++) count += ngram_count(tokens, n);
    return count;
}

/* ORTH of each token, then the hashes of each two, three, ... tokens in a row. 0, or -1 if interrupted. */
static int list_keys(const tern_doc *doc, size_t longest, uint64_t *keys)
{
    const uint64_t *words = doc->attr[ATTR_ORTH];
    memcpy(keys, words, doc->token_count * sizeof *keys);
    keys += doc->token_count;
    for (size_t n = 2; n <= longest; n++)
        for (size_t i = 0; i < ngram_count(doc->token_count, n); i++) {
            if (interrupted_at(doc->interruption, i)) return -1;
            *keys++ = murmur64a(words + i, n * sizeof *words, 0);
        }
    return 0;
}

/* Orders keys by the byte at `shift`, equal ones as they were. 0, or -1 if interrupted. */
static int order_by_byte(const uint64_t *keys, size_t count, int shift, interruption *stop, uint64_t *ordered)
{
    size_t next[256] = {0}, place = 0;
    for (size_t i = 0; i < count; i++) next[keys[i] >> shift & 255]++;
    for (size_t b = 0; b < 256; b++) {
        size_t same = next[b];
        next[b] = place;
        place += same;
    }
    for (size_t i = 0; i < count; i++) {
        if (interrupted_at(stop, i)) return -1;
        ordered[next[keys[i] >> shift & 255]++] = keys[i];
    }
    return 0;
}

static void insert_in_order(uint64_t *keys, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        uint64_t key = keys[i];
        size_t at = i;
        for (; at > 0 && keys[at - 1] > key; at--) keys[at] = keys[at - 1];
        keys[at] = key;
    }
}

enum { FEW_KEYS = 64 }; /* insertion is faster */

/* Ascending, in time linear in count; other: as much room again. 0, or -1 if interrupted. */
static int sort_keys(uint64_t *keys, size_t count, interruption *stop, uint64_t *other)
{
    if (count <= FEW_KEYS) {
        insert_in_order(keys, count);
        return 0;
    }
    for (int shift = 0; shift < 64; shift += 16)
        if (order_by_byte(keys, count, shift, stop, other) || order_by_byte(other, count, shift + 8, stop, keys))
            return -1;
    return 0;
}

/* ---- sums -------------------------------------------------------------------------------------------------------- */

/* The weights at a position; NULL where they are zero. */
static const float *weights_at(const bow_model *w, size_t position)
{
    uint64_t word = w->used[position / 64], bit = UINT64_C(1) << position % 64;
    if (!(word & bit)) return NULL;
    size_t row = w->before[position / 64] + (size_t)__builtin_popcountll(word & (bit - 1));
    return w->rows + row * bow_row_length(w);
}

/* What is left out, zeros, would change no sum: it begins at +0 and no sum ever is -0. */
static void add_bucket(const bow_model *w, uint32_t bucket, float count, float *scores)
{
    const float *row;
    if (w->overlaps) {
        /* the weights of a label are those of the label before in the next bucket: attr v1_indexing */
        for (uint32_t c = 0; c < w->labels; c++)
            if ((row = weights_at(w, (size_t)bucket + c))) scores[c] += *row * count;
    } else if ((row = weights_at(w, bucket))) {
        for (uint32_t c = 0; c < w->labels; c++) scores[c] += row[c] * count;
    }
}

/* Between two questions whether to go on: weights. */
enum { WEIGHTS_STRIDE = 1 << 14 };

/* Adds each distinct key as often as it is there, in ascending order. 0, or -1 if interrupted. */
static int add_keys(const bow_model *w, const uint64_t *keys, size_t count, interruption *stop, float *scores)
{
    size_t work = 0;
    for (size_t i = 0, same; i < count; i += same) {
        for (same = 1; i + same < count && keys[i + same] == keys[i];) same++;
        for (uint32_t seed = 0; seed < 2; seed++)
            add_bucket(w, murmur3_32_u64(keys[i], seed) % w->buckets, (float)same, scores);
        if ((work += w->labels) < WEIGHTS_STRIDE) continue;
        if (interrupted(stop)) return -1;
        work = 0;
    }
    return 0;
}

tern_status bow_scores(const bow_model *w, const tern_doc *doc, bow_scratch *scratch, float *scores)
{
    size_t count = key_count(doc->token_count, w->longest);
    if (buffer_reserve(&scratch->keys, count, 2 * sizeof(uint64_t))) return TERN_E_MEMORY;
    uint64_t *keys = scratch->keys.data;
    for (uint32_t c = 0; c < w->labels; c++) scores[c] = 0.0f + w->bias[c];
    if (list_keys(doc, w->longest, keys) || sort_keys(keys, count, doc->interruption, keys + count)
        || add_keys(w, keys, count, doc->interruption, scores))
        return TERN_E_INTERRUPTED;
    activate(w->activation, scores, w->labels);
    return TERN_OK;
}

void bow_scratch_free(bow_scratch *scratch) { buffer_free(&scratch->keys); }

/* ---- sections -> tables ------------------------------------------------------------------------------------------ */

/* Rows are where `used` and `before` say; all of them lie in the section. */
static void check_rows(binder *b, const char *name, const bow_model *w, uint32_t words, uint32_t rows)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < words && !b->status; i++) {
        if (w->before[i] != count) bind_refuse(b, name, "does not count the rows before it");
        count += (uint64_t)__builtin_popcountll(w->used[i]);
    }
    if (!b->status && count > rows) bind_refuse(b, name, "counts more rows than there are");
}

static void bind_bow_settings(binder *b, const char *prefix, bow_model *w)
{
    section_name name;
    uint32_t four = 4;
    bind_name(name, prefix, "settings");
    const uint32_t *settings = bind_vector(b, name, TERN_DTYPE_U32, &four);
    if (b->status) return;
    w->longest = settings[0];
    w->buckets = settings[1];
    w->activation = settings[2];
    w->overlaps = settings[3];
    if (!w->longest || w->longest > BOW_MAX_NGRAM || !w->buckets || w->buckets > BOW_MAX_BUCKETS
        || w->activation >= ACTIVATIONS || w->overlaps > 1)
        bind_refuse(b, name, "holds a value that is out of range");
}

void bind_bow(binder *b, const char *prefix, uint32_t labels, bow_model *w)
{
    section_name name;
    bind_bow_settings(b, prefix, w);
    if (b->status) return;
    w->labels = labels;
    uint64_t positions = w->overlaps ? (uint64_t)w->buckets + labels - 1 : w->buckets;
    uint32_t words = (uint32_t)((positions + 63) / 64), rows = 0, length = bow_row_length(w);
    bind_name(name, prefix, "b");
    w->bias = bind_vector_f32(b, name, &labels);
    bind_name(name, prefix, "rows");
    w->rows = bind_matrix(b, name, TERN_DTYPE_F32, &rows, &length);
    bind_name(name, prefix, "used");
    w->used = bind_vector(b, name, TERN_DTYPE_U64, &words);
    bind_name(name, prefix, "before");
    w->before = bind_vector(b, name, TERN_DTYPE_U32, &words);
    if (!b->status) check_rows(b, name, w, words, rows);
}
