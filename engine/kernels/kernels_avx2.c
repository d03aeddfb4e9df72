/* kernels_avx2.c - AVX2 and FMA: 4 rows of three sums take 12 of 16 registers. */
#define LANES 8
#define ROWS 4
#include "cpu.h"
#include "kernels_simd.h"
#include "kernels_window.h"

static int runs_here(void) { return CPU_HAS(AVX2, "avx2") && CPU_HAS(FMA, "fma"); }

KERNEL_SET(avx2, "a CPU with AVX2 and FMA")
