/* test_chars.c - characters as the formats for people see them. */
#include "fixture.h"

#include "chars.h"
#include "unicode.h"
#include "utf8.h"

/* The model has the table of the reference Python: str.isspace() of every code point. */
static void white_space_is_that_of_the_tokenizer(void **state)
{
    const tern_model *model = *state;
    for (uint32_t c = 0; c < CODE_POINTS; c++) {
        int is_space = class_has(&model->chars, char_class(&model->chars, c), CHAR_SPACE);
        if (is_space_char(c) != is_space) fail_msg("U+%04X: %d, expected %d", (unsigned)c, is_space_char(c), is_space);
    }
}

static void every_code_point_is_read_back(void **state)
{
    unsigned char text[4];
    (void)state;
    for (uint32_t c = 0; c < CODE_POINTS; c++) {
        if (c >= 0xD800 && c < 0xE000) continue;
        const char *p = (const char *)text, *end = p + utf8_encode(c, text);
        assert_int_equal(next_char(&p, end), c);
        assert_ptr_equal(p, end);
    }
}

static void what_is_no_utf8_never_leaves_the_text(void **state)
{
    static const char *const bad[] = {"\x80", "\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xf8\x88\x80\x80", "\xc0"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *p = bad[i], *end = p + strlen(p);
        assert_int_equal(next_char(&p, end), 0xFFFD);
        assert_ptr_equal(p, bad[i] + 1);
    }
}

/* Widths of UAX 11 and of wcwidth(3). */
static void cells_of_a_terminal(void **state)
{
    (void)state;
    assert_int_equal(text_cells("caf\xc3\xa9", 5), 4);
    assert_int_equal(text_cells("cafe\xcc\x81", 6), 4);             /* combining acute */
    assert_int_equal(text_cells("\xe6\x9d\xb1\xe4\xba\xac", 6), 4); /* two ideographs */
    assert_int_equal(text_cells("\xed\x95\x9c", 3), 2);             /* a Hangul syllable */
    assert_int_equal(text_cells("\xef\xbd\xb1", 3), 1);             /* a halfwidth katakana */
    assert_int_equal(text_cells("\xf0\x9f\x98\x80", 4), 2);         /* an emoji */
    assert_int_equal(text_cells("\xd7\xa9\xd6\xb8", 4), 1);         /* a letter and its vowel point */
    assert_int_equal(text_cells("\xe2\x80\x8b", 3), 0);             /* zero width space */
}

static void controls_are_escaped(void **state)
{
    static const struct {
        const char *text;
        size_t len;
        int keep_lines;
        const char *expected;
    } samples[] = {
        {"", 0, 0, ""},
        {"a\\b\tc\nd\re", 9, 0, "a\\\\b\\tc\\nd\\re"},
        {"a\\b\tc\nd\re", 9, 1, "a\\b\tc\nd\\re"},
        {"\0\x1b\x7f", 3, 0, "\\u0000\\u001b\\u007f"},
        {"\xc2\x85\xc2\x9f\xc2\xa0", 6, 1, "\\u0085\\u009f\xc2\xa0"},
        {"\xf0\x9f\x98\x80", 4, 0, "\xf0\x9f\x98\x80"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        bytes out = {0};
        escape_controls(&out, samples[i].text, samples[i].len, samples[i].keep_lines);
        assert_string_equal(out.data, samples[i].expected);
        bytes_free(&out);
    }
}

static void what_nobody_sees(void **state)
{
    static const uint32_t unseen[] = {0,      0x09,   0x0C,   0x1B,   0x20,   0x7F,   0x85,   0xA0,   0xAD,
                                      0x061C, 0x180E, 0x200B, 0x2028, 0x2060, 0x3000, 0xFEFF, 0xE0001};
    static const uint32_t seen[] = {'!', '{', '~', 0xA1, 0xAC, 0xAE, 0xE9, 0x2026, 0x4E2D, 0xFFFD, 0x1F600};
    (void)state;
    for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++)
        if (!is_invisible_char(unseen[i])) fail_msg("U+%04X is seen", (unsigned)unseen[i]);
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++)
        if (is_invisible_char(seen[i])) fail_msg("U+%04X is not seen", (unsigned)seen[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(white_space_is_that_of_the_tokenizer),
        cmocka_unit_test(every_code_point_is_read_back),
        cmocka_unit_test(what_is_no_utf8_never_leaves_the_text),
        cmocka_unit_test(cells_of_a_terminal),
        cmocka_unit_test(controls_are_escaped),
        cmocka_unit_test(what_nobody_sees),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}
