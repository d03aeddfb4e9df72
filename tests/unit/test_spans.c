/* Groups of spans on weights by hand: suggestions, reductions, the choice of labels, order; Doc.spans. */
#include "span_finder.h"
#include "spancat.h"

#include "activation.h"
#include "doc_spans.h"
#include "layers.h"
#include "small_model.h"

enum { WIDTH = 2, ROWS = 6, LABELS = 2 };

/* Scores of the first label are the first column's, of the second the second's. */
static const float rows[ROWS][WIDTH] = {{1, -2}, {3, 0}, {-1, 4}, {0, 0.5f}, {2, 2}, {-5, 1}};

typedef struct fixture {
    small_model small;
    spancat_scratch scratch;
    span_finder_scratch finder;
    spancat_model w;
    uint32_t labels[LABELS], key, other_key;
    packed_layer layer;
} fixture;

static int set_up(void **state)
{
    static const float zeros[3] = {0}, ones[3][WIDTH] = {{1, 0}, {0, 1}, {0, 0}};
    static const char *const words[ROWS] = {"a", "b", "c", "d", "e", "f"};
    fixture *f = calloc(1, sizeof *f);
    if (!f) return -1;
    small_model_init(&f->small);
    f->labels[0] = number_of(&f->small, "X");
    f->labels[1] = number_of(&f->small, "Y");
    f->key = number_of(&f->small, "sc");
    f->other_key = number_of(&f->small, "other");
    f->layer = pack_layer(3, 1, WIDTH, ones[0], zeros);
    f->layer.nO = LABELS; /* the third only for those with a negative class */
    f->w = (spancat_model){.label_count = LABELS,
                           .labels = f->labels,
                           .key = f->key,
                           .preset_key = NO_STRING,
                           .pooling = POOL_MEAN,
                           .width = WIDTH,
                           .max_positive = SPANCAT_NO_LIMIT,
                           .threshold = 1,
                           .output = f->layer};
    small_doc(&f->small, words, ROWS);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    free_layer(&f->layer);
    spancat_scratch_free(&f->scratch);
    span_finder_scratch_free(&f->finder);
    small_model_free(&f->small);
    free(f);
    return 0;
}

/* Runs it with the rows of the first tokens in blocks of that size. */
static void run(fixture *f, size_t tokens, size_t block)
{
    tern_doc *doc = &f->small.doc;
    doc->token_count = tokens;
    assert_int_equal(spancat_begin(&f->w, doc, &f->scratch), 0);
    for (size_t at = 0; at < tokens; at += block) {
        size_t count = tokens - at < block ? tokens - at : block;
        float copy[ROWS][WIDTH]; /* as long as it is looked at, and no longer */
        memcpy(copy, rows[at], count * sizeof rows[0]);
        assert_int_equal(spancat_feed(&f->w, doc, copy[0], at, count, &f->scratch), 0);
        memset(copy, 0x7f, sizeof copy);
    }
    assert_int_equal(spancat_annotate(&f->w, doc, &f->scratch), 0);
}

typedef struct expected {
    size_t start, end;
    const char *label;
    double score;
} expected;

static void assert_group(const fixture *f, size_t group, const char *key, size_t count, const expected *spans)
{
    tern_span_group g;
    tern_group_span s;
    assert_int_equal(tern_doc_span_group(&f->small.doc, group, &g), TERN_OK);
    assert_string_equal(g.key, key);
    assert_int_equal(g.span_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(tern_doc_group_span(&f->small.doc, group, i, &s), TERN_OK);
        assert_int_equal(s.token_start, spans[i].start);
        assert_int_equal(s.token_end, spans[i].end);
        assert_string_equal(s.label, spans[i].label);
        assert_close(s.score, spans[i].score, 1e-6, "score", i);
    }
    assert_int_equal(tern_doc_group_span(&f->small.doc, group, count, &s), TERN_E_ARGUMENT);
}

/* ---- n-grams ----------------------------------------------------------------------------------------------------- */

static const uint32_t one_size[2] = {1, 0}, twos_first[4] = {1, 1, 2, 0};

/* All of a size, then all of the next, whatever the blocks; several labels of a span in the order of the labels. */
static void test_ngrams(void **state)
{
    static const expected spans[] = {{0, 2, "X", 2}, {1, 3, "X", 1},    {1, 3, "Y", 2},   {2, 4, "Y", 2.25},
                                     {3, 5, "X", 1}, {3, 5, "Y", 1.25}, {4, 6, "Y", 1.5}, {0, 1, "X", 1},
                                     {1, 2, "X", 3}, {2, 3, "Y", 4},    {4, 5, "X", 2},   {4, 5, "Y", 2},
                                     {5, 6, "Y", 1}};
    fixture *f = *state;
    f->w.sizes = twos_first;
    f->w.size_count = 2;
    for (size_t block = 1; block <= ROWS; block++) {
        doc_clear_annotations(&f->small.doc);
        run(f, ROWS, block);
        assert_group(f, 0, "sc", 13, spans);
    }
}

