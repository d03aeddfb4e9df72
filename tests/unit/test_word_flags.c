/* Flags of words by hand. Expected: spaCy 3.8's functions in lang/lex_attrs.py, of a language with these lists. */
#include "small_model.h"

#include "tern.h"
#include "token_flags.h"
#include "word_flags.h"

enum { CURRENCY = 18, QUOTE = 15, STOP = 12, LIKE_URL = 9, NEGATED = 33, MOST = 8 };

typedef struct fixture {
    small_model small;
    uint32_t tests[MOST][5];
    uint64_t values[MOST];
    uint16_t classes[SMALL_TEXT], of_classes[SMALL_CLASSES];
} fixture;

/* A test of a flag whose operands are one text. */
static void add_test(fixture *f, uint32_t number, uint32_t kind, uint32_t attr, const char *text)
{
    token_flag_tables *flags = &f->small.model.flags;
    const uint32_t row[5] = {kind, attr, number == NEGATED, flags->count, 1};
    f->values[flags->count] = string_id(&f->small.model, text, strlen(text));
    memcpy(f->tests[flags->count], row, sizeof row);
    flags->test[number] = (uint8_t)++flags->count;
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    if (!f) return -1;
    small_model_init(&f->small);
    f->small.text.char_class = f->classes;
    memcpy(f->of_classes, f->small.model.chars.flags, sizeof f->of_classes);
    f->of_classes['$'] |= CHAR_CURRENCY;
    f->small.model.chars.flags = f->of_classes;
    f->small.model.flags.tests = f->tests[0];
    f->small.model.flags.values = f->values;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    small_model_free(&f->small);
    free(f);
    return 0;
}

static void use_words(fixture *f, const char *const *words, size_t count)
{
    small_doc(&f->small, words, count);
    for (size_t i = 0; i < f->small.text.length; i++)
        f->classes[i] = char_class(&f->small.model.chars, f->small.code_point[i]);
}

static uint32_t flags_at(const fixture *f, size_t token)
{
    uint32_t known, flags = word_flags(&f->small.doc, token, &known);
    assert_int_equal(flags & ~known, 0);
    return flags;
}

#define CHARACTERS                                                                                                     \
    (TERN_WORD_ALPHA | TERN_WORD_ASCII | TERN_WORD_DIGIT | TERN_WORD_LOWER | TERN_WORD_PUNCT | TERN_WORD_SPACE         \
     | TERN_WORD_TITLE | TERN_WORD_UPPER)

static void characters_tell_without_a_language(void **state)
{
    static const char *const words[] = {"The", "12", "$"};
    fixture *f = *state;
    uint32_t known;
    for (size_t count = 1; count <= 3; count++) {
        use_words(f, words, count);
        assert_int_equal(word_flags(&f->small.doc, count - 1, &known) & ~(unsigned)CHARACTERS, 0);
        assert_int_equal(known, CHARACTERS);
    }
    assert_int_equal(flags_at(f, 0), TERN_WORD_ALPHA | TERN_WORD_ASCII | TERN_WORD_TITLE);
    assert_int_equal(flags_at(f, 1), TERN_WORD_ASCII | TERN_WORD_DIGIT);
    assert_int_equal(flags_at(f, 2), TERN_WORD_ASCII); /* names of currencies are the language's */
}

static void lists_tell_of_each_token(void **state)
{
    static const char *const words[] = {"the", "''", "\xc3\xa9", "$"};
    fixture *f = *state;
    uint32_t known;
    add_test(f, STOP, PREDICATE_AMONG, PATTERN_LOWER, "the");
    add_test(f, QUOTE, PREDICATE_AMONG, PATTERN_ORTH, "''");
    add_test(f, CURRENCY, PREDICATE_AMONG, PATTERN_ORTH, "\xc3\xa9");
    use_words(f, words, 4);
    assert_int_equal(flags_at(f, 0), TERN_WORD_ALPHA | TERN_WORD_ASCII | TERN_WORD_LOWER | TERN_WORD_STOP);
    assert_int_equal(flags_at(f, 1), TERN_WORD_ASCII | TERN_WORD_QUOTE);
    assert_int_equal(flags_at(f, 2), TERN_WORD_CURRENCY);
    assert_int_equal(flags_at(f, 3), TERN_WORD_ASCII | TERN_WORD_CURRENCY);
    word_flags(&f->small.doc, 0, &known);
    assert_int_equal(known, CHARACTERS | TERN_WORD_STOP | TERN_WORD_QUOTE | TERN_WORD_CURRENCY);
}

