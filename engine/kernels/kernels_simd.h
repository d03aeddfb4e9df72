/* kernels_simd.h - the body of a kernel set, for vectors of LANES floats (the compiler's vector extension: FMA, where
 * the CPU has it, is the compiler's contraction of a * b + c, which these files allow). Included once by each file
 * kernels_<set>.c that defines LANES (4, 8 or 16) and ROWS: rows that are computed together, so that ROWS * 3 sums,
 * three columns' weights and an input fit in the registers. */
#include "kernels_sets.h"

#include <math.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

/* Loops over the rows and vectors of a tile must vanish, or its sums would live in memory. Not under sanitizers: with
 * their checks in every copy clang is at work for many minutes. */
#ifdef TERN_KEEP_LOOPS
#define UNROLL
#elif defined __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 8")
#endif

typedef float vec __attribute__((vector_size(LANES * sizeof(float))));
typedef float loose_vec __attribute__((vector_size(LANES * sizeof(float)), aligned(sizeof(float)), may_alias));
typedef int32_t mask __attribute__((vector_size(LANES * sizeof(float))));

/* Panels side by side: the three pieces of spaCy's encoders; for a single row as many as hide the latency of a sum. */
enum { TRIPLE = 3, WIDE = 8 };

INLINE vec load(const float *p) { return *(const loose_vec *)p; }
INLINE void store(float *p, vec v) { *(loose_vec *)p = v; }

/* The lanes of yes where its are set, else those of no. */
INLINE vec choose(mask its, vec yes, vec no) { return (vec)(((mask)yes & its) | ((mask)no & ~its)); }

INLINE vec larger(vec a, vec b)
{
    mask is_b = b > a;
    return choose(is_b, b, a);
}

/* sum[r][v] = row r of X times LANES columns of panel v, beginning with the bias, then input by input: the same order
 * for every R and V. All bounds are constants where this is inlined. */
INLINE void tile(vec sum[][WIDE], int R, int V, const float *X, size_t ldx, const float *panel, size_t next_panel,
                 size_t nI)
{
    vec w[WIDE];
    UNROLL
    for (int v = 0; v < V; v++) {
        vec bias = load(panel + (size_t)v * next_panel);
        UNROLL
        for (int r = 0; r < R; r++) sum[r][v] = bias;
    }
    for (size_t i = 0; i < nI; i++) {
        panel += PANEL;
        UNROLL
        for (int v = 0; v < V; v++) w[v] = load(panel + (size_t)v * next_panel);
        UNROLL
        for (int r = 0; r < R; r++) {
            float x = X[(size_t)r * ldx + i];
            UNROLL
            for (int v = 0; v < V; v++) sum[r][v] += x * w[v];
        }
    }
}

/* ---- sums -------------------------------------------------------------------------------------------------------- */

INLINE void affine_tile(float *Y, size_t ldy, int R, int V, const float *X, size_t ldx, const float *panel,
                        size_t next_panel, size_t nI)
{
    UNROLL
    for (int at = 0; at < PANEL; at += LANES) {
        vec sum[ROWS][WIDE];
        tile(sum, R, V, X, ldx, panel + at, next_panel, nI);
        UNROLL
        for (int r = 0; r < R; r++) UNROLL
        for (int v = 0; v < V; v++) store(Y + (size_t)r * ldy + v * PANEL + at, sum[r][v]);
    }
}

INLINE void affine_rows(float *Y, const float *X, size_t ldx, const packed_layer *w, int R)
{
    size_t panels = layer_panels(w), ldy = panels * PANEL, next = panel_floats(w), p = 0;
    if (R == 1) {
        for (; p + WIDE <= panels; p += WIDE)
            affine_tile(Y + p * PANEL, ldy, R, WIDE, X, ldx, w->panels + p * next, next, w->nI);
        for (; p + WIDE / 2 <= panels; p += WIDE / 2)
            affine_tile(Y + p * PANEL, ldy, R, WIDE / 2, X, ldx, w->panels + p * next, next, w->nI);
    }
    for (; p + TRIPLE <= panels; p += TRIPLE)
        affine_tile(Y + p * PANEL, ldy, R, TRIPLE, X, ldx, w->panels + p * next, next, w->nI);
    if (p + 2 == panels) affine_tile(Y + p * PANEL, ldy, R, 2, X, ldx, w->panels + p * next, next, w->nI);
    else if (p < panels) affine_tile(Y + p * PANEL, ldy, R, 1, X, ldx, w->panels + p * next, next, w->nI);
}

/* ---- the largest piece ------------------------------------------------------------------------------------------- */

INLINE void put_outputs(float *out, vec v, size_t count)
{
    if (count >= LANES) store(out, v);
    else memcpy(out, &v, count * sizeof *out);
}

