#include "doc.h"

int doc_reserve(tern_doc *doc, size_t tokens)
{
    if (buffer_reserve(&doc->span_memory, tokens, sizeof *doc->span) || buffer_reserve(&doc->space_memory, tokens, 1)
        || buffer_reserve(&doc->norm_memory, tokens, sizeof *doc->norm_override) || buffer_reserve(&doc->sent_memory, tokens, 1))
        return -1;
    doc->span = doc->span_memory.data;
    doc->space = doc->space_memory.data;
    doc->norm_override = doc->norm_memory.data;
    doc->sent_start = doc->sent_memory.data;
    for (size_t a = 0; a < ATTR_COUNT; a++) {
        if (buffer_reserve(&doc->attr_memory[a], tokens, sizeof *doc->attr[a])) return -1;
        doc->attr[a] = doc->attr_memory[a].data;
    }
    return 0;
}

int doc_reserve_entities(tern_doc *doc, size_t entities)
{
    if (buffer_reserve(&doc->entity_memory, entities, sizeof *doc->entity)) return -1;
    doc->entity = doc->entity_memory.data;
    return 0;
}

void doc_free_columns(tern_doc *doc)
{
    buffer *owned[] = {&doc->span_memory, &doc->space_memory, &doc->norm_memory, &doc->sent_memory, &doc->entity_memory};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) buffer_free(owned[i]);
    for (size_t a = 0; a < ATTR_COUNT; a++) buffer_free(&doc->attr_memory[a]);
}

/* ---- public accessors ---------------------------------------------------------------------------------------------------- */

static tern_span public_span(const token_span *first, const token_span *last)
{
    return (tern_span){.byte_start = first->byte_start, .byte_end = last->byte_end, .char_start = first->char_start,
                       .char_end = last->char_end, .utf16_start = first->utf16_start, .utf16_end = last->utf16_end};
}

size_t tern_doc_token_count(const tern_doc *doc) { return doc ? doc->token_count : 0; }
size_t tern_doc_entity_count(const tern_doc *doc) { return doc ? doc->entity_count : 0; }

tern_status tern_doc_token(const tern_doc *doc, size_t index, tern_token *out)
{
    if (!out) return TERN_E_ARGUMENT;
    *out = (tern_token){0};
    if (!doc || index >= doc->token_count) return TERN_E_ARGUMENT;
    out->span = public_span(&doc->span[index], &doc->span[index]);
    out->space = doc->space[index];
    return TERN_OK;
}

tern_status tern_doc_entity(const tern_doc *doc, size_t index, tern_entity *out)
{
    if (!out) return TERN_E_ARGUMENT;
    *out = (tern_entity){0};
    if (!doc || index >= doc->entity_count) return TERN_E_ARGUMENT;
    const entity_span *e = &doc->entity[index];
    out->span = public_span(&doc->span[e->token_start], &doc->span[e->token_end - 1]);
    out->token_start = e->token_start;
    out->token_end = e->token_end;
    out->label = doc->model->strings.bytes + doc->model->strings.start[e->label];
    return TERN_OK;
}
