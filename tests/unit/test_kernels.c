/* The arithmetic against plain loops in double precision. */
#include "kernels.h"
#include "numbers.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static float *floats(uint64_t *seed, size_t n)
{
    float *x = malloc((n ? n : 1) * sizeof *x);
    assert_non_null(x);
    random_floats(seed, x, n);
    return x;
}

static void check_matmul(size_t m, size_t n, size_t k, size_t ldx)
{
    uint64_t seed = 1000 * m + 10 * n + k;
    const float untouched = 12345.0f;
    float *X = floats(&seed, m * ldx), *W = floats(&seed, n * k);
    float *Y = floats(&seed, m * n + 1), *again = floats(&seed, m * n);
    Y[m * n] = untouched;
    matmul(Y, X, ldx, W, m, n, k);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            double sum = 0, magnitude = 0;
            for (size_t l = 0; l < k; l++) {
                double term = (double)X[i * ldx + l] * (double)W[j * k + l];
                sum += term;
                magnitude += fabs(term);
            }
            assert_close(Y[i * n + j], sum, 1e-6 * magnitude + 1e-12, "Y", i * n + j);
        }
    assert_true(Y[m * n] == untouched);
    matmul(again, X, ldx, W, m, n, k);
    assert_memory_equal(again, Y, m * n * sizeof *Y);
    free(X);
    free(W);
    free(Y);
    free(again);
}

/* Rows on both sides of every limit inside matmul (4, 16, 1200 / n), columns from 1 to more than 1200. */
static void test_matmul(void **state)
{
    (void)state;
    static const size_t rows[] = {1, 2, 3, 4, 5, 7, 15, 16, 17, 33, 70};
    static const size_t shapes[][2] = {{1, 1}, {5, 3}, {74, 64}, {128, 64}, {288, 288}, {1201, 7}};
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
            check_matmul(rows[r], shapes[s][0], shapes[s][1], shapes[s][1]);
}

static void test_matmul_of_spaced_rows(void **state)
{
    (void)state;
    static const size_t rows[] = {1, 4, 6, 20};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) check_matmul(rows[r], 12, 9, 31);
}

static void test_maxout(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (size_t nP = 1; nP <= 5; nP++) {
        size_t m = 3, nO = 13;
        float *in = floats(&seed, m * nO * nP), *b = floats(&seed, nO * nP), *out = floats(&seed, m * nO);
        maxout(out, in, b, m, nO, nP);
        for (size_t i = 0; i < m * nO; i++) {
            float best = -INFINITY;
            for (size_t p = 0; p < nP; p++) best = fmaxf(best, in[i * nP + p] + b[i % nO * nP + p]);
            assert_true(out[i] == best);   /* one rounding, so nothing may differ */
        }
        free(in);
        free(b);
        free(out);
    }
}

static void test_maxout_of_known_numbers(void **state)
{
    (void)state;
    const float in[] = {1, -5, -2, -3, 0, 0}, b[] = {0, 7, 0, 0, -1, -2};   /* two units of three pieces */
    float out[2];
    maxout(out, in, b, 1, 2, 3);
    assert_true(out[0] == 2.0f);
    assert_true(out[1] == -1.0f);
}

static void check_layer_norm(size_t n, double spread)
{
    uint64_t seed = n;
    size_t m = 3;
    float *x = floats(&seed, m * n), *G = floats(&seed, n), *beta = floats(&seed, n), *y = floats(&seed, m * n);
    for (size_t i = 0; i < m * n; i++) y[i] = x[i] = (float)(x[i] * spread);
    layer_norm(y, G, beta, m, n);
    for (size_t i = 0; i < m; i++) {
        double mean = 0, variance = 0;
        for (size_t j = 0; j < n; j++) mean += (double)x[i * n + j] / (double)n;
        for (size_t j = 0; j < n; j++) variance += pow(x[i * n + j] - mean, 2) / (double)n;
        for (size_t j = 0; j < n; j++) {
            double expected = (x[i * n + j] - mean) / sqrt(variance + 1e-8) * G[j] + beta[j];
            assert_close(y[i * n + j], expected, 5e-6, "layer norm", i * n + j);
        }
    }
    free(x);
    free(G);
    free(beta);
    free(y);
}

