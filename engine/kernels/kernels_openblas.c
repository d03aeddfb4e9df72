/* kernels_openblas.c - OpenBLAS: the reference that the other sets are compared with. It is loaded when it is asked
 * for: who does without it need not have it. A panel is a matrix of PANEL columns. A row's sums may depend on how many
 * rows there are; the same call always gives the same bits. */
#include <dlfcn.h>
#include <pthread.h>

#include "kernels_sets.h"

/* Rows whose sums are kept between product and maxout: MAX_PIECES panels of them are 8 KB. */
enum { CHUNK = 16 };

/* cblas.h's, and those of openblas_get_parallel. */
enum { ROW_MAJOR = 101, NO_TRANSPOSE = 111, SEQUENTIAL = 0 };

/* Debian, Fedora and most others; Alpine; what is installed for developers; macOS. */
static const char *const library_names[] = {"libopenblas.so.0", "libopenblas.so.3", "libopenblas.so",
                                            "libopenblas.dylib"};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static sgemm_function *sgemm; /* NULL: there is no OpenBLAS here */
static int is_unlocked;

/* The library stays until the process ends: its threads and work spaces are the process's. */
static void *load(void)
{
    for (size_t i = 0; !sgemm && i < sizeof library_names / sizeof *library_names; i++) {
        void *library = dlopen(library_names[i], RTLD_NOW | RTLD_LOCAL);
        sgemm = library ? (sgemm_function *)dlsym(library, "cblas_sgemm") : NULL;
        if (sgemm) return library;
        if (library) dlclose(library);
    }
    return NULL;
}

/* One thread: a request is too small for more, and callers have their own. An OpenBLAS built without threads and
 * without locks, as Debian's serial package, hands out one work space to all callers: four threads calling sgemm had up
 * to 101 wrong results of 20,000. So calls go one at a time there, and where it does not say how it was built. */
static void prepare(void)
{
    void *library = load();
    if (!library) return;
    void (*set_num_threads)(int) = (void (*)(int))dlsym(library, "openblas_set_num_threads");
    int (*get_parallel)(void) = (int (*)(void))dlsym(library, "openblas_get_parallel");
    if (set_num_threads) set_num_threads(1);
    is_unlocked = !get_parallel || get_parallel() == SEQUENTIAL;
}

sgemm_function *openblas_sgemm(void)
{
    pthread_once(&once, prepare);
    return sgemm;
}

static int runs_here(void) { return openblas_sgemm() != NULL; }

static pthread_mutex_t work_space = PTHREAD_MUTEX_INITIALIZER;

/* Y[m][PANEL], ldy floats apart, of one panel. BLAS cannot take overlapping rows, as an encoder's windows are, so
 * multiply in slices that do not overlap. */
static void affine_panel(float *Y, size_t ldy, const float *X, size_t ldx, const float *panel, size_t nI, size_t m)
{
    for (size_t row = 0; row < m; row++)
        for (size_t i = 0; i < PANEL; i++) Y[row * ldy + i] = panel[i];
    for (size_t i = 0; i < nI; i += ldx)
        sgemm(ROW_MAJOR, NO_TRANSPOSE, NO_TRANSPOSE, (int)m, PANEL, (int)(nI - i < ldx ? nI - i : ldx), 1.0f, X + i,
              (int)ldx, panel + (1 + i) * PANEL, PANEL, 1.0f, Y, (int)ldy);
}

static void openblas_affine(float *Y, const float *X, size_t ldx, const packed_layer *w, size_t m)
{
    int is_locked = is_unlocked && !pthread_mutex_lock(&work_space);
    for (size_t p = 0; p < layer_panels(w); p++)
        affine_panel(Y + p * PANEL, layer_sums(w), X, ldx, w->panels + p * panel_floats(w), w->nI, m);
    if (is_locked) pthread_mutex_unlock(&work_space);
}

static void openblas_maxout(float *out, const float *sums, const packed_layer *w, size_t m)
{
    kernels_portable.maxout(out, sums, w, m);
}

static void openblas_affine_maxout(float *out, const float *X, size_t ldx, const packed_layer *w, size_t m)
{
    float sums[CHUNK * MAX_PIECES * PANEL];
    packed_layer block = *w;
    for (size_t row = 0; row < m; row += CHUNK) {
        size_t rows = m - row < CHUNK ? m - row : CHUNK;
        for (size_t o = 0; o < w->nO; o += PANEL) {
            block.nO = w->nO - o < PANEL ? w->nO - (uint32_t)o : PANEL;
            block.panels = w->panels + o / PANEL * w->nP * panel_floats(w);
            openblas_affine(sums, X + row * ldx, ldx, &block, rows);
            for (size_t r = 0; r < rows; r++)
                openblas_maxout(out + (row + r) * w->nO + o, sums + r * layer_sums(&block), &block, 1);
        }
    }
}

/* By the plain product, to compare with. */
static void openblas_window_maxout(float *out, const float *X, const packed_layer *w, size_t m, float *room)
{
    (void)room;
    openblas_affine_maxout(out, X, w->nI / 3, w, m);
}

static void openblas_layer_norm(float *out, const float *residual, const float *x, const float *G, const float *beta,
                                size_t m, size_t n)
{
    kernels_portable.layer_norm(out, residual, x, G, beta, m, n);
}

static void openblas_sum_rows(float *out, const float *const *rows, size_t count, size_t n)
{
    kernels_portable.sum_rows(out, rows, count, n);
}

static void openblas_gelu(float *x, size_t n) { kernels_portable.gelu(x, n); }

static void openblas_mish(float *x, size_t n) { kernels_portable.mish(x, n); }

static void openblas_expand_halves(float *out, const uint16_t *halves, size_t n)
{
    kernels_portable.expand_halves(out, halves, n);
}

const kernel_set kernels_openblas = {.name = "openblas",
                                     .needs =
                                         "OpenBLAS, libopenblas.so.0 (Debian: apt-get install libopenblas0-serial)",
                                     .runs_here = runs_here,
                                     .affine = openblas_affine,
                                     .affine_maxout = openblas_affine_maxout,
                                     .window_maxout = openblas_window_maxout,
                                     .maxout = openblas_maxout,
                                     .layer_norm = openblas_layer_norm,
                                     .sum_rows = openblas_sum_rows,
                                     .expand_halves = openblas_expand_halves,
                                     .gelu = openblas_gelu,
                                     .mish = openblas_mish};
