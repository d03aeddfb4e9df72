/* Static vectors: which row a text has, and what the row does in the embedding, against a naive layer in double
 * precision. */
#include "layers.h"

#include "tok2vec.h"
#include "word_vectors.h"

#include <stdlib.h>
#include <string.h>

/* ---- looking up -------------------------------------------------------------------------------------------------- */

enum { KEYS = 3000, BITS = 12, STARTS = (1 << BITS) + 1 }; /* more rows than keys of a start */

typedef struct key_index {
    uint64_t *id, *keys;
    uint32_t *start;
    vector_keys v;
} key_index;

static int compare_ids(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Row of the i-th id. */
static uint32_t row_of(size_t i) { return (uint32_t)(i * 7 % KEYS); }

/* Ids of all sizes: a third small numbers, as reserved symbols have, a third beside each other, the last one the
 * largest there is. Each array ends where its memory does. */
static int set_up_index(void **state)
{
    key_index *x = calloc(1, sizeof *x);
    uint64_t seed = 5;
    if (!x || !(x->id = malloc(KEYS * sizeof *x->id)) || !(x->keys = malloc(KEYS * sizeof *x->keys))
        || !(x->start = calloc(STARTS, sizeof *x->start)))
        return -1;
    for (size_t i = 0; i < KEYS; i++)
        x->id[i] = i < 1000 ? 1 + 2 * i : i < 2000 ? UINT64_C(0x8000000000000000) + 3 * i : random_u64(&seed) | 1;
    x->id[KEYS - 1] = UINT64_MAX;
    qsort(x->id, KEYS, sizeof *x->id, compare_ids);
    for (size_t i = 0; i < KEYS; i++) {
        x->keys[i] = x->id[i] << BITS | row_of(i);
        x->start[(x->id[i] >> (64 - BITS)) + 1]++;
    }
    for (size_t s = 1; s < STARTS; s++) x->start[s] += x->start[s - 1];
    x->v = (vector_keys){.start = x->start, .keys = x->keys, .bits = BITS, .count = KEYS};
    *state = x;
    return 0;
}

static int tear_down_index(void **state)
{
    key_index *x = *state;
    free(x->id);
    free(x->keys);
    free(x->start);
    free(x);
    return 0;
}

static void test_every_key_has_its_row(void **state)
{
    const key_index *x = *state;
    for (size_t i = 0; i < KEYS; i++) assert_int_equal(word_vectors_find(&x->v, x->id[i]), row_of(i));
}

static int is_key(const key_index *x, uint64_t id) { return bsearch(&id, x->id, KEYS, sizeof id, compare_ids) != NULL; }

/* Ids that differ from a key in one bit, each bit in turn; smaller and larger ones. */
static void test_other_ids_have_none(void **state)
{
    const key_index *x = *state;
    for (size_t i = 0; i < KEYS; i += 13)
        for (int bit = 0; bit < 64; bit++) {
            uint64_t id = x->id[i] ^ UINT64_C(1) << bit;
            if (!is_key(x, id)) assert_int_equal(word_vectors_find(&x->v, id), NO_VECTOR);
        }
    assert_int_equal(word_vectors_find(&x->v, 0), NO_VECTOR);
    assert_int_equal(word_vectors_find(&x->v, UINT64_MAX - 1), NO_VECTOR);
}

static void test_without_vectors(void **state)
{
    (void)state;
    const vector_keys none = {0};
    assert_int_equal(word_vectors_find(&none, 17), NO_VECTOR);
}

/* Starts are not checked when a file is opened: whatever they say, nothing beyond the keys is read. */
static void test_starts_that_lie(void **state)
{
    key_index *x = *state;
    size_t high = x->id[2500] >> (64 - BITS);
    static const uint32_t lies[][2] = {{0, UINT32_MAX}, {KEYS, KEYS + 1}, {UINT32_MAX, UINT32_MAX},
                                       {UINT32_MAX, 3}, {KEYS, 0},        {KEYS, KEYS}};
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        x->start[high] = lies[i][0];
        x->start[high + 1] = lies[i][1];
        assert_int_equal(word_vectors_find(&x->v, x->id[2500]), NO_VECTOR);
    }
}

/* ---- in the embedding -------------------------------------------------------------------------------------------- */

enum { WIDTH = 20, BLOCKS = 2, PIECES = 3, ROWS = 50, TOKENS = 300 };

typedef struct encoder {
    tok2vec_weights w;
    float embed[WIDTH], vectors[ROWS * WIDTH], W[WIDTH * PIECES * BLOCKS * WIDTH], b[WIDTH * PIECES], G[WIDTH],
        beta[WIDTH];
    uint16_t halves[ROWS * WIDTH];
    uint64_t keys[TOKENS];
    uint32_t row[TOKENS];
    tern_doc doc;
    tok2vec_scratch scratch;
} encoder;

/* One feature, which is the same for all tokens, and a vector for most of them: the rows go through the table several
 * times. */
