#include "span_ruler.h"

#include <stdlib.h>
#include <string.h>

#include "doc_spans.h"

enum { SET_SPANS_KEY = 0, SET_SPANS_FILTER, SET_ENTITIES, SET_ENTS_FILTER, SET_OVERWRITE, SETTINGS };

/* ---- matches ----------------------------------------------------------------------------------------------------- */

/* A span with the ids of its label and its id, by which spaCy sorts. */
typedef struct sorted_span {
    uint32_t start, end;
    uint64_t label_id, id_id;
    ruled_span span;
} sorted_span;

/* spacy/tokens/span.pyx __richcmp__ */
static int as_spans(const void *a, const void *b)
{
    const sorted_span *x = a, *y = b;
    if (x->start != y->start) return x->start < y->start ? -1 : 1;
    if (x->end != y->end) return x->end < y->end ? -1 : 1;
    if (x->label_id != y->label_id) return x->label_id < y->label_id ? -1 : 1;
    return (x->id_id > y->id_id) - (x->id_id < y->id_id);
}

/* The matches as distinct spans, sorted. 0, or -1 when out of memory. */
static int list_matches(const span_ruler_tables *tables, const tern_doc *doc, span_ruler_scratch *s)
{
    const size_t count = s->found.count;
    const ruler_match *m = s->found.memory.data;
    if (buffer_reserve(&s->sorted, count + 1, sizeof(sorted_span))
        || buffer_reserve(&s->matches, count + 1, sizeof(ruled_span)))
        return -1;
    sorted_span *sorted = s->sorted.data;
    ruled_span *out = s->matches.data;
    for (size_t i = 0; i < count; i++) {
        const uint32_t *key = tables->wanted.keys + KEY_COLUMNS * (size_t)m[i].key;
        sorted[i] = (sorted_span){m[i].start,
                                  m[i].end,
                                  doc_id(doc, key[KEY_LABEL]),
                                  doc_id(doc, key[KEY_ID]),
                                  {m[i].start, m[i].end, key[KEY_LABEL], key[KEY_ID], 0, 1}};
    }
    if (count) qsort(sorted, count, sizeof *sorted, as_spans);
    s->match_count = 0;
    for (size_t i = 0; i < count; i++)
        if (!i || as_spans(&sorted[i], &sorted[i - 1])) out[s->match_count++] = sorted[i].span;
    return 0;
}

/* ---- filters ----------------------------------------------------------------------------------------------------- */

