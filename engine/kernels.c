#include "kernels.h"

#include <pthread.h>
#include <stdlib.h>
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

static int is_chosen_by(const kernel_set *set, const char *name)
{
    return set->runs_here() && (!strcmp(name, "native") || !strcmp(name, set->name));
}

static void choose(void)
{
    const char *name = getenv("TERN_GEMM");
    if (!name || !*name) name = "native";
    for (const kernel_set *const *set = kernel_sets; *set && !chosen; set++)
        if (is_chosen_by(*set, name)) chosen = *set;
}

int kernels_choose(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    return pthread_once(&once, choose) || !chosen ? -1 : 0;
}

const kernel_set *kernels_chosen(void) { return chosen; }

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

void layer_norm(float *out, const float *residual, const float *x, const float *G, const float *beta, size_t m, size_t n)
{
    chosen->layer_norm(out, residual, x, G, beta, m, n);
}

void sum_rows(float *out, const float *const *rows, size_t count, size_t n) { chosen->sum_rows(out, rows, count, n); }

void expand_halves(float *out, const uint16_t *halves, size_t n) { chosen->expand_halves(out, halves, n); }

void maxout(float *out, const float *sums, const packed_layer *w, size_t m) { chosen->maxout(out, sums, w, m); }
