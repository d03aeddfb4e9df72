/* test_problem.c - a sentence that says why: written, continued, placed, cut. */
#include "cmocka_all.h"

#include <string.h>

#include "problem.h"

static void a_refusal_is_one_statement(void **state)
{
    problem why;
    (void)state;
    assert_int_equal(problem_set(&why, 404, "there is no %s", "model"), 404);
    assert_string_equal(why.text, "there is no model");
    problem_add(&why, " of this name (known: %d)", 2);
    assert_string_equal(why.text, "there is no model of this name (known: 2)");
    assert_int_equal(problem_at(&why, "TERN_MODEL"), -1);
    assert_string_equal(why.text, "TERN_MODEL: there is no model of this name (known: 2)");
}

static void what_is_too_long_is_cut(void **state)
{
    problem why;
    char text[2 * PROBLEM_SIZE];
    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    problem_set(&why, -1, "%s", text);
    assert_int_equal(strlen(why.text), PROBLEM_SIZE - 1);
    problem_add(&why, "more");
    assert_int_equal(strlen(why.text), PROBLEM_SIZE - 1);
    problem_at(&why, "here");
    assert_int_equal(strlen(why.text), PROBLEM_SIZE - 1);
    assert_memory_equal(why.text, "here: xxx", 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_refusal_is_one_statement),
                                       cmocka_unit_test(what_is_too_long_is_cut)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
