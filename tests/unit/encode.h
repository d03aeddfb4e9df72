/* encode.h - an encoder's rows of a whole document, block by block as the pipeline reads them. */
#ifndef TERN_TEST_ENCODE_H
#define TERN_TEST_ENCODE_H

#include "tok2vec.h"

/* The first component that a factory made, and the encoder that it reads when everything runs. */
static inline uint32_t place_of(const tern_model *model, uint32_t factory)
{
    return (uint32_t)__builtin_ctzll(model->of_factory[factory]);
}

static inline const component_model *component_of(const tern_model *model, uint32_t factory)
{
    return &model->component[place_of(model, factory)];
}

static inline uint32_t encoder_place(const tern_model *model, uint32_t factory)
{
    return place_of(model, component_of(model, factory)->listens ? COMPONENT_TOK2VEC : factory);
}

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
