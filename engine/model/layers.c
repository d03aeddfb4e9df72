#include "layers.h"

void bind_layer(binder *b, const char *prefix, uint32_t nO, uint32_t pieces, uint32_t nI, packed_layer *w)
{
    section_name name;
    uint32_t dims[4] = {(nO + PANEL - 1) / PANEL, pieces, nI ? 1 + nI : 0, PANEL};
    bind_name(name, prefix, "W");
    const float *panels = bind_array(b, name, TERN_DTYPE_F32, 4, dims);
    if (!b->status && dims[2] < 2) bind_refuse(b, name, "has no inputs");
    *w = (packed_layer){.panels = panels, .nO = nO, .nP = dims[1], .nI = dims[2] - 1};
    if (!b->status && w->nP > MAX_PIECES) bind_refuse(b, name, "has more maxout pieces than this library supports");
}

void bind_maxout(binder *b, const char *prefix, uint32_t nO, uint32_t nI, maxout_weights *m)
{
    section_name name;
    bind_layer(b, prefix, nO, 0, nI, &m->layer);
    bind_name(name, prefix, "G");
    m->G = bind_vector_f32(b, name, &nO);
    bind_name(name, prefix, "beta");
    m->beta = bind_vector_f32(b, name, &nO);
}
