/* Every kernel set that runs here, called through its table, against plain loops in double precision. */
#include "layers.h"

#include <pthread.h>

enum { MAX_SETS = 8, MAX_ROWS = WINDOW_ROWS, GUARD = PANEL };

static const kernel_set *here[MAX_SETS]; /* the sets that run here, ended by NULL */

static int find_sets(void **state)
{
    (void)state;
    size_t count = 0;
    for (const kernel_set *const *set = kernel_sets; *set; set++)
        if ((*set)->runs_here()) here[count++] = *set;
        else print_message("%s does not run on this CPU\n", (*set)->name);
    return count && count < MAX_SETS ? 0 : -1;
}

#define FOR_EACH_SET(set) for (const kernel_set *const *set = here; *set; set++)

static float *floats(uint64_t *seed, size_t n)
{
    float *x = malloc((n ? n : 1) * sizeof *x);
    assert_non_null(x);
    random_floats(seed, x, n);
    return x;
}

/* Memory for n floats of output between two guards. */
static const float UNTOUCHED = 12345.0f;

static float *guarded(size_t n)
{
    float *memory = malloc((n + 2 * GUARD) * sizeof *memory);
    assert_non_null(memory);
    for (size_t i = 0; i < n + 2 * GUARD; i++) memory[i] = UNTOUCHED;
    return memory + GUARD;
}

static void free_guarded(float *out, size_t n)
{
    for (size_t i = 0; i < GUARD; i++) {
        assert_true(out[(ptrdiff_t)i - GUARD] == UNTOUCHED);
        assert_true(out[n + i] == UNTOUCHED);
    }
    free(out - GUARD);
}

/* ---- layers ------------------------------------------------------------------------------------------------------ */

typedef struct layer_case {
    packed_layer w;
    size_t ldx;
    float *X, *W, *b;         /* X[MAX_ROWS], ldx apart; nothing after the last row */
    double *sums, *tolerance; /* [MAX_ROWS][nO][nP] */
} layer_case;

static void compute_sums(layer_case *c)
{
    size_t columns = (size_t)c->w.nO * c->w.nP, nI = c->w.nI;
    for (size_t row = 0; row < MAX_ROWS; row++)
        for (size_t column = 0; column < columns; column++) {
            double sum = c->b[column], magnitude = fabs(sum);
            for (size_t i = 0; i < nI; i++) {
                double term = (double)c->X[row * c->ldx + i] * (double)c->W[column * nI + i];
                sum += term;
                magnitude += fabs(term);
            }
            c->sums[row * columns + column] = sum;
            c->tolerance[row * columns + column] = 1e-6 * magnitude + 1e-12;
        }
}

static layer_case new_case(uint32_t nO, uint32_t nP, uint32_t nI, size_t ldx)
{
    uint64_t seed = 1000 * nO + 100 * nP + nI + ldx;
    size_t columns = (size_t)nO * nP;
    layer_case c = {.ldx = ldx,
                    .X = floats(&seed, (MAX_ROWS - 1) * ldx + nI),
                    .W = floats(&seed, columns * nI),
                    .b = floats(&seed, columns),
                    .sums = malloc(MAX_ROWS * columns * sizeof(double)),
                    .tolerance = malloc(MAX_ROWS * columns * sizeof(double))};
    assert_true(c.sums && c.tolerance);
    c.w = pack_layer(nO, nP, nI, c.W, c.b);
    compute_sums(&c);
    return c;
}

static void free_case(layer_case *c)
{
    free_layer(&c->w);
    free(c->X);
    free(c->W);
    free(c->b);
    free(c->sums);
    free(c->tolerance);
}

