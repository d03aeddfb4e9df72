#include "doc_table.h"

#include <string.h>

#include "chars.h"
#include "doc_parts.h"
#include "labels.h"

#define MAX_WIDTH 28 /* cells of a column; longer values stand out instead of pushing all others away */

enum {
    TABLE_ID,
    TABLE_TOKEN,
    TABLE_NORM,
    TABLE_TAG,
    TABLE_POS,
    TABLE_LEMMA,
    TABLE_DEP,
    TABLE_HEAD,
    TABLE_ENTITY,
    TABLE_MORPH,
    TABLE_COLUMNS
};

/* The annotation that a column shows; 0: always there. */
static const struct {
    const char *title;
    unsigned annotation;
} columns[TABLE_COLUMNS] = {
    [TABLE_ID] = {"#", 0},
    [TABLE_TOKEN] = {"token", 0},
    [TABLE_NORM] = {"norm", TERN_NORMS},
    [TABLE_TAG] = {"tag", TERN_TAGS},
    [TABLE_POS] = {"pos", TERN_POS},
    [TABLE_LEMMA] = {"lemma", TERN_LEMMAS},
    [TABLE_DEP] = {"dep", TERN_DEPENDENCIES},
    [TABLE_HEAD] = {"head", TERN_DEPENDENCIES},
    [TABLE_ENTITY] = {"entity", TERN_ENTITIES},
    [TABLE_MORPH] = {"morph", TERN_MORPHS},
};

typedef struct table {
    bytes *out;
    const char *text;
    const tern_doc *doc;
    unsigned annotations;
    int colour;
    size_t width[TABLE_COLUMNS];
    bytes cell;     /* scratch */
    size_t pending; /* cells of padding that are due before the next column */
} table;

/* White space by signs that can be seen. */
static void show_space(bytes *out, const char *text, size_t len)
{
    for (const char *p = text, *end = text + len; p < end;) {
        const char *at = p;
        uint32_t c = next_char(&p, end);
        if (c == ' ') bytes_text(out, "\xE2\x90\xA3"); /* an open box */
        else if (c < 0xA0) escape_controls(out, at, (size_t)(p - at), 0);
        else bytes_format(out, "\\u%04x", (unsigned)c);
    }
}

void show_token(bytes *out, const char *text, const tern_token *token)
{
    size_t len;
    const char *word = token_text(text, token, &len);
    if (token_is_space(text, token)) show_space(out, word, len);
    else escape_controls(out, word, len, 0);
}

/* The token's lemma or norm. */
static void show_value(table *t, const tern_token *token, const char *value, size_t len)
{
    if (token_is_space(t->text, token)) show_space(&t->cell, value, len);
    else escape_controls(&t->cell, value, len, 0);
}

static int is_shown(const table *t, int column)
{
    return !columns[column].annotation || t->annotations & columns[column].annotation;
}

static void fill_head(table *t, size_t index, const tern_token *token)
{
    tern_token head;
    if (token->head == index || tern_doc_token(t->doc, token->head, &head)) return;
    bytes_number(&t->cell, token->head);
    bytes_text(&t->cell, " ");
    show_token(&t->cell, t->text, &head);
}

static void fill_entity(bytes *cell, size_t index, const tern_entity *entity)
{
    if (!entity) return;
    bytes_text(cell, index == entity->token_start ? "B-" : "I-");
    escape_label(cell, entity->label);
}

/* The value into t->cell. entity: NULL if the token is in none. */
static void fill_cell(table *t, int column, size_t index, const tern_token *token, const tern_entity *entity)
{
    bytes *cell = &t->cell;
    bytes_clear(cell);
    switch (column) {
    case TABLE_ID: bytes_number(cell, index); break;
    case TABLE_TOKEN: show_token(cell, t->text, token); break;
    case TABLE_NORM: show_value(t, token, token->norm, token->norm_len); break;
    case TABLE_TAG: escape_label(cell, token->tag); break;
    case TABLE_POS: escape_label(cell, token->pos); break;
    case TABLE_LEMMA: show_value(t, token, token->lemma, token->lemma_len); break;
    case TABLE_DEP: escape_label(cell, token->dep); break;
    case TABLE_HEAD: fill_head(t, index, token); break;
    case TABLE_MORPH: escape_label(cell, token->morph); break;
    case TABLE_ENTITY: fill_entity(cell, index, entity); break;
    default: break;
    }
    if (cell->failed) t->out->failed = 1;
}

