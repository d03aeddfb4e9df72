#include "columns.h"

#include <stdlib.h>
#include <string.h>

/* Strings that the model owns are often those of the token before, so each stands once for many tokens. */
#define SEEN 256u

typedef struct string_pool {
    char *bytes;
    size_t used, room;
    int failed;
    struct {
        const char *text;
        string_ref ref;
    } seen[SEEN];
} string_pool;

static string_ref keep(string_pool *pool, const char *text, size_t length)
{
    string_ref ref = {(uint32_t)pool->used, (uint32_t)length};
    if (pool->failed || !length) return (string_ref){0};
    if (pool->room - pool->used < length) {
        size_t room = 2 * (pool->room + length);
        char *bytes = room < UINT32_MAX ? realloc(pool->bytes, room) : NULL;
        if (!bytes) {
            pool->failed = 1;
            return (string_ref){0};
        }
        pool->bytes = bytes;
        pool->room = room;
    }
    memcpy(pool->bytes + pool->used, text, length);
    pool->used += length;
    return ref;
}

/* Of a string of the model, whose place in memory tells it from others. */
static string_ref keep_once(string_pool *pool, const char *text)
{
    size_t slot = ((uintptr_t)text >> 2 ^ (uintptr_t)text >> 10) % SEEN;
    if (pool->seen[slot].text != text) {
        pool->seen[slot].text = text;
        pool->seen[slot].ref = keep(pool, text, strlen(text));
    }
    return pool->seen[slot].ref;
}

static void copy_strings(string_pool *pool, const tern_token *token, token_columns *out)
{
    out->string[STRING_TAG] = keep_once(pool, token->tag);
    out->string[STRING_POS] = keep_once(pool, token->pos);
    out->string[STRING_MORPH] = keep_once(pool, token->morph);
    out->string[STRING_DEP] = keep_once(pool, token->dep);
    out->string[STRING_LEMMA] = keep(pool, token->lemma, token->lemma_len);
    if (out->ids.norm) out->string[STRING_NORM] = keep_once(pool, out->ids.norm_text);
    else out->string[STRING_NORM] = keep(pool, token->norm, token->norm_len);
}

static void copy_token(const tern_model *model, const tern_doc *doc, const char *text, size_t i, string_pool *pool,
                       token_columns *out)
{
    tern_token token;
    tern_doc_token(doc, i, &token);
    tern_doc_token_ids(doc, i, &out->ids);
    const size_t bytes = token.span.byte_end - token.span.byte_start;
    out->orth = tern_model_string_id(model, text + token.span.byte_start, bytes);
    out->char_start = (uint32_t)token.span.char_start;
    out->char_end = (uint32_t)token.span.char_end;
    out->byte_start = (uint32_t)token.span.byte_start;
    out->byte_end = (uint32_t)token.span.byte_end;
    out->head = (uint32_t)token.head;
    out->sent_start = (signed char)token.sent_start;
    out->space = (unsigned char)token.space;
    copy_strings(pool, &token, out);
}

static void copy_label(const tern_model *model, string_pool *pool, const char *label, string_ref *ref, uint64_t *id)
{
    *ref = keep_once(pool, label);
    *id = tern_model_string_id(model, label, strlen(label));
}

static void copy_entity(const tern_model *model, const tern_doc *doc, size_t i, string_pool *pool, span_columns *out)
{
    tern_entity e;
    tern_doc_entity(doc, i, &e);
    out->start = (uint32_t)e.token_start;
    out->end = (uint32_t)e.token_end;
    out->score = e.score;
    copy_label(model, pool, e.label, &out->label, &out->label_id);
    copy_label(model, pool, e.id, &out->id, &out->id_id);
}

