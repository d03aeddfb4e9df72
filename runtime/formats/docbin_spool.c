#include "docbin_spool.h"

#include <string.h>
#include <zlib.h>

#include "msgpack_out.h"
#include "string_set.h"

typedef uint64_t token_row[DOCBIN_ATTRS];

typedef struct spooler {
    bytes *out;
    const tern_model *model;
    const tern_doc *doc;
    const char *text;
    size_t tokens_at; /* where in out the rows begin */
    size_t tokens;
    unsigned annotations;
} spooler;

static uint64_t id_of(const spooler *s, const char *text) { return tern_model_string_id(s->model, text, strlen(text)); }

/* ---- tokens ------------------------------------------------------------------------------------------------------ */

static void write_token(spooler *s, size_t index)
{
    tern_token token;
    tern_token_ids ids;
    tern_doc_token(s->doc, index, &token);
    tern_doc_token_ids(s->doc, index, &ids);
    const size_t bytes_of_word = token.span.byte_end - token.span.byte_start;
    const token_row row = {
        [DOCBIN_ORTH] = tern_model_string_id(s->model, s->text + token.span.byte_start, bytes_of_word),
        [DOCBIN_NORM] = ids.norm ? ids.norm : tern_model_string_id(s->model, token.norm, token.norm_len),
        [DOCBIN_LEMMA] = ids.lemma,
        [DOCBIN_POS] = ids.pos,
        [DOCBIN_TAG] = ids.tag,
        [DOCBIN_DEP] = ids.dep,
        [DOCBIN_ENT_IOB] = s->annotations & TERN_ENTITIES ? 2 : 0,
        [DOCBIN_HEAD] = (uint64_t)token.head - (uint64_t)index, /* counts from the token */
        [DOCBIN_SENT_START] = (uint64_t)(int64_t)token.sent_start,
        [DOCBIN_MORPH] = ids.morph,
    };
    bytes_append(s->out, row, sizeof row);
}

static void write_entity(spooler *s, const tern_entity *entity)
{
    token_row row;
    for (size_t i = entity->token_start; i < entity->token_end && !s->out->failed; i++) {
        char *at = s->out->data + s->tokens_at + i * sizeof row;
        memcpy(row, at, sizeof row);
        row[DOCBIN_ENT_IOB] = i == entity->token_start ? 3 : 1;
        row[DOCBIN_ENT_TYPE] = id_of(s, entity->label);
        row[DOCBIN_ENT_ID] = id_of(s, entity->id);
        memcpy(at, row, sizeof row);
    }
}

static void write_tokens(spooler *s)
{
    tern_entity entity;
    s->tokens_at = s->out->len;
    for (size_t i = 0; i < s->tokens; i++) write_token(s, i);
    for (size_t i = 0; !tern_doc_entity(s->doc, i, &entity); i++) write_entity(s, &entity);
}

static void write_spaces(spooler *s)
{
    tern_token token;
    for (size_t i = 0; !tern_doc_token(s->doc, i, &token); i++) bytes_append(s->out, token.space ? "\1" : "\0", 1);
}

/* ---- strings ----------------------------------------------------------------------------------------------------- */

/* Of a token, but for those of entities; an empty MORPH has an id all the same, but no string. */
static void add_token(const spooler *s, string_set *set, size_t index)
{
    tern_token token;
    token_row row;
    tern_doc_token(s->doc, index, &token);
    memcpy(row, s->out->data + s->tokens_at + index * sizeof row, sizeof row);
    string_set_add(set, row[DOCBIN_ORTH], s->text + token.span.byte_start, token.span.byte_end - token.span.byte_start);
    string_set_add(set, row[DOCBIN_NORM], token.norm, token.norm_len);
    string_set_add(set, row[DOCBIN_LEMMA], token.lemma, token.lemma_len);
    string_set_add(set, row[DOCBIN_TAG], token.tag, strlen(token.tag));
    string_set_add(set, row[DOCBIN_DEP], token.dep, strlen(token.dep));
    string_set_add(set, *token.morph ? row[DOCBIN_MORPH] : 0, token.morph, strlen(token.morph));
    string_set_add(set, 0, "", 0); /* ENT_KB_ID, which no component sets */
}

static void add_label(const spooler *s, string_set *set, const char *label)
{
    string_set_add(set, id_of(s, label), label, strlen(label));
}

static void add_strings(const spooler *s, string_set *set)
{
    tern_entity entity;
    tern_span_group group;
    tern_group_span span;
    for (size_t i = 0; i < s->tokens && !set->failed; i++) add_token(s, set, i);
    for (size_t i = 0; !tern_doc_entity(s->doc, i, &entity); i++) {
        add_label(s, set, entity.label);
        add_label(s, set, entity.id);
    }
    for (size_t g = 0; !tern_doc_span_group(s->doc, g, &group); g++)
        for (size_t i = 0; !tern_doc_group_span(s->doc, g, i, &span); i++) {
            add_label(s, set, span.label);
            add_label(s, set, ""); /* the ids that it does not have */
        }
}

static void write_strings(spooler *s)
{
    string_set set = {.count = 0};
    if (s->out->failed) return;
    add_strings(s, &set);
    if (set.failed) s->out->failed = 1;
    else bytes_append(s->out, set.text.data, set.text.len);
    string_set_free(&set);
}

/* ---- what belongs to no token ------------------------------------------------------------------------------------ */

