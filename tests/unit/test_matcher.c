/* Token patterns by hand. Expected matches: spaCy 3.8's Matcher with the same patterns on the same words, in the order
 * in which it finds them, before it removes duplicates. */
#include "matcher.h"

#include "automata.h"
#include "edit_distance.h"
#include "small_model.h"

enum { MAX_ROWS = 64, MAX_MATCHES = 64 };

typedef struct found_match {
    uint32_t key, start, end;
} found_match;

typedef struct fixture {
    small_model small;
    pattern_tables tables;
    matcher_scratch scratch;
    lexeme_scratch lexeme;
    uint32_t start[MAX_ROWS], nodes[MAX_ROWS][3], spec_start[MAX_ROWS], spec_tests[MAX_ROWS], tests[MAX_ROWS][5];
    uint32_t lists[MAX_ROWS], list_start[2];
    uint64_t values[MAX_ROWS];
    found_match found[MAX_MATCHES];
    size_t count;
    uint32_t starts;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    if (!f) return -1;
    small_model_init(&f->small);
    f->small.doc.text = &f->small.text;
    f->tables = (pattern_tables){.start = f->start,
                                 .nodes = f->nodes[0],
                                 .spec_start = f->spec_start,
                                 .spec_tests = f->spec_tests,
                                 .tests = f->tests[0],
                                 .values = f->values,
                                 .lists = f->lists,
                                 .list_start = f->list_start,
                                 .list_count = 1};
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    small_model_free(&f->small);
    matcher_scratch_free(&f->scratch);
    lexeme_scratch_free(&f->lexeme);
    free(f);
    return 0;
}

/* Spec and test of one word; "." is any word. */
static uint32_t use_word(fixture *f, char word)
{
    pattern_tables *t = &f->tables;
    const char text[2] = {word, '\0'};
    const uint32_t number = t->spec_count++,
                   test[5] = {PREDICATE_AMONG, PATTERN_ORTH, word == '.', number, word != '.'};
    memcpy(f->tests[number], test, sizeof test);
    f->values[number] = string_id(&f->small.model, text, 1);
    f->spec_tests[number] = number;
    f->spec_start[number + 1] = number + 1;
    t->test_count = number + 1;
    return number;
}

/* Adds a pattern of letters with operators: "ab*c?". Any token may begin it. */
static void use_pattern(fixture *f, const char *pattern)
{
    static const char marks[] = "!?*";
    pattern_tables *t = &f->tables;
    uint32_t meet = strcspn(pattern, "?*") < strlen(pattern);
    f->lists[t->pattern_count] = t->pattern_count;
    f->start[t->pattern_count] = t->node_count;
    for (const char *p = pattern; *p; p++) {
        const char *mark = p[1] ? strchr(marks, p[1]) : NULL;
        uint32_t quantifier = mark ? (uint32_t)(mark - marks) : QUANTIFIER_ONE;
        const uint32_t node[3] = {quantifier, use_word(f, *p), meet};
        memcpy(f->nodes[t->node_count++], node, sizeof node);
        p += mark != NULL;
    }
    const uint32_t end[3] = {QUANTIFIER_END, t->pattern_count++, 0};
    memcpy(f->nodes[t->node_count++], end, sizeof end);
    f->list_start[1] = t->pattern_count;
}

static int take(void *user, uint32_t key, uint32_t start, uint32_t end)
{
    fixture *f = user;
    assert_true(f->count < MAX_MATCHES);
    f->found[f->count++] = (found_match){key, start, end};
    return 0;
}

/* A bit for each first token of a match that goes to the end. */
static int take_starts(void *user, uint32_t key, uint32_t start, uint32_t end)
{
    fixture *f = user;
    assert_int_equal(key, 0);
    assert_int_equal(end, f->small.doc.token_count);
    f->starts |= 1u << start;
    return 0;
}

/* A text whose letters are words. */
static void use_words(fixture *f, const char *text)
{
    const char *words[32];
    char bytes[32][2];
    size_t count = strlen(text);
    for (size_t i = 0; i < count; i++) {
        bytes[i][0] = text[i];
        bytes[i][1] = '\0';
        words[i] = bytes[i];
    }
    small_doc(&f->small, words, count);
}

static void match(fixture *f, const char *text)
{
    use_words(f, text);
    f->count = 0;
    assert_int_equal(find_matches(&f->tables, &f->small.doc, &f->scratch, &f->lexeme, take, f), 0);
}