static void check_affine(const kernel_set *set, const layer_case *c, size_t m)
{
    size_t width = layer_sums(&c->w);
    float *Y = guarded(m * width), *alone = guarded(width);
    set->affine(Y, c->X, c->ldx, &c->w, m);
    for (size_t row = 0, at = 0; row < m; row++)
        for (size_t o = 0; o < c->w.nO; o++)
            for (size_t p = 0; p < c->w.nP; p++, at++)
                assert_close(Y[row * width + sum_at(&c->w, o, p)], c->sums[at], c->tolerance[at], set->name, at);
    for (size_t row = 0; row < m && is_same_for_any_rows(set); row++) {
        set->affine(alone, c->X + row * c->ldx, c->ldx, &c->w, 1);
        assert_memory_equal(alone, Y + row * width, width * sizeof *Y);
    }
    free_guarded(Y, m * width);
    free_guarded(alone, width);
}

static void check_affine_maxout(const kernel_set *set, const layer_case *c, size_t m)
{
    size_t nO = c->w.nO;
    float *out = guarded(m * nO), *alone = guarded(nO);
    set->affine_maxout(out, c->X, c->ldx, &c->w, m);
    for (size_t row = 0, at = 0; row < m; row++)
        for (size_t o = 0; o < nO; o++) {
            double best = -HUGE_VAL, tolerance = 0;
            for (size_t p = 0; p < c->w.nP; p++, at++) {
                best = fmax(best, c->sums[at]);
                tolerance = fmax(tolerance, c->tolerance[at]);
            }
            assert_close(out[row * nO + o], best, tolerance, set->name, row * nO + o);
        }
    for (size_t row = 0; row < m && is_same_for_any_rows(set); row++) {
        set->affine_maxout(alone, c->X + row * c->ldx, c->ldx, &c->w, 1);
        assert_memory_equal(alone, out + row * nO, nO * sizeof *out);
    }
    free_guarded(out, m * nO);
    free_guarded(alone, nO);
}

static void check_layer(uint32_t nO, uint32_t nP, uint32_t nI, size_t ldx)
{
    static const size_t rows[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, MAX_ROWS};
    layer_case c = new_case(nO, nP, nI, ldx);
    FOR_EACH_SET(set)
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        check_affine(*set, &c, rows[r]);
        check_affine_maxout(*set, &c, rows[r]);
    }
    free_case(&c);
}

/* Rows one after the other, further apart, and overlapping as the encoder's windows do. */
static void test_layers(void **state)
{
    (void)state;
    static const uint32_t outputs[] = {1, 5, 16, 37, 96}, pieces[] = {1, 2, 3, 4, 5, MAX_PIECES};
    static const struct {
        uint32_t nI;
        size_t ldx[3];
    } inputs[] = {{1, {1, 1, 4}}, {3, {3, 1, 8}}, {64, {64, 24, 69}}, {288, {288, 96, 300}}};
    for (size_t o = 0; o < sizeof outputs / sizeof *outputs; o++)
        for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++)
            for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
                for (size_t l = 0; l < 3; l++) check_layer(outputs[o], pieces[p], inputs[i].nI, inputs[i].ldx[l]);
}

/* ---- the window encoder ------------------------------------------------------------------------------------------ */

/* The best piece of each output of a row, and how far off a sum of four products may be. */
static void check_windows(const layer_case *c, const float *out, size_t m, const char *name)
{
    for (size_t row = 0, at = 0; row < m; row++)
        for (size_t o = 0; o < c->w.nO; o++) {
            double best = -HUGE_VAL, tolerance = 0;
            for (size_t p = 0; p < c->w.nP; p++, at++) {
                best = fmax(best, c->sums[at]);
                tolerance = fmax(tolerance, c->tolerance[at]);
            }
            assert_close(out[row * c->w.nO + o], best, 4 * tolerance, name, row * c->w.nO + o);
        }
}

