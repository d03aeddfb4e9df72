/* same_docs.h - runs of one model beside each other: contexts, and documents that are to be the same. */
#ifndef TERN_TEST_SAME_DOCS_H
#define TERN_TEST_SAME_DOCS_H

#include <string.h>

#include "cmocka_all.h"

#include "tern.h"

/* Of the group's model. */
static inline tern_ctx *new_context(void **state)
{
    tern_ctx *ctx = NULL;
    assert_int_equal(tern_ctx_new(*state, &ctx, NULL), TERN_OK);
    return ctx;
}

static inline void assert_same_token(const tern_doc *a, const tern_doc *b, size_t i)
{
    tern_token s, t;
    assert_int_equal(tern_doc_token(a, i, &s), TERN_OK);
    assert_int_equal(tern_doc_token(b, i, &t), TERN_OK);
    assert_memory_equal(&s.span, &t.span, sizeof s.span);
    assert_int_equal(s.head, t.head);
    assert_int_equal(s.sent_start, t.sent_start);
    assert_string_equal(s.tag, t.tag);
    assert_string_equal(s.pos, t.pos);
    assert_string_equal(s.morph, t.morph);
    assert_string_equal(s.dep, t.dep);
    assert_int_equal(s.lemma_len, t.lemma_len);
    assert_memory_equal(s.lemma, t.lemma, s.lemma_len);
}

static inline void assert_same(const tern_doc *a, const tern_doc *b)
{
    assert_int_equal(tern_doc_token_count(a), tern_doc_token_count(b));
    for (size_t i = 0; i < tern_doc_token_count(a); i++) assert_same_token(a, b, i);
    assert_int_equal(tern_doc_entity_count(a), tern_doc_entity_count(b));
    for (size_t i = 0; i < tern_doc_entity_count(a); i++) {
        tern_entity e, f;
        assert_int_equal(tern_doc_entity(a, i, &e), TERN_OK);
        assert_int_equal(tern_doc_entity(b, i, &f), TERN_OK);
        assert_memory_equal(&e.span, &f.span, sizeof e.span);
        assert_string_equal(e.label, f.label);
    }
    assert_int_equal(tern_doc_cat_count(a), tern_doc_cat_count(b));
    for (size_t i = 0; i < tern_doc_cat_count(a); i++) {
        tern_cat c, d;
        assert_int_equal(tern_doc_cat(a, i, &c), TERN_OK);
        assert_int_equal(tern_doc_cat(b, i, &d), TERN_OK);
        assert_string_equal(c.label, d.label);
        assert_memory_equal(&c.score, &d.score, sizeof c.score);
    }
}

#endif
