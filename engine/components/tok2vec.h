/* tok2vec.h - MaxoutWindowEncoder and MishWindowEncoder on embeddings (spacy/ml/models/tok2vec.py). Owns the
 * evolving-padding rule. */
#ifndef TERN_TOK2VEC_H
#define TERN_TOK2VEC_H

#include "component.h"
#include "embedding.h"

extern const component_methods tok2vec_component;

typedef struct tok2vec_scratch {
    buffer x;     /* [rows + 2 * reach][width] the encoder, in place from layer to layer */
    buffer delta; /* of a few rows: a layer's output before the norm */
    buffer room;  /* window_maxout's */
    buffer joint; /* [rows][width] of documents that go through the layers together */
    embedding_scratch embedding;
} tok2vec_scratch;

/* How many rows on either side the layers see together. */
static inline size_t tok2vec_reach(const tok2vec_weights *w) { return (size_t)w->depth * w->window; }

/* Output rows [begin, end) of the document, width floats each; *rows lives in scratch until the next call. spaCy puts
 * as many zero rows before and after the document as the layers see, ahead of the first convolution, and lets them flow
 * through all layers: the same as a document in an endless sea of zero rows, which is how this computes it, so many
 * rows more on each side than asked for; w->cuts_edges says where there are fewer. Callers walk a long document in
 * blocks of TOK2VEC_BLOCK rows, so that memory does not grow with it. TERN_E_MEMORY, or TERN_E_INTERRUPTED by
 * doc->interruption. */
#define TOK2VEC_BLOCK 512
tern_status tok2vec_rows(const tok2vec_weights *w, const tern_doc *doc, size_t begin, size_t end,
                         tok2vec_scratch *scratch, const float **rows);

/* Documents through the layers together: one behind the other, with as many rows of padding between two of them as the
 * layers see. Short ones leave the kernels too few rows alone. 1 if the encoder's padding is as this needs it. */
static inline int tok2vec_joins(const tok2vec_weights *w)
{
    return w->width && !w->cuts_edges && !w->edges && !w->edge_row;
}

/* Where the tokens of document d begin among the joint rows; start[d]: tokens before it. */
static inline size_t tok2vec_joint_row(const tok2vec_weights *w, const size_t *start, size_t d)
{
    return start[d] + d * tok2vec_reach(w);
}

/* Adds document d, which has all tokens from start[d] on. Results as above. */
tern_status tok2vec_join(const tok2vec_weights *w, const tern_doc *doc, const size_t *start, size_t d,
                         tok2vec_scratch *scratch);

/* The output rows of documents 0 ... count - 1, each from its tok2vec_joint_row on; they live in scratch until the next
 * document is joined. start[count]: all tokens. Results as above. */
tern_status tok2vec_run_joint(const tok2vec_weights *w, const size_t *start, size_t count, interruption *stop,
                              tok2vec_scratch *scratch);

void tok2vec_scratch_free(tok2vec_scratch *scratch);

/* The encoder of a component's own; where the file has none, the component listens. Width of the rows that it will
 * read; 0 if only its own layers can tell. */
uint32_t bind_encoder(binder *b, tern_model *model, component_model *self);

#endif
