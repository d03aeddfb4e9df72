/* The encoder against two naive ones in double precision: one for each way to describe its padding. */
#include "layers.h"

#include "hash.h"
#include "tok2vec.h"

#include <stdlib.h>
#include <string.h>

enum {
    FEATURES = 3,
    WIDTH = 20,
    DEPTH = 3,
    MIX_PIECES = 3,
    CONV_PIECES = 2,
    MAX_ROWS = 11,
    MAX_TOKENS = 700,
    MANY = 9000
};

typedef struct fixture {
    tok2vec_weights w;
    float embed[FEATURES][MAX_ROWS * WIDTH];
    float mix_W[WIDTH * MIX_PIECES * FEATURES * WIDTH], mix_b[WIDTH * MIX_PIECES], mix_G[WIDTH], mix_beta[WIDTH];
    float conv_W[DEPTH][WIDTH * CONV_PIECES * 3 * WIDTH], conv_b[DEPTH][WIDTH * CONV_PIECES];
    float conv_G[DEPTH][WIDTH], conv_beta[DEPTH][WIDTH];
    uint64_t keys[ATTR_COUNT][MANY];
    tern_doc doc;
    tok2vec_scratch scratch;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    if (!f) return -1;
    uint64_t seed = 42;
    FILL(&seed, f->embed);
    FILL(&seed, f->mix_W);
    FILL(&seed, f->mix_b);
    FILL(&seed, f->mix_G);
    FILL(&seed, f->mix_beta);
    FILL(&seed, f->conv_W);
    FILL(&seed, f->conv_b);
    FILL(&seed, f->conv_G);
    FILL(&seed, f->conv_beta);
    f->w = (tok2vec_weights){.features = FEATURES, .width = WIDTH, .depth = DEPTH, .window = 1};
    static const uint32_t attr[FEATURES] = {ATTR_NORM, ATTR_SHAPE, ATTR_SUFFIX}, rows[FEATURES] = {11, 7, 5};
    for (uint32_t i = 0; i < FEATURES; i++) {
        f->w.attr[i] = attr[i];
        f->w.seed[i] = 8 + i;
        f->w.rows[i] = rows[i];
        f->w.embed[i] = f->embed[i];
    }
    f->w.mix =
        (maxout_weights){pack_layer(WIDTH, MIX_PIECES, FEATURES * WIDTH, f->mix_W, f->mix_b), f->mix_G, f->mix_beta};
    for (int d = 0; d < DEPTH; d++)
        f->w.conv[d] = (maxout_weights){pack_layer(WIDTH, CONV_PIECES, 3 * WIDTH, f->conv_W[d], f->conv_b[d]),
                                        f->conv_G[d], f->conv_beta[d]};
    for (size_t a = 0; a < ATTR_COUNT; a++) {
        for (size_t t = 0; t < MANY; t++) f->keys[a][t] = random_u64(&seed);
        f->doc.attr[a] = f->keys[a];
    }
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    tok2vec_scratch_free(&f->scratch);
    free_layer(&f->w.mix.layer);
    for (int d = 0; d < DEPTH; d++) free_layer(&f->w.conv[d].layer);
    free(f);
    return 0;
}

static float *encode(fixture *f, size_t begin, size_t end)
{
    const float *rows = NULL;
    float *copy = malloc((end - begin) * WIDTH * sizeof *copy);
    assert_non_null(copy);
    assert_int_equal(tok2vec_rows(&f->w, &f->doc, begin, end, &f->scratch, &rows), TERN_OK);
    memcpy(copy, rows, (end - begin) * WIDTH * sizeof *copy);
    return copy;
}

/* Bit by bit, where the kernels promise that. */
static void assert_same_rows(const float *got, const float *expected, size_t rows)
{
    if (is_same_for_any_rows(kernels_chosen())) assert_memory_equal(got, expected, rows * WIDTH * sizeof *got);
    else
        for (size_t i = 0; i < rows * WIDTH; i++) assert_close(got[i], expected[i], 2e-6, "row", i);
}

/* ---- the naive encoders ------------------------------------------------------------------------------------------ */