/* Longest first, then leftmost, then as they came. */
static int longest_first(const void *a, const void *b)
{
    const ruled_span *x = a, *y = b;
    uint32_t x_length = x->end - x->start, y_length = y->end - y->start;
    if (x_length != y_length) return x_length < y_length ? 1 : -1;
    if (x->start != y->start) return x->start < y->start ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

static int by_start(const void *a, const void *b)
{
    const ruled_span *x = a, *y = b;
    return (x->start > y->start) - (x->start < y->start);
}

static int is_free(const unsigned char *seen, const ruled_span *span)
{
    return !memchr(seen + span->start, 1, span->end - span->start);
}

static void put(span_ruler_scratch *s, ruled_span span) { ((ruled_span *)s->chosen.data)[s->chosen_count++] = span; }

static void put_all(span_ruler_scratch *s, const ruled_span *spans, size_t count)
{
    for (size_t i = 0; i < count; i++) put(s, spans[i]);
}

/* The longest of these spans that do not overlap; each is marked in seen. A span whose ends are free overlaps no longer
 * one. */
static void put_longest(span_ruler_scratch *s, ruled_span *spans, size_t count)
{
    unsigned char *seen = s->seen.data;
    for (size_t i = 0; i < count; i++) spans[i].place = (uint32_t)i;
    if (count) qsort(spans, count, sizeof *spans, longest_first);
    for (size_t i = 0; i < count; i++) {
        if (seen[spans[i].start] || seen[spans[i].end - 1] || !is_free(seen, &spans[i])) continue;
        memset(seen + spans[i].start, 1, spans[i].end - spans[i].start);
        put(s, spans[i]);
    }
}

/* What a filter makes of the spans before and of the matches, into s->chosen. 0, or -1 when out of memory. */
static int apply_filter(uint32_t filter, const tern_doc *doc, span_ruler_scratch *s)
{
    const size_t before = s->before_count, total = before + s->match_count;
    if (buffer_reserve(&s->chosen, total + 1, sizeof(ruled_span))
        || buffer_reserve(&s->sorted, total + 1, sizeof(sorted_span))
        || buffer_reserve(&s->seen, doc->token_count + 1, 1))
        return -1;
    ruled_span *spans = s->sorted.data;
    const ruled_span *old = s->before.data;
    unsigned char *seen = memset(s->seen.data, 0, doc->token_count + 1);
    s->chosen_count = 0;
    memcpy(spans + before, s->matches.data, s->match_count * sizeof *spans);
    if (before) memcpy(spans, old, before * sizeof *spans);
    if (filter == SPAN_FILTER_LONGEST) {
        put_longest(s, spans, total);
        if (s->chosen_count) qsort(s->chosen.data, s->chosen_count, sizeof *spans, by_start);
    } else if (filter == SPAN_FILTER_EXISTING) {
        put_all(s, old, before);
        for (size_t i = 0; i < before; i++) memset(seen + old[i].start, 1, old[i].end - old[i].start);
        put_longest(s, spans + before, s->match_count);
    } else if (filter == SPAN_FILTER_NEW) {
        put_longest(s, spans + before, s->match_count);
        size_t added = s->chosen_count;
        memcpy(spans, s->chosen.data, added * sizeof *spans);
        s->chosen_count = 0;
        for (size_t i = 0; i < before; i++)
            if (is_free(seen, &old[i])) put(s, old[i]);
        put_all(s, spans, added);
    } else {
        put_all(s, s->matches.data, s->match_count);
    }
    return 0;
}

/* ---- what becomes of them ---------------------------------------------------------------------------------------- */

static int add_before(span_ruler_scratch *s, ruled_span span)
{
    if (buffer_reserve(&s->before, s->before_count + 1, sizeof span)) return -1;
    ((ruled_span *)s->before.data)[s->before_count++] = span;
    return 0;
}

static int add_spans(tern_doc *doc, const ruled_span *spans, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (doc_add_span(doc, (group_span){spans[i].start, spans[i].end, spans[i].label, 0})) return -1;
    return 0;
}

/* doc.spans[key]: those that were there, and what the filter makes of them and of the matches, which may have them
 * again (span_ruler.py set_annotations). 0 or -1. */
static int set_spans(const span_ruler_tables *tables, tern_doc *doc, span_ruler_scratch *s)
{
    const span_group *group = tables->overwrite ? NULL : doc_find_group(doc, tables->spans_key);
    s->before_count = 0;
    for (size_t i = 0; group && i < group->count; i++) {
        const group_span *old = &doc->group_span[group->first + i];
        if (add_before(s, (ruled_span){old->token_start, old->token_end, old->label, NO_STRING, 0, 1})) return -1;
    }
    if (apply_filter(tables->spans_filter, doc, s) || doc_begin_group(doc, tables->spans_key, 0)) return -1;
    return add_spans(doc, s->before.data, s->before_count) || add_spans(doc, s->chosen.data, s->chosen_count) ? -1 : 0;
}

static int set_id(tern_doc *doc, const ruled_span *span)
{
    if (!doc_entity_string_id(doc, span->id)) return 0;
    if (doc_reserve_entity_ids(doc)) return -1;
    for (uint32_t t = span->start; t < span->end; t++) doc->entity_id[t] = span->id;
    return 0;
}

static int set_entities(const span_ruler_tables *tables, tern_doc *doc, span_ruler_scratch *s)
{
    s->before_count = 0;
    doc_unblock_tokens(doc);
    for (size_t i = 0; !tables->overwrite && i < doc->entity_count; i++) {
        const entity_span *e = &doc->entity[i];
        uint32_t id = doc->entity_id ? doc->entity_id[e->token_start] : NO_STRING;
        if (add_before(s, (ruled_span){e->token_start, e->token_end, e->label, id, 0, e->score})) return -1;
    }
    if (apply_filter(tables->ents_filter, doc, s) || doc_reserve_entities(doc, doc->token_count)) return -1;
    const ruled_span *chosen = s->chosen.data;
    if (s->chosen_count) qsort(s->chosen.data, s->chosen_count, sizeof *chosen, by_start);
    doc->entity_count = 0;
    for (size_t i = 0; i < s->chosen_count; i++) {
        doc->entity[doc->entity_count++] =
            (entity_span){chosen[i].start, chosen[i].end, chosen[i].label, chosen[i].score};
        if (set_id(doc, &chosen[i])) return -1;
    }
    doc->annotations |= TERN_ENTITIES;
    return 0;
}

/* ---- the component ----------------------------------------------------------------------------------------------- */

static void bind_settings(binder *b, tern_model *model, span_ruler_tables *r)
{
    uint32_t count = SETTINGS;
    const uint32_t *settings = bind_vector(b, "/settings", TERN_DTYPE_U32, &count);
    bind_check_labels(b, "/settings", settings, 1, &model->strings, 1);
    if (b->status) return;
    r->spans_key = settings[SET_SPANS_KEY];
    r->spans_filter = settings[SET_SPANS_FILTER];
    r->sets_entities = settings[SET_ENTITIES];
    r->ents_filter = settings[SET_ENTS_FILTER];
    r->overwrite = settings[SET_OVERWRITE];
    if (r->spans_filter >= SPAN_FILTERS || !r->ents_filter || r->ents_filter >= SPAN_FILTERS || r->sets_entities > 1
        || r->overwrite > 1)
        bind_refuse(b, "/settings", "holds a value that is out of range");
}

static void bind(binder *b, tern_model *model, component_model *self)
{
    span_ruler_tables *r = &self->span_ruler;
    bind_settings(b, model, r);
    bind_labelled_patterns(b, model, &r->wanted);
}

static tern_status finish(const component_run *run, const vector_source *source, tern_error *err)
{
    span_ruler_scratch *s = run->scratch;
    const span_ruler_tables *tables = &run->component->span_ruler;
    (void)source;
    if (ruler_find(&tables->wanted, run, &s->found)) return ruler_gave_up(&s->found, run->doc, err);
    if (list_matches(tables, run->doc, s) || (tables->spans_key != NO_STRING && set_spans(tables, run->doc, s))
        || (tables->sets_entities && set_entities(tables, run->doc, s)))
        return doc_gave_up(run->doc, err);
    return TERN_OK;
}

static void free_scratch(void *scratch)
{
    span_ruler_scratch *s = scratch;
    ruler_matches_free(&s->found);
    buffer_free(&s->matches);
    buffer_free(&s->before);
    buffer_free(&s->sorted);
    buffer_free(&s->chosen);
    buffer_free(&s->seen);
}

/* What it gives depends on its settings: span_ruler_tables.spans_key, sets_entities. */
const component_methods span_ruler_component = {
    .number = COMPONENT_SPAN_RULER,
    .name = "span_ruler",
    .scratch_size = sizeof(span_ruler_scratch),
    .bind = bind,
    .finish = finish,
    .release = free_scratch,
    .free = free_scratch,
};
