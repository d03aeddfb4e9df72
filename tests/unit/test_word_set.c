/* The automaton of a set of words: look-ups, and tables that no converter writes. */
#include "word_set.h"

#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

enum { LAST = 1, ENDS = 2 };

static uint32_t edge_to(int byte, unsigned flags, uint32_t target)
{
    return (uint32_t)byte | flags << 8 | target << 10;
}

static int has(const uint32_t *edges, size_t count, uint32_t root, const char *word)
{
    return word_set_has(edges, count, root, (const unsigned char *)word, strlen(word));
}

/* tap, taps, top, tops: the example of Daciuk et al. (2000), with shared ends. */
static void test_shared_ends(void **state)
{
    (void)state;
    static const char *const in[] = {"tap", "taps", "top", "tops"};
    static const char *const out[] = {"", "t", "ta", "tips", "tapss", "tapp", "ap", "s", "T", "xtap", "to", "tos"};
    const uint32_t edges[] = {edge_to('t', LAST, 1), edge_to('a', 0, 3), edge_to('o', LAST, 3),
                              edge_to('p', LAST | ENDS, 4), edge_to('s', LAST | ENDS, WORD_SET_LEAF)};
    for (size_t i = 0; i < sizeof in / sizeof *in; i++)
        if (!has(edges, 5, 0, in[i])) fail_msg("%s should be there", in[i]);
    for (size_t i = 0; i < sizeof out / sizeof *out; i++)
        if (has(edges, 5, 0, out[i])) fail_msg("%s should not be there", out[i]);
    assert_true(has(edges, 5, 1, "op")); /* another root: another set */
    assert_true(has(edges, 5, 4, "s"));
    assert_false(has(edges, 5, 4, "tops"));
}

static void test_bytes_above_127(void **state)
{
    (void)state;
    const uint32_t edges[] = {edge_to('e', 0, 3), edge_to(0xc3, 0, 2), edge_to(0xa9, LAST | ENDS, 3),
                              edge_to('s', LAST | ENDS, WORD_SET_LEAF)};
    assert_true(has(edges, 4, 0, "\xc3\xa9"));
    assert_true(has(edges, 4, 0, "\xc3\xa9s"));
    assert_true(has(edges, 4, 0, "es"));
    assert_false(has(edges, 4, 0, "\xc3"));
    assert_false(has(edges, 4, 0, "\xa9"));
    assert_false(has(edges, 4, 0, "\xff"));
}

/* All 256 bytes as one-byte words, U+0000 among them; every other one leads on. */
static void test_full_node(void **state)
{
    (void)state;
    uint32_t edges[257];
    for (int b = 0; b < 256; b++) edges[b] = edge_to(b, ENDS | (b == 255 ? LAST : 0u), b % 2 ? WORD_SET_LEAF : 256);
    edges[256] = edge_to('!', LAST | ENDS, WORD_SET_LEAF);
    for (int b = 0; b < 256; b++) {
        const unsigned char word[2] = {(unsigned char)b, '!'};
        assert_true(word_set_has(edges, 257, 0, word, 1));
        assert_int_equal(word_set_has(edges, 257, 0, word, 2), b % 2 == 0);
    }
}

/* A copy of the table with nothing after it, so that a sanitizer sees every step too far. */
static uint32_t *at_the_edge(const uint32_t *edges, size_t count)
{
    uint32_t *copy = malloc(count * sizeof *copy);
    assert_non_null(copy);
    memcpy(copy, edges, count * sizeof *copy);
    return copy;
}

static void test_node_without_a_last_edge(void **state)
{
    (void)state;
    const uint32_t edges[2] = {edge_to('a', ENDS, 0), edge_to('b', ENDS, 1)};
    uint32_t *table = at_the_edge(edges, 2);
    assert_true(has(table, 2, 0, "aab"));
    assert_true(has(table, 2, 0, "bbb"));
    assert_false(has(table, 2, 0, "c"));
    assert_false(has(table, 2, 0, "ba"));
    free(table);
}

static void test_edges_that_lead_out_of_the_table(void **state)
{
    (void)state;
    const uint32_t edges[2] = {edge_to('a', 0, 2), edge_to('b', LAST, WORD_SET_LEAF - 1)};
    uint32_t *table = at_the_edge(edges, 2);
    assert_false(has(table, 2, 0, "aa"));
    assert_false(has(table, 2, 0, "ba"));
    assert_false(has(table, 2, 2, "a"));
    assert_false(has(table, 2, UINT32_MAX, "a"));
    assert_false(has(NULL, 0, 0, "a"));
    free(table);
}

/* More edges than a node can have: the 257th is not looked at. */
static void test_node_that_does_not_ascend(void **state)
{
    (void)state;
    enum { EDGES = 300 };
    uint32_t edges[EDGES];
    for (size_t i = 0; i < EDGES; i++) edges[i] = edge_to('a', ENDS, WORD_SET_LEAF);
    edges[255] = edges[256] = edge_to('b', ENDS, WORD_SET_LEAF);
    assert_true(has(edges, EDGES, 0, "b"));
    edges[255] = edge_to('a', ENDS, WORD_SET_LEAF);
    assert_false(has(edges, EDGES, 0, "b"));
}

static void test_loops_end_with_the_word(void **state)
{
    (void)state;
    enum { LENGTH = 1000000 };
    const uint32_t edges[1] = {edge_to('a', LAST | ENDS, 0)};
    unsigned char *word = malloc(LENGTH);
    assert_non_null(word);
    memset(word, 'a', LENGTH);
    assert_true(word_set_has(edges, 1, 0, word, LENGTH));
    word[LENGTH - 1] = 'b';
    assert_false(word_set_has(edges, 1, 0, word, LENGTH));
    free(word);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shared_ends),
        cmocka_unit_test(test_bytes_above_127),
        cmocka_unit_test(test_full_node),
        cmocka_unit_test(test_node_without_a_last_edge),
        cmocka_unit_test(test_edges_that_lead_out_of_the_table),
        cmocka_unit_test(test_node_that_does_not_ascend),
        cmocka_unit_test(test_loops_end_with_the_word),
    };
    return cmocka_run_group_tests_name("word_set", tests, NULL, NULL);
}