/* A layer's plain weights: W[WIDTH][nP][nI], b[WIDTH][nP], G[WIDTH], beta[WIDTH]. */
typedef struct plain_layer {
    const float *W, *b, *G, *beta;
    size_t nP, nI;
    int mish;
} plain_layer;

static plain_layer mixing_layer(const fixture *f)
{
    return (plain_layer){f->mix_W, f->mix_b, f->mix_G, f->mix_beta, MIX_PIECES, FEATURES * WIDTH, 0};
}

static plain_layer convolution(const fixture *f, size_t d)
{
    return (plain_layer){f->conv_W[d], f->conv_b[d], f->conv_G[d], f->conv_beta[d], CONV_PIECES, 3 * WIDTH, 0};
}

static void naive_layer(plain_layer m, const double *in, double *out)
{
    double mean = 0, variance = 0;
    for (size_t o = 0; o < WIDTH; o++) {
        out[o] = -HUGE_VAL;
        for (size_t p = 0; p < m.nP; p++) {
            size_t piece = o * m.nP + p;
            double y = m.b[piece];
            for (size_t i = 0; i < m.nI; i++) y += (double)m.W[piece * m.nI + i] * in[i];
            out[o] = fmax(out[o], y);
        }
        if (m.mish) out[o] *= tanh(log(1 + exp(out[o])));
        mean += out[o] / (double)WIDTH;
    }
    for (size_t o = 0; o < WIDTH; o++) variance += (out[o] - mean) * (out[o] - mean) / (double)WIDTH;
    for (size_t o = 0; o < WIDTH; o++) out[o] = (out[o] - mean) / sqrt(variance + 1e-8) * m.G[o] + m.beta[o];
}

static void naive_token(const fixture *f, size_t token, double *out)
{
    double in[FEATURES * WIDTH] = {0};
    for (size_t i = 0; i < FEATURES; i++) {
        uint32_t hash[4];
        murmur3_u64(f->keys[f->w.attr[i]][token], f->w.seed[i], hash);
        for (size_t h = 0; h < 4; h++)
            for (size_t j = 0; j < WIDTH; j++) in[i * WIDTH + j] += f->embed[i][hash[h] % f->w.rows[i] * WIDTH + j];
    }
    naive_layer(mixing_layer(f), in, out);
}

/* Output of layer depth at any position of an endless sequence that is zero outside the document. */
static void sea(const fixture *f, uint32_t depth, long position, double *out)
{
    double window[3 * WIDTH];
    if (!depth) {
        memset(out, 0, WIDTH * sizeof *out);
        if (position >= 0 && position < (long)f->doc.token_count) naive_token(f, (size_t)position, out);
        return;
    }
    for (long i = 0; i < 3; i++) sea(f, depth - 1, position + i - 1, window + i * WIDTH);
    naive_layer(convolution(f, depth - 1), window, out);
    for (size_t j = 0; j < WIDTH; j++) out[j] += window[WIDTH + j];
}

/* spaCy's way: DEPTH zero rows on each side before the first layer, which then change as any row; expand_window sees
 * zeros beyond them. rezero: the mistake of making them zero again before each layer. Returns [tokens][WIDTH]. */
static double *padded(const fixture *f, int rezero)
{
    size_t tokens = f->doc.token_count, rows = tokens + 2 * DEPTH, size = (rows + 2) * WIDTH;
    /* one more row on each side: beyond the padding */
    double *x = calloc(size, sizeof *x), *y = calloc(size, sizeof *y);
    assert_non_null(x);
    assert_non_null(y);
    for (size_t t = 0; t < tokens; t++) naive_token(f, t, x + (t + 1 + DEPTH) * WIDTH);
    for (uint32_t d = 0; d < DEPTH; d++) {
        for (size_t r = 1; r <= rows; r++) {
            naive_layer(convolution(f, d), x + (r - 1) * WIDTH, y + r * WIDTH);
            for (size_t j = 0; j < WIDTH; j++) y[r * WIDTH + j] += x[r * WIDTH + j];
        }
        memcpy(x, y, size * sizeof *x);
        if (rezero) {
            memset(x, 0, (1 + DEPTH) * WIDTH * sizeof *x);
            memset(x + (1 + DEPTH + tokens) * WIDTH, 0, (1 + DEPTH) * WIDTH * sizeof *x);
        }
    }
    memmove(x, x + (1 + DEPTH) * WIDTH, tokens * WIDTH * sizeof *x);
    free(y);
    return x;
}