/* m rows at once; the room may lie anywhere: the bytes are the same. */
static void check_window(const kernel_set *set, const layer_case *c, size_t m)
{
    const size_t nO = c->w.nO, floats_of_room = window_room(c->w.nI / 3);
    float *out = guarded(m * nO), *again = guarded(m * nO), *room = guarded(floats_of_room + 1);
    set->window_maxout(out, c->X, &c->w, m, room + 1);
    check_windows(c, out, m, set->name);
    set->window_maxout(again, c->X, &c->w, m, room);
    assert_memory_equal(again, out, m * nO * sizeof *out);
    free_guarded(out, m * nO);
    free_guarded(again, m * nO);
    free_guarded(room, floats_of_room + 1);
}

static void check_window_layer(uint32_t nO, uint32_t nP, uint32_t width)
{
    static const size_t rows[] = {1,  2,  3,  4,  5,  8,  9,  10, 11, 12, 13, 14, 15, 16,         17,
                                  23, 24, 25, 26, 27, 28, 31, 32, 33, 47, 48, 49, 71, WINDOW_ROWS};
    layer_case c = new_case(nO, nP, 3 * width, width);
    FOR_EACH_SET(set)
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) check_window(*set, &c, rows[r]);
    free_case(&c);
}

static void test_window_layers(void **state)
{
    (void)state;
    static const uint32_t widths[] = {1, 2, 5, 16, 37, 64, 96}, pieces[] = {1, 2, 3, 4, MAX_PIECES};
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++)
        for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) check_window_layer(widths[w], pieces[p], widths[w]);
}

/* Small whole numbers, whose sums are known. */
static void test_window_of_known_numbers(void **state)
{
    (void)state;
    const float W[1][3] = {{2, -3, 5}}, b[1] = {7};
    float x[WINDOW_ROWS + 2], out[WINDOW_ROWS], *room = malloc(window_room(1) * sizeof *room);
    packed_layer w = pack_layer(1, 1, 3, W[0], b);
    for (size_t i = 0; i < WINDOW_ROWS + 2; i++) x[i] = (float)(i * i % 17);
    FOR_EACH_SET(set)
    for (size_t m = 1; m <= WINDOW_ROWS; m++) {
        (*set)->window_maxout(out, x, &w, m, room);
        for (size_t i = 0; i < m; i++) {
            const float expected = 7 + 2 * x[i] - 3 * x[i + 1] + 5 * x[i + 2];
            assert_true(fabsf(out[i] - expected) < 1e-3f);
        }
    }
    free(room);
    free_layer(&w);
}

static void test_window_parts(void **state)
{
    (void)state;
    static const size_t cases[][2] = {{0, 0},   {1, 1},   {3, 3},   {72, 72},  {73, 40},
                                      {74, 40}, {80, 40}, {81, 44}, {144, 72}, {520, 68}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) assert_int_equal(window_part(cases[i][0]), cases[i][1]);
    for (size_t rows = 1; rows < 2000; rows++) {
        assert_in_range(window_part(rows), 1, WINDOW_ROWS);
        if (window_part(rows) < rows) assert_int_equal(window_part(rows) % 4, 0);
    }
}

static void test_layer_of_known_numbers(void **state)
{
    (void)state;
    const float W[2][3][2] = {{{1, 0}, {0, 1}, {-1, -1}}, {{2, 2}, {0, 0}, {1, -1}}},
                b[2][3] = {{0, 7, 0}, {-9, -1, -2}};
    const float x[2] = {3, -5};
    packed_layer w = pack_layer(2, 3, 2, W[0][0], b[0]);
    FOR_EACH_SET(set)
    {
        float sums[3 * PANEL], out[2];
        (*set)->affine(sums, x, 2, &w, 1);
        static const float expected[2][3] = {{3, 2, 2}, {-13, -1, 6}};
        for (size_t o = 0; o < 2; o++)
            for (size_t p = 0; p < 3; p++) assert_true(sums[p * PANEL + o] == expected[o][p]);
        (*set)->affine_maxout(out, x, 2, &w, 1);
        assert_true(out[0] == 3.0f && out[1] == 6.0f);
    }
    free_layer(&w);
}

/* ---- the largest piece ------------------------------------------------------------------------------------------- */