static void measure(table *t)
{
    tern_token token;
    tern_entity entity;
    entity_walk walk = {.doc = t->doc};
    for (int c = 0; c < TABLE_COLUMNS; c++) t->width[c] = strlen(columns[c].title);
    for (size_t i = 0; !tern_doc_token(t->doc, i, &token); i++) {
        int in_entity = entity_of_token(&walk, i, &entity);
        for (int c = 0; c < TABLE_COLUMNS - 1; c++) { /* nothing stands behind the last one */
            fill_cell(t, c, i, &token, in_entity ? &entity : NULL);
            size_t cells = t->cell.len ? text_cells(t->cell.data, t->cell.len) : 0;
            if (cells > t->width[c]) t->width[c] = cells < MAX_WIDTH ? cells : MAX_WIDTH;
        }
    }
}

/* Padding is written with the next value, so that no line ends in spaces. */
static void put(table *t, int column, const char *value, size_t len, const char *sgr)
{
    size_t cells = len ? text_cells(value, len) : 0, width = t->width[column];
    size_t before = column == TABLE_ID && cells < width ? width - cells : 0;
    t->pending += before;
    if (len) {
        bytes_format(t->out, "%*s", (int)t->pending, "");
        if (sgr && t->colour) bytes_format(t->out, "\033[%sm", sgr);
        bytes_append(t->out, value, len);
        if (sgr && t->colour) bytes_text(t->out, "\033[0m");
        t->pending = 0;
    }
    t->pending += (width > cells + before ? width - cells - before : 0) + 2;
}

static void end_line(table *t)
{
    bytes_text(t->out, "\n");
    t->pending = 0;
}

static const char *style_of(int column, const tern_entity *entity)
{
    switch (column) {
    case TABLE_TOKEN: return "1";
    case TABLE_ID:
    case TABLE_MORPH: return "2";
    case TABLE_POS: return "32";
    case TABLE_DEP: return "36";
    case TABLE_ENTITY: return entity ? label_style_of(entity->label)->sgr : NULL;
    default: return NULL;
    }
}

static void write_row(table *t, size_t index, const tern_entity *entity)
{
    tern_token token;
    tern_doc_token(t->doc, index, &token);
    for (int c = 0; c < TABLE_COLUMNS; c++)
        if (is_shown(t, c)) {
            fill_cell(t, c, index, &token, entity);
            put(t, c, t->cell.data, t->cell.len, style_of(c, entity));
        }
    end_line(t);
}

/* ---- groups of spans --------------------------------------------------------------------------------------------- */

enum { SPAN_KEY, SPAN_TOKENS, SPAN_LABEL, SPAN_SCORE, SPAN_TEXT, SPAN_COLUMNS };

static const char *const span_titles[SPAN_COLUMNS] = {"spans", "tokens", "label", "score", "text"};

/* The value into t->cell. */
static void fill_span_cell(table *t, int column, const tern_span_group *group, const tern_group_span *span)
{
    bytes *cell = &t->cell;
    const tern_span *at = &span->span;
    bytes_clear(cell);
    switch (column) {
    case SPAN_KEY: escape_label(cell, group->key); break;
    case SPAN_TOKENS: bytes_format(cell, "%zu-%zu", span->token_start, span->token_end - 1); break;
    case SPAN_LABEL: escape_label(cell, span->label); break;
    case SPAN_SCORE:
        if (group->has_scores) bytes_format(cell, "%.3f", span->score);
        break;
    case SPAN_TEXT: escape_controls(cell, t->text + at->byte_start, at->byte_end - at->byte_start, 0); break;
    default: break;
    }
    if (cell->failed) t->out->failed = 1;
}

static void measure_spans(table *t)
{
    tern_span_group group;
    tern_group_span span;
    for (int c = 0; c < SPAN_COLUMNS; c++) t->width[c] = strlen(span_titles[c]);
    for (size_t g = 0; !tern_doc_span_group(t->doc, g, &group); g++)
        for (size_t i = 0; !tern_doc_group_span(t->doc, g, i, &span); i++)
            for (int c = 0; c < SPAN_COLUMNS - 1; c++) {
                fill_span_cell(t, c, &group, &span);
                size_t cells = t->cell.len ? text_cells(t->cell.data, t->cell.len) : 0;
                if (cells > t->width[c]) t->width[c] = cells < MAX_WIDTH ? cells : MAX_WIDTH;
            }
}

