#include "model_bind.h"

#include "binder.h"
#include "component_table.h"
#include "error.h"
#include "lexeme.h"
#include "noun_chunks.h"
#include "string_store.h"
#include "token_flags.h"
#include "tokenizer.h"
#include "unicode.h"
#include "utf8.h"
#include "word_vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void bind_meta(binder *b, tern_model *model)
{
    section s;
    if (!bind_find(b, "meta", TERN_KIND_TEXT, &s)) return;
    if (s.dtype != TERN_DTYPE_U8) bind_refuse(b, "meta", "has the wrong dtype");
    else if (!utf8_is_valid(s.data, (size_t)s.size)) bind_refuse(b, "meta", "is not valid UTF-8");
    model->meta = s.data;
    model->meta_len = (size_t)s.size;
}

/* Where the component's sections are: its number among those of its factory is known by of_factory. */
static void name_component(tern_model *model, component_model *c)
{
    const char *factory = component_table[c->factory]->name;
    int number = __builtin_popcountll(model->of_factory[c->factory]) + 1;
    c->name = factory;
    if (number == 1) snprintf(c->prefix, sizeof c->prefix, "%s", factory);
    else snprintf(c->prefix, sizeof c->prefix, "%s.%d", factory, number);
}

static void add_component(binder *b, tern_model *model, uint32_t place, const uint32_t *row)
{
    const uint32_t factory = row[0], is_default = row[1];
    component_model *c = &model->component[place];
    if (factory >= COMPONENT_COUNT || is_default > 1)
        return bind_refuse(b, "pipeline", "holds a value that is out of range");
    if (model->of_factory[factory] && !(model->file.features & TERN_FEATURE_NAMES))
        return bind_refuse(b, "pipeline", "names a component twice");
    c->factory = factory;
    name_component(model, c);
    model->of_factory[factory] |= AT_PLACE(place);
    if (is_default) model->default_places |= AT_PLACE(place);
}

static void bind_pipeline(binder *b, tern_model *model)
{
    uint32_t two = 2, length = 0;
    section s;
    /* a tokenizer alone */
    if (!bind_find(b, "pipeline", TERN_KIND_TENSOR, &s) || (s.rank == 2 && s.dims[0] == 0)) return;
    const uint32_t *rows = bind_matrix(b, "pipeline", TERN_DTYPE_U32, &length, &two);
    if (!b->status && length > PIPELINE_MAX_LENGTH)
        bind_refuse(b, "pipeline", "names more components than this library supports");
    if (b->status) return;
    model->component = calloc(length, sizeof *model->component);
    if (!model->component) {
        b->status = fail(b->err, TERN_E_MEMORY, 0, "out of memory for the model's components");
        return;
    }
    model->pipeline_length = length;
    for (uint32_t place = 0; place < length && !b->status; place++)
        add_component(b, model, place, rows + 2 * (size_t)place);
}

static int has_name(const component_model *c, const char *name) { return !strcmp(c->name, name); }

/* Of components that are not called as their factories. */
static void bind_names(binder *b, tern_model *model)
{
    static const char *const section_of_names = "pipeline/names";
    uint32_t length = model->pipeline_length;
    if (!length || !(model->file.features & TERN_FEATURE_NAMES)) return;
    const uint32_t *names = bind_vector(b, section_of_names, TERN_DTYPE_U32, &length);
    if (!b->status) bind_check_labels(b, section_of_names, names, length, &model->strings, 0);
    for (uint32_t place = 0; place < length && !b->status; place++) {
        const char *name = model->strings.bytes + model->strings.start[names[place]];
        if (!*name) bind_refuse(b, section_of_names, "has an empty name");
        for (uint32_t before = 0; before < place; before++)
            if (has_name(&model->component[before], name)) bind_refuse(b, section_of_names, "has a name twice");
        model->component[place].name = name;
    }
}

static void bind_component(binder *b, tern_model *model, component_model *c)
{
    b->component = c->prefix;
    component_table[c->factory]->bind(b, model, c);
    if (!b->status && c->width > TOK2VEC_MAX_WIDTH)
        bind_refuse(b, "", "reads rows that are wider than this library supports");
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
    bind_noun_chunks(&b, model);
    bind_token_flags(&b, model);
    bind_pipeline(&b, model);
    bind_names(&b, model);
    for (uint32_t place = 0; place < model->pipeline_length && !b.status; place++)
        bind_component(&b, model, &model->component[place]);
    return b.status;
}
