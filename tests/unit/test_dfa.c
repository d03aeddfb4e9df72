/* test_dfa.c - the matcher, on automata drawn by hand. Expected values: Python's re on the expression named at each. */
#include "fixture.h"

#include "dfa.h"

static uint16_t states[65]; /* of the trails */

static int search(small_dfa *d, const char *text, dfa_match *m)
{
    dfa bound = small_dfa_bind(d);
    uint16_t classes[64];
    dfa_trail trail = {.state = states};
    return dfa_search(&bound, small_classes(text, classes), 0, strlen(text), &trail, m);
}

static size_t suffix_length(const dfa *d, const char *text)
{
    uint16_t classes[64];
    dfa_trail trail = {.state = states};
    return dfa_suffix_length(d, small_classes(text, classes), 0, strlen(text), strlen(text), &trail);
}

static int matches(const dfa *d, const char *text)
{
    uint16_t classes[64];
    dfa_trail trail = {.state = states};
    return dfa_matches(d, small_classes(text, classes), 0, strlen(text), &trail);
}

static void assert_found(small_dfa *d, const char *text, size_t start, size_t end)
{
    dfa_match m;
    assert_true(search(d, text, &m));
    assert_int_equal(m.start, start);
    assert_int_equal(m.end, end);
}

static void assert_not_found(small_dfa *d, const char *text)
{
    dfa_match m;
    assert_false(search(d, text, &m));
}

/* All matches as "start-end ..." */
static void assert_all(small_dfa *d, const char *text, const char *want)
{
    dfa bound = small_dfa_bind(d);
    uint16_t classes[64];
    dfa_iter it = {0};
    dfa_trail trail = {.state = states};
    dfa_match m;
    char got[256] = "";
    small_classes(text, classes);
    while (dfa_next(&bound, classes, strlen(text), &it, &trail, &m)) {
        size_t used = strlen(got);
        assert_true(used < sizeof got - 16);
        snprintf(got + used, sizeof got - used, "%s%zu-%zu", used ? " " : "", m.start, m.end);
    }
    assert_string_equal(got, want);
}

static void the_first_alternative_wins_over_a_longer_one(void **state)
{
    small_dfa a_or_ab = {.accept = {[2] = 1}}, ab_or_a = {.accept = {[2] = 1, [3] = 1}};
    (void)state;
    start_anywhere(&a_or_ab, 1); /* a|ab: the compiler drops what stands behind the first match */
    edge(&a_or_ab, 1, "a", 2);
    start_anywhere(&ab_or_a, 1);
    edge(&ab_or_a, 1, "a", 2);
    edge(&ab_or_a, 2, "b", 3);
    assert_found(&a_or_ab, "xabx", 1, 2);
    assert_found(&ab_or_a, "xabx", 1, 3);
    assert_found(&ab_or_a, "xax", 1, 2);
    assert_not_found(&a_or_ab, "xbx");
    assert_not_found(&a_or_ab, "");
}

static void an_anchored_expression_is_tried_at_the_beginning_only(void **state)
{
    small_dfa d = {.accept = {[2] = 1}}; /* ^a */
    (void)state;
    start_at_beginning(&d, 1);
    edge(&d, 1, "a", 2);
    assert_int_equal(small_dfa_bind(&d).anchored, 1);
    assert_found(&d, "ab", 0, 1);
    assert_not_found(&d, "ba");
    assert_all(&d, "aaa", "0-1");
}

/* b$: $ is seen one symbol late at the end of the text, two before a final line feed. */
static void small_end_anchor(small_dfa *d)
{
    *d = (small_dfa){.accept = {[3] = 2, [5] = 3}};
    start_anywhere(d, 1);
    edge(d, 1, "b", 2);
    d->next[2][SMALL_END] = 3;
    edge(d, 2, "\n", 4);
    d->next[4][SMALL_END] = 5;
}

static void a_match_can_be_confirmed_by_what_follows_it(void **state)
{
    small_dfa d;
    (void)state;
    small_end_anchor(&d);
    assert_found(&d, "bab", 2, 3);
    assert_found(&d, "ab\n", 1, 2);
    assert_not_found(&d, "ba");
    assert_not_found(&d, "b\n\n");
}

