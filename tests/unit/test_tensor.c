/* TERN_TENSOR: the rows that the shared encoder makes stay in the document, all of them, in the order of the tokens;
 * ids of a token are those of its strings. */
#include "fixture.h"
#include "same_docs.h"

#include "tern.h"
#include "transition.h"

#define WIDTH 96 /* of en_core_web_sm */
#define LONG_TEXT (TRANSITION_KEPT + 1000)

/* "aa ba ca ..." */
static char *make_text(size_t tokens)
{
    char *text = malloc(tokens * 3 + 1);
    assert_non_null(text);
    for (size_t i = 0; i < tokens; i++) {
        text[3 * i] = (char)('a' + i % 26);
        text[3 * i + 1] = (char)('a' + i / 26 % 26);
        text[3 * i + 2] = ' ';
    }
    text[3 * tokens - 1] = '\0';
    return text;
}

static const tern_doc *run(tern_ctx *ctx, const char *text, unsigned want, unsigned components)
{
    const tern_options options = {.want = want, .components = components};
    const tern_doc *doc;
    tern_error err;
    if (tern_run(ctx, text, strlen(text), &options, &doc, &err)) fail_msg("%s", err.msg);
    return doc;
}

static const float *rows_of(const tern_doc *doc, size_t *width)
{
    const float *rows;
    assert_int_equal(tern_doc_tensor(doc, &rows, width), TERN_OK);
    return rows;
}

/* Alone, with listeners, and with those that take the rows of a long document as they come to them. */
static void rows_do_not_depend_on_who_listens(void **state)
{
    const size_t counts[] = {1, 7, 600, LONG_TEXT};
    tern_ctx *alone = new_context(state), *whole = new_context(state);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        size_t width = 0, other = 0;
        char *text = make_text(counts[i]);
        const tern_doc *bare = run(alone, text, TERN_TENSOR, TERN_TOK2VEC);
        const tern_doc *doc = run(whole, text, TERN_EVERYTHING | TERN_TENSOR, 0);
        const float *want = rows_of(bare, &width), *got = rows_of(doc, &other);
        assert_int_equal(width, WIDTH);
        assert_int_equal(other, WIDTH);
        const size_t tokens = tern_doc_token_count(doc);
        assert_true(tokens >= counts[i]);
        assert_int_equal(tern_doc_token_count(bare), tokens);
        assert_memory_equal(want, got, tokens * WIDTH * sizeof *want);
        free(text);
    }
    tern_ctx_free(alone);
    tern_ctx_free(whole);
}

static void what_is_not_wanted_is_not_there(void **state)
{
    tern_ctx *ctx = new_context(state);
    size_t width = 1;
    assert_null(rows_of(run(ctx, "a b", TERN_EVERYTHING, 0), &width));
    assert_int_equal(width, 0);
    assert_null(rows_of(run(ctx, "a b", TERN_TENSOR, TERN_NER), &width));
    assert_int_equal(width, 0);
    assert_null(rows_of(run(ctx, "", TERN_TENSOR, 0), &width));
    assert_int_equal(width, WIDTH);
    assert_non_null(rows_of(run(ctx, "a b", TERN_TENSOR, 0), &width));
    tern_ctx_free(ctx);
}

static void ids_are_those_of_the_strings(void **state)
{
    tern_ctx *ctx = new_context(state);
    const tern_doc *doc = run(ctx, "Alan Turing wasn't born in Paris.", TERN_EVERYTHING & ~(unsigned)TERN_NORMS, 0);
    for (size_t i = 0; i < tern_doc_token_count(doc); i++) {
        tern_token t;
        tern_token_ids ids;
        assert_int_equal(tern_doc_token(doc, i, &t), TERN_OK);
        assert_int_equal(tern_doc_token_ids(doc, i, &ids), TERN_OK);
        assert_true(ids.tag == tern_model_string_id(*state, t.tag, strlen(t.tag)));
        assert_true(ids.pos == tern_model_string_id(*state, t.pos, strlen(t.pos)));
        assert_true(ids.dep == tern_model_string_id(*state, t.dep, strlen(t.dep)));
        assert_true(ids.lemma == tern_model_string_id(*state, t.lemma, t.lemma_len));
        assert_true(ids.norm == tern_model_string_id(*state, ids.norm_text, strlen(ids.norm_text)));
        assert_int_equal(t.norm_len, 0);
        const char *morph = *t.morph ? t.morph : "_";
        assert_true(ids.morph == tern_model_string_id(*state, morph, strlen(morph)));
        assert_int_equal(ids.norm != 0, i == 2 || i == 3);
    }
    tern_token_ids not;
    assert_int_equal(tern_doc_token_ids(doc, 3, &not), TERN_OK);
    assert_string_equal(not.norm_text, "not");
    assert_int_equal(tern_model_string_id(*state, "NOUN", 4), 92); /* spacy/symbols.pxd */
    assert_int_equal(tern_model_string_id(*state, "", 0), 0);
    tern_ctx_free(ctx);
}

static void arguments(void **state)
{
    tern_ctx *ctx = new_context(state);
    const tern_doc *doc = run(ctx, "a b", TERN_TENSOR, 0);
    tern_token_ids ids;
    const float *rows;
    size_t width;
    assert_int_equal(tern_doc_token_ids(doc, 2, &ids), TERN_E_ARGUMENT);
    assert_int_equal(tern_doc_token_ids(NULL, 0, &ids), TERN_E_ARGUMENT);
    assert_int_equal(tern_doc_token_ids(doc, 0, NULL), TERN_E_ARGUMENT);
    assert_int_equal(tern_doc_tensor(NULL, &rows, &width), TERN_E_ARGUMENT);
    assert_int_equal(tern_doc_tensor(doc, NULL, &width), TERN_E_ARGUMENT);
    assert_int_equal(tern_doc_tensor(doc, &rows, NULL), TERN_E_ARGUMENT);
    assert_int_equal(tern_model_string_id(NULL, "a", 1), 0);
    assert_int_equal(tern_model_string_id(*state, NULL, 1), 0);
    tern_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_do_not_depend_on_who_listens),
        cmocka_unit_test(what_is_not_wanted_is_not_there),
        cmocka_unit_test(ids_are_those_of_the_strings),
        cmocka_unit_test(arguments),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}
