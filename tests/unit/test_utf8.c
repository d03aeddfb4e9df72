/* test_utf8.c - strict UTF-8 against the Unicode standard, section 3.9. */
#include "cmocka_all.h"

#include <string.h>

#include "utf8.h"

static size_t decode(const char *bytes, size_t len, uint32_t *code_point)
{
    const unsigned char *p = (const unsigned char *)bytes;
    return utf8_decode(p, p + len, code_point);
}

static void every_scalar_value_survives_a_round_trip(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        unsigned char bytes[4];
        uint32_t back = 0;
        if (c >= 0xd800 && c <= 0xdfff) continue;
        size_t size = utf8_encode(c, bytes);
        assert_int_equal(size, c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4);
        assert_int_equal(utf8_decode(bytes, bytes + size, &back), size);
        assert_int_equal(back, c);
        if (size > 1) assert_int_equal(utf8_decode(bytes, bytes + size - 1, &back), 0); /* cut short */
    }
}

static void known_encodings(void **state)
{
    static const struct {
        const char *bytes;
        uint32_t code_point;
    } known[] = {
        {"A", 0x41},
        {"\xc2\x80", 0x80},
        {"\xc3\xa9", 0xe9},
        {"\xe2\x82\xac", 0x20ac},
        {"\xef\xbf\xbf", 0xffff},
        {"\xf0\x9f\x98\x80", 0x1f600},
        {"\xf4\x8f\xbf\xbf", 0x10ffff},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        uint32_t got = 0;
        assert_int_equal(decode(known[i].bytes, strlen(known[i].bytes), &got), strlen(known[i].bytes));
        assert_int_equal(got, known[i].code_point);
    }
}

static void malformed_bytes_are_refused(void **state)
{
    static const char *const bad[] = {
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc1\xbf",
        "\xe0\x80\x80",
        "\xe0\x9f\xbf",
        "\xf0\x80\x80\x80",
        "\xf0\x8f\xbf\xbf",
        "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xf8\x88\x80\x80",
        "\xfe",
        "\xff",
        "\xc3",
        "\xc3"
        "A",
        "\xe2\x82",
        "\xe2\x82"
        "A",
        "\xe2"
        "AA",
        "\xf0\x9f\x98",
        "\xf0\x9f\x98"
        "A",
        "\xf0\x9f"
        "AA",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint32_t c;
        assert_int_equal(decode(bad[i], strlen(bad[i]), &c), 0);
    }
}

/* As many sequences of each length are accepted as there are scalar values of that length: so nothing else is. */
static void nothing_but_scalar_values_is_accepted(void **state)
{
    size_t two = 0, three = 0, four = 0;
    (void)state;
    for (uint32_t bits = 0; bits < 1u << 24; bits++) {
        unsigned char p[4] = {(unsigned char)(bits >> 16), (unsigned char)(bits >> 8), (unsigned char)bits, 0x80};
        uint32_t c;
        if ((bits & 0xff) == 0) two += utf8_decode(p, p + 2, &c) == 2;
        three += utf8_decode(p, p + 3, &c) == 3;
        if (p[0] >= 0xf0) four += utf8_decode(p, p + 4, &c) == 4;
    }
    assert_int_equal(two, 0x800 - 0x80);
    assert_int_equal(three, 0x10000 - 0x800 - 0x800);
    assert_int_equal(four, 0x100000 / 64); /* the fourth byte is one of 64 here */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scalar_value_survives_a_round_trip),
        cmocka_unit_test(known_encodings),
        cmocka_unit_test(malformed_bytes_are_refused),
        cmocka_unit_test(nothing_but_scalar_values_is_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
