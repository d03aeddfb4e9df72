/* layers.h - plain weights packed as engine/kernels/kernels.h describes a packed_layer, written apart from the
 * converter. */
#ifndef TERN_TEST_LAYERS_H
#define TERN_TEST_LAYERS_H

#include "numbers.h"

#include "kernels.h"

#include <stdlib.h>
#include <string.h>

/* A group setup of tests that use the network without opening a model. */
static inline int choose_kernels(void **state)
{
    (void)state;
    return kernels_choose(NULL);
}

/* OpenBLAS chooses the order of a row's sums by how many rows there are; in the other sets a row always has the same
 * bits. */
static inline int is_same_for_any_rows(const kernel_set *set) { return strcmp(set->name, "openblas") != 0; }

/* Where output o, piece p is in a row of sums. */
static inline size_t sum_at(const packed_layer *w, size_t o, size_t p)
{
    return (o / PANEL * w->nP + p) * PANEL + o % PANEL;
}

/* The bias of output o, piece p of a layer that pack_layer made; weight i of this column is at [(1 + i) * PANEL]. */
static inline float *column_at(const packed_layer *w, size_t o, size_t p)
{
    return (float *)w->panels + (o / PANEL * w->nP + p) * panel_floats(w) + o % PANEL;
}

/* slots layers in one piece of memory, W[slots][nO][nP][nI]; b[nO][nP] becomes the bias of the first. free_layer. */
static inline packed_layer pack_slots(size_t slots, uint32_t nO, uint32_t nP, uint32_t nI, const float *W,
                                      const float *b)
{
    packed_layer w = {.nO = nO, .nP = nP, .nI = nI}, slot = w;
    float *panels = calloc(slots * layer_floats(&w), sizeof *panels);
    assert_non_null(panels);
    w.panels = panels;
    for (size_t s = 0; s < slots; s++) {
        slot.panels = panels + s * layer_floats(&w);
        for (size_t o = 0; o < nO; o++)
            for (size_t p = 0; p < nP; p++) {
                float *column = column_at(&slot, o, p);
                if (!s) *column = b[o * nP + p];
                for (size_t i = 0; i < nI; i++) column[(1 + i) * PANEL] = *W++;
            }
    }
    return w;
}

static inline packed_layer pack_layer(uint32_t nO, uint32_t nP, uint32_t nI, const float *W, const float *b)
{
    return pack_slots(1, nO, nP, nI, W, b);
}

static inline void free_layer(const packed_layer *w) { free((void *)w->panels); }

/* pad[slots][nO][nP] -> [slots][layer_sums(w)], with b[nO][nP] in the first; free() it. */
static inline float *pack_pads(const packed_layer *w, size_t slots, const float *pad, const float *b)
{
    float *rows = calloc(slots * layer_sums(w), sizeof *rows);
    assert_non_null(rows);
    for (size_t s = 0; s < slots; s++)
        for (size_t o = 0; o < w->nO; o++)
            for (size_t p = 0; p < w->nP; p++)
                rows[s * layer_sums(w) + sum_at(w, o, p)] = *pad++ + (s ? 0.0f : b[o * w->nP + p]);
    return rows;
}

#endif