static void test_layer_norm(void **state)
{
    (void)state;
    static const size_t widths[] = {2, 7, 8, 9, 16, 96, 100, 256};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        check_layer_norm(widths[i], 1.0);
        check_layer_norm(widths[i], 3e-4);   /* variance about 3e-8: the epsilon shows */
        check_layer_norm(widths[i], 1e-5);   /* the epsilon is nearly everything */
    }
}

static void test_layer_norm_of_equal_numbers_is_beta(void **state)
{
    (void)state;
    float x[16] = {0}, G[16], beta[16];
    for (size_t i = 0; i < 16; i++) {
        G[i] = 2.0f;
        beta[i] = (float)i;
    }
    layer_norm(x, G, beta, 1, 16);
    for (size_t i = 0; i < 16; i++) assert_true(x[i] == beta[i]);
}

/* Shapes that take OpenBLAS's work space on every CPU, and the encoder's own. */
enum { THREADS = 4, ROUNDS = 2000, ROWS = 64, OUTPUTS = 1280, INPUTS = 32, ENCODER_OUTPUTS = 288 };

typedef struct repetition {
    const float *X, *W, *expected;
    size_t n;
    int wrong;
} repetition;

static void *repeat(void *argument)
{
    repetition *r = argument;
    float *Y = malloc(ROWS * OUTPUTS * sizeof *Y);
    for (int i = 0; Y && i < ROUNDS; i++) {
        matmul(Y, r->X, INPUTS, r->W, ROWS, r->n, INPUTS);
        r->wrong += memcmp(Y, r->expected, ROWS * r->n * sizeof *Y) != 0;
    }
    r->wrong += !Y;
    free(Y);
    return NULL;
}

static void check_threads(size_t n)
{
    uint64_t seed = n;
    float *X = floats(&seed, ROWS * INPUTS), *W = floats(&seed, n * INPUTS), *expected = floats(&seed, ROWS * n);
    pthread_t thread[THREADS];
    repetition r[THREADS];
    matmul(expected, X, INPUTS, W, ROWS, n, INPUTS);
    for (size_t t = 0; t < THREADS; t++) {
        r[t] = (repetition){X, W, expected, n, 0};
        assert_int_equal(pthread_create(&thread[t], NULL, repeat, &r[t]), 0);
    }
    for (size_t t = 0; t < THREADS; t++) pthread_join(thread[t], NULL);
    for (size_t t = 0; t < THREADS; t++) assert_int_equal(r[t].wrong, 0);
    free(X);
    free(W);
    free(expected);
}

static void test_threads_do_not_disturb_each_other(void **state)
{
    (void)state;
    check_threads(OUTPUTS);
    check_threads(ENCODER_OUTPUTS);
}

static void test_add_rows(void **state)
{
    (void)state;
    float acc[5] = {1, 2, 3, 4, 5};
    const float x[5] = {10, 20, 30, 40, 50}, expected[5] = {11, 22, 33, 44, 5};
    add_rows(acc, x, 4);
    assert_memory_equal(acc, expected, sizeof acc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matmul),
        cmocka_unit_test(test_matmul_of_spaced_rows),
        cmocka_unit_test(test_maxout),
        cmocka_unit_test(test_maxout_of_known_numbers),
        cmocka_unit_test(test_layer_norm),
        cmocka_unit_test(test_layer_norm_of_equal_numbers_is_beta),
        cmocka_unit_test(test_threads_do_not_disturb_each_other),
        cmocka_unit_test(test_add_rows),
    };
    return cmocka_run_group_tests_name("kernels", tests, NULL, NULL);
}