/* ---- tests ------------------------------------------------------------------------------------------------------- */

static const double TOLERANCE = 2e-5;

static void test_short_documents_in_a_sea_of_zeros(void **state)
{
    fixture *f = *state;
    for (size_t tokens = 1; tokens <= 9; tokens++) {
        f->doc.token_count = tokens;
        float *got = encode(f, 0, tokens);
        for (size_t t = 0; t < tokens; t++) {
            double expected[WIDTH];
            sea(f, DEPTH, (long)t, expected);
            for (size_t j = 0; j < WIDTH; j++)
                assert_close(got[t * WIDTH + j], expected[j], TOLERANCE, "row", t * WIDTH + j);
        }
        free(got);
    }
}

static void test_documents_with_evolving_padding(void **state)
{
    fixture *f = *state;
    static const size_t lengths[] = {1, 2, 3, 4, 5, 58, 64, 65, 130, MAX_TOKENS};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        f->doc.token_count = lengths[i];
        float *got = encode(f, 0, lengths[i]);
        double *expected = padded(f, 0);
        for (size_t j = 0; j < lengths[i] * WIDTH; j++) assert_close(got[j], expected[j], TOLERANCE, "row", j);
        free(expected);
        free(got);
    }
}

/* The numbers of this test can tell the right padding from the usual wrong one. */
static void test_padding_is_not_zeroed_again(void **state)
{
    fixture *f = *state;
    f->doc.token_count = 5;
    float *got = encode(f, 0, 5);
    double *wrong = padded(f, 1), most = 0;
    for (size_t j = 0; j < 5 * WIDTH; j++) most = fmax(most, fabs(got[j] - wrong[j]));
    assert_true(most > 0.01);
    free(wrong);
    free(got);
}

/* But for rounding, which depends on how rows fall into fours. */
static void test_blocks_equal_the_whole(void **state)
{
    fixture *f = *state;
    f->doc.token_count = MAX_TOKENS;
    float *whole = encode(f, 0, MAX_TOKENS);
    static const size_t sizes[] = {1, 2, 3, 7, 64, 100, TOK2VEC_BLOCK};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t begin = 0; begin < MAX_TOKENS; begin += sizes[i]) {
            size_t end = begin + sizes[i] < MAX_TOKENS ? begin + sizes[i] : MAX_TOKENS;
            float *block = encode(f, begin, end);
            for (size_t j = 0; j < (end - begin) * WIDTH; j++)
                assert_close(block[j], whole[begin * WIDTH + j], 5e-6, "row", begin * WIDTH + j);
            free(block);
        }
    free(whole);
}

static void test_a_document_after_a_longer_one(void **state)
{
    fixture *f = *state;
    f->doc.token_count = 4;
    float *fresh = encode(f, 0, 4);
    f->doc.token_count = MAX_TOKENS;
    free(encode(f, 0, MAX_TOKENS));
    f->doc.token_count = 4;
    float *again = encode(f, 0, 4);
    assert_same_rows(again, fresh, 4);
    free(again);
    free(fresh);
}

/* ---- documents together ------------------------------------------------------------------------------------------ */

enum { DEEPEST = 8, TOGETHER = 7 };

/* The document's keys from that token on. */
static void show_from(fixture *f, size_t first, size_t tokens)
{
    f->doc.token_count = tokens;
    for (size_t a = 0; a < ATTR_COUNT; a++) f->doc.attr[a] = f->keys[a] + first;
}

/* Each has the rows that it has alone, at every depth: what lies between them is as much padding as none sees through.
 */
