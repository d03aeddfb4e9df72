#include "preset_entities.h"

#include "error.h"
#include "utf8.h"

#include <string.h>

static int is_utf8(const char *text) { return utf8_is_valid((const unsigned char *)text, strlen(text)); }

/* end: of the entity before. */
static tern_status check(const tern_preset_entity *e, size_t number, size_t end, size_t tokens, tern_error *err)
{
    if (e->token_start >= e->token_end || e->token_end > tokens)
        return fail(err, TERN_E_ARGUMENT, 0, "tern_run: preset entity %zu has the tokens [%zu, %zu) of %zu", number,
                    e->token_start, e->token_end, tokens);
    if (e->token_start < end)
        return fail(err, TERN_E_ARGUMENT, 0,
                    "tern_run: preset entity %zu begins at token %zu, before the end of the one before it, %zu: give "
                    "them in the order of the text, each token to one",
                    number, e->token_start, end);
    if (!e->label)
        return fail(err, TERN_E_ARGUMENT, 0, "tern_run: preset entity %zu has no label: an empty one blocks its tokens",
                    number);
    if (!is_utf8(e->label) || (e->id && !is_utf8(e->id)))
        return fail(err, TERN_E_ARGUMENT, 0, "tern_run: preset entity %zu has a label or id that is not UTF-8", number);
    return TERN_OK;
}

static void add(tern_doc *doc, size_t start, size_t end, uint32_t label)
{
    doc->entity[doc->entity_count++] = (entity_span){(uint32_t)start, (uint32_t)end, label, 1};
}

/* 0, or -1 when out of memory. */
static int set_id(tern_doc *doc, const tern_preset_entity *e)
{
    uint32_t id;
    if (!e->id || !*e->id) return 0;
    if (doc_reserve_entity_ids(doc) || doc_give_string(doc, e->id, strlen(e->id), &id)) return -1;
    for (size_t t = e->token_start; t < e->token_end; t++) doc->entity_id[t] = id;
    return 0;
}

/* 0, or -1 when out of memory. */
static int set_entity(tern_doc *doc, const tern_preset_entity *e)
{
    uint32_t label;
    if (!*e->label) {
        for (size_t t = e->token_start; t < e->token_end; t++) add(doc, t, t + 1, NO_STRING);
        return 0;
    }
    if (doc_give_string(doc, e->label, strlen(e->label), &label)) return -1;
    add(doc, e->token_start, e->token_end, label);
    return set_id(doc, e);
}

tern_status preset_entities(tern_doc *doc, const tern_options *options, tern_error *err)
{
    const tern_preset_entity *e = options->preset_entities;
    size_t end = 0;
    if (!e) return TERN_OK;
    if (doc_reserve_entities(doc, doc->token_count)) return doc_gave_up(doc, err);
    for (size_t i = 0; i < options->preset_entity_count; end = e[i++].token_end) {
        tern_status status = check(&e[i], i, end, doc->token_count, err);
        if (!status && set_entity(doc, &e[i])) status = doc_gave_up(doc, err);
        if (status) return status;
    }
    doc->has_presets = 1;
    return TERN_OK;
}
