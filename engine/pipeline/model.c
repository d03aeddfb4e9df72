/* model.c - tern_model_*: open, describe, verify, close. */
#include "component_table.h"
#include "error.h"
#include "kernels.h"
#include "model_bind.h"
#include "string_store.h"

#include <stdlib.h>
#include <string.h>

tern_status tern_use_kernels(const char *name, tern_error *err)
{
    if (!kernels_choose(name)) return TERN_OK;
    if (kernels_chosen())
        return fail(err, TERN_E_UNSUPPORTED, 0,
                    "the kernels %s are in use already: choose before the first model is opened",
                    kernels_chosen()->name);
    const char *needs = kernels_needs(name);
    if (needs)
        return fail(err, TERN_E_UNSUPPORTED, 0, "the kernels %s cannot run here: they need %s; those that can are %s",
                    name, needs, kernels_names());
    return fail(err, TERN_E_UNSUPPORTED, 0, "there are no kernels %.60s: this library and this CPU have %s", name,
                kernels_names());
}

const char *tern_kernels(void) { return kernels_chosen() ? kernels_chosen()->name : NULL; }

static tern_status finish_open(tern_model *model, tern_status status, tern_model **out, tern_error *err)
{
    if (!status) status = tern_use_kernels(NULL, err);
    if (!status) status = model_bind(model, err);
    if (status) {
        tern_model_close(model);
        return status;
    }
    *out = model;
    return TERN_OK;
}

static tern_model *new_model(tern_error *err)
{
    tern_model *model = calloc(1, sizeof *model);
    if (!model) fail(err, TERN_E_MEMORY, 0, "out of memory");
    return model;
}

typedef tern_status (*file_opener)(const char *path, model_file *file, tern_error *err);

static tern_status open_path(const char *name, file_opener open_file, const char *path, tern_model **out,
                             tern_error *err)
{
    if (!out) return fail(err, TERN_E_ARGUMENT, 0, "%s: out is NULL", name);
    *out = NULL;
    if (!path) return fail(err, TERN_E_ARGUMENT, 0, "%s: path is NULL", name);
    tern_model *model = new_model(err);
    if (!model) return TERN_E_MEMORY;
    return finish_open(model, open_file(path, &model->file, err), out, err);
}

tern_status tern_model_open(const char *path, tern_model **out, tern_error *err)
{
    return open_path("tern_model_open", model_file_map, path, out, err);
}

tern_status tern_model_load(const char *path, tern_model **out, tern_error *err)
{
    return open_path("tern_model_load", model_file_load, path, out, err);
}

tern_status tern_model_open_memory(const void *data, size_t size, tern_model **out, tern_error *err)
{
    if (!out) return fail(err, TERN_E_ARGUMENT, 0, "tern_model_open_memory: out is NULL");
    *out = NULL;
    if (!data) return fail(err, TERN_E_ARGUMENT, 0, "tern_model_open_memory: data is NULL");
    tern_model *model = new_model(err);
    if (!model) return TERN_E_MEMORY;
    return finish_open(model, model_file_memory(data, size, &model->file, err), out, err);
}

void tern_model_close(tern_model *model)
{
    if (!model) return;
    model_file_unmap(&model->file);
    for (expanded_floats *block = model->expanded, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    free(model->component);
    free(model);
}

tern_status tern_model_verify(const tern_model *model, tern_error *err)
{
    if (!model) return fail(err, TERN_E_ARGUMENT, 0, "tern_model_verify: model is NULL");
    return model_file_verify(&model->file, err);
}

tern_status tern_model_meta(const tern_model *model, const char **json, size_t *len)
{
    if (!json || !len) return TERN_E_ARGUMENT;
    *json = model ? model->meta : NULL;
    *len = model ? model->meta_len : 0;
    return model ? TERN_OK : TERN_E_ARGUMENT;
}

static unsigned factories_of(const tern_model *model, place_set places)
{
    unsigned found = 0;
    for (uint32_t f = 0; f < COMPONENT_COUNT; f++)
        if (model->of_factory[f] & places) found |= 1u << f;
    return found;
}

unsigned tern_model_components(const tern_model *model) { return model ? factories_of(model, ~(place_set)0) : 0; }

unsigned tern_model_default_components(const tern_model *model)
{
    return model ? factories_of(model, model->default_places) : 0;
}

size_t tern_model_component_count(const tern_model *model) { return model ? model->pipeline_length : 0; }

tern_status tern_model_component(const tern_model *model, size_t place, tern_component *out)
{
    if (!out) return TERN_E_ARGUMENT;
    *out = (tern_component){0};
    if (!model || place >= model->pipeline_length) return TERN_E_ARGUMENT;
    const component_model *c = &model->component[place];
    *out = (tern_component){.name = c->name,
                            .factory = component_table[c->factory]->name,
                            .component = 1u << c->factory,
                            .is_default = (int)(model->default_places >> place & 1)};
    return TERN_OK;
}

unsigned tern_model_offers(const tern_model *model)
{
    unsigned offers = model ? TERN_NORMS : 0;
    for (uint32_t place = 0; model && place < model->pipeline_length; place++) {
        const component_model *c = &model->component[place];
        offers |= component_table[c->factory]->gives;
        if (c->factory == COMPONENT_ATTRIBUTE_RULER) offers |= c->ruler.sets;
        if (c->factory == COMPONENT_SPAN_RULER) {
            if (c->span_ruler.spans_key != NO_STRING) offers |= TERN_SPANS;
            if (c->span_ruler.sets_entities) offers |= TERN_ENTITIES;
        }
    }
    if (offers & TERN_DEPENDENCIES && model->noun_chunks.count) offers |= TERN_NOUN_CHUNKS;
    return offers;
}

int tern_model_has_tokenizer(const tern_model *model)
{
    return model && !(model->file.features & TERN_FEATURE_GIVEN_WORDS);
}

unsigned tern_component_from_name(const char *name, size_t len)
{
    for (unsigned i = 0; name && i < COMPONENT_COUNT; i++)
        if (strlen(component_table[i]->name) == len && !memcmp(component_table[i]->name, name, len)) return 1u << i;
    return 0;
}

const char *tern_component_name(unsigned component)
{
    for (unsigned i = 0; i < COMPONENT_COUNT; i++)
        if (component == 1u << i) return component_table[i]->name;
    return NULL;
}

size_t tern_model_section_count(const tern_model *model) { return model ? model->file.section_count : 0; }

tern_status tern_model_section(const tern_model *model, size_t index, tern_section *out)
{
    if (!out) return TERN_E_ARGUMENT;
    *out = (tern_section){0};
    if (!model || index >= model->file.section_count) return TERN_E_ARGUMENT;
    section s = model_file_section(&model->file, index);
    *out = (tern_section){.name = s.name,
                          .kind = model_file_kind_name(s.kind),
                          .dtype = model_file_dtype_name(s.dtype),
                          .offset = s.offset,
                          .size = s.size,
                          .rank = s.rank,
                          .crc = s.crc};
    for (size_t i = 0; i < 4; i++) out->dims[i] = s.dims[i];
    return TERN_OK;
}

uint64_t tern_model_string_id(const tern_model *model, const char *text, size_t len)
{
    return model && text ? string_id(model, text, len) : 0;
}

const char *tern_version(void) { return TERN_VERSION; }