static const char *style_of_span(int column, const tern_group_span *span)
{
    if (column == SPAN_KEY || column == SPAN_TOKENS) return "2";
    if (column == SPAN_LABEL) return label_style_of(span->label)->sgr;
    return column == SPAN_TEXT ? "1" : NULL;
}

static void write_span(table *t, const tern_span_group *group, const tern_group_span *span)
{
    for (int c = 0; c < SPAN_COLUMNS; c++) {
        fill_span_cell(t, c, group, span);
        put(t, c, t->cell.data, t->cell.len, style_of_span(c, span));
    }
    end_line(t);
}

/* Below the tokens: a line for each span of each group; nothing where there is none. */
static void write_spans(table *t)
{
    tern_span_group group;
    tern_group_span span;
    size_t written = 0;
    measure_spans(t);
    for (size_t g = 0; !tern_doc_span_group(t->doc, g, &group); g++)
        for (size_t i = 0; !tern_doc_group_span(t->doc, g, i, &span) && !t->out->failed; i++) {
            if (!written++) {
                end_line(t);
                for (int c = 0; c < SPAN_COLUMNS; c++) put(t, c, span_titles[c], strlen(span_titles[c]), "2");
                end_line(t);
            }
            write_span(t, &group, &span);
        }
}

/* ---- noun chunks ------------------------------------------------------------------------------------------------- */

enum { CHUNK_TOKENS, CHUNK_TEXT, CHUNK_COLUMNS };

static const char *const chunk_titles[CHUNK_COLUMNS] = {"noun chunks", "text"};

/* The value into t->cell. */
static void fill_chunk_cell(table *t, int column, const tern_noun_chunk *chunk)
{
    bytes *cell = &t->cell;
    const tern_span *at = &chunk->span;
    bytes_clear(cell);
    if (column == CHUNK_TEXT) escape_controls(cell, t->text + at->byte_start, at->byte_end - at->byte_start, 0);
    else if (chunk->token_start < chunk->token_end)
        bytes_format(cell, "%zu-%zu", chunk->token_start, chunk->token_end - 1);
    if (cell->failed) t->out->failed = 1;
}

/* Below the tokens and the spans; nothing where there is none. */
static void write_chunks(table *t)
{
    tern_noun_chunk chunk;
    t->width[CHUNK_TOKENS] = strlen(chunk_titles[CHUNK_TOKENS]);
    t->width[CHUNK_TEXT] = 0; /* nothing stands behind it */
    for (size_t i = 0; !tern_doc_noun_chunk(t->doc, i, &chunk) && !t->out->failed; i++) {
        if (!i) {
            end_line(t);
            for (int c = 0; c < CHUNK_COLUMNS; c++) put(t, c, chunk_titles[c], strlen(chunk_titles[c]), "2");
            end_line(t);
        }
        for (int c = 0; c < CHUNK_COLUMNS; c++) {
            fill_chunk_cell(t, c, &chunk);
            put(t, c, t->cell.data, t->cell.len, c == CHUNK_TEXT ? "1" : "2");
        }
        end_line(t);
    }
}

void doc_table(bytes *out, const char *text, const tern_doc *doc, int colour)
{
    table t = {.out = out, .text = text, .doc = doc, .annotations = tern_doc_annotations(doc), .colour = colour};
    entity_walk walk = {.doc = doc};
    tern_entity entity;
    measure(&t);
    for (int c = 0; c < TABLE_COLUMNS; c++)
        if (is_shown(&t, c)) put(&t, c, columns[c].title, strlen(columns[c].title), "2");
    end_line(&t);
    for (size_t p = 0; p < doc_part_count(doc) && !out->failed; p++) {
        doc_part part = doc_part_at(doc, p);
        if (p) end_line(&t);
        for (size_t i = part.begin; i < part.end; i++)
            write_row(&t, i, entity_of_token(&walk, i, &entity) ? &entity : NULL);
    }
    if (t.annotations & TERN_SPANS) write_spans(&t);
    if (t.annotations & TERN_NOUN_CHUNKS) write_chunks(&t);
    bytes_free(&t.cell);
}
