/* test_sentiment.c - scores -> sentiment: the rule of MIXED and which score is the greatest; and the scores of each
 * sentence, by the tiny model, which means nothing. tests/runtime/test_sentiment.py compares a trained one with
 * spaCy. */
#include "asker.h"
#include "fixture.h"

#include <float.h>
#include <math.h>

#include "handler.h"
#include "one_model.h"
#include "sentiment.h"

#define SENTIMENT(positive, negative, neutral) ((sentiment){{positive, negative, neutral, 0}})

static void expect_near(double got, double expected, double distance)
{
    if (!(fabs(got - expected) <= distance)) fail_msg("%.17g, expected %.17g", got, expected);
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
    static const struct {
        sentiment of;
        const char *name;
    } samples[] = {
        {{{0.4, 0.3, 0.3, 0}}, "POSITIVE"}, {{{0.3, 0.4, 0.3, 0}}, "NEGATIVE"}, {{{0.3, 0.3, 0.4, 0}}, "NEUTRAL"},
        {{{0.1, 0.1, 0.1, 0.7}}, "MIXED"},  {{{0, 0, 0, 0}}, "POSITIVE"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        assert_string_equal(sentiment_name(sentiment_best(&samples[i].of)), samples[i].name);
}

static void a_model_without_categories_is_refused(void **state)
{
    sentiment_labels labels;
    problem why = {""};
    assert_int_equal(sentiment_find_labels(*state, &labels, &why), TERN_E_UNSUPPORTED);
    assert_true(*why.text);
}

/* ---- each sentence as a document of its own ---------------------------------------------------------------------- */

#define BOTH "y red left. x."

typedef struct fixture {
    tern_model *model;
    tern_ctx *ctx;
    sentiment_labels labels;
} fixture;

static int set_up(void **state)
{
    static fixture f;
    problem why;
    *state = &f;
    if (tern_model_open(TERN_SOURCE_DIR "/tests/data/tiny_sentiment.tern", &f.model, NULL)
        || tern_ctx_new(f.model, &f.ctx, NULL))
        return -1;
    return sentiment_find_labels(f.model, &f.labels, &why) ? -1 : 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    tern_ctx_free(f->ctx);
    tern_model_close(f->model);
    return 0;
}

static const tern_doc *run(fixture *f, const char *text, const tern_options *options)
{
    const tern_doc *doc;
    tern_error err;
    if (tern_run(f->ctx, text, strlen(text), options, &doc, &err)) fail_msg("%s: %s", text, err.msg);
    return doc;
}

static double score_of(const tern_doc *doc, size_t sentence, size_t cat)
{
    tern_cat found;
    assert_int_equal(tern_doc_sentence_cat(doc, sentence, cat, &found), TERN_OK);
    return found.score;
}

static void a_sentence_scores_as_it_does_alone(void **state)
{
    static const char *const alone[] = {"y red left.", "x."};
    fixture *f = *state;
    const tern_options options = sentiment_run_options(f->model);
    double expected[2][3];
    for (size_t i = 0; i < 2; i++) {
        const tern_doc *doc = run(f, alone[i], &options);
        assert_int_equal(tern_doc_sentence_count(doc), 1);
        for (size_t c = 0; c < 3; c++) {
            tern_cat cat;
            assert_int_equal(tern_doc_cat(doc, c, &cat), TERN_OK);
            assert_true(cat.score == score_of(doc, 0, c));
            expected[i][c] = cat.score;
        }
    }
    const tern_doc *doc = run(f, BOTH, &options);
    assert_int_equal(tern_doc_sentence_count(doc), 2);
    for (size_t i = 0; i < 2; i++)
        for (size_t c = 0; c < 3; c++) assert_true(score_of(doc, i, c) == expected[i][c]);
    sentiment got = sentiment_of_doc(doc, &f->labels);
    assert_int_equal(sentiment_best(&got), SENTIMENT_MIXED);
}

/* Both classifiers of the tiny model listen to its shared encoder, which reads each sentence anew. The blank behind the
 * first one is a feature of its last token. */
static void listeners_score_a_sentence_as_it_is_alone(void **state)
{
    static const char *const alone[] = {"Alan left today. ", "A hearing is scheduled on the issue."};
    static const signed char starts[] = {1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, -1};
    const tern_options whole = {.want = TERN_CATS | TERN_SENTENCES,
                                .sentence_cats = 1,
                                .components = TERN_TOK2VEC | TERN_TEXTCAT | TERN_TEXTCAT_MULTILABEL,
                                .sent_starts = starts,
                                .sent_start_count = sizeof starts};
    const tern_options part = {.want = TERN_CATS, .components = whole.components};
    fixture tiny = {.model = NULL};
    double expected[2][4];
    size_t cats = 0;
    (void)state;
    assert_int_equal(tern_model_open(TERN_SOURCE_DIR "/tests/data/tiny.tern", &tiny.model, NULL), TERN_OK);
    assert_int_equal(tern_ctx_new(tiny.model, &tiny.ctx, NULL), TERN_OK);
    for (size_t i = 0; i < 2; i++) {
        const tern_doc *doc = run(&tiny, alone[i], &part);
        cats = tern_doc_cat_count(doc);
        assert_in_range(cats, 2, 4);
        for (size_t c = 0; c < cats; c++) {
            tern_cat cat;
            assert_int_equal(tern_doc_cat(doc, c, &cat), TERN_OK);
            expected[i][c] = cat.score;
        }
    }
    assert_true(expected[0][0] != expected[1][0]);
    const tern_doc *doc = run(&tiny, "Alan left today. A hearing is scheduled on the issue.", &whole);
    assert_int_equal(tern_doc_sentence_count(doc), 2);
    for (size_t i = 0; i < 2; i++)
        for (size_t c = 0; c < cats; c++) assert_true(score_of(doc, i, c) == expected[i][c]);
    tern_ctx_free(tiny.ctx);
    tern_model_close(tiny.model);
}

static void the_text_scores_as_it_does_without(void **state)
{
    fixture *f = *state;
    tern_options options = sentiment_run_options(f->model);
    tern_cat cat[2][3];
    for (int with = 0; with < 2; with++) {
        options.sentence_cats = with;
        const tern_doc *doc = run(f, BOTH, &options);
        for (size_t c = 0; c < 3; c++) assert_int_equal(tern_doc_cat(doc, c, &cat[with][c]), TERN_OK);
    }
    for (size_t c = 0; c < 3; c++) {
        assert_true(cat[0][c].score == cat[1][c].score);
        assert_string_equal(cat[0][c].label, cat[1][c].label);
    }
}

static void what_was_not_asked_for_is_not_there(void **state)
{
    fixture *f = *state;
    tern_options options = sentiment_run_options(f->model);
    tern_cat cat;
    const tern_doc *doc = run(f, BOTH, &options);
    assert_int_equal(tern_doc_sentence_cat(doc, 2, 0, &cat), TERN_E_ARGUMENT);
    assert_int_equal(tern_doc_sentence_cat(doc, 0, 3, &cat), TERN_E_ARGUMENT);
    assert_null(cat.label);
    assert_int_equal(tern_doc_sentence_cat(doc, 0, 0, NULL), TERN_E_ARGUMENT);
    assert_int_equal(tern_doc_sentence_cat(NULL, 0, 0, &cat), TERN_E_ARGUMENT);
    assert_int_equal(tern_doc_sentence_cat(run(f, "", &options), 0, 0, &cat), TERN_E_ARGUMENT);
    options.sentence_cats = 0;
    assert_int_equal(tern_doc_sentence_cat(run(f, BOTH, &options), 0, 0, &cat), TERN_E_ARGUMENT);
    options = (tern_options){.want = TERN_CATS, .sentence_cats = 1};
    assert_int_equal(tern_run(f->ctx, "x", 1, &options, &doc, NULL), TERN_E_ARGUMENT);
}

static void each_sentence_can_be_interrupted(void **state)
{
    fixture *f = *state;
    const tern_doc *doc;
    asker never = {0}, one = {0};
    tern_options options = sentiment_run_options(f->model);
    options.interrupt = ask;
    options.interrupt_user = &one;
    run(f, "x.", &options);
    options.interrupt_user = &never;
    const sentiment expected = sentiment_of_doc(run(f, BOTH BOTH BOTH, &options), &f->labels);
    assert_true(never.asked >= one.asked + 6);
    for (size_t n = 1; n <= never.asked; n++) {
        asker a = {.yes_at = n};
        options.interrupt_user = &a;
        assert_int_equal(tern_run(f->ctx, BOTH BOTH BOTH, sizeof(BOTH BOTH BOTH) - 1, &options, &doc, NULL),
                         TERN_E_INTERRUPTED);
        assert_null(doc);
    }
    options.interrupt_user = &never;
    const sentiment again = sentiment_of_doc(run(f, BOTH BOTH BOTH, &options), &f->labels);
    assert_memory_equal(&again, &expected, sizeof again);
}

/* Status of an answer by f's model, and in a how often it was asked. */
static int status_of(fixture *f, const char *text, int sentences, asker *a)
{
    model_set models = {.count = 1, .item = {{.name = "x", .model = f->model, .sentiment = f->labels}}};
    const model_contexts contexts = contexts_of_one(&models, f->ctx);
    const handler_settings settings = {.interrupt = ask, .interrupt_user = a, .sentiment = {.sentences = sentences}};
    response answer = {.status = 0};
    handle_sentiment_text(&contexts, models.item, text, strlen(text), &settings, &answer);
    response_free(&answer);
    return answer.status;
}

static void writing_sentences_can_be_interrupted(void **state)
{
    fixture *f = *state;
    asker without = {0}, with = {0};
    char text[3 * 100 + 1] = "";
    for (size_t i = 0; i < sizeof text - 1; i += 3) memcpy(text + i, "z! ", 3);
    assert_int_equal(status_of(f, text, 0, &without), 200);
    assert_int_equal(status_of(f, text, 1, &with), 200);
    assert_true(with.asked > without.asked + 1);
    for (size_t n = without.asked + 1; n <= with.asked; n++) {
        asker a = {.yes_at = n};
        assert_int_equal(status_of(f, text, 1, &a), 504);
        assert_int_equal(a.asked, n);
    }
}

int main(void)
{
    const struct CMUnitTest by_a_model[] = {
        cmocka_unit_test(a_sentence_scores_as_it_does_alone),
        cmocka_unit_test(listeners_score_a_sentence_as_it_is_alone),
        cmocka_unit_test(the_text_scores_as_it_does_without),
        cmocka_unit_test(what_was_not_asked_for_is_not_there),
        cmocka_unit_test(each_sentence_can_be_interrupted),
        cmocka_unit_test(writing_sentences_can_be_interrupted),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_of_both_signs_is_mixed),   cmocka_unit_test(both_signs_must_be_clear),
        cmocka_unit_test(one_sentence_is_never_mixed),     cmocka_unit_test(mixed_is_the_greatest_where_it_is_there),
        cmocka_unit_test(the_greatest_score_has_its_name), cmocka_unit_test(a_model_without_categories_is_refused),
    };
    return cmocka_run_group_tests_name("sentiment", tests, open_model, close_model)
           + cmocka_run_group_tests_name("sentences", by_a_model, set_up, tear_down);
}