static void look_behind_chooses_the_start(void **state)
{
    small_dfa d = {.accept = {[1] = 1, [3] = 1}}; /* (?<=a)|b; tracker 1: after an a; state 1: matched, empty */
    (void)state;
    d.start[0][0] = d.start[0][1] = 2;
    d.start[1][0] = 1;
    d.start[1][1] = 2;
    d.tracker[0]['a'] = d.tracker[1]['a'] = 1;
    edge(&d, 2, "b", 3);
    assert_all(&d, "aab", "1-1 2-2 2-3");
    assert_all(&d, "ba", "0-1 2-2");
    assert_all(&d, "abab", "1-1 1-2 3-3 3-4");
    assert_all(&d, "", "");
}

static void an_empty_match_may_follow_another_but_not_twice_at_one_place(void **state)
{
    small_dfa d = {.accept = {[1] = 1}}; /* a* */
    (void)state;
    for (int t = 0; t < SMALL_TRACKERS; t++) {
        d.start[t][0] = 1;
        d.start[t][1] = 2;
    }
    edge(&d, 1, "a", 1);
    edge(&d, 2, "a", 1);
    assert_all(&d, "xaay", "0-0 1-3 3-3 4-4");
    assert_all(&d, "aax", "0-2 2-2 3-3");
    assert_all(&d, "", "0-0");
}

static void a_suffix_is_the_longest_match_read_from_the_end(void **state)
{
    small_dfa d = {.accept = {[2] = 1, [3] = 1}}; /* b$|ab$, reversed */
    (void)state;
    start_at_beginning(&d, 1);
    edge(&d, 1, "b", 2);
    edge(&d, 2, "a", 3);
    dfa bound = small_dfa_bind(&d);
    assert_int_equal(suffix_length(&bound, "cab"), 2);
    assert_int_equal(suffix_length(&bound, "cb"), 1);
    assert_int_equal(suffix_length(&bound, "ba"), 0);
    assert_int_equal(suffix_length(&bound, ""), 0);
}

static void a_suffix_looks_behind_inside_the_piece(void **state)
{
    small_dfa d = {.accept = {[3] = 2}}; /* (?<=x)\.$, reversed */
    (void)state;
    start_at_beginning(&d, 1);
    edge(&d, 1, ".", 2);
    edge(&d, 2, "x", 3);
    dfa bound = small_dfa_bind(&d);
    assert_int_equal(suffix_length(&bound, "ax."), 1);
    assert_int_equal(suffix_length(&bound, "."), 0);
    assert_int_equal(suffix_length(&bound, "a."), 0);
}

static void a_yes_or_no_expression(void **state)
{
    small_dfa d = {.accept = {[5] = 1, [7] = 1}}; /* \(a\)$|b */
    (void)state;
    start_at_beginning(&d, 1);
    edge(&d, 1, "(", 2);
    edge(&d, 1, "b", 7);
    edge(&d, 2, "a", 3);
    edge(&d, 3, ")", 4);
    d.next[4][SMALL_END] = 5;
    edge(&d, 4, "\n", 6);
    d.next[6][SMALL_END] = 5;
    dfa bound = small_dfa_bind(&d);
    assert_true(matches(&bound, "(a)"));
    assert_true(matches(&bound, "(a)\n"));
    assert_true(matches(&bound, "bcd"));
    assert_false(matches(&bound, "(a"));
    assert_false(matches(&bound, "(a)b"));
    assert_false(matches(&bound, "ab"));
    assert_false(matches(&bound, ""));
}

static void no_expression_matches_nothing(void **state)
{
    dfa none = {0};
    dfa_match m;
    dfa_iter it = {0};
    dfa_trail trail = {.state = states};
    uint16_t classes[1] = {'a'};
    (void)state;
    assert_false(dfa_search(&none, classes, 0, 1, &trail, &m));
    assert_false(matches(&none, "a"));
    assert_int_equal(suffix_length(&none, "a"), 0);
    assert_false(dfa_next(&none, classes, 1, &it, &trail, &m));
}

