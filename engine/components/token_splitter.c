#include "token_splitter.h"

#include "retokenize.h"

static void bind(binder *b, tern_model *model, component_model *self)
{
    uint32_t two = 2;
    (void)model;
    const uint32_t *settings = bind_vector(b, "/settings", TERN_DTYPE_U32, &two);
    if (!b->status) self->splitter = (token_splitter_settings){.min_length = settings[0], .piece_length = settings[1]};
}

static tern_status finish(const component_run *run, const vector_source *source, tern_error *err)
{
    const token_splitter_settings *t = &run->component->splitter;
    (void)source;
    if (!t->min_length || !t->piece_length) return TERN_OK;
    return retokenize_split(run, t->min_length, t->piece_length, run->scratch) ? doc_gave_up(run->doc, err) : TERN_OK;
}

const component_methods token_splitter_component = {
    .number = COMPONENT_TOKEN_SPLITTER,
    .name = "token_splitter",
    .scratch_size = sizeof(retokenize_scratch),
    .bind = bind,
    .finish = finish,
    .release = retokenize_scratch_free,
    .free = retokenize_scratch_free,
};
