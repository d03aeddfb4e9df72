/* layers.h - linear and maxout layers of a model file, in place as the kernels read them. */
#ifndef TERN_LAYERS_H
#define TERN_LAYERS_H

#include "binder.h"

/* The layer PREFIX/W of nO outputs and nI inputs, both known. pieces 0: as many as the file has. */
void bind_layer(binder *b, const char *prefix, uint32_t nO, uint32_t pieces, uint32_t nI, packed_layer *w);

/* A maxout layer and the layer norm after it: PREFIX/W, G, beta. */
void bind_maxout(binder *b, const char *prefix, uint32_t nO, uint32_t nI, maxout_weights *m);

#endif
