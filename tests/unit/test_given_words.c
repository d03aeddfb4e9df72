/* tern_run_words: the document of words that are cut already, what is refused, and a model without a tokenizer. Offsets
 * by hand; tests/parity/test_given_words.py compares with spaCy. */
#include "asker.h"
#include "fixture.h"

#include "tern.h"

static tern_ctx *new_context(const tern_model *model)
{
    tern_ctx *ctx = NULL;
    assert_int_equal(tern_ctx_new(model, &ctx, NULL), TERN_OK);
    return ctx;
}

static void assert_span(const tern_doc *doc, size_t token, size_t byte, size_t character, size_t utf16, int space)
{
    tern_token t;
    assert_int_equal(tern_doc_token(doc, token, &t), TERN_OK);
    assert_int_equal(t.span.byte_start, byte);
    assert_int_equal(t.span.char_start, character);
    assert_int_equal(t.span.utf16_start, utf16);
    assert_int_equal(t.space, space);
}

static void assert_text(const tern_doc *doc, const char *expected, size_t len)
{
    const char *text;
    size_t text_len;
    assert_int_equal(tern_doc_text(doc, &text, &text_len), TERN_OK);
    assert_int_equal(text_len, len);
    assert_memory_equal(text, expected, len);
}

/* An emoji, a word with a blank, one that is a blank, U+0000. */
static void offsets_count_in_the_text_that_the_words_make(void **state)
{
    static const char *const words[] = {"\xf0\x9f\x98\x80", "New York", " ", "\0b", "\xc3\xa9"};
    static const size_t lengths[] = {4, 8, 1, 2, 2};
    static const unsigned char spaces[] = {0, 1, 0, 7, 1};
    static const char text[] = "\xf0\x9f\x98\x80New York  \0b \xc3\xa9 ";
    const tern_words given = {5, words, lengths, spaces};
    tern_ctx *ctx = new_context(*state);
    const tern_doc *doc;
    assert_int_equal(tern_run_words(ctx, &given, NULL, &doc, NULL), TERN_OK);
    assert_int_equal(tern_doc_token_count(doc), 5);
    assert_text(doc, text, sizeof text - 1);
    assert_span(doc, 0, 0, 0, 0, 0);
    assert_span(doc, 1, 4, 1, 2, 1);
    assert_span(doc, 2, 13, 10, 11, 0);
    assert_span(doc, 3, 14, 11, 12, 1);
    assert_span(doc, 4, 17, 14, 15, 1);
    tern_ctx_free(ctx);
}

/* As in spaCy, a blank follows each word; words end with NUL. */
static void without_spaces_a_blank_follows_each_word(void **state)
{
    static const char *const words[] = {"Alan", "Turing", "don't"};
    const tern_words given = {.count = 3, .words = words}, none = {.count = 0};
    tern_ctx *ctx = new_context(*state);
    const tern_doc *doc;
    tern_token token;
    const char *text;
    size_t len;
    assert_int_equal(tern_run_words(ctx, &given, NULL, &doc, NULL), TERN_OK);
    assert_text(doc, "Alan Turing don't ", 18);
    assert_int_equal(tern_doc_token(doc, 2, &token), TERN_OK);
    assert_int_equal(token.span.char_end, 17);
    assert_string_equal(token.norm, "don't");
    assert_int_equal(tern_run_words(ctx, &none, NULL, &doc, NULL), TERN_OK);
    assert_int_equal(tern_doc_token_count(doc), 0);
    assert_text(doc, "", 0);
    assert_int_equal(tern_run(ctx, "a", 1, NULL, &doc, NULL), TERN_OK); /* whose text is the caller's */
    assert_int_equal(tern_doc_text(doc, &text, &len), TERN_E_ARGUMENT);
    assert_null(text);
    assert_int_equal(tern_doc_text(doc, NULL, &len), TERN_E_ARGUMENT);
    tern_ctx_free(ctx);
}

static void wrong_words_are_refused(void **state)
{
    static const char *const one[] = {"a", ""}, *const null[] = {"a", NULL},
                             *const halves[] = {"a\xc3", "\xa9"}; /* a character, cut */
    static const struct {
        tern_words words;
        tern_status status;
        size_t pos;
        const char *says;
    } bad[] = {
        {{2, one, NULL, NULL}, TERN_E_ARGUMENT, 0, "word 1 is empty"},
        {{2, null, NULL, NULL}, TERN_E_ARGUMENT, 0, "word 1 is NULL"},
        {{1, NULL, NULL, NULL}, TERN_E_ARGUMENT, 0, "words is NULL"},
        {{2, halves, NULL, (const unsigned char *)"\0\0"}, TERN_E_UTF8, 0, "word 0 is not valid UTF-8"},
        {{1, one, NULL, NULL}, TERN_E_TOO_LONG, 2, "a text of 2 characters"},
    };
    tern_ctx *ctx = new_context(*state);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const tern_options options = {.want = TERN_ENTITIES, .max_chars = i == 4 ? 1 : 0};
        const tern_doc *doc;
        tern_error err = {0};
        assert_int_equal(tern_run_words(ctx, &bad[i].words, &options, &doc, &err), bad[i].status);
        assert_null(doc);
        assert_int_equal(err.pos, bad[i].pos);
        assert_non_null(strstr(err.msg, bad[i].says));
    }
    const tern_doc *doc;
    assert_int_equal(tern_run_words(ctx, NULL, NULL, &doc, NULL), TERN_E_ARGUMENT);
    assert_int_equal(tern_run_words(NULL, &bad[0].words, NULL, &doc, NULL), TERN_E_ARGUMENT);
    assert_int_equal(tern_run_words(ctx, &bad[0].words, NULL, NULL, NULL), TERN_E_ARGUMENT);
    tern_ctx_free(ctx);
}