/* Tables that no compiler makes: impossible delays, matches after the end of the text, empty matches for ever. */
static void damaged_tables_do_no_harm(void **state)
{
    small_dfa late = {.accept = {[1] = 200, [2] = 200}}, beyond = {.accept = {[2] = 1}},
              forever = {.accept = {[1] = 1}};
    (void)state;
    start_anywhere(&late, 1);
    edge(&late, 1, "a", 2);
    assert_not_found(&late, "aa");
    start_anywhere(&beyond, 1);
    beyond.next[1][SMALL_END] = 2;
    assert_not_found(&beyond, "");
    dfa bound = small_dfa_bind(&late);
    assert_int_equal(suffix_length(&bound, "aa"), 0);
    start_anywhere(&forever, 1);
    assert_all(&forever, "ab", "0-0 1-1 2-2");
}

/* ---- trails: what searches have found out never changes what later ones find ------------------------------------- */

enum { LONG_TEXT = 160, LETTERS = 3, ROUNDS = 4000, PIECES = 6 };

static uint32_t random_number(uint32_t below)
{
    static uint32_t x = 2463534242u;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return x % below;
}

/* Runs that live long and seldom find anything. steady: no match needs the end of the text. */
static void random_dfa(small_dfa *d, int steady, int yes_or_no)
{
    *d = (small_dfa){0};
    for (int s = 1; s < SMALL_STATES; s++) {
        d->accept[s] = (uint8_t)(random_number(16) == 0 ? 1 + random_number(3) : 0);
        for (int c = 0; c <= LETTERS; c++) {
            int column = c < LETTERS ? 'a' + c : SMALL_END;
            d->next[s][column] = (uint16_t)(random_number(24) == 0 ? 0 : 1 + random_number(SMALL_STATES - 1));
            if (yes_or_no && d->accept[s]) d->next[s][column] = (uint16_t)s;
            if (steady && column == SMALL_END) d->next[s][column] = 0;
        }
    }
    for (int t = 0; t < SMALL_TRACKERS; t++)
        for (int k = 0; k < 2; k++)
            d->start[t][k] = (uint16_t)(t > 1 && steady ? d->start[1][k] : random_number(SMALL_STATES));
    for (int t = 0; t < SMALL_TRACKERS; t++)
        for (int c = 0; c < LETTERS; c++) d->tracker[t]['a' + c] = (uint16_t)(1 + random_number(SMALL_TRACKERS - 1));
}

static void random_text(uint16_t *classes)
{
    uint16_t period = (uint16_t)(1 + random_number(5));
    for (size_t i = 0; i < LONG_TEXT; i++)
        classes[i] = i >= period && random_number(40) ? classes[i - period] : (uint16_t)('a' + random_number(LETTERS));
}

/* The run that dfa.h describes, without a trail; each class is read from the piece's edge. SIZE_MAX: no match. */
static size_t plain_run(const dfa *d, const uint16_t *classes, size_t start, size_t end, int backward, uint32_t state)
{
    size_t found = d->accept[state] == 1 ? 0 : SIZE_MAX, length = end - start;
    for (size_t i = 0; state != 0 && i <= length;) {
        uint16_t column = i == length ? SMALL_END : backward ? classes[end - 1 - i] : classes[start + i];
        state = d->next[(size_t)state * d->cols + column];
        i++;
        size_t delay = (size_t)d->accept[state] - 1;
        if (d->accept[state] && delay <= i && i - delay <= length) found = i - delay;
    }
    return found;
}

static int plain_search(const dfa *d, const uint16_t *classes, size_t start, size_t end, dfa_match *m)
{
    uint32_t tracker = 0;
    for (size_t pos = start; pos <= end; pos++) {
        size_t length = plain_run(d, classes, pos, end, 0, d->start[2 * tracker]);
        *m = (dfa_match){pos, pos + length};
        if (length != SIZE_MAX) return 1;
        if (pos < end) tracker = d->tracker[tracker * d->cols + classes[pos]];
    }
    return 0;
}

static int plain_matches(const dfa *d, const uint16_t *classes, size_t start, size_t end)
{
    uint32_t state = d->start[0];
    for (size_t pos = start; pos < end; pos++) state = d->next[(size_t)state * d->cols + classes[pos]];
    return d->accept[state] || d->accept[d->next[(size_t)state * d->cols + SMALL_END]];
}

