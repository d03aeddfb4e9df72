/* tern_options.interrupt: whenever it says yes, the run ends at once, and the context works on as if nothing had
 * been. */
#include "asker.h"
#include "fixture.h"
#include "same_docs.h"

#include "tern.h"

#define TOKENS 1300 /* three blocks of the encoders, two strides of the loops */

/* "Alan Turing was born in London . Alan Turing ..." */
static char *make_text(size_t tokens, size_t *len)
{
    static const char *const words[] = {"Alan ", "Turing ", "was ", "born ", "in ", "London ", ". "};
    char *text = malloc(tokens * 8 + 1);
    assert_non_null(text);
    *len = 0;
    for (size_t i = 0; i < tokens; i++)
        for (const char *c = words[i % 7]; *c; c++) text[(*len)++] = *c;
    return text;
}

static tern_status run_asking(tern_ctx *ctx, const char *text, size_t len, asker *a, const tern_doc **doc,
                              tern_error *err)
{
    const tern_options options = {.want = TERN_EVERYTHING, .interrupt = ask, .interrupt_user = a};
    return tern_run(ctx, text, len, &options, doc, err);
}

/* A context that was interrupted annotates the text as expected. */
static void assert_unharmed(tern_ctx *interrupted, const tern_doc *expected, const char *text, size_t len)
{
    const tern_doc *doc;
    assert_int_equal(tern_run(interrupted, text, len, NULL, &doc, NULL), TERN_OK);
    assert_same(expected, doc);
}

static void answer_is_the_same_when_asked_in_vain(void **state)
{
    size_t len;
    char *text = make_text(TOKENS, &len);
    tern_ctx *asked = new_context(state), *plain = new_context(state);
    const tern_doc *a, *b;
    asker never = {0};
    assert_int_equal(run_asking(asked, text, len, &never, &a, NULL), TERN_OK);
    assert_int_equal(tern_run(plain, text, len, NULL, &b, NULL), TERN_OK);
    assert_int_equal(tern_doc_token_count(a), TOKENS);
    assert_true(tern_doc_entity_count(a) > 0);
    assert_same(a, b);
    tern_ctx_free(asked);
    tern_ctx_free(plain);
    free(text);
}

static void run_ends_at_every_question(void **state)
{
    size_t len;
    char *text = make_text(TOKENS, &len);
    tern_ctx *ctx = new_context(state), *plain = new_context(state);
    const tern_doc *expected, *doc;
    asker never = {0};
    assert_int_equal(tern_run(plain, text, len, NULL, &expected, NULL), TERN_OK);
    assert_int_equal(run_asking(ctx, text, len, &never, &doc, NULL), TERN_OK);
    assert_true(never.asked > 50);
    const size_t step = getenv("TERN_REDUCED") ? 5 : 1; /* under sanitizers */
    for (size_t at = 1; at <= never.asked; at += step) {
        asker a = {.yes_at = at};
        tern_error err = {0};
        assert_int_equal(run_asking(ctx, text, len, &a, &doc, &err), TERN_E_INTERRUPTED);
        assert_null(doc);
        assert_int_equal(err.code, TERN_E_INTERRUPTED);
        assert_true(err.msg[0] != '\0');
        assert_int_equal(a.asked, at); /* the first yes is enough */
        if (at / step % 10 == 1) assert_unharmed(ctx, expected, text, len);
    }
    assert_unharmed(ctx, expected, text, len);
    tern_ctx_free(ctx);
    tern_ctx_free(plain);
    free(text);
}

static void empty_text_can_be_interrupted(void **state)
{
    tern_ctx *ctx = new_context(state);
    const tern_doc *doc;
    asker at_once = {.yes_at = 1};
    assert_int_equal(run_asking(ctx, "", 0, &at_once, &doc, NULL), TERN_E_INTERRUPTED);
    assert_null(doc);
    tern_ctx_free(ctx);
}

/* Every component asks within: the number of questions grows with the text whatever runs. */
static void every_component_asks(void **state)
{
    static const unsigned wants[] = {TERN_TOKENS, TERN_ENTITIES, TERN_SENTENCES, TERN_TAGS, TERN_POS, TERN_LEMMAS};
    size_t short_len, long_len;
    char *short_text = make_text(TOKENS, &short_len), *long_text = make_text(10 * TOKENS, &long_len);
    tern_ctx *ctx = new_context(state);
    const tern_doc *doc;
    size_t before = 0;
    for (size_t i = 0; i < sizeof wants / sizeof *wants; i++) {
        asker few = {0}, many = {0};
        tern_options options = {.want = wants[i], .interrupt = ask, .interrupt_user = &few};
        assert_int_equal(tern_run(ctx, short_text, short_len, &options, &doc, NULL), TERN_OK);
        options.interrupt_user = &many;
        assert_int_equal(tern_run(ctx, long_text, long_len, &options, &doc, NULL), TERN_OK);
        assert_true(many.asked >= 6 * few.asked && many.asked >= 10 * TOKENS / 1024);
        /* the lemmatizer's own */
        if (wants[i] == TERN_LEMMAS) assert_true(many.asked > before + 10 * TOKENS / 1024);
        before = many.asked;
    }
    tern_ctx_free(ctx);
    free(short_text);
    free(long_text);
}

static void senter_asks_too(void **state)
{
    size_t len;
    char *text = make_text(TOKENS, &len);
    tern_ctx *ctx = new_context(state);
    const tern_doc *doc;
    asker last = {0};
    tern_options options = {
        .want = TERN_SENTENCES, .components = TERN_SENTER, .interrupt = ask, .interrupt_user = &last};
    assert_int_equal(tern_run(ctx, text, len, &options, &doc, NULL), TERN_OK);
    last = (asker){.yes_at = last.asked};
    assert_int_equal(tern_run(ctx, text, len, &options, &doc, NULL), TERN_E_INTERRUPTED);
    tern_ctx_free(ctx);
    free(text);
}

/* The bag of words besides the encoder. */
static void classifiers_ask_too(void **state)
{
    size_t len;
    char *text = make_text(10 * TOKENS, &len);
    tern_ctx *ctx = new_context(state);
    const tern_doc *doc;
    asker asked[2] = {{0}, {0}};
    const unsigned components[2] = {TERN_TEXTCAT_MULTILABEL, TERN_TEXTCAT};
    for (size_t i = 0; i < 2; i++) {
        tern_options options = {.want = TERN_CATS,
                                .components = components[i] | TERN_TOK2VEC,
                                .interrupt = ask,
                                .interrupt_user = &asked[i]};
        assert_int_equal(tern_run(ctx, text, len, &options, &doc, NULL), TERN_OK);
        assert_int_equal(tern_doc_cat_count(doc), 2);
    }
    assert_true(asked[0].asked >= 10 * TOKENS / 1024);
    assert_true(asked[1].asked > asked[0].asked + 10 * TOKENS / 1024);
    tern_ctx_free(ctx);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answer_is_the_same_when_asked_in_vain),
        cmocka_unit_test(run_ends_at_every_question),
        cmocka_unit_test(empty_text_can_be_interrupted),
        cmocka_unit_test(every_component_asks),
        cmocka_unit_test(senter_asks_too),
    };
    const struct CMUnitTest everything[] = {
        cmocka_unit_test(answer_is_the_same_when_asked_in_vain),
        cmocka_unit_test(run_ends_at_every_question),
        cmocka_unit_test(classifiers_ask_too),
    };
    return cmocka_run_group_tests_name("interrupt", tests, open_model, close_model)
           + cmocka_run_group_tests_name("interrupt, every component", everything, open_tiny, close_model);
}
