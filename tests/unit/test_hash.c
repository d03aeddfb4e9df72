/* test_hash.c - hash functions and checksum. Expected values: spacy.strings.hash_string and thinc's NumpyOps.hash
, Vectors._get_ngram_hashes
 * (spaCy 3.8.18, thinc 8.3); RFC 3720 B.4 for CRC-32C. */
#include "cmocka_all.h"

#include <string.h>

#include "hash.h"

static void string_hashes_equal_spacy(void **state)
{
    static const struct {
        const char *text;
        uint64_t hash;
    } known[] = {
        {"", 14313749767032693980u},
        {"a", 11901859001352538922u},
        {"ab", 6606101647874324205u},
        {"abc", 13021918864714763345u},
        {"abcd", 10146069190107602562u},
        {"abcde", 13719108639536143u},
        {"abcdef", 15630152049486356940u},
        {"abcdefg", 18200195881963043692u},
        {"abcdefgh", 17751780907874141760u},
        {"abcdefghi", 13885881106499164936u},
        {"abcdefghijklmno", 14677163542059211088u},
        {"abcdefghijklmnopqrstuvw", 835894934677477038u},
        {"apple", 8566208034543834098u},
        {"Apple", 6418411030699964375u},
        {"Xxxxx", 16072095006890171862u},
        {"'s", 16428057658620181782u},
        {"\xc3\xa9", 16256712947286012828u},
        {"\xe6\x9d\xb1\xe4\xba\xac", 9360021637096476946u},
        {"\xc3\xbf\xc2\x80", 4973532474414564769u},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        assert_true(murmur64a(known[i].text, strlen(known[i].text), 1) == known[i].hash);
    assert_true(murmur64a("\0", 1, 1) == 12725806677685968135u);
}

static void string_hash_does_not_depend_on_alignment(void **state)
{
    unsigned char room[64];
    (void)state;
    for (size_t shift = 0; shift < 8; shift++) {
        memcpy(room + shift, "abcdefghijklmnopqrstuvw", 23);
        assert_true(murmur64a(room + shift, 23, 1) == 835894934677477038u);
    }
}

static void bucket_hashes_equal_thinc(void **state)
{
    static const struct {
        uint64_t key;
        uint32_t seed, out[4];
    } known[] = {
        {8566208034543834098u, 8, {0x9e2e98ee, 0xe9d19360, 0xed45e565, 0xdeba5d10}},
        {101, 8, {0x59aae428, 0x6903042d, 0x0680563c, 0x9d848644}},
        {0, 8, {0, 0, 0, 0}},
        {1, 8, {0x453bd91c, 0x85fa7376, 0x67d9c5aa, 0x48f7ad31}},
        {UINT64_MAX, 8, {0x9457286e, 0xb150a455, 0x5e82bca5, 0x89f8f680}},
        {101, 11, {1763378230, 3759297338, 627086936, 2342724702}},
        {0, UINT32_MAX, {3379968066, 2350167928, 3358923416, 3283558021}},
        {UINT64_MAX, UINT32_MAX, {88181733, 672240216, 4087153151, 3796020537}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        uint32_t out[4];
        murmur3_u64(known[i].key, known[i].seed, out);
        assert_memory_equal(out, known[i].out, sizeof out);
    }
}

static void piece_hashes_equal_spacy(void **state)
{
    static const struct {
        const char *text;
        uint32_t seed, out[4];
    } known[] = {
        {"", 2166136261u, {0xc2754a40, 0x10854f64, 0x1629cd37, 0x4ea929b1}},
        {"<apple>", 2166136261u, {0xaf7fd586, 0xe3ea19b1, 0x9c7fac8b, 0xf62879c2}},
        {"a", 2166136261u, {0xe6734340, 0x0aa4b9da, 0xe6e3fde4, 0x4939994a}},
        {"abcdefgh", 2166136261u, {0x9874e5cb, 0x25cfbf5d, 0x218dea25, 0x4a75b582}},
        {"abcdefghijklmno", 2166136261u, {0x2106a2f7, 0x394a2019, 0xa88f9c68, 0x05b565b6}},
        {"abcdefghijklmnop", 2166136261u, {0x7a38135d, 0xbe48abe0, 0xef425fc1, 0xb584bf28}},
        {"abcdefghijklmnopq", 2166136261u, {0xc9a6a3e2, 0xe265bd7b, 0xb48fa79f, 0x61890c3f}},
        {"\xc3\xa9\xe6\x9d\xb1\xf0\x9f\x98\x80", 2166136261u, {0x1023a586, 0xbf05432e, 0x70dc02ae, 0x299abaaf}},
        {"abcdefghijklmnopqrstuvwxyz0123456789", 2166136261u, {0xfb029b78, 0x12668273, 0xa697a105, 0x4d19a7b1}},
        {"", 0, {0, 0, 0, 0}},
        {"<apple>", 0, {0x6d1b3a8a, 0xd3a58bdd, 0xc7ad6ff6, 0x5b7eed83}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        uint32_t out[4];
        murmur3_128(known[i].text, strlen(known[i].text), known[i].seed, out);
        assert_memory_equal(out, known[i].out, sizeof out);
    }
}

/* thinc's sparselinear.pyx on the ids of "apple", X (a reserved name), two and three words in a row: apple 's apple */
static void bucket_hashes_of_bags_equal_thinc(void **state)
{
    static const struct {
        uint64_t key;
        uint32_t of_0, of_1;
    } known[] = {
        {8566208034543834098u, 1734783359, 1485158668},
        {101, 1082524068, 1894570225},
        {0, 1669671676, 3935659133},
        {UINT64_MAX, 1651860712, 2540302534},
        {2294593187775263994u, 3927253224, 1197991420},
        {4668079812015547253u, 3087232831, 3818969130},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        assert_true(murmur3_32_u64(known[i].key, 0) == known[i].of_0);
        assert_true(murmur3_32_u64(known[i].key, 1) == known[i].of_1);
    }
    const uint64_t words[3] = {8566208034543834098u, 16428057658620181782u, 8566208034543834098u};
    assert_true(murmur64a(words, 16, 0) == 2294593187775263994u);
    assert_true(murmur64a(words, 24, 0) == 4668079812015547253u);
}

static void sequence_hash_depends_on_order_and_length(void **state)
{
    uint64_t a = murmur64a("a", 1, 1), b = murmur64a("b", 1, 1);
    (void)state;
    assert_true(phrase_hash(0, 1) == (0xc6a4a7935bd1e995u ^ 0xc6a4a7935bd1e995u >> 47));
    assert_true(phrase_hash(phrase_hash(0, a), b) != phrase_hash(phrase_hash(0, b), a));
    assert_true(phrase_hash(phrase_hash(0, a), a) != phrase_hash(0, a));
}

static void checksum_of_the_standard(void **state)
{
    unsigned char zero[32] = {0}, ones[32], up[32], down[32];
    (void)state;
    memset(ones, 0xff, sizeof ones);
    for (unsigned i = 0; i < 32; i++) {
        up[i] = (unsigned char)i;
        down[i] = (unsigned char)(31 - i);
    }
    assert_int_equal(crc32c("", 0), 0);
    assert_int_equal(crc32c("123456789", 9), 0xe3069283);
    assert_int_equal(crc32c(zero, 32), 0x8a9136aa);
    assert_int_equal(crc32c(ones, 32), 0x62a8ab43);
    assert_int_equal(crc32c(up, 32), 0x46dd794e);
    assert_int_equal(crc32c(down, 32), 0x113fdb5c);
}

/* The definition: division of polynomials, bit by bit. */
static uint32_t crc_by_definition(const unsigned char *p, size_t len)
{
    uint32_t crc = ~(uint32_t)0;
    for (size_t i = 0; i < len; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0x82f63b78u : crc >> 1;
    }
    return ~crc;
}

static void checksum_of_every_length_and_alignment(void **state)
{
    static unsigned char data[4096 + 16];
    uint32_t noise = 12345;
    (void)state;
    for (size_t i = 0; i < sizeof data; i++) data[i] = (unsigned char)((noise = noise * 1664525u + 1013904223u) >> 24);
    for (size_t len = 0; len < 40; len++) assert_int_equal(crc32c(data + 3, len), crc_by_definition(data + 3, len));
    for (size_t len = 1000; len < 1100; len++)
        assert_int_equal(crc32c(data + 1, len), crc_by_definition(data + 1, len));
    for (size_t shift = 0; shift < 9; shift++)
        assert_int_equal(crc32c(data + shift, 4096), crc_by_definition(data + shift, 4096));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(string_hashes_equal_spacy),
        cmocka_unit_test(string_hash_does_not_depend_on_alignment),
        cmocka_unit_test(bucket_hashes_equal_thinc),
        cmocka_unit_test(piece_hashes_equal_spacy),
        cmocka_unit_test(bucket_hashes_of_bags_equal_thinc),
        cmocka_unit_test(sequence_hash_depends_on_order_and_length),
        cmocka_unit_test(checksum_of_the_standard),
        cmocka_unit_test(checksum_of_every_length_and_alignment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
