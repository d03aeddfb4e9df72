/* test_json_out.c - the writer against Python's json.dumps(s, ensure_ascii=False), CPython 3.11. */
#include "cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "json_out.h"

/* json.dumps of every character below U+0020, in order */
static const char *const control[32] = {
    "\\u0000", "\\u0001", "\\u0002", "\\u0003", "\\u0004", "\\u0005", "\\u0006", "\\u0007", "\\b", "\\t", "\\n",
    "\\u000b", "\\f", "\\r",
    "\\u000e", "\\u000f", "\\u0010", "\\u0011", "\\u0012", "\\u0013", "\\u0014", "\\u0015", "\\u0016", "\\u0017",
    "\\u0018", "\\u0019",
    "\\u001a", "\\u001b", "\\u001c", "\\u001d", "\\u001e", "\\u001f",
};

static void check(const char *text, size_t len, const char *expected)
{
    bytes out = {0};
    json_out_string(&out, text, len);
    assert_false(out.failed);
    assert_string_equal(out.data, expected);
    assert_int_equal(out.len, strlen(expected));
    bytes_free(&out);
}

static void control_characters_are_escaped(void **state)
{
    (void)state;
    for (unsigned c = 0; c < 32; c++) {
        const char text[3] = {'a', (char)c, 'b'};
        char expected[16];
        snprintf(expected, sizeof expected, "\"a%sb\"", control[c]);
        check(text, 3, expected);
    }
}

static void all_other_ascii_but_quote_and_backslash_is_itself(void **state)
{
    (void)state;
    for (unsigned c = 0x20; c < 0x80; c++) {
        const char text[1] = {(char)c};
        char expected[8];
        snprintf(expected, sizeof expected, c == '"' || c == '\\' ? "\"\\%c\"" : "\"%c\"", (char)c);
        check(text, 1, expected);
    }
}

static void other_characters_stay_utf8(void **state)
{
    (void)state;
    check("", 0, "\"\"");
    check("Zo\xc3\xab \xe2\x80\xa8 \xf0\x9f\x98\x80", 13, "\"Zo\xc3\xab \xe2\x80\xa8 \xf0\x9f\x98\x80\"");
    check("\"\"\\\n", 4, "\"\\\"\\\"\\\\\\n\"");
}

static void pieces_are_appended(void **state)
{
    bytes out = {0};
    (void)state;
    json_out_cstring(&out, "a");
    json_out_size(&out, 0);
    json_out_size(&out, SIZE_MAX);
    char expected[64];
    snprintf(expected, sizeof expected, "\"a\"0%zu", (size_t)SIZE_MAX);
    assert_string_equal(out.data, expected);
    bytes_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(control_characters_are_escaped),
        cmocka_unit_test(all_other_ascii_but_quote_and_backslash_is_itself),
        cmocka_unit_test(other_characters_stay_utf8),
        cmocka_unit_test(pieces_are_appended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