/* "key:start-end ..." */
static void assert_matches(const fixture *f, const char *expected)
{
    char shown[MAX_MATCHES * 12] = "";
    for (size_t i = 0; i < f->count; i++)
        snprintf(shown + strlen(shown), 12, "%s%u:%u-%u", i ? " " : "", f->found[i].key, f->found[i].start,
                 f->found[i].end);
    assert_string_equal(shown, expected);
}

static void test_words_in_a_row(void **state)
{
    fixture *f = *state;
    use_pattern(f, "ab");
    use_pattern(f, "b");
    match(f, "abab");
    assert_matches(f, "0:0-2 1:1-2 0:2-4 1:3-4");
    match(f, "");
    assert_matches(f, "");
}

static void test_optional(void **state)
{
    fixture *f = *state;
    use_pattern(f, "ab?");
    match(f, "abac");
    assert_matches(f, "0:0-1 0:0-2 0:2-3");
    use_pattern(f, "b?a");
    match(f, "ba");
    assert_matches(f, "1:0-2 1:1-2 0:1-2"); /* the last of ab? ends with the text */
}

static void test_star(void **state)
{
    fixture *f = *state;
    use_pattern(f, "ab*");
    match(f, "abbc");
    assert_matches(f, "0:0-1 0:0-2 0:0-3");
    match(f, "abb");
    assert_matches(f, "0:0-1 0:0-2 0:0-3");
}

static void test_star_in_the_middle(void **state)
{
    fixture *f = *state;
    use_pattern(f, "a.*c");
    match(f, "abcc");
    assert_matches(f, "0:0-3 0:0-4");
}

static void test_not(void **state)
{
    fixture *f = *state;
    use_pattern(f, "ab!");
    match(f, "acab");
    assert_matches(f, "0:0-2"); /* a token that is not b: not none */
    use_pattern(f, "a!b");
    match(f, "ab");
    assert_matches(f, "");
}

/* Twenty stars meet in twenty nodes for each first token: spaCy would keep a state for every way to come there. */
static void test_states_that_meet(void **state)
{
    fixture *f = *state;
    use_pattern(f, ".*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*c");
    use_words(f, "aaaaaaaaaaaac");
    assert_int_equal(find_matches(&f->tables, &f->small.doc, &f->scratch, &f->lexeme, take_starts, f), 0);
    assert_int_equal(f->starts, (1u << 13) - 1); /* from c, and from every token before it */
    assert_true(f->scratch.work < 13 * 13 * 20 * 20);
    assert_int_equal(f->scratch.too_complex, 0);
}

static int stop(void *user)
{
    int *asked = user;
    return ++*asked > 3;
}

static void test_gives_up_when_told(void **state)
{
    fixture *f = *state;
    int asked = 0;
    interruption interrupt = {.ask = stop, .user = &asked};
    enum { WORDS = 4000 };
    const char **words = calloc(WORDS, sizeof *words);
    assert_non_null(words);
    use_pattern(f, "a*a*a*a*b");
    for (size_t i = 0; i < WORDS; i++) words[i] = "a";
    small_doc(&f->small, words, WORDS);
    f->small.doc.interruption = &interrupt;
    assert_int_equal(find_matches(&f->tables, &f->small.doc, &f->scratch, &f->lexeme, take, f), -1);
    tern_error err;
    assert_int_equal(matcher_gave_up(&f->scratch, &f->small.doc, &err), TERN_E_INTERRUPTED);
    free(words);
}

/* A file may say that no ways meet; then the states double with every token. */
static void test_too_many_states(void **state)
{
    fixture *f = *state;
    enum { WORDS = 40 };
    const char *words[WORDS];
    tern_error err;
    use_pattern(f, "a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b");
    for (uint32_t i = 0; i < f->tables.node_count; i++) f->nodes[i][2] = 0;
    for (size_t i = 0; i < WORDS; i++) words[i] = "a";
    small_doc(&f->small, words, WORDS);
    assert_int_equal(find_matches(&f->tables, &f->small.doc, &f->scratch, &f->lexeme, take, f), -1);
    assert_int_equal(matcher_gave_up(&f->scratch, &f->small.doc, &err), TERN_E_TOO_COMPLEX);
    assert_non_null(strstr(err.msg, "too many partial matches in this text of 40 tokens"));
}

