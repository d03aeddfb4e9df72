/* kernels_avx2.c - AVX2 and FMA: 4 rows of three sums take 12 of 16 registers. */
#define LANES 8
#define ROWS 4
#include "kernels_simd.h"
#include "kernels_window.h"

static int runs_here(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

KERNEL_SET(avx2, "a CPU with AVX2 and FMA")