/* Fewer tokens than an n-gram has, or none: an empty group. */
static void test_short_documents(void **state)
{
    static const expected spans[] = {{0, 1, "X", 1}};
    fixture *f = *state;
    f->w.sizes = twos_first;
    f->w.size_count = 2;
    run(f, 1, 1);
    assert_group(f, 0, "sc", 1, spans);
    run(f, 0, 1);
    assert_group(f, 0, "sc", 0, NULL);
    f->w.sizes = (const uint32_t[2]){5, 0};
    f->w.size_count = 1;
    run(f, 4, 3);
    assert_group(f, 0, "sc", 0, NULL);
    assert_int_equal(tern_doc_span_group_count(&f->small.doc), 1);
}

static void test_reductions(void **state)
{
    static const struct {
        uint32_t pooling;
        double score;
    } cases[] = {{POOL_FIRST, 3}, {POOL_LAST, 0}, {POOL_MAX, 3}, {POOL_MEAN, 2.0 / 3}, {POOL_SUM, 2}};
    fixture *f = *state;
    f->w.sizes = (const uint32_t[2]){3, 0};
    f->w.size_count = 1;
    f->w.threshold = -100;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tern_group_span s;
        f->w.pooling = cases[i].pooling;
        run(f, ROWS, 2);
        assert_int_equal(tern_doc_group_span(&f->small.doc, 0, 2, &s), TERN_OK); /* the second n-gram's first label */
        assert_int_equal(s.token_start, 1);
        assert_close(s.score, cases[i].score, 1e-6, "pooling", i);
    }
}

/* ---- which labels ------------------------------------------------------------------------------------------------ */

/* Of equal scores the label that comes first; with max_positive 0 none. */
static void test_max_positive(void **state)
{
    static const expected best[] = {{0, 1, "X", 1}, {1, 2, "X", 3}, {2, 3, "Y", 4}, {4, 5, "X", 2}, {5, 6, "Y", 1}};
    fixture *f = *state;
    f->w.sizes = one_size;
    f->w.size_count = 1;
    f->w.max_positive = 1;
    run(f, ROWS, 4);
    assert_group(f, 0, "sc", 5, best);
    f->w.max_positive = 2;
    run(f, ROWS, 4);
    assert_int_equal(f->small.doc.group[0].count, 6);
    f->w.max_positive = 0;
    run(f, ROWS, 4);
    assert_group(f, 0, "sc", 0, NULL);
}

/* The class after the labels, whose score is 0 here, is no label. */
static void test_negative_class(void **state)
{
    static const expected spans[] = {{0, 1, "X", 1},    {1, 2, "X", 3}, {2, 3, "Y", 4},
                                     {3, 4, "Y", 0.5f}, {4, 5, "X", 2}, {5, 6, "Y", 1}};
    fixture *f = *state;
    f->w.sizes = one_size;
    f->w.size_count = 1;
    f->w.max_positive = 1;
    f->w.threshold = -INFINITY;
    f->w.parts = SPANCAT_NEGATIVE;
    f->w.output.nO = 3;
    run(f, ROWS, 4);
    assert_group(f, 0, "sc", 6, spans);
    f->w.pooling = POOL_LAST;
    f->w.sizes = (const uint32_t[2]){6, 0};
    run(f, ROWS, 6);
    assert_group(f, 0, "sc", 1, &(const expected){0, 6, "Y", 1});
}

/* By score; of equal ones the one that was suggested first. */
static void test_no_overlap(void **state)
{
    static const expected spans[] = {{2, 3, "Y", 4}, {1, 2, "X", 3}, {4, 5, "X", 2}, {0, 1, "X", 1}, {5, 6, "Y", 1}};
    fixture *f = *state;
    f->w.sizes = twos_first;
    f->w.size_count = 2;
    f->w.max_positive = 1;
    f->w.parts = SPANCAT_DISJOINT;
    run(f, ROWS, 4);
    assert_group(f, 0, "sc", 5, spans);
}

/* ---- preset spans, groups ---------------------------------------------------------------------------------------- */