static void test_documents_together(void **state)
{
    fixture *f = *state;
    const size_t tokens[TOGETHER] = {1, 3, 0, 2, 40, 1, 90};
    for (uint32_t d = DEPTH; d < DEEPEST; d++) f->w.conv[d] = f->w.conv[d % DEPTH];
    for (f->w.depth = 0; f->w.depth <= DEEPEST; f->w.depth++) {
        size_t start[TOGETHER + 1] = {0};
        for (size_t i = 0; i < TOGETHER; i++) {
            show_from(f, start[i], tokens[i]);
            assert_int_equal(tok2vec_join(&f->w, &f->doc, start, i, &f->scratch), TERN_OK);
            start[i + 1] = start[i] + tokens[i];
        }
        assert_int_equal(tok2vec_run_joint(&f->w, start, TOGETHER, NULL, &f->scratch), TERN_OK);
        for (size_t i = 0; i < TOGETHER; i++) {
            show_from(f, start[i], tokens[i]);
            const float *joint = (float *)f->scratch.joint.data + tok2vec_joint_row(&f->w, start, i) * WIDTH;
            float *alone = encode(f, 0, tokens[i]);
            for (size_t j = 0; j < tokens[i] * WIDTH; j++) assert_close(joint[j], alone[j], TOLERANCE, "row", j);
            free(alone);
        }
    }
    f->w.depth = DEPTH;
    show_from(f, 0, 0);
}

/* ---- other windows ----------------------------------------------------------------------------------------------- */

enum { LAYERS = 2, WIDEST = 5 };

/* As padded, with so many rows beyond each end, which begin as edge_row (NULL: zeros). */
static double *with_edges(const fixture *f, const plain_layer *layer, size_t window, size_t edges,
                          const float *edge_row)
{
    size_t tokens = f->doc.token_count, rows = tokens + 2 * edges, size = (rows + 2 * window) * WIDTH;
    double *x = calloc(size, sizeof *x), *y = calloc(size, sizeof *y), *first = x + window * WIDTH;
    assert_non_null(x);
    assert_non_null(y);
    for (size_t r = 0; r < rows; r++) {
        if (r >= edges && r < edges + tokens) naive_token(f, r - edges, first + r * WIDTH);
        else
            for (size_t j = 0; j < WIDTH; j++) first[r * WIDTH + j] = edge_row ? edge_row[j] : 0;
    }
    for (size_t d = 0; d < LAYERS; d++) {
        for (size_t r = window; r < rows + window; r++) {
            naive_layer(layer[d], x + (r - window) * WIDTH, y + r * WIDTH);
            for (size_t j = 0; j < WIDTH; j++) y[r * WIDTH + j] += x[r * WIDTH + j];
        }
        memcpy(x, y, size * sizeof *x);
    }
    memmove(x, first + edges * WIDTH, tokens * WIDTH * sizeof *x);
    free(y);
    return x;
}

static void compare_edges(fixture *f, const plain_layer *layer, size_t window, size_t edges, const float *edge_row)
{
    static const size_t lengths[] = {1, 2, 4, 9, 90};
    f->w.edge_row = edge_row;
    f->w.cuts_edges = edges < LAYERS * window;
    f->w.edges = f->w.cuts_edges ? (uint32_t)edges : 0;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        f->doc.token_count = lengths[i];
        float *got = encode(f, 0, lengths[i]);
        double *expected = with_edges(f, layer, window, edges, edge_row);
        for (size_t j = 0; j < lengths[i] * WIDTH; j++) assert_close(got[j], expected[j], TOLERANCE, "row", j);
        free(expected);
        free(got);
    }
}

/* Every size, with and without mish; no rows beyond the ends, fewer than the layers see, as many; zeros and others. */
static void test_other_windows(void **state)
{
    fixture *f = *state;
    static float W[LAYERS][WIDTH * CONV_PIECES * (2 * WIDEST + 1) * WIDTH], b[LAYERS][WIDTH * CONV_PIECES];
    uint64_t seed = 7;
    FILL(&seed, W);
    FILL(&seed, b);
    const tok2vec_weights before = f->w;
    for (size_t window = 0; window <= WIDEST; window++)
        for (size_t mish = 0; mish < 2; mish++) {
            const size_t pieces = mish ? 1 : CONV_PIECES, inputs = (2 * window + 1) * WIDTH;
            plain_layer plain[LAYERS];
            f->w.depth = LAYERS;
            f->w.window = (uint32_t)window;
            f->w.mish = (uint32_t)mish;
            for (size_t d = 0; d < LAYERS; d++) {
                plain[d] = (plain_layer){W[d], b[d], f->conv_G[d], f->conv_beta[d], pieces, inputs, (int)mish};
                f->w.conv[d] = (maxout_weights){pack_layer(WIDTH, (uint32_t)pieces, (uint32_t)inputs, W[d], b[d]),
                                                f->conv_G[d], f->conv_beta[d]};
            }
            for (size_t edges = 0; edges <= LAYERS * window; edges += edges < 2 ? 1 : window)
                for (size_t row = 0; row < 2; row++) compare_edges(f, plain, window, edges, row ? f->mix_beta : NULL);
            for (size_t d = 0; d < LAYERS; d++) free_layer(&f->w.conv[d].layer);
        }
    f->w = before;
}

