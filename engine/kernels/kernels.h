/* kernels.h - the arithmetic: pure functions on float32 rows, no allocation. Which CPU's instructions do it is chosen
 * once. */
#ifndef TERN_KERNELS_H
#define TERN_KERNELS_H

#include "kernel_set.h"

/* Chooses once for the process: "native", the best that runs here, or the name of a set. NULL: whatever was chosen
 * before, else "native". 0, or -1 if there is no such set, it cannot run here, or another one was chosen before.
 * Nothing below works before. */
int kernels_choose(const char *name);

/* The chosen set; NULL before. */
const kernel_set *kernels_chosen(void);

/* All sets of this build, best first, ended by NULL; some may not run here. */
extern const kernel_set *const kernel_sets[];

/* What the set of this name needs to run; NULL if this build has no such set. */
const char *kernels_needs(const char *name);

/* Names of the sets that run here, in words for an error message; lives as long as the process. */
const char *kernels_names(void);

/* Y[m][layer_sums(w)] = X . W + b. Rows of X are ldx floats apart. A row's sums do not depend on the rows around it
 * (but see kernels_openblas.c). */
void affine(float *Y, const float *X, size_t ldx, const packed_layer *w, size_t m);

/* out[m][nO], dense: the largest piece of each output's sums. */
void maxout(float *out, const float *sums, const packed_layer *w, size_t m);

/* Both at once; out does not overlap X. */
void affine_maxout(float *out, const float *X, size_t ldx, const packed_layer *w, size_t m);

/* The same for a layer of three neighbouring rows of nI / 3 floats each: out[i] is that of X[i], X[i + 1] and X[i + 2],
 * i < m <= WINDOW_ROWS. Rows are taken by fours from the first on (Winograd's F(4,3); kernels_window.h), few of them by
 * the plain product, so that what is rounded depends on m and i; the same call always gives the same bits.
 * room: window_room floats. */
void window_maxout(float *out, const float *X, const packed_layer *w, size_t m, float *room);

/* Floats for layers of this width: rows at the points, a panel's taps at two of them, zeros. */
static inline size_t window_room(size_t width)
{
    return PANEL + width * (WINDOW_POINTS * WINDOW_FOURS + 2 * PANEL + 1);
}

/* The first of the parts in which to give window_maxout this many rows: few, of nearly the same size, whole fours. */
static inline size_t window_part(size_t rows)
{
    size_t parts = (rows + WINDOW_ROWS - 1) / WINDOW_ROWS, fours = (rows + 3) / 4;
    size_t part = parts ? (fours + parts - 1) / parts * 4 : 0;
    return part < rows ? part : rows;
}

/* out = residual + (x - mean) * (variance + 1e-8)^-0.5 * G + beta for each of m rows of n floats; biased variance
 * (thinc layernorm.py). residual NULL: none. out may be x, or lie before residual in the same rows. */
void layer_norm(float *out, const float *residual, const float *x, const float *G, const float *beta, size_t m,
                size_t n);

/* out[n] = (rows[0] + rows[1]) + ..., in this order; count > 0. out may be one of the rows. */
void sum_rows(float *out, const float *const *rows, size_t count, size_t n);

/* out[n] = the values of IEEE 754 binary16 numbers, which must be finite (others become some number). */
void expand_halves(float *out, const uint16_t *halves, size_t n);

/* x[n] = x * gaussian_cdf(x), with thinc's erf (backends/ops.py: Abramowitz and Stegun 7.1.26, 1.5e-7 off at most). */
void gelu(float *x, size_t n);

/* x[n] = x * tanh(log(1 + exp(x))) (thinc backends/cpu_kernels.hh cpu_mish; from 20 on, that is x in single precision,
 * too). */
void mish(float *x, size_t n);

#endif