/* Shorter at one end or both, now and then not at all. */
static void shorten(size_t *start, size_t *end)
{
    size_t cut = random_number(4) ? random_number(20) : 0;
    if (cut <= *end - *start && random_number(2)) *start += cut;
    else if (cut <= *end - *start) *end -= cut;
}

static void trails_change_nothing(void **state)
{
    static uint16_t trail_states[3][LONG_TEXT + 1];
    int found = 0, steady_found = 0;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        small_dfa search_tables, suffix_tables, match_tables;
        uint16_t classes[LONG_TEXT];
        int steady = round % 2;
        random_dfa(&search_tables, steady, 0);
        random_dfa(&suffix_tables, 0, 0);
        random_dfa(&match_tables, 0, 1);
        dfa searched = small_dfa_bind(&search_tables), suffix = small_dfa_bind(&suffix_tables),
            match = small_dfa_bind(&match_tables);
        searched.steady = steady && !searched.anchored;
        random_text(classes);
        dfa_trail trail[3] = {{.state = trail_states[0]}, {.state = trail_states[1]}, {.state = trail_states[2]}};
        size_t start = 0, end = LONG_TEXT, last = LONG_TEXT;
        for (int piece = 0; piece < PIECES; piece++, shorten(&start, &end)) {
            dfa_match got, want;
            int is_found = plain_search(&searched, classes, start, end, &want);
            assert_int_equal(dfa_search(&searched, classes, start, end, &trail[0], &got), is_found);
            if (is_found) assert_true(got.start == want.start && got.end == want.end);
            found += is_found;
            steady_found += is_found && searched.steady && want.start > start;
            size_t length = plain_run(&suffix, classes, start, end, 1, suffix.start[0]);
            assert_int_equal(dfa_suffix_length(&suffix, classes, start, end, last, &trail[1]),
                             length == SIZE_MAX ? 0 : length);
            assert_int_equal(dfa_matches(&match, classes, start, end, &trail[2]),
                             plain_matches(&match, classes, start, end));
        }
    }
    assert_in_range(found, ROUNDS, ROUNDS * PIECES - ROUNDS);
    assert_in_range(steady_found, ROUNDS / 8, ROUNDS * PIECES);
}

/* One match after the other is what a search finds from there on, without an automaton that looks behind. */
static void trails_change_no_iteration(void **state)
{
    static uint16_t trail_states[LONG_TEXT + 1];
    size_t matches_found = 0;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        small_dfa tables;
        uint16_t classes[LONG_TEXT];
        random_dfa(&tables, 0, 0);
        uint16_t first = (uint16_t)random_number(SMALL_STATES);
        tables.accept[first] = 0; /* no empty matches to begin with */
        start_anywhere(&tables, first);
        dfa d = small_dfa_bind(&tables);
        random_text(classes);
        dfa_iter it = {0};
        dfa_trail trail = {.state = trail_states};
        dfa_match got, want;
        size_t at = 0;
        while (dfa_next(&d, classes, LONG_TEXT, &it, &trail, &got)) {
            assert_true(plain_search(&d, classes, at, LONG_TEXT, &want));
            assert_true(got.start == want.start && got.end == want.end);
            at = got.end;
            matches_found++;
            if (got.end == got.start) break;
        }
        if (!it.not_empty) assert_false(plain_search(&d, classes, at, LONG_TEXT, &want));
    }
    assert_in_range(matches_found, ROUNDS, ROUNDS * LONG_TEXT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_alternative_wins_over_a_longer_one),
        cmocka_unit_test(an_anchored_expression_is_tried_at_the_beginning_only),
        cmocka_unit_test(a_match_can_be_confirmed_by_what_follows_it),
        cmocka_unit_test(look_behind_chooses_the_start),
        cmocka_unit_test(an_empty_match_may_follow_another_but_not_twice_at_one_place),
        cmocka_unit_test(a_suffix_is_the_longest_match_read_from_the_end),
        cmocka_unit_test(a_suffix_looks_behind_inside_the_piece),
        cmocka_unit_test(a_yes_or_no_expression),
        cmocka_unit_test(no_expression_matches_nothing),
        cmocka_unit_test(damaged_tables_do_no_harm),
        cmocka_unit_test(trails_change_nothing),
        cmocka_unit_test(trails_change_no_iteration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