/* The LANES outputs that begin with column at of a block's nP panels. */
INLINE void maxout_tile(float *out, size_t nO, size_t count, int R, const float *X, size_t ldx, const float *panel,
                        const packed_layer *w)
{
    size_t next = panel_floats(w);
    vec sum[ROWS][WIDE], best[ROWS];
    if (w->nP == TRIPLE) {
        tile(sum, R, TRIPLE, X, ldx, panel, next, w->nI);
        UNROLL
        for (int r = 0; r < R; r++) best[r] = larger(larger(sum[r][0], sum[r][1]), sum[r][2]);
    } else {
        tile(sum, R, 1, X, ldx, panel, next, w->nI);
        UNROLL
        for (int r = 0; r < R; r++) best[r] = sum[r][0];
        for (size_t p = 1; p < w->nP; p++) {
            tile(sum, R, 1, X, ldx, panel + p * next, next, w->nI);
            UNROLL
            for (int r = 0; r < R; r++) best[r] = larger(best[r], sum[r][0]);
        }
    }
    UNROLL
    for (int r = 0; r < R; r++) put_outputs(out + (size_t)r * nO, best[r], count);
}

INLINE void affine_maxout_rows(float *out, const float *X, size_t ldx, const packed_layer *w, int R)
{
    size_t block = w->nP * panel_floats(w);
    const float *panel = w->panels;
    for (size_t o = 0; o < w->nO; o += PANEL, panel += block)
        for (size_t at = 0; at < PANEL && o + at < w->nO; at += LANES)
            maxout_tile(out + o + at, w->nO, w->nO - o - at, R, X, ldx, panel + at, w);
}

/* ---- all rows: blocks of nearly the same size -------------------------------------------------------------------- */

INLINE size_t rows_of_block(size_t m)
{
    size_t blocks = (m + ROWS - 1) / ROWS;
    return (m + blocks - 1) / blocks;
}

/* DO(R) with the constant R of the block. */
#define CASE(R, DO)                                                                                                    \
    case R: DO(R); break;
#if ROWS == 8
#define FOR_CONSTANT(R, DO)                                                                                            \
    switch (R) {                                                                                                       \
        CASE(1, DO) CASE(2, DO) CASE(3, DO) CASE(4, DO) CASE(5, DO) CASE(6, DO) CASE(7, DO) default : DO(8);           \
    }
#else
#define FOR_CONSTANT(R, DO)                                                                                            \
    switch (R) {                                                                                                       \
        CASE(1, DO) CASE(2, DO) CASE(3, DO) default : DO(4);                                                           \
    }
#endif

static void simd_affine(float *Y, const float *X, size_t ldx, const packed_layer *w, size_t m)
{
#define AFFINE(R) affine_rows(Y, X, ldx, w, R)
    for (size_t rows; m > 0; m -= rows, X += rows * ldx, Y += rows * layer_sums(w)) {
        rows = rows_of_block(m);
        FOR_CONSTANT(rows, AFFINE)
    }
}

static void simd_affine_maxout(float *out, const float *X, size_t ldx, const packed_layer *w, size_t m)
{
#define AFFINE_MAXOUT(R) affine_maxout_rows(out, X, ldx, w, R)
    for (size_t rows; m > 0; m -= rows, X += rows * ldx, out += rows * w->nO) {
        rows = rows_of_block(m);
        FOR_CONSTANT(rows, AFFINE_MAXOUT)
    }
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

INLINE float sum_of_lanes(vec v)
{
    float lane[LANES];
    memcpy(lane, &v, sizeof v);
    for (int half = LANES / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++) lane[i] += lane[i + half];
    return lane[0];
}

INLINE void layer_norm_row(float *out, const float *residual, const float *x, const float *G, const float *beta,
                           size_t n)
{
    size_t whole = n - n % LANES;
    vec sums = {0}, squares = {0};
    for (size_t i = 0; i < whole; i += LANES) sums += load(x + i);
    float sum = sum_of_lanes(sums);
    for (size_t i = whole; i < n; i++) sum += x[i];

    float mean = sum / (float)n;
    for (size_t i = 0; i < whole; i += LANES) squares += (load(x + i) - mean) * (load(x + i) - mean);
    float square = sum_of_lanes(squares);
    for (size_t i = whole; i < n; i++) square += (x[i] - mean) * (x[i] - mean);

    float scale = 1.0f / sqrtf(square / (float)n + LAYER_NORM_EPSILON);
    for (size_t i = 0; i < whole; i += LANES) {
        vec y = (load(x + i) - mean) * scale * load(G + i) + load(beta + i);
        store(out + i, residual ? load(residual + i) + y : y);
    }
    for (size_t i = whole; i < n; i++) {
        float y = (x[i] - mean) * scale * G[i] + beta[i];
        out[i] = residual ? residual[i] + y : y;
    }
}

static void simd_layer_norm(float *out, const float *residual, const float *x, const float *G, const float *beta,
                            size_t m, size_t n)
{
    for (size_t row = 0; row < m; row++)
        layer_norm_row(out + row * n, residual ? residual + row * n : NULL, x + row * n, G, beta, n);
}

static void simd_maxout(float *out, const float *sums, const packed_layer *w, size_t m)
{
    for (; m > 0; m--, out += w->nO)
        for (size_t o = 0; o < w->nO; o += PANEL, sums += w->nP * PANEL)
            for (size_t at = 0; at < PANEL && o + at < w->nO; at += LANES) {
                vec best = load(sums + at);
                for (size_t p = 1; p < w->nP; p++) best = larger(best, load(sums + p * PANEL + at));
                put_outputs(out + o + at, best, w->nO - o - at);
            }
}

static void simd_sum_rows(float *out, const float *const *rows, size_t count, size_t n)
{
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        vec sum = load(rows[0] + i);
        for (size_t r = 1; r < count; r++) sum += load(rows[r] + i);
        store(out + i, sum);
    }
    for (; i < n; i++) {
        float sum = rows[0][i];
        for (size_t r = 1; r < count; r++) sum += rows[r][i];
        out[i] = sum;
    }
}

