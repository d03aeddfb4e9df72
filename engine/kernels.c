#include "kernels.h"

#include <cblas.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

/* thinc layernorm.py adds it to the variance. */
#define LAYER_NORM_EPSILON 1e-8f

/* Partial sums that a reduction is spread over: enough for two SIMD registers, and a fixed order of summation (numpy's),
 * whatever the compiler makes of it. */
enum { LANES = 8 };

/* OpenBLAS packs both factors before it multiplies, which costs more than it gains when X has few rows. Its AVX-512 kernels
 * for small matrices do not pack; they are taken while the product has at most 1200 elements
 * (kernel/x86_64/sgemm_small_kernel_permit_skylakex.c). Measured with 0.3.21 and W[288][288] in GFLOP/s, one core:
 * 15 rows at once 53, 512 rows at once 167; four at a time 127 to 150, however many. As a bonus, a row's result then
 * does not depend on the rows around it. */
enum { UNPACKED_PRODUCT = 1200 };

/* On other CPUs (measured: the Haswell and Zen kernels) four at a time make 26 and row by row 50; at once 6 for one row,
 * 43 for 15, 89 for 64, 108 for 512. */
enum { PACKED_ROWS = 16 };

static int has_unpacked_kernels(void)
{
#ifdef OPENBLAS_VERSION
    const char *core = openblas_get_corename();
    return !strcmp(core, "SkylakeX") || !strcmp(core, "Cooperlake") || !strcmp(core, "SapphireRapids");
#else
    return 0;
#endif
}

void kernels_use_one_thread(void)
{
#ifdef OPENBLAS_VERSION
    openblas_set_num_threads(1);
#endif
}

/* An OpenBLAS built without threads and without locks, as Debian's serial package, hands out one work space to all callers: four
 * threads calling sgemm had up to 101 wrong results of 20,000. So calls that take work space go one at a time there; the
 * small-matrix kernels take none. The lock guards a pool that is the process's, so it is one too. */
static pthread_mutex_t work_space = PTHREAD_MUTEX_INITIALIZER;

static int has_unlocked_work_space(void)
{
#ifdef OPENBLAS_SEQUENTIAL
    return openblas_get_parallel() == OPENBLAS_SEQUENTIAL;
#else
    return 0;
#endif
}

static void multiply(float *Y, const float *X, size_t ldx, const float *W, size_t m, size_t n, size_t k)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)m, (int)n, (int)k, 1.0f, X, (int)ldx, W, (int)k, 0.0f, Y,
                (int)n);
}

static void multiply_with_work_space(float *Y, const float *X, size_t ldx, const float *W, size_t m, size_t n, size_t k)
{
    int locked = has_unlocked_work_space() && !pthread_mutex_lock(&work_space);
    if (m >= PACKED_ROWS) multiply(Y, X, ldx, W, m, n, k);
    else
        for (size_t row = 0; row < m; row++)
            cblas_sgemv(CblasRowMajor, CblasNoTrans, (int)n, (int)k, 1.0f, W, (int)k, X + row * ldx, 1, 0.0f, Y + row * n,
                        1);
    if (locked) pthread_mutex_unlock(&work_space);
}

void matmul(float *Y, const float *X, size_t ldx, const float *W, size_t m, size_t n, size_t k)
{
    if (!has_unpacked_kernels() || n > UNPACKED_PRODUCT) {
        multiply_with_work_space(Y, X, ldx, W, m, n, k);
        return;
    }
    size_t group = UNPACKED_PRODUCT / n;
    for (size_t row = 0; row < m; row += group)
        multiply(Y + row * n, X + row * ldx, ldx, W, m - row < group ? m - row : group, n, k);
}

static inline float larger(float a, float b) { return b > a ? b : a; }

static inline void maxout_row(float *restrict out, const float *restrict in, const float *restrict b, size_t nO, size_t nP)
{
    for (size_t o = 0; o < nO; o++) {
        float best = in[o * nP] + b[o * nP];
        for (size_t p = 1; p < nP; p++) best = larger(best, in[o * nP + p] + b[o * nP + p]);
        out[o] = best;
    }
}

void maxout(float *out, const float *in, const float *b, size_t m, size_t nO, size_t nP)
{
    for (size_t row = 0; row < m; row++, out += nO, in += nO * nP) {
        switch (nP) {   /* a constant lets the compiler unroll and vectorise */
        case 2: maxout_row(out, in, b, nO, 2); break;
        case 3: maxout_row(out, in, b, nO, 3); break;
        default: maxout_row(out, in, b, nO, nP);
        }
    }
}

static float sum_lanes(const float *lane)
{
    return ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

static float sum(const float *x, size_t n)
{
    float lane[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t l = 0; l < LANES; l++) lane[l] += x[i + l];
    float total = sum_lanes(lane);
    for (; i < n; i++) total += x[i];
    return total;
}

static float sum_squared_distance(const float *x, float mean, size_t n)
{
    float lane[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t l = 0; l < LANES; l++) lane[l] += (x[i + l] - mean) * (x[i + l] - mean);
    float total = sum_lanes(lane);
    for (; i < n; i++) total += (x[i] - mean) * (x[i] - mean);
    return total;
}

static void layer_norm_row(float *restrict x, const float *restrict G, const float *restrict beta, size_t n)
{
    float mean = sum(x, n) / (float)n;
    float variance = sum_squared_distance(x, mean, n) / (float)n;
    float scale = 1.0f / sqrtf(variance + LAYER_NORM_EPSILON);
    for (size_t i = 0; i < n; i++) x[i] = (x[i] - mean) * scale * G[i] + beta[i];
}

void layer_norm(float *x, const float *G, const float *beta, size_t m, size_t n)
{
    for (size_t row = 0; row < m; row++) layer_norm_row(x + row * n, G, beta, n);
}

void add_rows(float *acc, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) acc[i] += x[i];
}