static int set_up_encoder(void **state)
{
    encoder *t = calloc(1, sizeof *t);
    if (!t) return -1;
    uint64_t seed = 9;
    FILL(&seed, t->embed);
    FILL(&seed, t->vectors);
    FILL(&seed, t->W);
    FILL(&seed, t->b);
    FILL(&seed, t->G);
    FILL(&seed, t->beta);
    t->w = (tok2vec_weights){.features = 1,
                             .width = WIDTH,
                             .attr = {ATTR_NORM},
                             .seed = {8},
                             .rows = {1},
                             .embed = {t->embed},
                             .static_rows = ROWS,
                             .static_floats = t->vectors,
                             .mix = {pack_layer(WIDTH, PIECES, BLOCKS * WIDTH, t->W, t->b), t->G, t->beta}};
    for (size_t i = 0; i < TOKENS; i++) t->row[i] = i % 5 ? (uint32_t)(i * 11 % ROWS) : NO_VECTOR;
    t->row[7] = ROWS; /* a damaged file's */
    t->doc = (tern_doc){.token_count = TOKENS, .vector = t->row};
    t->doc.attr[ATTR_NORM] = t->keys;
    *state = t;
    return 0;
}

static int tear_down_encoder(void **state)
{
    encoder *t = *state;
    tok2vec_scratch_free(&t->scratch);
    free_layer(&t->w.mix.layer);
    free(t);
    return 0;
}

/* The hash embedding's only row is hit four times; after it the static vector, zeros without one. */
static void naive_row(const encoder *t, size_t token, double *out)
{
    double in[BLOCKS * WIDTH] = {0}, mean = 0, variance = 0;
    for (size_t j = 0; j < WIDTH; j++) {
        in[j] = 4.0 * t->embed[j];
        if (t->row[token] < ROWS) in[WIDTH + j] = t->vectors[t->row[token] * WIDTH + j];
    }
    for (size_t o = 0; o < WIDTH; o++) {
        out[o] = -HUGE_VAL;
        for (size_t p = 0; p < PIECES; p++) {
            double y = t->b[o * PIECES + p];
            for (size_t i = 0; i < BLOCKS * WIDTH; i++)
                y += (double)t->W[(o * PIECES + p) * BLOCKS * WIDTH + i] * in[i];
            out[o] = fmax(out[o], y);
        }
        mean += out[o] / (double)WIDTH;
    }
    for (size_t o = 0; o < WIDTH; o++) variance += (out[o] - mean) * (out[o] - mean) / (double)WIDTH;
    for (size_t o = 0; o < WIDTH; o++) out[o] = (out[o] - mean) / sqrt(variance + 1e-8) * t->G[o] + t->beta[o];
}

static void check_rows(encoder *t)
{
    const float *rows = NULL;
    assert_int_equal(tok2vec_rows(&t->w, &t->doc, 0, TOKENS, &t->scratch, &rows), TERN_OK);
    for (size_t token = 0; token < TOKENS; token++) {
        double expected[WIDTH];
        naive_row(t, token, expected);
        for (size_t j = 0; j < WIDTH; j++)
            assert_close(rows[token * WIDTH + j], expected[j], 2e-5, "row", token * WIDTH + j);
    }
}

static void test_rows_of_all_tokens(void **state)
{
    check_rows(*state);
    check_rows(*state); /* from the memo */
}

/* All that a token's embedding has apart from what the memo keeps is the vector. */
static void test_the_memo_knows_the_vector(void **state)
{
    encoder *t = *state;
    check_rows(t);
    for (size_t i = 0; i < TOKENS; i++) t->row[i] = (uint32_t)(i * 17 % (ROWS + 1));
    check_rows(t);
    for (size_t i = 0; i < TOKENS; i++) t->row[i] = NO_VECTOR;
    check_rows(t);
}

/* -1, -0.5, 0, 0.5, 1 as halves. */
static void test_vectors_of_half_precision(void **state)
{
    encoder *t = *state;
    static const uint16_t half[] = {0xBC00, 0xB800, 0x0000, 0x3800, 0x3C00};
    uint64_t seed = 3;
    for (size_t i = 0; i < ROWS * WIDTH; i++) {
        size_t which = random_u64(&seed) % 5;
        t->halves[i] = half[which];
        t->vectors[i] = 0.5f * (float)which - 1.0f;
    }
    t->w.static_floats = NULL;
    t->w.static_halves = t->halves;
    check_rows(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_key_has_its_row, set_up_index, tear_down_index),
        cmocka_unit_test_setup_teardown(test_other_ids_have_none, set_up_index, tear_down_index),
        cmocka_unit_test_setup_teardown(test_starts_that_lie, set_up_index, tear_down_index),
        cmocka_unit_test(test_without_vectors),
        cmocka_unit_test_setup_teardown(test_rows_of_all_tokens, set_up_encoder, tear_down_encoder),
        cmocka_unit_test_setup_teardown(test_the_memo_knows_the_vector, set_up_encoder, tear_down_encoder),
        cmocka_unit_test_setup_teardown(test_vectors_of_half_precision, set_up_encoder, tear_down_encoder),
    };
    return cmocka_run_group_tests_name("word vectors", tests, choose_kernels, NULL);
}
