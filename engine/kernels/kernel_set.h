/* kernel_set.h - what a kernel set computes, and on what: layers as the kernels read them. */
#ifndef TERN_KERNEL_SET_H
#define TERN_KERNEL_SET_H

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

/* Rows that window_maxout takes at once, in fours; the points at which it multiplies (kernels_window.h). */
enum { WINDOW_ROWS = 72, WINDOW_FOURS = WINDOW_ROWS / 4, WINDOW_POINTS = 6 };

/* The instructions that a process uses; every model, every thread. */
typedef struct kernel_set {
    const char *name, *needs; /* what it takes to run, in words for an error message */
    int (*runs_here)(void);
    void (*affine)(float *Y, const float *X, size_t ldx, const packed_layer *w, size_t m);
    void (*affine_maxout)(float *out, const float *X, size_t ldx, const packed_layer *w, size_t m);
    void (*window_maxout)(float *out, const float *X, const packed_layer *w, size_t m, float *room);
    void (*maxout)(float *out, const float *sums, const packed_layer *w, size_t m);
    void (*layer_norm)(float *out, const float *residual, const float *x, const float *G, const float *beta, size_t m,
                       size_t n);
    void (*sum_rows)(float *out, const float *const *rows, size_t count, size_t n);
    void (*expand_halves)(float *out, const uint16_t *halves, size_t n);
    void (*gelu)(float *x, size_t n);
    void (*mish)(float *x, size_t n);
} kernel_set;

#endif
