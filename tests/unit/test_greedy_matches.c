/* What of a key's matches spaCy's Matcher keeps; against a plain form of matcher.pyx __call__. */
#include "numbers.h"

#include "greedy_matches.h"

#include <stdlib.h>
#include <string.h>

enum { KEYS = 4, TOKENS = 12, MATCHES = 60 };

static void assert_kept(const key_match *given, size_t count, const unsigned char *greedy, const key_match *want,
                        size_t want_count)
{
    key_match matches[MATCHES];
    greedy_scratch scratch = {0};
    memcpy(matches, given, count * sizeof *matches);
    assert_int_equal(greedy_matches(matches, &count, greedy, KEYS, TOKENS, &scratch), 0);
    assert_int_equal(count, want_count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(matches[i].key, want[i].key);
        assert_int_equal(matches[i].start, want[i].start);
        assert_int_equal(matches[i].end, want[i].end);
    }
    greedy_scratch_free(&scratch);
}

/* {key, start, end} */
static void test_all_are_kept_once(void **state)
{
    (void)state;
    static const key_match given[] = {{1, 3, 5, 0}, {0, 0, 2, 0}, {1, 3, 5, 0}, {0, 1, 2, 0}, {0, 0, 2, 0}};
    static const key_match want[] = {{1, 3, 5, 0}, {0, 0, 2, 0}, {0, 1, 2, 0}};
    assert_kept(given, 5, (unsigned char[KEYS]){0}, want, 3);
    assert_kept(given, 0, (unsigned char[KEYS]){0}, want, 0);
}

static void test_the_first_and_of_these_the_longest(void **state)
{
    (void)state;
    static const key_match given[] = {{0, 2, 9, 0}, {0, 1, 2, 0}, {0, 1, 3, 0}, {0, 3, 4, 0}, {0, 3, 5, 0}};
    static const key_match want[] = {{0, 1, 3, 0}, {0, 3, 5, 0}};
    assert_kept(given, 5, (unsigned char[KEYS]){GREEDY_FIRST}, want, 2);
}

static void test_the_longest_and_of_these_the_first(void **state)
{
    (void)state;
    static const key_match given[] = {{0, 1, 3, 0}, {0, 5, 8, 0}, {0, 3, 6, 0}, {0, 2, 5, 0}, {0, 8, 9, 0}};
    static const key_match want[] = {{0, 2, 5, 0}, {0, 5, 8, 0}, {0, 8, 9, 0}};
    assert_kept(given, 5, (unsigned char[KEYS]){GREEDY_LONGEST}, want, 3);
}

/* Keys do not get into each other's way. */
static void test_keys_that_are_not_greedy_come_first(void **state)
{
    (void)state;
    static const key_match given[] = {{3, 0, 4, 0}, {1, 0, 4, 0}, {0, 0, 4, 0},
                                      {2, 1, 2, 0}, {1, 4, 5, 0}, {3, 0, 9, 0}};
    static const key_match want[] = {{0, 0, 4, 0}, {2, 1, 2, 0}, {3, 0, 9, 0}, {1, 0, 4, 0}, {1, 4, 5, 0}};
    assert_kept(given, 6, (unsigned char[KEYS]){0, GREEDY_FIRST, 0, GREEDY_LONGEST}, want, 5);
}

/* ---- against the plain form -------------------------------------------------------------------------------------- */

static int is_better(const key_match *a, const key_match *b, unsigned char greedy)
{
    const uint32_t length_of_a = a->end - a->start, length_of_b = b->end - b->start;
    if (greedy == GREEDY_FIRST) return a->start != b->start ? a->start < b->start : length_of_a > length_of_b;
    return length_of_a != length_of_b ? length_of_a > length_of_b : a->start < b->start;
}

/* The best of the key that is left and that none of the kept overlaps, again and again. */
static size_t keep_plainly(const key_match *given, size_t count, uint32_t key, unsigned char greedy, key_match *out)
{
    size_t kept = 0;
    for (;;) {
        const key_match *best = NULL;
        for (size_t i = 0; i < count; i++) {
            int is_free = given[i].key == key;
            for (size_t k = 0; k < kept; k++) is_free &= given[i].end <= out[k].start || given[i].start >= out[k].end;
            if (is_free && (!best || is_better(&given[i], best, greedy))) best = &given[i];
        }
        if (!best) return kept;
        out[kept++] = *best;
    }
}

static void test_random_matches(void **state)
{
    (void)state;
    uint64_t seed = 9;
    for (size_t round = 0; round < 3000; round++) {
        key_match given[MATCHES], want[MATCHES];
        unsigned char greedy[KEYS], is_done[KEYS] = {0};
        size_t count = random_below(&seed, MATCHES), kept = 0;
        for (size_t k = 0; k < KEYS; k++) greedy[k] = (unsigned char)(1 + random_below(&seed, 2));
        for (size_t i = 0; i < count; i++) {
            const uint32_t start = (uint32_t)random_below(&seed, TOKENS);
            given[i] = (key_match){(uint32_t)random_below(&seed, KEYS), start,
                                   start + 1 + (uint32_t)random_below(&seed, TOKENS - start), 0};
        }
        for (size_t i = 0; i < count; i++) {
            const uint32_t key = given[i].key;
            if (!is_done[key]) kept += keep_plainly(given, count, key, greedy[key], want + kept);
            is_done[key] = 1;
        }
        assert_kept(given, count, greedy, want, kept);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_are_kept_once),
        cmocka_unit_test(test_the_first_and_of_these_the_longest),
        cmocka_unit_test(test_the_longest_and_of_these_the_first),
        cmocka_unit_test(test_keys_that_are_not_greedy_come_first),
        cmocka_unit_test(test_random_matches),
    };
    return cmocka_run_group_tests_name("greedy matches", tests, NULL, NULL);
}
