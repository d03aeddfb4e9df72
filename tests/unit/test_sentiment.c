/* test_sentiment.c - scores -> sentiment: the rule of MIXED and which score is the greatest. The cases are those of
 * tools/train_sentiment/train_sentiment/mixed.py, whose results tests/runtime/test_sentiment.py compares with a real model's. */
#include "fixture.h"

#include <float.h>
#include <math.h>

#include "sentiment.h"

#define SENTIMENT(positive, negative, neutral) ((sentiment){{positive, negative, neutral, 0}})

static void expect_near(double got, double expected, double distance)
{
    if (!(fabs(got - expected) <= distance))
        fail_msg("%.17g, expected %.17g", got, expected);
}

static void expect(const sentiment *got, double positive, double negative, double neutral, double mixed)
{
    const double expected[] = {positive, negative, neutral, mixed};
    double sum = 0;
    for (sentiment_class c = 0; c < SENTIMENT_CLASSES; c++) {
        expect_near(got->score[c], expected[c], 1e-12);
        sum += got->score[c];
    }
    expect_near(sum, 1, 1e-12);
}

static void a_text_of_both_signs_is_mixed(void **state)
{
    const sentiment whole = SENTIMENT(0.5, 0.3, 0.2);
    (void)state;
    sentiment got = sentiment_with_mixed(&whole, 2, 0.9, 0.8);
    expect(&got, 0.1, 0.06, 0.04, 0.8);
    assert_int_equal(sentiment_best(&got), SENTIMENT_MIXED);
    got = sentiment_with_mixed(&whole, 7, 0.61, 0.99);
    expect(&got, 0.195, 0.117, 0.078, 0.61);
}

static void both_signs_must_be_clear(void **state)
{
    const sentiment whole = SENTIMENT(0.5, 0.3, 0.2);
    const double above = SENTIMENT_CLEARLY + DBL_EPSILON;
    (void)state;
    sentiment got = sentiment_with_mixed(&whole, 2, 0.99, SENTIMENT_CLEARLY);
    expect(&got, 0.5, 0.3, 0.2, 0);
    got = sentiment_with_mixed(&whole, 2, SENTIMENT_CLEARLY, 0.99);
    expect(&got, 0.5, 0.3, 0.2, 0);
    got = sentiment_with_mixed(&whole, 2, 0.99, above);
    expect_near(got.score[SENTIMENT_MIXED], above, 0);
}

static void one_sentence_is_never_mixed(void **state)
{
    const sentiment whole = SENTIMENT(0.1, 0.1, 0.8);
    (void)state;
    for (size_t sentences = 0; sentences < 2; sentences++) {
        sentiment got = sentiment_with_mixed(&whole, sentences, 0.9, 0.9);
        expect(&got, 0.1, 0.1, 0.8, 0);
        assert_int_equal(sentiment_best(&got), SENTIMENT_NEUTRAL);
    }
}

/* 0.6 and more of MIXED leaves less than that to any other. */
static void mixed_is_the_greatest_where_it_is_there(void **state)
{
    (void)state;
    for (double positive = 0; positive <= 1; positive += 0.05) {
        const sentiment whole = SENTIMENT(positive, 1 - positive, 0);
        sentiment got = sentiment_with_mixed(&whole, 3, 0.6001, 0.7);
        assert_int_equal(sentiment_best(&got), SENTIMENT_MIXED);
    }
}

static void the_greatest_score_has_its_name(void **state)
{
    static const struct { sentiment of; const char *name; } samples[] = {
        {{{0.4, 0.3, 0.3, 0}}, "POSITIVE"}, {{{0.3, 0.4, 0.3, 0}}, "NEGATIVE"}, {{{0.3, 0.3, 0.4, 0}}, "NEUTRAL"},
        {{{0.1, 0.1, 0.1, 0.7}}, "MIXED"}, {{{0, 0, 0, 0}}, "POSITIVE"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        assert_string_equal(sentiment_name(sentiment_best(&samples[i].of)), samples[i].name);
}

static void a_model_without_categories_is_refused(void **state)
{
    sentiment_labels labels;
    char error[SENTIMENT_ERROR_SIZE] = "";
    assert_int_equal(sentiment_find_labels(*state, &labels, error), -1);
    assert_true(*error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_of_both_signs_is_mixed),
        cmocka_unit_test(both_signs_must_be_clear),
        cmocka_unit_test(one_sentence_is_never_mixed),
        cmocka_unit_test(mixed_is_the_greatest_where_it_is_there),
        cmocka_unit_test(the_greatest_score_has_its_name),
        cmocka_unit_test(a_model_without_categories_is_refused),
    };
    return cmocka_run_group_tests_name("sentiment", tests, open_model, close_model);
}