/* A half's exponent and fraction, in a float's place, are its value times 2^-112, for subnormals too. */
INLINE float half_to_float(uint16_t half)
{
    union {
        uint32_t bits;
        float value;
    } f = {.bits = (half & 0x7FFFu) << 13};
    f.value *= 0x1p112f;
    f.bits |= (half & 0x8000u) << 16;
    return f.value;
}

static void simd_expand_halves(float *restrict out, const uint16_t *restrict halves, size_t n)
{
    for (size_t i = 0; i < n; i++) out[i] = half_to_float(halves[i]);
}

/* ---- gelu, mish -------------------------------------------------------------------------------------------------- */

typedef uint32_t bits __attribute__((vector_size(LANES * sizeof(float))));

/* exp(x), x <= 0, within 1e-7 of its value (the polynomial of Cephes' expf); below -87, where that is next to nothing,
 * exp(-87). */
INLINE vec exp_of_negative(vec x)
{
    const vec least = (vec){0} - 87.0f;
    x = larger(x, least);
    /* 1.5 * 2^23: its last bits are those of the nearest whole number */
    vec shifted = x * 1.44269504f + 12582912.0f;
    vec power = shifted - 12582912.0f;
    vec r = x - power * 0.693359375f + power * 2.12194440e-4f;
    vec sum = ((((1.9875691500e-4f * r + 1.3981999507e-3f) * r + 8.3334519073e-3f) * r + 4.1665795894e-2f) * r
               + 1.6666665459e-1f)
                  * r
              + 5.0000001201e-1f;
    return (sum * r * r + r + 1.0f) * (vec)(((bits)shifted << 23) + (127u << 23));
}

INLINE vec gelu_of(vec x)
{
    const bits sign = (bits){0} + 0x80000000u;
    vec z = x * 0.70710678f, size = (vec)((bits)z & ~sign);
    vec t = 1.0f / (1.0f + 0.3275911f * size);
    vec sum = ((((1.061405429f * t - 1.453152027f) * t + 1.421413741f) * t - 0.284496736f) * t + 0.254829592f) * t;
    vec erf = (vec)((bits)(1.0f - sum * exp_of_negative(-size * size)) | ((bits)z & sign));
    return x * (0.5f * (1.0f + erf));
}

/* With e = exp(x), tanh(log(1 + e)) is e (e + 2) / (e (e + 2) + 2); above 0 both sides are divided by e * e. */
INLINE vec mish_of(vec x)
{
    const bits sign = (bits){0} + 0x80000000u;
    const vec zero = {0};
    mask is_above = x > zero;
    vec e = exp_of_negative((vec)((bits)x | sign));
    vec below = e * (e + 2.0f), above = 1.0f + 2.0f * e;
    vec over = choose(is_above, above, below);
    return x * (over / (over + choose(is_above, 2.0f * e * e, zero + 2.0f)));
}

/* x = OF(x) for n floats. */
#define FOR_EACH(OF)                                                                                                   \
    size_t whole = n - n % LANES;                                                                                      \
    for (size_t i = 0; i < whole; i += LANES) store(x + i, OF(load(x + i)));                                           \
    if (whole == n) return;                                                                                            \
    float rest[LANES] = {0};                                                                                           \
    memcpy(rest, x + whole, (n - whole) * sizeof *x);                                                                  \
    store(rest, OF(load(rest)));                                                                                       \
    memcpy(x + whole, rest, (n - whole) * sizeof *x);

static void simd_gelu(float *x, size_t n) { FOR_EACH(gelu_of) }

static void simd_mish(float *x, size_t n){FOR_EACH(mish_of)}

#define KERNEL_SET(set, what_it_needs)                                                                                 \
    const kernel_set kernels_##set = {.name = #set,                                                                    \
                                      .needs = what_it_needs,                                                          \
                                      .runs_here = runs_here,                                                          \
                                      .affine = simd_affine,                                                           \
                                      .affine_maxout = simd_affine_maxout,                                             \
                                      .window_maxout = simd_window_maxout,                                             \
                                      .maxout = simd_maxout,                                                           \
                                      .layer_norm = simd_layer_norm,                                                   \
                                      .sum_rows = simd_sum_rows,                                                       \
                                      .expand_halves = simd_expand_halves,                                             \
                                      .gelu = simd_gelu,                                                               \
                                      .mish = simd_mish};
