/* tok2vec.h - MultiHashEmbed and MaxoutWindowEncoder (spacy/ml/models/tok2vec.py). Owns the evolving-padding rule. */
#ifndef TERN_TOK2VEC_H
#define TERN_TOK2VEC_H

#include "component.h"

extern const component_methods tok2vec_component;

/* What an encoder made of the last tokens, by their features: embeddings after the mixing layer. Words come again and
 * again, and the same features always give the same bits (but see kernels_openblas.c). */
typedef struct embedding_memo {
    char *entries;      /* memo_entry_size each (tok2vec.c) */
    const float *owner; /* the mixing layer's weights of the encoder whose rows these are */
} embedding_memo;

typedef struct tok2vec_scratch {
    buffer x; /* [rows + 2 * depth][width] the encoder, in place from layer to layer */
    /* of a few rows: embeddings before they are mixed, a layer's output before the norm */
    buffer wide, delta;
    buffer room; /* window_maxout's */
    buffer word; /* a word between its marks (floret.h) */
    embedding_memo memo;
} tok2vec_scratch;

/* Output rows [begin, end) of the document, width floats each; *rows lives in scratch until the next call. spaCy puts
 * `depth` zero rows before and after the document ahead of the first convolution and lets them flow through all layers:
 * the same as a document in an endless sea of zero rows, which is how this computes it, depth rows more on each side
 * than asked for. Callers walk a long document in blocks of TOK2VEC_BLOCK rows, so that memory does not grow with it.
 * TERN_E_MEMORY, or TERN_E_INTERRUPTED by doc->interruption. */
#define TOK2VEC_BLOCK 512
tern_status tok2vec_rows(const tok2vec_weights *w, const tern_doc *doc, size_t begin, size_t end,
                         tok2vec_scratch *scratch, const float **rows);

/* The embedding stage alone (before the mixing maxout): tok2vec_blocks(w) * width floats per token into out; for tests
 * and tok2vec.c. Results as above; of the scratch, only word is used. */
tern_status tok2vec_embed(const tok2vec_weights *w, const tern_doc *doc, size_t begin, size_t end,
                          tok2vec_scratch *scratch, float *out);

void tok2vec_scratch_free(tok2vec_scratch *scratch);

/* The encoder of a component's own; where the file has none, the component listens. Width of the rows that it will
 * read; 0 if only its own layers can tell. */
uint32_t bind_encoder(binder *b, tern_model *model, component_model *self);

#endif
