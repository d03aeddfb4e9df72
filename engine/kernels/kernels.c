#include "kernels.h"

#include <pthread.h>
#include <string.h>

#include "kernels_sets.h"

const kernel_set *const kernel_sets[] = {
#ifdef __x86_64__
    &kernels_avx512,
    &kernels_avx2,
#endif
    &kernels_portable,
#ifdef TERN_OPENBLAS
    &kernels_openblas,
#endif
    NULL,
};

static const kernel_set *chosen;
static pthread_mutex_t choice = PTHREAD_MUTEX_INITIALIZER;

static const kernel_set *find(const char *name)
{
    for (const kernel_set *const *set = kernel_sets; *set; set++)
        if ((!strcmp(name, "native") || !strcmp(name, (*set)->name)) && (*set)->runs_here()) return *set;
    return NULL;
}

int kernels_choose(const char *name)
{
    pthread_mutex_lock(&choice);
    const kernel_set *set = !name && chosen ? chosen : find(name ? name : "native");
    int failed = !set || (chosen && set != chosen);
    /* once: other threads may be running a model by now, and read it without the lock */
    if (!failed && !chosen) chosen = set;
    pthread_mutex_unlock(&choice);
    return failed ? -1 : 0;
}

const kernel_set *kernels_chosen(void) { return chosen; }

const char *kernels_needs(const char *name)
{
    for (const kernel_set *const *set = kernel_sets; *set; set++)
        if (!strcmp(name, (*set)->name)) return (*set)->needs;
    return NULL;
}

static char names[64];

static void list_names(void)
{
    strcpy(names, "native");
    for (const kernel_set *const *set = kernel_sets; *set; set++)
        if ((*set)->runs_here()) strcat(strcat(names, ", "), (*set)->name);
}

const char *kernels_names(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, list_names);
    return names;
}

void affine(float *Y, const float *X, size_t ldx, const packed_layer *w, size_t m) { chosen->affine(Y, X, ldx, w, m); }

void affine_maxout(float *out, const float *X, size_t ldx, const packed_layer *w, size_t m)
{
    chosen->affine_maxout(out, X, ldx, w, m);
}

void window_maxout(float *out, const float *X, const packed_layer *w, size_t m, float *room)
{
    chosen->window_maxout(out, X, w, m, room);
}

void layer_norm(float *out, const float *residual, const float *x, const float *G, const float *beta, size_t m,
                size_t n)
{
    chosen->layer_norm(out, residual, x, G, beta, m, n);
}

void sum_rows(float *out, const float *const *rows, size_t count, size_t n) { chosen->sum_rows(out, rows, count, n); }

void expand_halves(float *out, const uint16_t *halves, size_t n) { chosen->expand_halves(out, halves, n); }

void gelu(float *x, size_t n) { chosen->gelu(x, n); }

void mish(float *x, size_t n) { chosen->mish(x, n); }

void maxout(float *out, const float *sums, const packed_layer *w, size_t m) { chosen->maxout(out, sums, w, m); }