/* The text of LOWER counts, which is another than the token's. */
static void a_stop_word_may_have_capitals(void **state)
{
    static const char *const words[] = {"THE"};
    fixture *f = *state;
    add_test(f, STOP, PREDICATE_AMONG, PATTERN_LOWER, "the");
    use_words(f, words, 1);
    assert_false(token_flag(&f->small.doc, STOP, 0));
    f->small.doc.attr[ATTR_LOWER][0] = string_id(&f->small.model, "the", 3);
    assert_true(token_flag(&f->small.doc, STOP, 0));
}

static void a_test_may_be_negated(void **state)
{
    static const char *const words[] = {"a", "b"};
    fixture *f = *state;
    add_test(f, NEGATED, PREDICATE_AMONG, PATTERN_ORTH, "a");
    use_words(f, words, 2);
    assert_false(token_flag(&f->small.doc, NEGATED, 0));
    assert_true(token_flag(&f->small.doc, NEGATED, 1));
    assert_int_equal(flags_at(f, 1) & ~(unsigned)CHARACTERS, 0); /* a flag beyond those of words */
}

static void addresses(void **state)
{
    static const struct {
        const char *word;
        int is_url;
    } known[] = {
        {"http://", 1},    {"https://x", 1},    {"http:/", 0},   {"www.", 0},
        {"www.a", 1},      {"www.\xc3\xa9", 1}, /* code points count */
        {"ww.a", 0},       {"a.com", 1},        {"com", 0},      {".com", 0},
        {"a.com.", 0},     {"a@b.com", 0},      {"a.com:80", 1}, {"a.:com", 0},
        {"a.b/", 1},       {"a.b/c", 0},        {"a.COM", 0},    {"\xc3\xa9.com", 1},
        {"a.\xc3\xa9", 0}, {"a..com", 1},       {"", 0},         {".", 0},
        {"a.", 0},
    };
    fixture *f = *state;
    add_test(f, LIKE_URL, FLAG_URL, PATTERN_ORTH, "com");
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        use_words(f, &known[i].word, 1);
        if (token_flag(&f->small.doc, LIKE_URL, 0) != known[i].is_url) fail_msg("%s", known[i].word);
    }
}

static void what_the_tokenizer_takes_for_an_address(void **state)
{
    static small_dfa shape;
    static const char *const words[] = {"x", "a.bc", "b.xx", "a."};
    fixture *f = *state;
    add_test(f, LIKE_URL, FLAG_URL, PATTERN_ORTH, "com");
    start_at_beginning(&shape, 1); /* a.bc, a. */
    edge(&shape, 1, "a", 2);
    edge(&shape, 2, ".", 3);
    edge(&shape, 3, "b", 4);
    edge(&shape, 4, "c", 5);
    shape.accept[3] = shape.accept[5] = 1;
    f->small.model.tokenizer.url_match = small_dfa_bind(&shape);
    use_words(f, words, 4);
    assert_false(token_flag(&f->small.doc, LIKE_URL, 0));
    assert_true(token_flag(&f->small.doc, LIKE_URL, 1));
    assert_false(token_flag(&f->small.doc, LIKE_URL, 2));
    assert_false(token_flag(&f->small.doc, LIKE_URL, 3)); /* ends with a full stop */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(characters_tell_without_a_language, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lists_tell_of_each_token, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stop_word_may_have_capitals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_test_may_be_negated, set_up, tear_down),
        cmocka_unit_test_setup_teardown(addresses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_the_tokenizer_takes_for_an_address, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