static void check_maxout(const kernel_set *set, uint32_t nO, uint32_t nP, size_t m)
{
    uint64_t seed = 100 * nO + nP;
    packed_layer w = {.nO = nO, .nP = nP, .nI = 1};
    float *sums = floats(&seed, m * layer_sums(&w)), *out = guarded(m * nO);
    set->maxout(out, sums, &w, m);
    for (size_t row = 0; row < m; row++)
        for (size_t o = 0; o < nO; o++) {
            float best = -INFINITY;
            for (size_t p = 0; p < nP; p++) best = fmaxf(best, sums[row * layer_sums(&w) + sum_at(&w, o, p)]);
            assert_true(out[row * nO + o] == best);
        }
    free(sums);
    free_guarded(out, m * nO);
}

static void test_maxout(void **state)
{
    (void)state;
    static const uint32_t outputs[] = {1, 4, 5, 13, 16, 17, 37, 64, 96};
    FOR_EACH_SET(set)
    for (size_t o = 0; o < sizeof outputs / sizeof *outputs; o++)
        for (uint32_t nP = 1; nP <= MAX_PIECES; nP++)
            for (size_t m = 1; m <= 5; m += 2) check_maxout(*set, outputs[o], nP, m);
}

/* ---- layer norm -------------------------------------------------------------------------------------------------- */

enum { NORM_ROWS = 3 };
typedef enum norm_places { APART, IN_PLACE, SHIFTED } norm_places;

/* IN_PLACE: out is x. SHIFTED: out is one row before the residual, in the same memory (tok2vec.c). */
static void check_layer_norm(const kernel_set *set, size_t n, double spread, int has_residual, norm_places places)
{
    uint64_t seed = n;
    float *x = floats(&seed, NORM_ROWS * n), *before = floats(&seed, NORM_ROWS * n), *G = floats(&seed, n),
          *beta = floats(&seed, n);
    float *out = guarded((NORM_ROWS + 1) * n), *y = out, *residual = out + n;
    for (size_t i = 0; i < NORM_ROWS * n; i++) before[i] = x[i] = (float)(x[i] * spread);
    float *added = floats(&seed, NORM_ROWS * n);
    if (places == IN_PLACE) y = x;
    if (places == SHIFTED) memcpy(residual, added, NORM_ROWS * n * sizeof *residual);
    else residual = added;
    float *kept = floats(&seed, NORM_ROWS * n);
    memcpy(kept, added, NORM_ROWS * n * sizeof *kept);
    set->layer_norm(y, has_residual ? residual : NULL, x, G, beta, NORM_ROWS, n);
    for (size_t i = 0; i < NORM_ROWS; i++) {
        double mean = 0, variance = 0;
        for (size_t j = 0; j < n; j++) mean += (double)before[i * n + j] / (double)n;
        for (size_t j = 0; j < n; j++) variance += pow(before[i * n + j] - mean, 2) / (double)n;
        for (size_t j = 0; j < n; j++) {
            double expected = (before[i * n + j] - mean) / sqrt(variance + 1e-8) * G[j] + beta[j];
            if (has_residual) expected += kept[i * n + j];
            assert_close(y[i * n + j], expected, 5e-6, set->name, i * n + j);
        }
    }
    assert_memory_equal(added, kept, NORM_ROWS * n * sizeof *kept);
    free(x);
    free(before);
    free(G);
    free(beta);
    free(added);
    free(kept);
    free_guarded(out, (NORM_ROWS + 1) * n);
}

