/* kernels.h - the arithmetic: pure functions on float32 rows, no allocation. Which CPU's instructions do it is chosen
 * once. */
#ifndef TERN_KERNELS_H
#define TERN_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* Columns of a panel: one AVX-512 register, two of AVX2, four of NEON. */
enum { PANEL = 16 };

/* A linear or maxout layer (thinc linear.py, maxout.py), laid out as the kernels read it. Output o, piece p is column o
 * % PANEL of panel (o / PANEL) * nP + p; a panel has the biases of its columns, then for each input their weights.
 * Columns beyond nO are zero. */
typedef struct packed_layer {
    const float *panels; /* [panels][1 + nI][PANEL] */
    uint32_t nO, nP, nI; /* outputs, pieces (1: linear), inputs; all > 0 */
} packed_layer;

#define MAX_PIECES 8

static inline size_t layer_panels(const packed_layer *w) { return ((size_t)w->nO + PANEL - 1) / PANEL * w->nP; }
static inline size_t panel_floats(const packed_layer *w) { return (1 + (size_t)w->nI) * PANEL; }
static inline size_t layer_floats(const packed_layer *w) { return layer_panels(w) * panel_floats(w); }

/* Floats of a row of sums: one for each column of each panel. */
static inline size_t layer_sums(const packed_layer *w) { return layer_panels(w) * PANEL; }

/* The instructions that a process uses; every model, every thread. */
typedef struct kernel_set {
    const char *name, *needs; /* what it takes to run, in words for an error message */
    int (*runs_here)(void);
    void (*affine)(float *Y, const float *X, size_t ldx, const packed_layer *w, size_t m);
    void (*affine_maxout)(float *out, const float *X, size_t ldx, const packed_layer *w, size_t m);
    void (*maxout)(float *out, const float *sums, const packed_layer *w, size_t m);
    void (*layer_norm)(float *out, const float *residual, const float *x, const float *G, const float *beta, size_t m,
                       size_t n);
    void (*sum_rows)(float *out, const float *const *rows, size_t count, size_t n);
    void (*expand_halves)(float *out, const uint16_t *halves, size_t n);
    void (*gelu)(float *x, size_t n);
} kernel_set;

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

/* out = residual + (x - mean) * (variance + 1e-8)^-0.5 * G + beta for each of m rows of n floats; biased variance
 * (thinc layernorm.py). residual NULL: none. out may be x, or lie before residual in the same rows. */
void layer_norm(float *out, const float *residual, const float *x, const float *G, const float *beta, size_t m,
                size_t n);

/* out[n] = (rows[0] + rows[1]) + ..., in this order; count > 0. */
void sum_rows(float *out, const float *const *rows, size_t count, size_t n);

/* out[n] = the values of IEEE 754 binary16 numbers, which must be finite (others become some number). */
void expand_halves(float *out, const uint16_t *halves, size_t n);

/* x[n] = x * gaussian_cdf(x), with thinc's erf (backends/ops.py: Abramowitz and Stegun 7.1.26, 1.5e-7 off at most). */
void gelu(float *x, size_t n);

#endif
