#include "doc_spans.h"

/* The group of that key, or NULL. There are as many as components that set some. */
static span_group *find_group(const tern_doc *doc, uint32_t key)
{
    for (size_t g = 0; g < doc->group_count; g++)
        if (doc->group[g].key == key) return &doc->group[g];
    return NULL;
}

const span_group *doc_find_group(const tern_doc *doc, uint32_t key) { return find_group(doc, key); }

int doc_begin_group(tern_doc *doc, uint32_t key, int has_scores)
{
    span_group *group = find_group(doc, key);
    if (!group) {
        if (buffer_reserve(&doc->group_memory, doc->group_count + 1, sizeof *group)) return -1;
        doc->group = doc->group_memory.data;
        group = &doc->group[doc->group_count++];
    }
    *group = (span_group){.key = key, .has_scores = has_scores, .first = doc->group_span_count};
    doc->growing_group = group;
    return 0;
}

int doc_add_span(tern_doc *doc, group_span span)
{
    doc->too_many_spans |= doc->group_span_count >= DOC_MAX_SPANS;
    if (doc->too_many_spans
        || buffer_reserve(&doc->group_span_memory, doc->group_span_count + 1, sizeof *doc->group_span))
        return -1;
    doc->group_span = doc->group_span_memory.data;
    doc->group_span[doc->group_span_count++] = span;
    doc->growing_group->count++;
    return 0;
}

/* ---- public accessors -------------------------------------------------------------------------------------------- */

size_t tern_doc_span_group_count(const tern_doc *doc) { return doc ? doc->group_count : 0; }

static const char *string_of(const tern_doc *doc, uint32_t number)
{
    const string_table *strings = &doc->model->strings;
    return number == NO_STRING ? "" : strings->bytes + strings->start[number];
}

tern_status tern_doc_span_group(const tern_doc *doc, size_t index, tern_span_group *out)
{
    if (!out) return TERN_E_ARGUMENT;
    *out = (tern_span_group){0};
    if (!doc || index >= doc->group_count) return TERN_E_ARGUMENT;
    const span_group *group = &doc->group[index];
    *out = (tern_span_group){
        .key = string_of(doc, group->key), .span_count = group->count, .has_scores = group->has_scores};
    return TERN_OK;
}

tern_status tern_doc_group_span(const tern_doc *doc, size_t group, size_t index, tern_group_span *out)
{
    if (!out) return TERN_E_ARGUMENT;
    *out = (tern_group_span){0};
    if (!doc || group >= doc->group_count || index >= doc->group[group].count) return TERN_E_ARGUMENT;
    const group_span *span = &doc->group_span[doc->group[group].first + index];
    *out = (tern_group_span){.span = public_span(&doc->span[span->token_start], &doc->span[span->token_end - 1]),
                             .token_start = span->token_start,
                             .token_end = span->token_end,
                             .label = string_of(doc, span->label),
                             .score = (double)span->score};
    return TERN_OK;
}