/* ---- the memo ---------------------------------------------------------------------------------------------------- */

/* Rows of the embedding layer alone, as a naive token gives them. */
static void check_embeddings(fixture *f, size_t tokens)
{
    f->doc.token_count = tokens;
    f->w.depth = 0;
    float *got = encode(f, 0, tokens);
    for (size_t t = 0; t < tokens; t++) {
        double expected[WIDTH];
        naive_token(f, t, expected);
        for (size_t j = 0; j < WIDTH; j++)
            assert_close(got[t * WIDTH + j], expected[j], TOLERANCE, "row", t * WIDTH + j);
    }
    free(got);
    f->w.depth = DEPTH;
}

static void test_same_features_give_the_same_bits(void **state)
{
    fixture *f = *state;
    for (size_t a = 0; a < ATTR_COUNT; a++)
        for (size_t t = 40; t < MAX_TOKENS; t++) f->keys[a][t] = f->keys[a][t * 7 % 40];
    f->doc.token_count = MAX_TOKENS;
    float *first = encode(f, 0, MAX_TOKENS), *second = encode(f, 0, MAX_TOKENS);
    tok2vec_scratch_free(&f->scratch);
    float *fresh = encode(f, 0, MAX_TOKENS);
    assert_same_rows(second, first, MAX_TOKENS);
    assert_same_rows(fresh, first, MAX_TOKENS);
    free(first);
    free(second);
    free(fresh);
    check_embeddings(f, MAX_TOKENS);
}

/* The rows that the first run made are those of the second: it does not look at the tables. */
static void test_rows_are_kept(void **state)
{
    fixture *f = *state;
    f->doc.token_count = 30;
    float *first = encode(f, 0, 30);
    memset(f->embed, 0, sizeof f->embed);
    float *second = encode(f, 0, 30);
    assert_same_rows(second, first, 30);
    free(first);
    free(second);
}

/* More tokens than places, so that some share a place, and all that they have apart is one feature: each has its own
 * row, the first time, and when it meets in its place what another left there. */
static void test_tokens_that_share_a_place(void **state)
{
    fixture *f = *state;
    for (uint32_t feature = 0; feature < FEATURES; feature++) {
        uint64_t seed = feature;
        for (uint32_t other = 0; other < FEATURES; other++)
            for (size_t t = 0; t < MANY; t++)
                f->keys[f->w.attr[other]][t] = other == feature ? random_u64(&seed) : 77 + feature;
        check_embeddings(f, MANY);
        check_embeddings(f, MANY);
    }
}

static void test_another_encoder_in_the_same_scratch(void **state)
{
    fixture *f = *state;
    tok2vec_weights first = f->w, second = f->w;
    float first_W[sizeof f->mix_W / sizeof *f->mix_W], second_W[sizeof f->mix_W / sizeof *f->mix_W];
    memcpy(first_W, f->mix_W, sizeof first_W);
    for (size_t i = 0; i < sizeof second_W / sizeof *second_W; i++) second_W[i] = -first_W[i];
    second.mix.layer = pack_layer(WIDTH, MIX_PIECES, FEATURES * WIDTH, second_W, f->mix_b);
    for (int round = 0; round < 4; round++) {
        f->w = round % 2 ? second : first;
        memcpy(f->mix_W, round % 2 ? second_W : first_W, sizeof first_W);
        check_embeddings(f, 50);
    }
    f->w = first;
    free_layer(&second.mix.layer);
}

