/* small_model.h - strings and a document by hand, for tests of the components that work on tables of string numbers. */
#ifndef TERN_TEST_SMALL_MODEL_H
#define TERN_TEST_SMALL_MODEL_H

#include "fixture.h"

#include "doc.h"
#include "string_store.h"
#include "unicode.h"
#include "utf8.h"

enum { SMALL_STRINGS = 256, SMALL_STRING_BYTES = 8192, SMALL_TEXT = 8192 };

typedef struct small_model {
    tern_model model;
    component_model component; /* the only one */
    tern_doc doc;
    text_view text;
    char bytes[SMALL_STRING_BYTES], text_bytes[SMALL_TEXT];
    uint32_t start[SMALL_STRINGS + 1], code_point[SMALL_TEXT];
    uint64_t id[SMALL_STRINGS];
} small_model;

/* Zeroed memory in; string 0 is "". The document's columns are its own memory: small_model_free. */
static inline void small_model_init(small_model *m)
{
    small_chars(&m->model.chars);
    m->model.strings = (string_table){.bytes = m->bytes, .start = m->start, .id = m->id, .count = 1};
    m->start[1] = 1;
    m->doc.model = &m->model;
    m->model.component = &m->component;
    m->model.pipeline_length = 1;
    m->doc.text = &m->text;
    m->text = (text_view){.bytes = (unsigned char *)m->text_bytes, .code_point = m->code_point};
}

static inline void small_model_free(small_model *m) { doc_free_columns(&m->doc); }

/* Number of a string, which becomes part of the model. NULL: NO_STRING. */
static inline uint32_t number_of(small_model *m, const char *string)
{
    string_table *t = &m->model.strings;
    if (!string) return NO_STRING;
    for (uint32_t i = 0; i < t->count; i++)
        if (!strcmp(t->bytes + t->start[i], string)) return i;
    size_t len = strlen(string);
    assert_true(t->count < SMALL_STRINGS && t->start[t->count] + len < SMALL_STRING_BYTES);
    memcpy(m->bytes + m->start[t->count], string, len + 1);
    m->id[t->count] = string_id(&m->model, string, len);
    m->start[t->count + 1] = m->start[t->count] + (uint32_t)len + 1;
    return t->count++;
}

/* Room for everything. */
static inline void small_doc_reserve(tern_doc *doc, size_t tokens)
{
    assert_int_equal(doc_reserve_tokens(doc, tokens) | doc_reserve_features(doc, tokens, 1, 1)
                         | doc_reserve_annotations(doc, tokens),
                     0);
}

/* The document of these words (UTF-8) with one blank after each; nothing is annotated. */
static inline void small_doc(small_model *m, const char *const *words, size_t count)
{
    text_view *text = &m->text;
    small_doc_reserve(&m->doc, count);
    m->doc.token_count = count;
    doc_clear_annotations(&m->doc);
    text->byte_count = text->length = 0;
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(words[i]), start = text->byte_count, first = text->length;
        assert_true(start + len + 1 < SMALL_TEXT);
        memcpy(m->text_bytes + start, words[i], len + 1);
        for (size_t at = start; at < start + len; text->length++)
            at += utf8_decode(text->bytes + at, text->bytes + start + len, &m->code_point[text->length]);
        m->doc.span[i] = (token_span){.byte_start = (uint32_t)start,
                                      .byte_end = (uint32_t)(start + len),
                                      .char_start = (uint32_t)first,
                                      .char_end = (uint32_t)text->length};
        m->text_bytes[start + len] = ' ';
        m->code_point[text->length++] = ' ';
        text->byte_count = start + len + 1;
        m->doc.sent_start[i] = 0;
        m->doc.is_space[i] = 0;
        for (size_t a = 0; a < ATTR_COUNT; a++)
            if (m->doc.attr[a]) m->doc.attr[a][i] = 0;
        m->doc.attr[ATTR_LOWER][i] = m->doc.attr[ATTR_ORTH][i] = string_id(&m->model, words[i], len);
    }
}

static inline const char *string_at(const tern_doc *doc, int column, size_t token)
{
    uint32_t number = doc->column[column][token];
    return number == NO_STRING ? "(unset)" : string_get(doc->model, number, NULL);
}

static inline const char *lemma_at(const tern_doc *doc, size_t token)
{
    tern_token t;
    assert_int_equal(tern_doc_token(doc, token, &t), TERN_OK);
    return t.lemma;
}

/* ---- the real model ---------------------------------------------------------------------------------------------- */

typedef struct real_model {
    tern_model *model;
    tern_ctx *ctx;
} real_model;

/* A group setup of the tests on the real model. */
static inline int open_real(void **state)
{
    real_model *real = calloc(1, sizeof *real);
    void *model = NULL;
    if (!real || open_model(&model)) return -1;
    real->model = model;
    *state = real;
    return tern_ctx_new(real->model, &real->ctx, NULL) == TERN_OK ? 0 : -1;
}

static inline int close_real(void **state)
{
    real_model *real = *state;
    tern_ctx_free(real->ctx);
    tern_model_close(real->model);
    free(real);
    return 0;
}

static inline const tern_doc *run_real(const real_model *real, const char *text, unsigned want, unsigned components)
{
    const tern_doc *doc = NULL;
    tern_error err = {0};
    tern_options options = {.want = want, .components = components};
    if (tern_run(real->ctx, text, strlen(text), &options, &doc, &err) != TERN_OK) fail_msg("%s", err.msg);
    return doc;
}

#endif
