#include "doc_json.h"

#include <string.h>

#include "json_out.h"

/* "name": and the bracket, after a comma unless the object begins with it. */
static void begin_field(bytes *out, const char *name, char bracket)
{
    json_out_next(out);
    bytes_text(out, "\"");
    bytes_text(out, name);
    bytes_text(out, "\": ");
    bytes_append(out, &bracket, 1);
}

static void write_offsets(bytes *out, const tern_span *span)
{
    bytes_text(out, "\"start\": ");
    json_out_size(out, span->char_start);
    bytes_text(out, ", \"end\": ");
    json_out_size(out, span->char_end);
}

static void write_ents(bytes *out, const tern_doc *doc, int with_scores)
{
    tern_entity entity;
    begin_field(out, "ents", '[');
    for (size_t i = 0; !tern_doc_entity(doc, i, &entity); i++) {
        bytes_text(out, i ? ", {" : "{");
        write_offsets(out, &entity.span);
        bytes_text(out, ", \"label\": ");
        json_out_cstring(out, entity.label);
        if (with_scores) {
            bytes_text(out, ", \"score\": ");
            json_out_score(out, entity.score);
        }
        bytes_text(out, "}");
    }
    bytes_text(out, "]");
}

static void write_sents(bytes *out, const tern_doc *doc)
{
    tern_sentence sentence;
    begin_field(out, "sents", '[');
    for (size_t i = 0; !tern_doc_sentence(doc, i, &sentence); i++) {
        bytes_text(out, i ? ", {" : "{");
        write_offsets(out, &sentence.span);
        bytes_text(out, "}");
    }
    bytes_text(out, "]");
}

static void write_cats(bytes *out, const tern_doc *doc)
{
    tern_cat cat;
    begin_field(out, "cats", '{');
    for (size_t i = 0; !tern_doc_cat(doc, i, &cat); i++) {
        if (i) bytes_text(out, ", ");
        json_out_cstring(out, cat.label);
        bytes_text(out, ": ");
        json_out_double(out, cat.score);
    }
    bytes_text(out, "}");
}

static void write_string(bytes *out, const char *key, const char *value)
{
    bytes_text(out, key);
    json_out_cstring(out, value);
}

static void write_token(bytes *out, size_t index, const tern_token *token, unsigned annotations)
{
    bytes_text(out, "{\"id\": ");
    json_out_size(out, index);
    bytes_text(out, ", ");
    write_offsets(out, &token->span);
    if (annotations & TERN_TAGS) write_string(out, ", \"tag\": ", token->tag);
    if (annotations & TERN_POS) write_string(out, ", \"pos\": ", token->pos);
    if (annotations & TERN_MORPHS) write_string(out, ", \"morph\": ", token->morph);
    if (annotations & TERN_LEMMAS) {
        bytes_text(out, ", \"lemma\": ");
        json_out_string(out, token->lemma, token->lemma_len);
    }
    if (annotations & TERN_DEPENDENCIES) {
        write_string(out, ", \"dep\": ", token->dep);
        bytes_text(out, ", \"head\": ");
        json_out_size(out, token->head);
    }
    if (annotations & TERN_NORMS) {
        bytes_text(out, ", \"norm\": ");
        json_out_string(out, token->norm, token->norm_len);
    }
    bytes_text(out, "}");
}

static void write_group(bytes *out, const tern_doc *doc, size_t group, int has_scores)
{
    tern_group_span span;
    for (size_t i = 0; !tern_doc_group_span(doc, group, i, &span); i++) {
        bytes_text(out, i ? ", {" : "{");
        write_offsets(out, &span.span);
        write_string(out, ", \"label\": ", span.label);
        bytes_text(out, ", \"kb_id\": \"\"");
        if (has_scores) {
            bytes_text(out, ", \"score\": ");
            json_out_double(out, span.score);
        }
        bytes_text(out, "}");
    }
}

static void write_groups(bytes *out, const tern_doc *doc)
{
    tern_span_group group;
    begin_field(out, "spans", '{');
    for (size_t g = 0; !tern_doc_span_group(doc, g, &group); g++) {
        if (g) bytes_text(out, ", ");
        write_string(out, "", group.key);
        bytes_text(out, ": [");
        write_group(out, doc, g, group.has_scores);
        bytes_text(out, "]");
    }
    bytes_text(out, "}");
}

static void write_noun_chunks(bytes *out, const tern_doc *doc)
{
    tern_noun_chunk chunk;
    begin_field(out, "noun_chunks", '[');
    for (size_t i = 0; !tern_doc_noun_chunk(doc, i, &chunk); i++) {
        bytes_text(out, i ? ", {" : "{");
        write_offsets(out, &chunk.span);
        bytes_text(out, "}");
    }
    bytes_text(out, "]");
}

static void write_tokens(bytes *out, const tern_doc *doc, unsigned annotations)
{
    tern_token token;
    begin_field(out, "tokens", '[');
    for (size_t i = 0; !tern_doc_token(doc, i, &token); i++) {
        if (i) bytes_text(out, ", ");
        write_token(out, i, &token, annotations);
    }
    bytes_text(out, "]");
}

/* In the order of Doc.to_json(). */
static const struct {
    const char *name;
    unsigned want;
} fields[] = {
    [DOC_JSON_ENTS] = {"ents", TERN_ENTITIES},
    [DOC_JSON_SENTS] = {"sents", TERN_SENTENCES},
    [DOC_JSON_CATS] = {"cats", TERN_CATS},
    [DOC_JSON_TOKENS] = {"tokens", TERN_TAGS | TERN_POS | TERN_MORPHS | TERN_LEMMAS | TERN_DEPENDENCIES},
    [DOC_JSON_SPANS] = {"spans", TERN_SPANS},
    [DOC_JSON_NOUN_CHUNKS] = {"noun_chunks", TERN_NOUN_CHUNKS},
};

unsigned doc_json_field(const char *name)
{
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (!strcmp(name, fields[i].name)) return 1u << i;
    return 0;
}

unsigned doc_json_want(unsigned chosen)
{
    unsigned want = 0;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (chosen & 1u << i) want |= fields[i].want;
    return want;
}

void doc_json_fields(bytes *out, const tern_doc *doc, unsigned chosen)
{
    const unsigned annotations = tern_doc_annotations(doc);
    const unsigned both = annotations & doc_json_want(chosen);
    if (both & TERN_ENTITIES) write_ents(out, doc, (chosen & DOC_JSON_SCORES) != 0);
    if (both & TERN_SENTENCES) write_sents(out, doc);
    if (both & TERN_CATS) write_cats(out, doc);
    if (chosen & 1u << DOC_JSON_TOKENS) write_tokens(out, doc, annotations);
    if (both & TERN_SPANS) write_groups(out, doc);
    if (both & TERN_NOUN_CHUNKS) write_noun_chunks(out, doc);
}

void doc_json(bytes *out, const char *text, size_t len, const tern_doc *doc, unsigned besides)
{
    bytes_text(out, "{\"text\": ");
    json_out_string(out, text, len);
    doc_json_fields(out, doc, DOC_JSON_ALL | besides);
    bytes_text(out, "}");
}
