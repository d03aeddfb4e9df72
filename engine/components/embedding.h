/* embedding.h - a token's features -> one row, whatever its neighbours are: MultiHashEmbed and CharacterEmbed
 * (spacy/ml/models/tok2vec.py). */
#ifndef TERN_EMBEDDING_H
#define TERN_EMBEDDING_H

#include "binder.h"
#include "doc.h"
#include "token_values.h"

/* What an encoder made of the last tokens, by their features: embeddings after the mixing layer. Words come again and
 * again, and the same features always give the same bits (but see kernels_openblas.c). */
typedef struct embedding_memo {
    char *entries;      /* memo_entry_size each (embedding.c) */
    const float *owner; /* the mixing layer's weights of the encoder whose rows these are */
} embedding_memo;

typedef struct embedding_scratch {
    buffer wide, delta; /* of a few rows: before they are mixed, before the norm */
    buffer word;        /* a word between its marks (floret.h) */
    buffer columns;     /* [features][tokens] of those that are read when the encoder's turn comes */
    size_t tokens;
    token_values values;
    embedding_memo memo;
} embedding_scratch;

/* The encoder's turn: reads what else it embeds than ATTR_*, as components have left it. 0, or -1 when out of memory or
 * interrupted. */
int embedding_read(const tok2vec_weights *w, const tern_doc *doc, lexeme_scratch *lexeme, embedding_scratch *s);

/* Has doc_attr find what was read, from that token on; reads it again if there are more tokens by now. 0 or -1 as
 * above. */
int embedding_show(const tok2vec_weights *w, tern_doc *doc, size_t first_token, lexeme_scratch *lexeme,
                   embedding_scratch *s);

/* Room for the encoder's rows. 0, or -1 when out of memory. */
int embedding_reserve(const tok2vec_weights *w, embedding_scratch *s);

/* x[end - begin][width] from the tokens [begin, end). TERN_E_MEMORY, or TERN_E_INTERRUPTED by doc->interruption. */
tern_status embedding_rows(const tok2vec_weights *w, const tern_doc *doc, size_t begin, size_t end,
                           embedding_scratch *s, float *x);

/* What the first layer reads: tok2vec_inputs(w) floats per token into out; for tests and embedding.c. Results as above;
 * of the scratch, only word is used. */
tern_status embedding_inputs(const tok2vec_weights *w, const tern_doc *doc, size_t begin, size_t end,
                             embedding_scratch *s, float *out);

void embedding_scratch_free(embedding_scratch *s);

/* The encoder PREFIX/... up to its convolutions. */
void bind_embedding(binder *b, const tern_model *model, const char *prefix, tok2vec_weights *w);

#endif
