#include "entity_ruler.h"

#include <stdlib.h>
#include <string.h>

/* ---- matches ----------------------------------------------------------------------------------------------------- */

/* Longest first, then leftmost; of the same tokens as the set has them. */
static int compare(const void *a, const void *b)
{
    const ruler_match *x = a, *y = b;
    uint32_t x_length = x->end - x->start, y_length = y->end - y->start;
    if (x_length != y_length) return x_length < y_length ? 1 : -1;
    if (x->start != y->start) return x->start < y->start ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

/* Are there several keys for the same tokens? The matches are sorted. */
static int has_rivals(const ruler_match *m, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (m[i].start == m[i - 1].start && m[i].end == m[i - 1].end && m[i].key != m[i - 1].key) return 1;
    return 0;
}

/* Sorts the matches as spaCy does. The order in which they were found matters only where there are rivals, so it is
 * kept for them alone. 0, or -1 when out of memory. */
static int sort_matches(const entity_ruler_tables *tables, entity_ruler_scratch *s)
{
    const size_t count = s->found.count;
    ruler_match *m = s->found.memory.data;
    if (count < 2) return 0;
    if (buffer_reserve(&s->order, count, sizeof *m)) return -1;
    memcpy(s->order.data, m, count * sizeof *m);
    qsort(m, count, sizeof *m, compare);
    if (!has_rivals(m, count)) return 0;
    memcpy(m, s->order.data, count * sizeof *m);
    if (number_by_set_order(m, count, tables->ids, &s->order)) return -1;
    qsort(m, count, sizeof *m, compare);
    return 0;
}

static int find_all(const entity_ruler_tables *tables, const component_run *run)
{
    entity_ruler_scratch *s = run->scratch;
    if (ruler_find(&tables->wanted, run, &s->found)) return -1;
    return sort_matches(tables, s);
}

/* ---- entities ---------------------------------------------------------------------------------------------------- */

/* By token: entities of the document that begin before it are counted in `before` as tokens; `taken`: by a new one. */
typedef struct cover {
    uint32_t *before;     /* [tokens + 1] tokens before this one that an entity has */
    unsigned char *taken; /* [tokens] */
} cover;

static int begin_cover(const tern_doc *doc, buffer *memory, cover *c)
{
    size_t tokens = doc->token_count;
    if (buffer_reserve(memory, tokens + 1, sizeof(uint32_t) + 1)) return -1;
    memset(memory->data, 0, (tokens + 1) * (sizeof(uint32_t) + 1));
    c->before = memory->data;
    c->taken = (unsigned char *)(c->before + tokens + 1);
    for (size_t i = 0; i < doc->entity_count; i++)
        for (uint32_t t = doc->entity[i].token_start; t < doc->entity[i].token_end; t++) c->before[t + 1] = 1;
    for (size_t t = 0; t < tokens; t++) c->before[t + 1] += c->before[t];
    return 0;
}

/* entityruler.py set_annotations: existing entities win unless they are to be overwritten; of new ones the first. */
static int is_accepted(const entity_ruler_tables *tables, const cover *c, const ruler_match *m)
{
    if (!tables->overwrite && c->before[m->end] > c->before[m->start]) return 0;
    return !c->taken[m->start] && !c->taken[m->end - 1];
}

/* spaCy keeps the id of a token where the new entity has none, even that of an entity which is gone (doc.pyx
 * set_ents). 0, or -1 when out of memory. */
static int set_id(tern_doc *doc, const ruler_match *m, uint32_t id)
{
    if (id == NO_STRING || !doc_id(doc, id)) return 0;
    if (doc_reserve_entity_ids(doc)) return -1;
    for (uint32_t t = m->start; t < m->end; t++) doc->entity_id[t] = id;
    return 0;
}

/* New entities into s->added, in the order of the matches. Their number, or SIZE_MAX when out of memory. */
static size_t choose(const entity_ruler_tables *tables, tern_doc *doc, const cover *c, entity_ruler_scratch *s)
{
    const ruler_match *m = s->found.memory.data;
    entity_span *added = s->added.data;
    size_t count = 0;
    for (size_t i = 0; i < s->found.count; i++) {
        const uint32_t *key = tables->wanted.keys + KEY_COLUMNS * (size_t)m[i].key;
        if (!is_accepted(tables, c, &m[i])) continue;
        memset(c->taken + m[i].start, 1, m[i].end - m[i].start);
        added[count++] = (entity_span){m[i].start, m[i].end, key[KEY_LABEL], 1};
        if (set_id(doc, &m[i], key[KEY_ID])) return SIZE_MAX;
    }
    return count;
}

static int is_overwritten(const cover *c, const entity_span *entity)
{
    return memchr(c->taken + entity->token_start, 1, entity->token_end - entity->token_start) != NULL;
}

static int by_start(const void *a, const void *b)
{
    const entity_span *x = a, *y = b;
    return (x->token_start > y->token_start) - (x->token_start < y->token_start);
}

/* 0, or -1 when out of memory. */
static int set_entities(const entity_ruler_tables *tables, tern_doc *doc, entity_ruler_scratch *s)
{
    cover c;
    size_t kept = 0;
    doc_unblock_tokens(doc);
    if (doc_reserve_entities(doc, doc->token_count) || begin_cover(doc, &s->covered, &c)
        || buffer_reserve(&s->added, doc->token_count, sizeof(entity_span)))
        return -1;
    size_t count = choose(tables, doc, &c, s);
    if (count == SIZE_MAX) return -1;
    for (size_t i = 0; i < doc->entity_count; i++)
        if (!is_overwritten(&c, &doc->entity[i])) doc->entity[kept++] = doc->entity[i];
    if (count) memcpy(doc->entity + kept, s->added.data, count * sizeof(entity_span));
    doc->entity_count = kept + count;
    if (count) qsort(doc->entity, doc->entity_count, sizeof(entity_span), by_start);
    doc->annotations |= TERN_ENTITIES;
    return 0;
}

/* ---- the component ----------------------------------------------------------------------------------------------- */

static void bind(binder *b, tern_model *model, component_model *self)
{
    entity_ruler_tables *r = &self->entity_ruler;
    bind_labelled_patterns(b, model, &r->wanted);
    r->ids = bind_vector(b, "/ids", TERN_DTYPE_U64, &r->wanted.key_count);
    r->overwrite = bind_switch(b, "/settings");
}

static tern_status finish(const component_run *run, const vector_source *source, tern_error *err)
{
    entity_ruler_scratch *s = run->scratch;
    const entity_ruler_tables *tables = &run->component->entity_ruler;
    (void)source;
    if (find_all(tables, run)) return ruler_gave_up(&s->found, run->doc, err);
    return set_entities(tables, run->doc, s) ? doc_gave_up(run->doc, err) : TERN_OK;
}

static void free_scratch(void *scratch)
{
    entity_ruler_scratch *s = scratch;
    ruler_matches_free(&s->found);
    buffer_free(&s->order);
    buffer_free(&s->covered);
    buffer_free(&s->added);
}

const component_methods entity_ruler_component = {
    .number = COMPONENT_ENTITY_RULER,
    .name = "entity_ruler",
    .gives = TERN_ENTITIES,
    .scratch_size = sizeof(entity_ruler_scratch),
    .bind = bind,
    .finish = finish,
    .release = free_scratch,
    .free = free_scratch,
};