static void copy_group(const tern_model *model, const tern_doc *doc, size_t g, string_pool *pool, doc_columns *c)
{
    tern_span_group group;
    tern_doc_span_group(doc, g, &group);
    group_columns *out = &c->group[g];
    *out = (group_columns){.key = keep_once(pool, group.key),
                           .first = c->group_span_count,
                           .count = group.span_count,
                           .has_scores = group.has_scores};
    for (size_t i = 0; i < group.span_count; i++) {
        span_columns *span = &c->group_span[c->group_span_count++];
        tern_group_span s;
        tern_doc_group_span(doc, g, i, &s);
        *span = (span_columns){.start = (uint32_t)s.token_start, .end = (uint32_t)s.token_end, .score = s.score};
        copy_label(model, pool, s.label, &span->label, &span->label_id);
    }
}

static size_t count_group_spans(const tern_doc *doc)
{
    size_t count = 0;
    tern_span_group group;
    for (size_t g = 0; !tern_doc_span_group(doc, g, &group); g++) count += group.span_count;
    return count;
}

/* Everything but the strings: one block, of which the columns are parts. */
static doc_columns *reserve(const tern_doc *doc, const float *tensor, size_t width)
{
    const doc_columns c = {.annotations = tern_doc_annotations(doc),
                           .token_count = tern_doc_token_count(doc),
                           .entity_count = tern_doc_entity_count(doc),
                           .cat_count = tern_doc_cat_count(doc),
                           .group_count = tern_doc_span_group_count(doc),
                           .chunk_count = tern_doc_noun_chunk_count(doc),
                           .tensor_width = width};
    const size_t tokens = c.token_count * sizeof *c.token, entities = c.entity_count * sizeof *c.entity;
    const size_t cats = c.cat_count * sizeof *c.cat, groups = c.group_count * sizeof *c.group;
    const size_t spans = count_group_spans(doc) * sizeof *c.group_span;
    const size_t chunks = c.chunk_count * sizeof *c.chunk;
    const size_t rows = tensor ? c.token_count * width * sizeof *tensor : 0;
    char *at = malloc(sizeof c + tokens + entities + cats + groups + spans + chunks + rows);
    if (!at) return NULL;
    doc_columns *out = (doc_columns *)at;
    *out = c;
    out->token = memset(at + sizeof c, 0, tokens);
    out->entity = (span_columns *)((char *)out->token + tokens);
    out->cat = (cat_columns *)((char *)out->entity + entities);
    out->group = (group_columns *)((char *)out->cat + cats);
    out->group_span = (span_columns *)((char *)out->group + groups);
    out->chunk = (chunk_columns *)((char *)out->group_span + spans);
    out->tensor = (float *)((char *)out->chunk + chunks);
    if (rows) memcpy(out->tensor, tensor, rows);
    return out;
}

static void fill(const tern_model *model, const tern_doc *doc, const char *text, string_pool *pool, doc_columns *c)
{
    for (size_t i = 0; i < c->token_count; i++) copy_token(model, doc, text, i, pool, &c->token[i]);
    for (size_t i = 0; i < c->entity_count; i++) copy_entity(model, doc, i, pool, &c->entity[i]);
    for (size_t i = 0; i < c->cat_count; i++) {
        tern_cat cat;
        tern_doc_cat(doc, i, &cat);
        c->cat[i] = (cat_columns){keep_once(pool, cat.label), cat.score};
    }
    for (size_t g = 0; g < c->group_count; g++) copy_group(model, doc, g, pool, c);
    for (size_t i = 0; i < c->chunk_count; i++) {
        tern_noun_chunk chunk;
        tern_doc_noun_chunk(doc, i, &chunk);
        c->chunk[i] = (chunk_columns){(uint32_t)chunk.token_start, (uint32_t)chunk.token_end};
    }
}

doc_columns *columns_copy(const tern_model *model, const tern_doc *doc, const char *text, int entity_scores)
{
    const float *tensor;
    size_t width;
    string_pool pool = {.used = 0};
    tern_doc_tensor(doc, &tensor, &width);
    doc_columns *c = reserve(doc, tensor, width);
    if (!c) return NULL;
    c->entity_scores = entity_scores;
    fill(model, doc, text, &pool, c);
    c->strings = pool.bytes;
    c->string_bytes = pool.used;
    if (!pool.failed) return c;
    columns_free(c);
    return NULL;
}

void columns_free(doc_columns *columns)
{
    if (columns) free(columns->strings);
    free(columns);
}
