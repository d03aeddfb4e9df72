/* tern_lexeme_of on the model of fuzz_model that knows all flags. Expected: spaCy 3.8's Lexeme of spacy.blank("en"). */
#include "fixture.h"

#include "string_store.h"

typedef struct fixture {
    tern_model *model;
    tern_ctx *ctx;
} fixture;

static int set_up(void **state)
{
    static fixture f;
    *state = &f;
    return tern_model_open(TERN_SOURCE_DIR "/tests/fuzz/models/flags.tern", &f.model, NULL)
           || tern_ctx_new(f.model, &f.ctx, NULL);
}

static int tear_down(void **state)
{
    fixture *f = *state;
    tern_ctx_free(f->ctx);
    tern_model_close(f->model);
    return 0;
}

static tern_lexeme look_up(const fixture *f, const char *word, size_t len)
{
    tern_lexeme found;
    tern_error err = {0};
    if (tern_lexeme_of(f->ctx, word, len, &found, &err)) fail_msg("%s", err.msg);
    return found;
}

static void check_form(const fixture *f, const tern_form *form, const char *expected, size_t len)
{
    assert_int_equal(form->len, len);
    assert_memory_equal(form->text, expected, len + 1);
    assert_true(form->id == string_id(f->model, expected, len));
}

static void words_and_their_forms(void **state)
{
    static const struct {
        const char *word, *lower, *shape, *prefix, *suffix;
        size_t chars;
        uint32_t flags;
    } known[] = {
        {"a", "a", "x", "a", "a", 1, TERN_WORD_ALPHA | TERN_WORD_ASCII | TERN_WORD_LOWER | TERN_WORD_STOP},
        {"To", "to", "Xx", "T", "To", 2, TERN_WORD_ALPHA | TERN_WORD_ASCII | TERN_WORD_TITLE | TERN_WORD_STOP},
        {"ten", "ten", "xxx", "t", "ten", 3,
         TERN_WORD_ALPHA | TERN_WORD_ASCII | TERN_WORD_LOWER | TERN_WORD_LIKE_NUM | TERN_WORD_STOP},
        {"3/4", "3/4", "d/d", "3", "3/4", 3, TERN_WORD_ASCII | TERN_WORD_LIKE_NUM},
        {"''", "''", "''", "'", "''", 2, TERN_WORD_ASCII | TERN_WORD_PUNCT | TERN_WORD_QUOTE | TERN_WORD_RIGHT_PUNCT},
        {"(", "(", "(", "(", "(", 1, TERN_WORD_ASCII | TERN_WORD_PUNCT | TERN_WORD_BRACKET | TERN_WORD_LEFT_PUNCT},
        {"$", "$", "$", "$", "$", 1, TERN_WORD_ASCII | TERN_WORD_CURRENCY},
        {"a@b.c", "a@b.c", "x@x.x", "a", "b.c", 5, TERN_WORD_ASCII | TERN_WORD_LOWER | TERN_WORD_LIKE_EMAIL},
        {"a.com", "a.com", "x.xxx", "a", "com", 5, TERN_WORD_ASCII | TERN_WORD_LOWER | TERN_WORD_LIKE_URL},
    };
    const fixture *f = *state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const tern_lexeme found = look_up(f, known[i].word, strlen(known[i].word));
        if (found.flags != known[i].flags) fail_msg("%s: %#x, not %#x", known[i].word, found.flags, known[i].flags);
        assert_int_equal(found.known, TERN_WORD_EVERYTHING);
        assert_int_equal(found.chars, known[i].chars);
        assert_true(found.orth == string_id(f->model, known[i].word, strlen(known[i].word)));
        check_form(f, &found.lower, known[i].lower, strlen(known[i].lower));
        check_form(f, &found.shape, known[i].shape, strlen(known[i].shape));
        check_form(f, &found.prefix, known[i].prefix, strlen(known[i].prefix));
        check_form(f, &found.suffix, known[i].suffix, strlen(known[i].suffix));
    }
}

static void no_word(void **state)
{
    const tern_lexeme found = look_up(*state, NULL, 0);
    const tern_form *const forms[] = {&found.lower, &found.norm, &found.shape, &found.prefix, &found.suffix};
    assert_true(!found.flags && !found.known && !found.chars && !found.orth);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        assert_string_equal(forms[i]->text, "");
        assert_true(!forms[i]->len && !forms[i]->id);
    }
}

/* Blanks and zeros are parts of the one word. */
static void what_a_tokenizer_would_cut(void **state)
{
    const fixture *f = *state;
    tern_lexeme found = look_up(f, "\0A b", 4);
    assert_int_equal(found.chars, 4);
    check_form(f, &found.lower, "\0a b", 4);
    check_form(f, &found.prefix, "\0", 1);
    check_form(f, &found.suffix, "A b", 3);
    found = look_up(f, " \n", 2);
    assert_int_equal(found.flags & (TERN_WORD_SPACE | TERN_WORD_ALPHA), TERN_WORD_SPACE);
}

static void beyond_ascii(void **state)
{
    const fixture *f = *state;
    tern_lexeme found = look_up(f, "\u00c9t\u00e9\U0001f600", 9);
    assert_int_equal(found.chars, 4);
    assert_false(found.flags & TERN_WORD_ASCII);
    check_form(f, &found.prefix, "\u00c9", 2);
    check_form(f, &found.suffix, "t\u00e9\U0001f600", 7);
    found = look_up(f, "\u00ab", 2);
    assert_int_equal(found.flags & (TERN_WORD_QUOTE | TERN_WORD_LEFT_PUNCT | TERN_WORD_RIGHT_PUNCT),
                     TERN_WORD_QUOTE | TERN_WORD_LEFT_PUNCT);
}

static void errors_leave_nothing(void **state)
{
    const fixture *f = *state;
    tern_lexeme found;
    tern_error err = {0};
    assert_int_equal(tern_lexeme_of(f->ctx, "\xff", 1, &found, &err), TERN_E_UTF8);
    assert_string_equal(found.lower.text, "");
    assert_int_equal(tern_lexeme_of(NULL, "a", 1, &found, &err), TERN_E_ARGUMENT);
    assert_int_equal(tern_lexeme_of(f->ctx, NULL, 1, &found, &err), TERN_E_ARGUMENT);
    assert_int_equal(tern_lexeme_of(f->ctx, "a", 1, NULL, &err), TERN_E_ARGUMENT);
}

/* It ends the document, and the next run is as it would be without it. */
static void between_runs(void **state)
{
    const fixture *f = *state;
    const tern_doc *doc = NULL;
    assert_int_equal(tern_run(f->ctx, "one two three", 13, NULL, &doc, NULL), TERN_OK);
    assert_int_equal(tern_doc_token_count(doc), 3);
    look_up(f, "www.a.com", 9);
    assert_int_equal(tern_doc_token_count(doc), 0);
    assert_int_equal(tern_run(f->ctx, "one two", 7, NULL, &doc, NULL), TERN_OK);
    assert_int_equal(tern_doc_token_count(doc), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_and_their_forms),      cmocka_unit_test(no_word),
        cmocka_unit_test(what_a_tokenizer_would_cut), cmocka_unit_test(beyond_ascii),
        cmocka_unit_test(errors_leave_nothing),       cmocka_unit_test(between_runs),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
