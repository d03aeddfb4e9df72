/* test_unicode.c - character facts and lower-casing. Expected values: str of Python 3.11 (Unicode 14.0). */
#include "fixture.h"

#include "unicode.h"
#include "utf8.h"

static size_t decode(const char *text, uint32_t *out)
{
    const unsigned char *p = (const unsigned char *)text, *end = p + strlen(text);
    size_t n = 0;
    while (p < end) p += utf8_decode(p, end, &out[n++]);
    return n;
}

static void lower_casing_equals_python(void **state)
{
    static const char *const known[][2] = {
        {"", ""},
        {"ABC xyz 123", "abc xyz 123"},
        {"\u039f\u0394\u039f\u03a3", "\u03bf\u03b4\u03bf\u03c2"},
        {"\u03a3\u0391\u03a3", "\u03c3\u03b1\u03c2"},
        {"\u03a3", "\u03c3"},
        {"\u0391\u03a3.", "\u03b1\u03c2."},
        {"\u0391\u03a3.\u0391", "\u03b1\u03c3.\u03b1"},
        {"\u0391.\u03a3", "\u03b1.\u03c2"},
        {"\u0391\u03a3'", "\u03b1\u03c2'"},
        {"'\u03a3", "'\u03c3"},
        {"\u0130", "i\u0307"},
        {"I\u0130\u03a3", "ii\u0307\u03c2"},
        {"\u0391\u03a3\u0301", "\u03b1\u03c2\u0301"},
        {"\u0391\u0301\u03a3", "\u03b1\u0301\u03c2"},
        {"\u0391\u03a3"
         "1",
         "\u03b1\u03c2"
         "1"},
        {"1\u03a3", "1\u03c3"},
        {"\u03a3\u03a3", "\u03c3\u03c2"},
        /* U+02B0 is cased and case-ignorable: ignorable is asked first */
        {"\u0391\u03a3\u02b0", "\u03b1\u03c2\u02b0"},
        {"\u0391\u02b0\u03a3", "\u03b1\u02b0\u03c2"},
        {"\u1c90\ua64a\u1e9e\u01c5", "\u10d0\ua64b\u00df\u01c6"},
        {"\u2167", "\u2177"},
        {"\U00010400", "\U00010428"},
    };
    const tern_model *model = *state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        uint32_t in[32], want[64], got[64];
        size_t n = decode(known[i][0], in), count = decode(known[i][1], want);
        assert_int_equal(unicode_lower(&model->chars, in, n, got), count);
        assert_memory_equal(got, want, count * sizeof got[0]);
    }
}

static size_t count_flag(const char_table *chars, unsigned flag)
{
    size_t n = 0;
    for (uint32_t c = 0; c < CODE_POINTS; c++) n += class_has(chars, char_class(chars, c), flag) != 0;
    return n;
}

static void facts_are_those_of_unicode_14(void **state)
{
    const tern_model *model = *state;
    assert_int_equal(count_flag(&model->chars, CHAR_SPACE), 29);
    assert_int_equal(count_flag(&model->chars, CHAR_ALPHA), 131756);
    assert_int_equal(count_flag(&model->chars, CHAR_DIGIT), 788);
    assert_int_equal(count_flag(&model->chars, CHAR_UPPER), 1951);
    assert_int_equal(count_flag(&model->chars, CHAR_LOWER), 2471);
    assert_int_equal(count_flag(&model->chars, CHAR_TITLE), 1982);
    assert_int_equal(count_flag(&model->chars, CHAR_PUNCT), 819);
    assert_int_equal(count_flag(&model->chars, CHAR_CURRENCY), 63);
    assert_int_equal(count_flag(&model->chars, CHAR_CASED), 4253);
    assert_int_equal(count_flag(&model->chars, CHAR_CASE_IGNORABLE), 2602);
}

static void exactly_these_are_whitespace(void **state)
{
    static const uint32_t spaces[][2] = {{0x09, 0x0d},     {0x1c, 0x20},     {0x85, 0x85},     {0xa0, 0xa0},
                                         {0x1680, 0x1680}, {0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f},
                                         {0x205f, 0x205f}, {0x3000, 0x3000}};
    const tern_model *model = *state;
    for (uint32_t c = 0; c < CODE_POINTS; c++) {
        int want = 0;
        for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++) want |= c >= spaces[i][0] && c <= spaces[i][1];
        assert_int_equal(class_has(&model->chars, char_class(&model->chars, c), CHAR_SPACE), want);
    }
}

static void lower_casing_changes_as_many_as_python(void **state)
{
    const tern_model *model = *state;
    size_t changed = 0, grown = 0;
    for (uint32_t c = 0; c < CODE_POINTS; c++) {
        uint32_t out[2];
        size_t n = unicode_lower(&model->chars, &c, 1, out);
        changed += n != 1 || out[0] != c;
        grown += n > 1;
        assert_true(n >= 1 && n <= 2 && out[0] < CODE_POINTS);
    }
    assert_int_equal(changed, 1433);
    assert_int_equal(grown, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lower_casing_equals_python),
        cmocka_unit_test(facts_are_those_of_unicode_14),
        cmocka_unit_test(exactly_these_are_whitespace),
        cmocka_unit_test(lower_casing_changes_as_many_as_python),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}
