/* kernels_sets.h - the kernel sets, one file each, and what they share (used by kernels*.c only). */
#ifndef TERN_KERNELS_SETS_H
#define TERN_KERNELS_SETS_H

#include "kernel_set.h"

/* thinc layernorm.py adds it to the variance. */
#define LAYER_NORM_EPSILON 1e-8f

extern const kernel_set kernels_avx512, kernels_avx2; /* x86-64 */
extern const kernel_set kernels_portable;             /* NEON on arm64, SSE2 on x86-64 */
extern const kernel_set kernels_openblas;             /* where built with TERN_OPENBLAS */

/* CBLAS's cblas_sgemm, its enums as int: order, transposed A and B, M, N, K, alpha, A, lda, B, ldb, beta, C, ldc. */
typedef void sgemm_function(int order, int transA, int transB, int M, int N, int K, float alpha, const float *A,
                            int lda, const float *B, int ldb, float beta, float *C, int ldc);

/* OpenBLAS's, which the first call loads and sets to one thread; NULL where there is none. Any thread may call. */
sgemm_function *openblas_sgemm(void);

#endif
