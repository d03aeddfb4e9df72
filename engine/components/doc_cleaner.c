#include "doc_cleaner.h"

static void bind(binder *b, tern_model *model, component_model *self)
{
    (void)model;
    self->empties_tensor = bind_option(b, "/tensor");
}

static tern_status finish(const component_run *run, const vector_source *source, tern_error *err)
{
    (void)run;
    (void)source;
    (void)err;
    return TERN_OK;
}

const component_methods doc_cleaner_component = {
    .number = COMPONENT_DOC_CLEANER,
    .name = "doc_cleaner",
    .bind = bind,
    .finish = finish,
};
