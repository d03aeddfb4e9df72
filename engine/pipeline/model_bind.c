#include "model_bind.h"

#include "binder.h"
#include "component_table.h"
#include "lexeme.h"
#include "string_store.h"
#include "textcat.h"
#include "tokenizer.h"
#include "unicode.h"
#include "utf8.h"
#include "word_vectors.h"

static void bind_meta(binder *b, tern_model *model)
{
    section s;
    if (!bind_find(b, "meta", TERN_KIND_TEXT, &s)) return;
    if (s.dtype != TERN_DTYPE_U8) bind_refuse(b, "meta", "has the wrong dtype");
    else if (!utf8_is_valid(s.data, (size_t)s.size)) bind_refuse(b, "meta", "is not valid UTF-8");
    model->meta = s.data;
    model->meta_len = (size_t)s.size;
}

static void bind_pipeline(binder *b, tern_model *model)
{
    uint32_t two = 2;
    section s;
    /* a tokenizer alone */
    if (!bind_find(b, "pipeline", TERN_KIND_TENSOR, &s) || (s.rank == 2 && s.dims[0] == 0)) return;
    const uint32_t *rows = bind_matrix(b, "pipeline", TERN_DTYPE_U32, &model->pipeline_length, &two);
    if (!b->status && model->pipeline_length > COMPONENT_COUNT)
        bind_refuse(b, "pipeline", "names more components than there are");
    for (uint32_t i = 0; i < model->pipeline_length && !b->status; i++) {
        uint32_t component = rows[2 * i], enabled = rows[2 * i + 1];
        if (component >= COMPONENT_COUNT || enabled > 1)
            return bind_refuse(b, "pipeline", "holds a value that is out of range");
        if (model->components >> component & 1) return bind_refuse(b, "pipeline", "names a component twice");
        model->pipeline[i] = component;
        model->components |= 1u << component;
        model->default_components |= enabled << component;
    }
}

tern_status model_bind(tern_model *model, tern_error *err)
{
    binder b = {.file = &model->file, .err = err, .expanded = &model->expanded};
    bind_meta(&b, model);
    bind_strings(&b, &model->strings);
    bind_chars(&b, &model->chars);
    model->symbols = bind_map(&b, "symbols");
    model->norms = bind_map(&b, "norms");
    bind_stems(&b, &model->stems, model->strings.count);
    if (!(model->file.features & TERN_FEATURE_GIVEN_WORDS))
        bind_tokenizer(&b, &model->tokenizer, &model->strings, model->chars.class_count);
    bind_vectors(&b, model);
    bind_pipeline(&b, model);
    for (uint32_t c = 0; c < COMPONENT_COUNT && !b.status; c++) /* the shared encoder first */
        if (model->components >> c & 1) component_table[c]->bind(&b, model, component_table[c]);
    bind_check_textcats(&b, model);
    return b.status;
}