/* A single token of a long text and a single test with thousands of expressions, none of which finds anything. */
static void test_gives_up_within_a_token(void **state)
{
    enum { EXPRESSIONS = 4000, LETTERS = 3000 };
    static const uint32_t point[1] = {0};
    static const uint16_t column[1] = {0}, next[4] = {0, 0, 1, 0};
    static const uint8_t accept[2] = {0, 0};
    fixture *f = *state;
    int asked = 0;
    interruption interrupt = {.ask = stop, .user = &asked};
    uint32_t (*head)[7] = calloc(EXPRESSIONS, sizeof *head);
    char *word = malloc(LETTERS + 1);
    assert_true(head && word);
    for (size_t i = 0; i < EXPRESSIONS; i++) memcpy(head[i], (const uint32_t[7]){0, 1, 0, 2, 0, 2, 1}, sizeof *head);
    memset(word, 'a', LETTERS);
    word[LETTERS] = '\0';
    use_pattern(f, "a");
    memcpy(f->tests[0], (const uint32_t[5]){PREDICATE_FOUND, PATTERN_LEMMA, 0, 0, EXPRESSIONS}, sizeof *f->tests);
    f->tables.automata = (pattern_automata){head[0], point, column, next, accept, EXPRESSIONS};
    small_doc(&f->small, (const char *const[1]){"a"}, 1);
    f->small.doc.lemma[0].string = number_of(&f->small, word);
    assert_int_equal(find_matches(&f->tables, &f->small.doc, &f->scratch, &f->lexeme, take, f), 0);
    f->small.doc.interruption = &interrupt;
    assert_int_equal(find_matches(&f->tables, &f->small.doc, &f->scratch, &f->lexeme, take, f), -1);
    assert_true(interrupt.requested);
    free(head);
    free(word);
}

static void test_an_index_finds_the_same(void **state)
{
    fixture *f = *state;
    static const uint32_t by_word[1] = {PATTERN_ORTH};
    small_map index = {0};
    use_pattern(f, "ab");
    use_pattern(f, ".c");
    use_pattern(f, "a");
    const uint32_t start[3] = {0, 1, 3}, lists[3] = {1, 0, 2};
    f->tables.list_start = start;
    f->tables.list_count = 2;
    f->tables.lists = lists;
    f->tables.indexed = by_word;
    f->tables.indexed_count = 1;
    f->tables.by_first = small_map_bind(&index);
    small_map_put(&index, phrase_hash(PATTERN_ORTH + 1, string_id(&f->small.model, "a", 1)), 1);
    match(f, "abcac");
    assert_matches(f, "2:0-1 0:0-2 1:1-3 2:3-4 1:3-5");
}

/* ---- what tests look at ------------------------------------------------------------------------------------------ */

static int near(const char *a, const char *b, uint32_t most)
{
    buffer scratch = {0};
    int found = within_edits((const unsigned char *)a, strlen(a), (const unsigned char *)b, strlen(b), most, &scratch);
    buffer_free(&scratch);
    return found;
}

/* spacy.matcher.levenshtein.levenshtein */
static void test_edits(void **state)
{
    static const struct {
        const char *a, *b;
        uint32_t distance;
    } cases[] = {{"", "", 0},        {"a", "", 1},      {"kitten", "sitting", 3},     {"flaw", "lawn", 2},
                 {"ab", "ba", 2},    {"é", "e", 1},     {"naïve", "naive", 1},        {"abcdef", "azced", 3},
                 {"x", "yyyyyy", 6}, {"aaaa", "aa", 2}, {"intention", "execution", 5}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (uint32_t most = 0; most < 8; most++) {
            assert_int_equal(near(cases[i].a, cases[i].b, most), cases[i].distance <= most);
            assert_int_equal(near(cases[i].b, cases[i].a, most), cases[i].distance <= most);
        }
}

/* An automaton that finds "é" anywhere: columns 0 any, 1 é, 2 the end; states 0 dead, 1 not yet, 2 found. */
static void test_an_expression(void **state)
{
    static const uint32_t head[7] = {0, 3, 0, 3, 0, 3, 1}, point[3] = {0, 0xe9, 0xea};
    static const uint16_t column[3] = {0, 1, 0}, next[9] = {0, 0, 0, 1, 2, 0, 2, 2, 2};
    static const uint8_t accept[3] = {0, 0, 1};
    const pattern_automata a = {head, point, column, next, accept, 1};
    (void)state;
    assert_int_equal(automaton_finds(&a, 0, (const unsigned char *)"caf\xc3\xa9", 5), 1);
    assert_int_equal(automaton_finds(&a, 0, (const unsigned char *)"cafe", 4), 0);
    assert_int_equal(automaton_finds(&a, 0, (const unsigned char *)"", 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_words_in_a_row, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_optional, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_star, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_star_in_the_middle, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_not, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_states_that_meet, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_gives_up_when_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_too_many_states, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_gives_up_within_a_token, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_index_finds_the_same, set_up, tear_down),
        cmocka_unit_test(test_edits),
        cmocka_unit_test(test_an_expression),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