enum { MANY = 3000 };

static tern_words many_words(const char *const **words)
{
    const char **array = malloc(MANY * sizeof *array);
    assert_non_null(array);
    for (size_t i = 0; i < MANY; i++) array[i] = i % 3 ? "Turing" : "London";
    *words = array;
    return (tern_words){.count = MANY, .words = array};
}

/* Whenever it says yes, the run ends, and the context works on. */
static void a_run_on_words_can_be_interrupted(void **state)
{
    const char *const *array;
    const tern_words words = many_words(&array);
    tern_ctx *ctx = new_context(*state);
    const tern_doc *doc;
    asker all = {0};
    tern_options options = {.want = TERN_ENTITIES, .interrupt = ask, .interrupt_user = &all};
    assert_int_equal(tern_run_words(ctx, &words, &options, &doc, NULL), TERN_OK);
    assert_true(all.asked > 8);
    for (size_t at = 1; at <= 8; at++) {
        asker some = {.yes_at = at};
        options.interrupt_user = &some;
        assert_int_equal(tern_run_words(ctx, &words, &options, &doc, NULL), TERN_E_INTERRUPTED);
        assert_int_equal(some.asked, at);
    }
    assert_int_equal(tern_run_words(ctx, &words, NULL, &doc, NULL), TERN_OK);
    assert_int_equal(tern_doc_token_count(doc), MANY);
    free((void *)(uintptr_t)array);
    tern_ctx_free(ctx);
}

static void the_text_of_words_counts_as_memory(void **state)
{
    const char *const *array;
    const tern_words words = many_words(&array);
    tern_ctx *ctx = new_context(*state);
    const tern_doc *doc;
    tern_error err = {0};
    tern_options options = {.want = TERN_TOKENS, .memory = 10000};
    assert_int_equal(tern_run_words(ctx, &words, &options, &doc, &err), TERN_E_MEMORY_LIMIT);
    assert_int_equal(err.pos, 7 * MANY);
    options.memory = 0;
    assert_int_equal(tern_run_words(ctx, &words, &options, &doc, NULL), TERN_OK);
    size_t needed = tern_ctx_peak_memory(ctx);
    assert_int_equal(tern_run(ctx, "a", 1, &options, &doc, NULL), TERN_OK);
    assert_true(needed >= 7 * MANY && needed < 250 * 7 * MANY + ((size_t)16 << 20));
    free((void *)(uintptr_t)array);
    tern_ctx_free(ctx);
}

/* ---- without a tokenizer ----------------------------------------------------------------------------------------- */

/* The tiny model, whose header says that it has no tokenizer. */
static unsigned char *model_without_tokenizer(size_t *size)
{
    FILE *file = fopen(TERN_SOURCE_DIR "/tests/data/tiny.tern", "rb");
    unsigned char *data = aligned_alloc(64, 1 << 17);
    assert_non_null(file);
    assert_non_null(data);
    *size = fread(data, 1, 1 << 17, file);
    fclose(file);
    data[40] |= TERN_FEATURE_GIVEN_WORDS;
    uint32_t crc = crc32c(data, 52);
    memcpy(data + 52, &crc, sizeof crc);
    return data;
}

static void a_model_without_tokenizer_takes_words_only(void **state)
{
    static const char *const array[] = {"Alan", "."};
    static const tern_words words = {.count = 2, .words = array};
    tern_model *model;
    const tern_doc *doc;
    tern_error err = {0};
    size_t size;
    unsigned char *data = model_without_tokenizer(&size);
    (void)state;
    assert_int_equal(tern_model_open_memory(data, size, &model, &err), TERN_OK);
    assert_int_equal(tern_model_has_tokenizer(model), 0);
    tern_ctx *ctx = new_context(model);
    for (size_t len = 0; len < 2; len++) {
        assert_int_equal(tern_run(ctx, "a", len, NULL, &doc, &err), TERN_E_UNSUPPORTED);
        assert_null(doc);
        assert_non_null(strstr(err.msg, "tern_run_words"));
    }
    assert_int_equal(tern_run_words(ctx, &words, NULL, &doc, NULL), TERN_OK);
    assert_int_equal(tern_doc_token_count(doc), 2);
    tern_ctx_free(ctx);
    tern_model_close(model);
    free(data);
}

static void other_models_have_a_tokenizer(void **state)
{
    assert_int_equal(tern_model_has_tokenizer(*state), 1);
    assert_int_equal(tern_model_has_tokenizer(NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets_count_in_the_text_that_the_words_make),
        cmocka_unit_test(without_spaces_a_blank_follows_each_word),
        cmocka_unit_test(wrong_words_are_refused),
        cmocka_unit_test(a_run_on_words_can_be_interrupted),
        cmocka_unit_test(the_text_of_words_counts_as_memory),
        cmocka_unit_test(a_model_without_tokenizer_takes_words_only),
        cmocka_unit_test(other_models_have_a_tokenizer),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}
