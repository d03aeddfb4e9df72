/* kernels_avx512.c - AVX-512F: 8 rows of three sums take 24 of 32 registers. */
#define LANES 16
#define ROWS 8
#include "kernels_simd.h"
#include "kernels_window.h"

static int runs_here(void) { return __builtin_cpu_supports("avx512f"); }

KERNEL_SET(avx512, "a CPU with AVX-512")