static void test_layer_norm(void **state)
{
    (void)state;
    static const size_t widths[] = {2, 3, 4, 7, 8, 9, 16, 17, 31, 96, 100, 256};
    /* with variance 3e-8 the epsilon shows; then it is nearly all */
    static const double spreads[] = {1.0, 3e-4, 1e-5};
    FOR_EACH_SET(set)
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
        for (size_t s = 0; s < sizeof spreads / sizeof *spreads; s++) {
            check_layer_norm(*set, widths[i], spreads[s], 0, APART);
            check_layer_norm(*set, widths[i], spreads[s], 0, IN_PLACE);
            check_layer_norm(*set, widths[i], spreads[s], 1, APART);
            check_layer_norm(*set, widths[i], spreads[s], 1, IN_PLACE);
            check_layer_norm(*set, widths[i], spreads[s], 1, SHIFTED);
        }
}

static void test_layer_norm_of_equal_numbers_is_beta(void **state)
{
    (void)state;
    FOR_EACH_SET(set)
    for (size_t n = 1; n <= 37; n++) {
        float x[37] = {0}, G[37], beta[37];
        for (size_t i = 0; i < n; i++) {
            G[i] = 2.0f;
            beta[i] = (float)i;
        }
        (*set)->layer_norm(x, NULL, x, G, beta, 1, n);
        for (size_t i = 0; i < n; i++) assert_true(x[i] == beta[i]);
    }
}

/* ---- sums of rows ------------------------------------------------------------------------------------------------ */

static void check_sum_rows(const kernel_set *set, size_t count, size_t n)
{
    uint64_t seed = 100 * count + n;
    const float *rows[16];
    float *x = floats(&seed, count * n), *out = guarded(n);
    for (size_t r = 0; r < count; r++) rows[r] = x + r * n;
    set->sum_rows(out, rows, count, n);
    for (size_t i = 0; i < n; i++) {
        float sum = x[i];
        for (size_t r = 1; r < count; r++) sum += x[r * n + i];
        assert_true(out[i] == sum); /* in this order, so that not one bit differs */
    }
    free(x);
    free_guarded(out, n);
}

static void test_sum_rows(void **state)
{
    (void)state;
    static const size_t widths[] = {1, 3, 4, 5, 8, 15, 16, 17, 33, 96, 128};
    FOR_EACH_SET(set)
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
        for (size_t count = 1; count <= 16; count++) check_sum_rows(*set, count, widths[i]);
}

static void test_sum_rows_keeps_the_order(void **state)
{
    (void)state;
    FOR_EACH_SET(set)
    for (size_t n = 1; n <= 16; n++) {
        float a[16], b[16], out[16];
        for (size_t i = 0; i < n; i++) {
            a[i] = 1e8f;
            b[i] = 1.0f;
        }
        const float minus[16] = {-1e8f, -1e8f, -1e8f, -1e8f, -1e8f, -1e8f, -1e8f, -1e8f,
                                 -1e8f, -1e8f, -1e8f, -1e8f, -1e8f, -1e8f, -1e8f, -1e8f};
        /* in any other order it is not 1 */
        (*set)->sum_rows(out, (const float *const[]){a, b, minus, b}, 4, n);
        for (size_t i = 0; i < n; i++) assert_true(out[i] == 1.0f);
    }
}

/* ---- threads ----------------------------------------------------------------------------------------------------- */

/* With these inputs a panel's product takes OpenBLAS's work space on every CPU; and the encoder's own shape. */
enum { THREADS = 4, ROWS = 64, LONG_INPUTS = 1280 };

typedef struct repetition {
    const kernel_set *set;
    const packed_layer *w;
    const float *X, *expected;
    size_t ldx;
    int rounds, wrong;
} repetition;

static void *repeat(void *argument)
{
    repetition *r = argument;
    size_t width = layer_sums(r->w);
    float *Y = malloc(ROWS * width * sizeof *Y);
    for (int i = 0; Y && i < r->rounds; i++) {
        r->set->affine(Y, r->X, r->ldx, r->w, ROWS);
        r->wrong += memcmp(Y, r->expected, ROWS * width * sizeof *Y) != 0;
    }
    r->wrong += !Y;
    free(Y);
    return NULL;
}

