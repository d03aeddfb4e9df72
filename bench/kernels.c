/* kernels.c - GFLOP/s of the matrix products that the encoder is made of, by number of rows, for bench/kernels.py.
 *
 *     bench_kernels [MILLISECONDS]       for each figure, 30 unless told
 *
 * Lines "peak NAME GFLOPS" for each instruction set that this processor has: what fused multiply-adds on registers
 * alone reach. Lines "NAME N K ROWS MEDIAN BEST" for products of X[rows][k] and W[n][k]: sgemm is OpenBLAS, if it is
 * here, called once for all rows; the others are the engine's sets of kernels that run here, the best first, for which
 * bias and maxout of three pieces belong to it. One thread. A figure is taken in repeated rounds, of which the median
 * and the best count. */
#define _POSIX_C_SOURCE 200809L

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernels.h"
#include "kernels_sets.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

enum { ROUNDS = 9, CHAINS = 12, PEAK_STEPS = 4096 };
/* CHAINS independent sums hide the latency of a multiply-add (4 cycles, two units), and fit into 16 registers. */

static const size_t row_counts[] = {1, 2, 4, 8, 15, 16, 32, 60, 64, 128, 512};
/* The encoder's layers, and the one that mixes the embeddings: 96 outputs of 3 pieces. */
enum { OUTPUTS = 96, PIECES = 3, COLUMNS = OUTPUTS * PIECES };
static const size_t widths[] = {288, 384};
enum { MOST_ROWS = 512, MOST_WIDTH = 384 };

static volatile float sink; /* keeps results from being thrown away */
static volatile float source = 1e-6f;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- the peak: each step is CHAINS multiply-adds of a register --------------------------------------------------- */

#define PEAK_FUNCTION(name, attribute, vector, set, fma, reduce)                                                       \
    attribute static void name(void)                                                                                   \
    {                                                                                                                  \
        vector sum[CHAINS];                                                                                            \
        vector a = set(source), b = set(source);                                                                       \
        for (int c = 0; c < CHAINS; c++) sum[c] = set(source * (float)c);                                              \
        for (int step = 0; step < PEAK_STEPS; step++) {                                                                \
            _Pragma("GCC unroll 12") for (int c = 0; c < CHAINS; c++) sum[c] = fma;                                    \
        }                                                                                                              \
        float total = 0;                                                                                               \
        for (int c = 0; c < CHAINS; c++) total += reduce(sum[c]);                                                      \
        sink = total;                                                                                                  \
    }

#if defined(__x86_64__)
__attribute__((target("avx512f"))) static float first_512(__m512 x) { return _mm512_cvtss_f32(x); }
__attribute__((target("avx2,fma"))) static float first_256(__m256 x) { return _mm256_cvtss_f32(x); }
PEAK_FUNCTION(peak_avx512, __attribute__((target("avx512f"))), __m512, _mm512_set1_ps, _mm512_fmadd_ps(a, b, sum[c]),
              first_512)
PEAK_FUNCTION(peak_avx2, __attribute__((target("avx2,fma"))), __m256, _mm256_set1_ps, _mm256_fmadd_ps(a, b, sum[c]),
              first_256)
static int has_avx512(void) { return __builtin_cpu_supports("avx512f"); }
static int has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
#elif defined(__aarch64__)
static float first_neon(float32x4_t x) { return vgetq_lane_f32(x, 0); }
PEAK_FUNCTION(peak_neon, , float32x4_t, vdupq_n_f32, vfmaq_f32(sum[c], a, b), first_neon)
static int has_neon(void) { return 1; }
#endif

static const struct peak {
    const char *name;
    int (*available)(void);
    void (*run)(void);
    int lanes;
} peaks[] = {
#if defined(__x86_64__)
    {"AVX-512", has_avx512, peak_avx512, 16},
    {"AVX2", has_avx2, peak_avx2, 8},
#elif defined(__aarch64__)
    {"NEON", has_neon, peak_neon, 4},
#endif
    {NULL, NULL, NULL, 0},
};

/* ---- measuring --------------------------------------------------------------------------------------------------- */

typedef struct product {
    const kernel_set *set; /* NULL: OpenBLAS as it is */
    float *y;
    const float *x;
    packed_layer w; /* for OpenBLAS just so many floats */
    size_t rows;
} product;

