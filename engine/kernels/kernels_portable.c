/* kernels_portable.c - what every CPU of the architecture has: NEON with 32 registers on arm64, SSE2 with 16 on
 * x86-64. */
#define LANES 4
#ifdef __aarch64__
#define ROWS 8
#else
#define ROWS 4
#endif
#include "kernels_simd.h"
#include "kernels_window.h"

static int runs_here(void) { return 1; }

KERNEL_SET(portable, "nothing")