static void preset(fixture *f, uint32_t key)
{
    tern_doc *doc = &f->small.doc;
    assert_int_equal(doc_begin_group(doc, key, 0), 0);
    assert_int_equal(doc_add_span(doc, (group_span){.token_start = 4, .token_end = 6, .label = NO_STRING}), 0);
    assert_int_equal(doc_add_span(doc, (group_span){.token_start = 0, .token_end = 3, .label = NO_STRING}), 0);
    assert_int_equal(doc_add_span(doc, (group_span){.token_start = 1, .token_end = 2, .label = NO_STRING}), 0);
}

static void test_preset_spans(void **state)
{
    static const expected labelled[] = {{4, 6, "Y", 1.5}, {0, 3, "X", 1}, {1, 2, "X", 3}};
    static const expected plain[] = {{4, 6, "", 0}, {0, 3, "", 0}, {1, 2, "", 0}};
    fixture *f = *state;
    f->w.preset_key = f->other_key;
    preset(f, f->other_key);
    for (size_t block = 1; block <= ROWS; block++) {
        run(f, ROWS, block);
        assert_group(f, 0, "other", 3, plain);
        assert_group(f, 1, "sc", 3, labelled);
    }
    f->w.key = f->other_key; /* in place of what it reads */
    run(f, ROWS, 4);
    assert_group(f, 0, "other", 3, labelled);
    assert_int_equal(tern_doc_span_group_count(&f->small.doc), 2);
}

/* No component has set them. */
static void test_no_preset_spans(void **state)
{
    fixture *f = *state;
    f->w.preset_key = f->other_key;
    run(f, ROWS, 4);
    assert_group(f, 0, "sc", 0, NULL);
}

static void test_accessors(void **state)
{
    fixture *f = *state;
    tern_span_group group = {.key = "x"};
    tern_group_span span = {.label = "x"};
    assert_int_equal(tern_doc_span_group(&f->small.doc, 0, &group), TERN_E_ARGUMENT);
    assert_null(group.key);
    assert_int_equal(tern_doc_group_span(&f->small.doc, 0, 0, &span), TERN_E_ARGUMENT);
    assert_null(span.label);
    assert_int_equal(tern_doc_span_group(NULL, 0, &group), TERN_E_ARGUMENT);
    assert_int_equal(tern_doc_span_group(&f->small.doc, 0, NULL), TERN_E_ARGUMENT);
    assert_int_equal(tern_doc_group_span(NULL, 0, 0, &span), TERN_E_ARGUMENT);
    assert_int_equal(tern_doc_group_span(&f->small.doc, 0, 0, NULL), TERN_E_ARGUMENT);
    assert_int_equal(tern_doc_span_group_count(NULL), 0);
    preset(f, f->key);
    assert_int_equal(tern_doc_group_span(&f->small.doc, 0, 1, &span), TERN_OK);
    assert_true(span.span.char_start == 0 && span.span.char_end == 5); /* "a b c" */
}

/* ---- span_finder ------------------------------------------------------------------------------------------------- */

static void find(fixture *f, uint32_t shortest, uint32_t longest, size_t block)
{
    tern_doc *doc = &f->small.doc;
    const span_finder_model w = {
        .key = f->key, .min_length = shortest, .max_length = longest, .threshold = 1, .output = f->layer};
    span_finder_begin(&f->finder);
    for (size_t at = 0; at < ROWS; at += block)
        assert_int_equal(span_finder_feed(&w, rows[at], at, ROWS - at < block ? ROWS - at : block, &f->finder), 0);
    assert_int_equal(span_finder_annotate(&w, doc, &f->finder), 0);
}

/* Spans begin with 0, 1, 4 and end with 2, 4, 5. */
static void test_span_finder(void **state)
{
    static const expected all[] = {{0, 3, "", 0}, {0, 5, "", 0}, {0, 6, "", 0}, {1, 3, "", 0},
                                   {1, 5, "", 0}, {1, 6, "", 0}, {4, 5, "", 0}, {4, 6, "", 0}};
    static const expected some[] = {{0, 3, "", 0}, {1, 3, "", 0}, {1, 5, "", 0}, {4, 6, "", 0}};
    fixture *f = *state;
    for (size_t block = 1; block <= ROWS; block++) {
        find(f, 1, SPANCAT_NO_LIMIT, block);
        assert_group(f, 0, "sc", 8, all);
        find(f, 2, 4, block);
        assert_group(f, 0, "sc", 4, some);
    }
    find(f, 7, 3, 2);
    assert_group(f, 0, "sc", 0, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_ngrams, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_short_documents, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reductions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_max_positive, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_negative_class, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_overlap, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_preset_spans, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_preset_spans, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_accessors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_span_finder, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("spans", tests, choose_kernels, NULL);
}