static void write_cats(spooler *s)
{
    tern_cat cat;
    msgpack_map(s->out, (uint32_t)tern_doc_cat_count(s->doc));
    for (size_t i = 0; !tern_doc_cat(s->doc, i, &cat); i++) {
        msgpack_cstring(s->out, cat.label);
        msgpack_double(s->out, cat.score);
    }
}

static void put_big_endian(char *to, uint64_t value, size_t width)
{
    for (size_t i = 0; i < width; i++) to[i] = (char)(value >> 8 * (width - 1 - i));
}

/* struct.pack(">QQQllll", id, kb_id, label, start, end, start_char, end_char) */
static void write_span(const spooler *s, bytes *out, const tern_group_span *span)
{
    char packed[3 * 8 + 4 * 4] = {0};
    put_big_endian(packed + 16, id_of(s, span->label), 8);
    put_big_endian(packed + 24, span->token_start, 4);
    put_big_endian(packed + 28, span->token_end, 4);
    put_big_endian(packed + 32, span->span.char_start, 4);
    put_big_endian(packed + 36, span->span.char_end, 4);
    msgpack_binary(out, sizeof packed);
    bytes_append(out, packed, sizeof packed);
}

static void write_key(bytes *out, const char *key)
{
    msgpack_binary(out, (uint32_t)strlen(key));
    bytes_text(out, key);
}

/* An array of numpy's, as spaCy's srsly writes it: float32, but for one without elements, whose type nobody said. */
static void write_scores(const spooler *s, bytes *out, size_t group, size_t count)
{
    tern_group_span span;
    msgpack_map(out, 5);
    write_key(out, "nd");
    msgpack_bool(out, 1);
    write_key(out, "type");
    msgpack_cstring(out, count ? "<f4" : "<f8");
    write_key(out, "kind");
    msgpack_binary(out, 0);
    write_key(out, "shape");
    msgpack_array(out, 1);
    msgpack_unsigned(out, count);
    write_key(out, "data");
    msgpack_binary(out, (uint32_t)(count * sizeof(float)));
    for (size_t i = 0; !tern_doc_group_span(s->doc, group, i, &span); i++) {
        const float score = (float)span.score;
        bytes_append(out, &score, sizeof score);
    }
}

/* SpanGroup.to_bytes() */
static void write_group(const spooler *s, bytes *out, size_t index, const tern_span_group *group)
{
    tern_group_span span;
    const int has_scores = group->has_scores && s->tokens;
    msgpack_map(out, 3);
    msgpack_cstring(out, "name");
    msgpack_cstring(out, group->key);
    msgpack_cstring(out, "attrs");
    msgpack_map(out, has_scores ? 1 : 0);
    if (has_scores) {
        msgpack_cstring(out, "scores");
        write_scores(s, out, index, group->span_count);
    }
    msgpack_cstring(out, "spans");
    msgpack_array(out, (uint32_t)group->span_count);
    for (size_t i = 0; !tern_doc_group_span(s->doc, index, i, &span); i++) write_span(s, out, &span);
}

/* SpanGroups.to_bytes(): the bytes of each group with its keys. */
static void write_groups(spooler *s)
{
    tern_span_group group;
    bytes packed = {.data = NULL};
    const uint32_t count = (uint32_t)tern_doc_span_group_count(s->doc);
    if (count) msgpack_map(s->out, count);
    else msgpack_array(s->out, 0);
    for (size_t g = 0; !tern_doc_span_group(s->doc, g, &group); g++) {
        bytes_clear(&packed);
        write_group(s, &packed, g, &group);
        if (packed.failed || packed.len > MSGPACK_MOST) break;
        msgpack_binary(s->out, (uint32_t)packed.len);
        bytes_append(s->out, packed.data, packed.len);
        msgpack_array(s->out, 1);
        msgpack_cstring(s->out, group.key);
    }
    if (packed.failed || packed.len > MSGPACK_MOST) s->out->failed = 1;
    bytes_free(&packed);
}

/* ---- the record -------------------------------------------------------------------------------------------------- */

void docbin_spool(bytes *out, const tern_model *model, const tern_doc *doc, const char *text, const char *user_data,
                  size_t user_data_len)
{
    static void (*const parts[])(spooler *) = {write_tokens, write_spaces, write_strings, write_cats, write_groups};
    spooler s = {.out = out,
                 .model = model,
                 .doc = doc,
                 .text = text,
                 .tokens = tern_doc_token_count(doc),
                 .annotations = tern_doc_annotations(doc)};
    docbin_header header = {.magic = DOCBIN_MAGIC};
    const size_t start = out->len;
    bytes_append(out, &header, sizeof header);
    for (docbin_part part = DOCBIN_TOKENS; part < DOCBIN_USER_DATA; part++) {
        const size_t before = out->len;
        parts[part](&s);
        header.size[part] = out->len - before;
    }
    bytes_append(out, user_data, user_data_len);
    if (user_data_len > MSGPACK_MOST) out->failed = 1;
    header.size[DOCBIN_USER_DATA] = user_data_len;
    if (out->failed) return;
    const size_t checked = offsetof(docbin_header, size);
    memcpy(out->data + start, &header, sizeof header);
    header.crc = (uint32_t)crc32_z(0, (const unsigned char *)out->data + start + checked, out->len - start - checked);
    memcpy(out->data + start, &header, sizeof header);
}
