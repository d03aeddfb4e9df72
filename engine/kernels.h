/* kernels.h - the arithmetic: pure functions on float32 rows, no allocation. The only file that calls BLAS. */
#ifndef TERN_KERNELS_H
#define TERN_KERNELS_H

#include <stddef.h>

/* Keeps BLAS from starting threads: a request is too small for them, and callers have their own. Process-wide. */
void kernels_use_one_thread(void);

/* Y[m][n] = X[m][k] . W[n][k]^T; n, k > 0. Rows of X are ldx >= k floats apart; W and Y are dense. The order of summation
 * depends on the CPU and, on some, on m: results of the same call are always the same bits. */
void matmul(float *Y, const float *X, size_t ldx, const float *W, size_t m, size_t n, size_t k);

/* out[o] = max over p of (in[o][p] + b[o][p]) for each of m rows. */
void maxout(float *out, const float *in, const float *b, size_t m, size_t nO, size_t nP);

/* Each of m rows of n floats in place: (x - mean) * (variance + 1e-8)^-0.5 * G + beta; biased variance (thinc
 * layernorm.py). */
void layer_norm(float *x, const float *G, const float *beta, size_t m, size_t n);

void add_rows(float *acc, const float *x, size_t n);   /* acc += x */

#endif
