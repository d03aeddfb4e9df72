/* encode.h - an encoder's rows of a whole document, block by block as the pipeline reads them. */
#ifndef TERN_TEST_ENCODE_H
#define TERN_TEST_ENCODE_H

#include "tok2vec.h"

typedef void (*row_consumer)(void *user, const float *rows, size_t begin, size_t count);

static inline tern_status encode_blocks(const tok2vec_weights *w, const tern_doc *doc, tok2vec_scratch *s,
                                        row_consumer consumer, void *user)
{
    tern_status status = TERN_OK;
    for (size_t begin = 0, end; begin < doc->token_count && !status; begin = end) {
        const float *rows;
        end = doc->token_count - begin < TOK2VEC_BLOCK ? doc->token_count : begin + TOK2VEC_BLOCK;
        status = tok2vec_rows(w, doc, begin, end, s, &rows);
        if (!status) consumer(user, rows, begin, end - begin);
    }
    return status;
}

#endif
