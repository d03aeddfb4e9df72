/* table_rows.c - a document's columns as a row of a table. Children are in the order of the fields in table.c. */
#include <string.h>

#include "table.h"

/* A document and where its strings are. */
typedef struct source {
    const doc_columns *c;
    const char *text;
    size_t length;
} source;

static void add_string(table_node *n, const doc_columns *c, string_ref ref)
{
    add_text(n, ref.length ? c->strings + ref.start : "", ref.length);
}

static void add_name(table_node *n, const char *name) { add_text(n, name, strlen(name)); }

/* text, start and end of tokens [first, last), into three children from n on. */
static void add_piece(table_node *n, const source *s, size_t first, size_t last)
{
    const token_columns *t = s->c->token;
    size_t byte = s->length, byte_end, start = 0, end;
    if (first < s->c->token_count) {
        byte = t[first].byte_start;
        start = t[first].char_start;
    } else if (first) {
        byte = t[first - 1].byte_end;
        start = t[first - 1].char_end;
    }
    byte_end = last > first ? t[last - 1].byte_end : byte;
    end = last > first ? t[last - 1].char_end : start;
    add_text(n, s->text + byte, byte_end - byte);
    add_number(n + 1, (int32_t)start);
    add_number(n + 2, (int32_t)end);
}

static void add_places(table_node *n, size_t first, size_t last)
{
    add_number(n, (int32_t)first);
    add_number(n + 1, (int32_t)last);
}

/* ---- tokens ------------------------------------------------------------------------------------------------------ */

static void add_token(table_node *item, const source *s, size_t i, const span_columns *entity)
{
    const token_columns *t = &s->c->token[i];
    table_node *n = item->child;
    add_piece(n, s, i, i + 1);
    add_truth(n + 3, t->space);
    add_string(n + 4, s->c, t->string[STRING_LEMMA]);
    add_string(n + 5, s->c, t->string[STRING_NORM]);
    add_string(n + 6, s->c, t->string[STRING_TAG]);
    add_string(n + 7, s->c, t->string[STRING_POS]);
    add_string(n + 8, s->c, t->string[STRING_MORPH]);
    add_string(n + 9, s->c, t->string[STRING_DEP]);
    add_number(n + 10, (int32_t)t->head);
    add_string(n + 11, s->c, entity ? entity->label : (string_ref){0});
    if (entity) add_name(n + 12, entity->start == i ? "B" : "I");
    else add_name(n + 12, s->c->annotations & TERN_ENTITIES ? "O" : "");
    end_struct(item);
}

static void add_tokens(table_node *list, const source *s)
{
    size_t e = 0;
    if (!list->field) return;
    for (size_t i = 0; i < s->c->token_count; i++) {
        while (e < s->c->entity_count && s->c->entity[e].end <= i) e++;
        const span_columns *entity = e < s->c->entity_count ? &s->c->entity[e] : NULL;
        add_token(list->child, s, i, entity && entity->start <= i ? entity : NULL);
    }
    end_list(list);
}

/* ---- pieces of the text ------------------------------------------------------------------------------------------ */

static void add_ents(table_node *list, const source *s)
{
    if (!list->field) return;
    for (size_t i = 0; i < s->c->entity_count; i++) {
        const span_columns *e = &s->c->entity[i];
        table_node *n = list->child->child;
        add_piece(n, s, e->start, e->end);
        add_string(n + 3, s->c, e->label);
        add_string(n + 4, s->c, e->id);
        add_text(n + 5, "", 0);
        add_places(n + 6, e->start, e->end);
        if (s->c->entity_scores) add_real(n + 8, e->score);
        else add_null(n + 8);
        end_struct(list->child);
    }
    if (s->c->annotations & TERN_ENTITIES) end_list(list);
    else add_null(list);
}

static void add_plain(table_node *item, const source *s, size_t start, size_t end)
{
    add_piece(item->child, s, start, end);
    add_places(item->child + 3, start, end);
    end_struct(item);
}

static void add_sents(table_node *list, const source *s)
{
    const size_t count = s->c->token_count;
    if (!list->field) return;
    if (!(s->c->annotations & TERN_SENTENCES)) {
        add_null(list);
        return;
    }
    for (size_t start = 0, i = 1; start < count; i++) {
        if (i < count && s->c->token[i].sent_start != 1) continue;
        add_plain(list->child, s, start, i);
        start = i;
    }
    end_list(list);
}

static void add_noun_chunks(table_node *list, const source *s)
{
    if (!list->field) return;
    if (!(s->c->annotations & TERN_NOUN_CHUNKS)) {
        add_null(list);
        return;
    }
    for (size_t i = 0; i < s->c->chunk_count; i++) add_plain(list->child, s, s->c->chunk[i].start, s->c->chunk[i].end);
    end_list(list);
}

static void add_spans(table_node *list, const source *s)
{
    if (!list->field) return;
    for (size_t g = 0; g < s->c->group_count; g++) {
        const group_columns *group = &s->c->group[g];
        for (size_t i = group->first; i < group->first + group->count; i++) {
            const span_columns *span = &s->c->group_span[i];
            table_node *n = list->child->child;
            add_string(n, s->c, group->key);
            add_piece(n + 1, s, span->start, span->end);
            add_string(n + 4, s->c, span->label);
            add_text(n + 5, "", 0);
            add_text(n + 6, "", 0);
            add_places(n + 7, span->start, span->end);
            if (group->has_scores) add_real(n + 9, span->score);
            else add_null(n + 9);
            end_struct(list->child);
        }
    }
    end_list(list);
}

static void add_cats(table_node *map, const source *s)
{
    if (!map->field) return;
    for (size_t i = 0; i < s->c->cat_count; i++) {
        add_string(map->child->child, s->c, s->c->cat[i].label);
        add_real(map->child->child + 1, s->c->cat[i].score);
        end_struct(map->child);
    }
    end_list(map);
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

void table_add_document(table *t, const doc_columns *c, const char *text, size_t length)
{
    const source s = {c, text, length};
    table_node *n = table_rows(t)->child;
    add_text(n + COLUMN_TEXT, text, length);
    add_tokens(n + COLUMN_TOKENS, &s);
    add_ents(n + COLUMN_ENTS, &s);
    add_sents(n + COLUMN_SENTS, &s);
    add_noun_chunks(n + COLUMN_NOUN_CHUNKS, &s);
    add_spans(n + COLUMN_SPANS, &s);
    add_cats(n + COLUMN_CATS, &s);
    add_null(n + COLUMN_ERROR);
    end_struct(table_rows(t));
}

void table_add_failure(table *t, const char *text, size_t length, const char *error)
{
    table_node *n = table_rows(t)->child;
    if (text) add_text(n + COLUMN_TEXT, text, length);
    else add_null(n + COLUMN_TEXT);
    for (size_t i = COLUMN_TEXT + 1; i < COLUMN_ERROR; i++) add_null(n + i);
    if (error) add_text(n + COLUMN_ERROR, error, strlen(error));
    else add_null(n + COLUMN_ERROR);
    end_struct(table_rows(t));
}