/* Encoders with more features and wider rows, too: what is kept of one has another size than of the other. */
static void test_a_wider_encoder_in_the_same_scratch(void **state)
{
    fixture *f = *state;
    static const float table[2 * WIDTH] = {1, 2, 3}, gain[2 * WIDTH] = {1, 1}, beta[2 * WIDTH] = {4};
    static const float W[4 * WIDTH * WIDTH] = {1}, b[2 * WIDTH] = {0};
    tok2vec_weights wide = {.features = 1,
                            .width = 2 * WIDTH,
                            .attr = {ATTR_NORM},
                            .rows = {1},
                            .embed = {table},
                            .mix = {pack_layer(2 * WIDTH, 1, 2 * WIDTH, W, b), gain, beta}};
    const float *rows = NULL;
    check_embeddings(f, 50);
    assert_int_equal(tok2vec_rows(&wide, &f->doc, 0, 50, &f->scratch, &rows), TERN_OK);
    for (size_t t = 0; t < 50; t++) assert_memory_equal(rows + t * 2 * WIDTH, rows, 2 * WIDTH * sizeof *rows);
    assert_true(rows[0] > 5.0f);
    check_embeddings(f, 50);
    free_layer(&wide.mix.layer);
}

/* ---- embeddings -------------------------------------------------------------------------------------------------- */

/* The row of NORM "apple" with seed 8 in a table of 5000 rows: 3934, 1080, 901 and 472 (thinc). */
static void test_embedding_buckets_and_order(void **state)
{
    fixture *f = *state;
    float *table = calloc(5000 * 2, sizeof *table);
    assert_non_null(table);
    static const size_t bucket[4] = {3934, 1080, 901, 472};
    static const float order[4] = {1e8f, 1.0f, -1e8f, 1.0f}; /* in any other order the sum is not 1 */
    for (size_t i = 0; i < 4; i++) {
        table[2 * bucket[i]] = (float)(1 << i);
        table[2 * bucket[i] + 1] = order[i];
    }
    tok2vec_weights w = {.features = 1, .width = 2, .attr = {ATTR_NORM}, .seed = {8}, .rows = {5000}, .embed = {table}};
    f->keys[ATTR_NORM][0] = 8566208034543834098u;
    float out[2];
    f->doc.token_count = 1;
    assert_int_equal(embedding_inputs(&w, &f->doc, 0, 1, &f->scratch.embedding, out), TERN_OK);
    assert_true(out[0] == 15.0f);
    assert_true(out[1] == 1.0f);
    free(table);
}

static void test_a_row_that_is_hit_twice_counts_twice(void **state)
{
    fixture *f = *state;
    const float table[2] = {0.5f, -3.0f};
    tok2vec_weights w = {.features = 1, .width = 2, .attr = {ATTR_SUFFIX}, .seed = {12}, .rows = {1}, .embed = {table}};
    float out[2];
    f->doc.token_count = 1;
    assert_int_equal(embedding_inputs(&w, &f->doc, 0, 1, &f->scratch.embedding, out), TERN_OK);
    assert_true(out[0] == 2.0f);
    assert_true(out[1] == -12.0f);
}

static void test_more_rows_than_memory(void **state)
{
    fixture *f = *state;
    const float *rows = NULL;
    f->doc.token_count = SIZE_MAX / 16;
    assert_int_equal(tok2vec_rows(&f->w, &f->doc, 0, SIZE_MAX / 16, &f->scratch, &rows), TERN_E_MEMORY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_short_documents_in_a_sea_of_zeros, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_documents_with_evolving_padding, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_padding_is_not_zeroed_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_blocks_equal_the_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_document_after_a_longer_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_documents_together, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_same_features_give_the_same_bits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rows_are_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tokens_that_share_a_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_other_windows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_another_encoder_in_the_same_scratch, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_wider_encoder_in_the_same_scratch, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_embedding_buckets_and_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_row_that_is_hit_twice_counts_twice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_more_rows_than_memory, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("tok2vec", tests, choose_kernels, NULL);
}
