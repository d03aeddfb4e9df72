/* test_json_out.c - the writer against Python's json.dumps(s, ensure_ascii=False), CPython 3.11. */
#include "cmocka_all.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "json_out.h"

/* json.dumps of every character below U+0020, in order */
static const char *const control[32] = {
    "\\u0000", "\\u0001", "\\u0002", "\\u0003", "\\u0004", "\\u0005", "\\u0006", "\\u0007",
    "\\b",     "\\t",     "\\n",     "\\u000b", "\\f",     "\\r",     "\\u000e", "\\u000f",
    "\\u0010", "\\u0011", "\\u0012", "\\u0013", "\\u0014", "\\u0015", "\\u0016", "\\u0017",
    "\\u0018", "\\u0019", "\\u001a", "\\u001b", "\\u001c", "\\u001d", "\\u001e", "\\u001f",
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

/* repr(x) of Python 3.11; the powers of two are those whose nearest 16 digits lie below what leads back to them */
static void floats_are_those_of_python(void **state)
{
    static const struct {
        double number;
        const char *text;
    } cases[] = {
        {0.0, "0.0"},
        {1.0, "1.0"},
        {0.5, "0.5"},
        {0.1, "0.1"},
        {0.3, "0.3"},
        {0.3333333333333333, "0.3333333333333333"},
        {0.6666666666666666, "0.6666666666666666"},
        {123456.789, "123456.789"},
        {0.0001, "0.0001"},
        {9.999e-05, "9.999e-05"},
        {1e-05, "1e-05"},
        {1500000000000000.0, "1500000000000000.0"},
        {9007199254740992.0, "9007199254740992.0"},
        {1e+16, "1e+16"},
        {1e+22, "1e+22"},
        {1.7976931348623157e+308, "1.7976931348623157e+308"},
        {5e-324, "5e-324"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
        {2.225073858507201e-308, "2.225073858507201e-308"},
        {5.684341886080802e-14, "5.684341886080802e-14"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
        {9.5367431640625e-07, "9.5367431640625e-07"},
        {5.960464477539063e-08, "5.960464477539063e-08"},
        {5.877471754111438e-39, "5.877471754111438e-39"},
        {1.5474250491067253e+26, "1.5474250491067253e+26"},
        {5.316911983139664e+36, "5.316911983139664e+36"},
        {0.10000000149011612, "0.10000000149011612"},
        {0.8999999761581421, "0.8999999761581421"},
        {0.3333333432674408, "0.3333333432674408"},
        {0.9999989867210388, "0.9999989867210388"},
        {2.06115369216775e-09, "2.06115369216775e-09"},
        {9.999999747378752e-05, "9.999999747378752e-05"},
        {9.999999747378752e-06, "9.999999747378752e-06"},
        {0.7310585975646973, "0.7310585975646973"},
        {-0.0, "-0.0"},
        {-2.5, "-2.5"},
        {(double)INFINITY, "null"},
        {(double)NAN, "null"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bytes out = {0};
        json_out_double(&out, cases[i].number);
        assert_string_equal(out.data, cases[i].text);
        bytes_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(control_characters_are_escaped),
        cmocka_unit_test(all_other_ascii_but_quote_and_backslash_is_itself),
        cmocka_unit_test(other_characters_stay_utf8),
        cmocka_unit_test(pieces_are_appended),
        cmocka_unit_test(floats_are_those_of_python),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