static void check_threads(const kernel_set *set, uint32_t nO, uint32_t nP, uint32_t nI, size_t ldx, int rounds)
{
    uint64_t seed = nI;
    float *X = floats(&seed, (ROWS - 1) * ldx + nI), *W = floats(&seed, (size_t)nO * nP * nI),
          *b = floats(&seed, nO * nP);
    packed_layer w = pack_layer(nO, nP, nI, W, b);
    float *expected = floats(&seed, ROWS * layer_sums(&w));
    pthread_t thread[THREADS];
    repetition r[THREADS];
    set->affine(expected, X, ldx, &w, ROWS);
    for (size_t t = 0; t < THREADS; t++) {
        r[t] = (repetition){set, &w, X, expected, ldx, rounds, 0};
        assert_int_equal(pthread_create(&thread[t], NULL, repeat, &r[t]), 0);
    }
    for (size_t t = 0; t < THREADS; t++) pthread_join(thread[t], NULL);
    for (size_t t = 0; t < THREADS; t++) assert_int_equal(r[t].wrong, 0);
    free_layer(&w);
    free(X);
    free(W);
    free(b);
    free(expected);
}

static void test_threads_do_not_disturb_each_other(void **state)
{
    (void)state;
    FOR_EACH_SET(set)
    {
        int rounds = is_same_for_any_rows(*set) ? 50 : 1000; /* it is OpenBLAS that has something to share */
        check_threads(*set, 2 * PANEL, 1, LONG_INPUTS, LONG_INPUTS, rounds);
        check_threads(*set, 96, 3, 288, 96, rounds / 5);
    }
}

/* ---- the choice -------------------------------------------------------------------------------------------------- */

/* cpu.h takes the C library's word: the compiler's own questions must have the same answers. */
static void test_what_runs_here(void **state)
{
    (void)state;
#ifdef __x86_64__
    const int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    const int avx512 = __builtin_cpu_supports("avx512f");
    for (const kernel_set *const *set = kernel_sets; *set; set++) {
        if (!strcmp((*set)->name, "avx2")) assert_int_equal(!(*set)->runs_here(), !avx2);
        if (!strcmp((*set)->name, "avx512")) assert_int_equal(!(*set)->runs_here(), !avx512);
    }
#endif
}

/* A process chooses once; the other names are tests/runtime/test_kernel_sets.py's subject. */
static void test_choice(void **state)
{
    (void)state;
    assert_int_equal(kernels_choose("openBLAS"), -1);
    assert_null(kernels_chosen());
    assert_int_equal(kernels_choose(NULL), 0);
    assert_ptr_equal(kernels_chosen(), here[0]);
    assert_int_equal(kernels_choose("native"), 0);
    assert_int_equal(kernels_choose(here[0]->name), 0);
    if (here[1]) assert_int_equal(kernels_choose(here[1]->name), -1);
    assert_int_equal(kernels_choose(NULL), 0);
    assert_ptr_equal(kernels_chosen(), here[0]);
    FOR_EACH_SET(set) assert_non_null(strstr(kernels_names(), (*set)->name));
    assert_null(kernels_needs("native"));
    for (const kernel_set *const *set = kernel_sets; *set; set++)
        assert_ptr_equal(kernels_needs((*set)->name), (*set)->needs);
}

/* Every finite half: sign, exponent and fraction by IEEE 754's definition. */
static void test_expand_halves(void **state)
{
    (void)state;
    static uint16_t halves[1 << 16];
    static float got[1 << 16];
    size_t count = 0;
    for (uint32_t bits = 0; bits < 1u << 16; bits++)
        if ((bits >> 10 & 31) != 31) halves[count++] = (uint16_t)bits;
    FOR_EACH_SET(set)
    {
        (*set)->expand_halves(got, halves, count);
        for (size_t i = 0; i < count; i++) {
            int exponent = halves[i] >> 10 & 31, fraction = halves[i] & 1023;
            double value = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
            assert_true(got[i] == (float)(halves[i] & 0x8000 ? -value : value));
            assert_int_equal(signbit(got[i]) != 0, halves[i] >> 15);
        }
    }
}

