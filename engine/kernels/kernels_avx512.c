/* kernels_avx512.c - AVX-512F: 8 rows of three sums take 24 of 32 registers. */
#define LANES 16
#define ROWS 8
#include "cpu.h"
#include "kernels_simd.h"
#include "kernels_window.h"

static int runs_here(void) { return CPU_HAS(AVX512F, "avx512f"); }

KERNEL_SET(avx512, "a CPU with AVX-512")