typedef struct rate {
    double median, best; /* GFLOP/s */
} rate;

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* How fast `run` is, if one call makes so many floating point operations. */
static rate measure(void (*run)(const product *), const product *p, double operations, double seconds)
{
    double found[ROUNDS], begin = now();
    size_t calls = 0;

    do {
        run(p);
        calls++;
    } while (now() - begin < seconds / 4); /* also warms up */
    calls = (size_t)((double)calls * 4 / (double)ROUNDS) + 1;
    for (int round = 0; round < ROUNDS; round++) {
        begin = now();
        for (size_t i = 0; i < calls; i++) run(p);
        found[round] = operations * (double)calls / (now() - begin) * 1e-9;
    }
    qsort(found, ROUNDS, sizeof(*found), ascending);
    return (rate){found[ROUNDS / 2], found[ROUNDS - 1]};
}

static void run_set(const product *p) { p->set->affine_maxout(p->y, p->x, p->w.nI, &p->w, p->rows); }

#ifdef TERN_OPENBLAS
static void run_sgemm(const product *p)
{
    enum { ROW_MAJOR = 101, NO_TRANSPOSE = 111, TRANSPOSE = 112 }; /* cblas.h's */

    openblas_sgemm()(ROW_MAJOR, NO_TRANSPOSE, TRANSPOSE, (int)p->rows, COLUMNS, (int)p->w.nI, 1.0f, p->x, (int)p->w.nI,
                     p->w.panels, (int)p->w.nI, 0.0f, p->y, COLUMNS);
}
#endif

static void (*peak_under_test)(void);
static void run_peak(const product *p)
{
    (void)p;
    peak_under_test();
}

static void print_peaks(double seconds)
{
    for (const struct peak *p = peaks; p->name; p++) {
        if (!p->available()) continue;
        peak_under_test = p->run;
        double operations = 2.0 * p->lanes * (double)CHAINS * (double)PEAK_STEPS;
        printf("peak %s %.1f\n", p->name, measure(run_peak, NULL, operations, seconds).best);
    }
}

static void fill(float *values, size_t count)
{
    for (size_t i = 0; i < count; i++) values[i] = (float)((i * 2654435761u) % 1000) / 1000.0f - 0.5f;
}

static void print_product(const char *name, void (*run)(const product *), const product *p, double seconds)
{
    rate found = measure(run, p, 2.0 * (double)(p->rows * COLUMNS * p->w.nI), seconds);

    printf("%s %d %u %zu %.2f %.2f\n", name, COLUMNS, p->w.nI, p->rows, found.median, found.best);
}

static void print_products(const float *x, const float *w, float *y, double seconds)
{
    for (size_t i = 0; i < sizeof(widths) / sizeof(*widths); i++)
        for (size_t r = 0; r < sizeof(row_counts) / sizeof(*row_counts); r++) {
            product p = {NULL, y, x, {w, OUTPUTS, PIECES, (uint32_t)widths[i]}, row_counts[r]};
#ifdef TERN_OPENBLAS
            if (openblas_sgemm()) print_product("sgemm", run_sgemm, &p, seconds);
#endif
            for (const kernel_set *const *set = kernel_sets; *set; set++) {
                p.set = *set;
                if (p.set->runs_here()) print_product(p.set->name, run_set, &p, seconds);
            }
        }
}

/* On a cache line, as a model's sections and a context's memory are: otherwise every second load of AVX-512 would cross
 * one. */
static float *new_floats(size_t count) { return aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64); }

int main(int argc, char **argv)
{
    const packed_layer largest = {NULL, OUTPUTS, PIECES, MOST_WIDTH};
    double seconds = (argc > 1 ? atof(argv[1]) : 30.0) / 1000;
    float *x = new_floats(MOST_ROWS * MOST_WIDTH), *w = new_floats(layer_floats(&largest)),
          *y = new_floats(MOST_ROWS * COLUMNS);
    int status = x && w && y && seconds > 0 ? 0 : 1;

    if (status == 0) {
        fill(x, MOST_ROWS * MOST_WIDTH);
        fill(w, layer_floats(&largest));
        memset(y, 0, MOST_ROWS * COLUMNS * sizeof(*y));
        print_peaks(seconds);
        print_products(x, w, y, seconds);
    }
    free(x);
    free(w);
    free(y);
    return status;
}