/* thinc's formula in double precision */
static double expected_gelu(double x)
{
    double z = x * sqrt(0.5), size = fabs(z), t = 1 / (1 + 0.3275911 * size);
    double sum = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
    return x * 0.5 * (1 + copysign(1 - sum * exp(-size * size), z));
}

static void test_gelu(void **state)
{
    enum { MANY = 4096 };
    static const float extremes[] = {0,   -0.0f, 1e-30f, -1e-30f, 13.1f, -13.2f, 18.6f,
                                     100, -100,  1e18f,  -1e18f,  3e38f, -3e38f};
    static float x[MANY];
    size_t count = sizeof extremes / sizeof *extremes;
    (void)state;
    FOR_EACH_SET(set)
    {
        for (size_t n = MANY - 3; n <= MANY; n++) {
            for (size_t i = 0; i < MANY; i++) x[i] = i < count ? extremes[i] : ((float)i - 2048.0f) / 170.0f;
            (*set)->gelu(x, n);
            for (size_t i = 0; i < n; i++) {
                double before = i < count ? (double)extremes[i] : ((double)i - 2048) / 170;
                assert_close(x[i], expected_gelu(before), 2.5e-7 * (1 + fabs(before)), (*set)->name, i);
            }
            /* what is beyond stays */
            for (size_t i = n; i < MANY; i++) assert_true(x[i] == ((float)i - 2048.0f) / 170.0f);
        }
        x[0] = NAN;
        (*set)->gelu(x, 1);
        assert_true(isnan(x[0]));
    }
}

/* thinc's formula in double precision */
static double expected_mish(double x) { return x < 20 ? x * tanh(log(1 + exp(x))) : x; }

static void test_mish(void **state)
{
    enum { MANY = 4096 };
    static const float extremes[] = {0, -0.0f, 1e-30f, -1e-30f, 19.9f, 20.1f, 86, -86, -88, 100, -100, 3e38f, -3e38f};
    static float x[MANY];
    size_t count = sizeof extremes / sizeof *extremes;
    (void)state;
    FOR_EACH_SET(set)
    {
        for (size_t n = MANY - 3; n <= MANY; n++) {
            for (size_t i = 0; i < MANY; i++) x[i] = i < count ? extremes[i] : ((float)i - 2048.0f) / 80.0f;
            (*set)->mish(x, n);
            for (size_t i = 0; i < n; i++) {
                double before = i < count ? (double)extremes[i] : ((double)i - 2048) / 80;
                assert_close(x[i], expected_mish(before), 2.5e-7 * (1 + fabs(before)), (*set)->name, i);
            }
            /* what is beyond stays */
            for (size_t i = n; i < MANY; i++) assert_true(x[i] == ((float)i - 2048.0f) / 80.0f);
        }
        x[0] = NAN;
        (*set)->mish(x, 1);
        assert_true(isnan(x[0]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layers),
        cmocka_unit_test(test_layer_of_known_numbers),
        cmocka_unit_test(test_window_layers),
        cmocka_unit_test(test_window_of_known_numbers),
        cmocka_unit_test(test_window_parts),
        cmocka_unit_test(test_maxout),
        cmocka_unit_test(test_layer_norm),
        cmocka_unit_test(test_layer_norm_of_equal_numbers_is_beta),
        cmocka_unit_test(test_sum_rows),
        cmocka_unit_test(test_sum_rows_keeps_the_order),
        cmocka_unit_test(test_threads_do_not_disturb_each_other),
        cmocka_unit_test(test_expand_halves),
        cmocka_unit_test(test_gelu),
        cmocka_unit_test(test_mish),
        cmocka_unit_test(test_what_runs_here),
        cmocka_unit_test(test_choice),
    };
    return cmocka_run_group_tests_name("kernels", tests, find_sets, NULL);
}
