/* Tags and sentence starts: the choice of the class on weights by hand, and the real components against spaCy. */
#include "tagger.h"

#include "ctx.h"
#include "layers.h"
#include "small_model.h"

/* ---- tagger ------------------------------------------------------------------------------------------------------ */

enum { LABELS = 3, WIDTH = 2 };

typedef struct fixture {
    small_model small;
    packed_layer output, sentences;
    tagger_model model;
    uint32_t labels[LABELS];
    tagger_scratch tagger;
    senter_scratch senter;
} fixture;

/* Scores are x0, x1 and x0 + x1. */
static const float TAGGER_W[LABELS][WIDTH] = {{1, 0}, {0, 1}, {1, 1}};
static const char *const TAG_NAMES[LABELS] = {"X0", "X1", "SUM"};

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    if (!f) return -1;
    small_model_init(&f->small);
    for (int i = 0; i < LABELS; i++) f->labels[i] = number_of(&f->small, TAG_NAMES[i]);
    static const float no_bias[LABELS] = {0}, senter[2][WIDTH] = {{1, 0}, {0, 1}};
    f->output = pack_layer(LABELS, 1, WIDTH, TAGGER_W[0], no_bias);
    f->sentences = pack_layer(2, 1, WIDTH, senter[0], no_bias);
    f->model = (tagger_model){.output = f->output, .labels = f->labels};
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    small_model_free(&f->small);
    tagger_scratch_free(&f->tagger);
    senter_scratch_free(&f->senter);
    free_layer(&f->output);
    free_layer(&f->sentences);
    free(f);
    return 0;
}

static void use_tokens(fixture *f, size_t count)
{
    small_doc_reserve(&f->small.doc, count);
    f->small.doc.token_count = count;
    for (size_t a = 0; a < ATTR_COUNT; a++)
        for (size_t i = 0; i < count && f->small.doc.attr[a]; i++) f->small.doc.attr[a][i] = i;
    if (count) memset(f->small.doc.sent_start, 0, count);
    doc_clear_annotations(&f->small.doc);
}

static void annotate(fixture *f, const float *rows)
{
    assert_int_equal(tagger_reserve(&f->small.doc, &f->tagger), 0);
    assert_int_equal(tagger_choose(&f->model, rows, 0, f->small.doc.token_count, &f->tagger), 0);
    tagger_annotate(&f->model, &f->small.doc, &f->tagger);
}

static void assert_tag(const fixture *f, size_t token, const char *tag)
{
    assert_string_equal(string_at(&f->small.doc, COLUMN_TAG, token), tag);
}

static void test_highest_score(void **state)
{
    static const float rows[4][WIDTH] = {{1, -1}, {-3, -2}, {2, 3}, {-1, 5}};
    fixture *f = *state;
    use_tokens(f, 4);
    assert_int_equal(tagger_reserve(&f->small.doc, &f->tagger), 0);
    assert_int_equal(tagger_choose(&f->model, rows[0], 0, 1, &f->tagger), 0); /* two blocks */
    assert_int_equal(tagger_choose(&f->model, rows[1], 1, 3, &f->tagger), 0);
    assert_tag(f, 0, "(unset)");
    tagger_annotate(&f->model, &f->small.doc, &f->tagger);
    assert_tag(f, 0, "X0");
    assert_tag(f, 1, "X1");
    assert_tag(f, 2, "SUM");
    assert_tag(f, 3, "X1");
}

static void test_bias(void **state)
{
    static const float rows[1][WIDTH] = {{2, 3}};
    fixture *f = *state;
    use_tokens(f, 1);
    *column_at(&f->output, 0, 0) = 3.5f;
    annotate(f, rows[0]);
    assert_tag(f, 0, "X0");
    *column_at(&f->output, 0, 0) = 0;
    *column_at(&f->output, 2, 0) = -2.5f;
    annotate(f, rows[0]);
    assert_tag(f, 0, "X1");
}

static void test_first_of_equal_scores(void **state)
{
    static const float rows[3][WIDTH] = {{0, 0}, {0, 2}, {2, 0}};
    fixture *f = *state;
    use_tokens(f, 3);
    annotate(f, rows[0]);
    assert_tag(f, 0, "X0");
    assert_tag(f, 1, "X1");
    assert_tag(f, 2, "X0");
}

/* Of sums that are nearer to each other than float tells their probabilities apart, the first. */
static void test_probabilities(void **state)
{
    static const float row[WIDTH] = {0, 1e-9f};
    static const char *const expected[2] = {"X1", "X0"};
    fixture *f = *state;
    for (uint32_t normalize = 0; normalize < 2; normalize++) {
        use_tokens(f, 1);
        f->model.normalize = normalize;
        annotate(f, row);
        assert_tag(f, 0, expected[normalize]);
    }
}

/* spaCy's overwrite = False: what an earlier component set stays, where that is not "". */
static void test_keeps_what_is_set(void **state)
{
    static const float rows[3][WIDTH] = {{1, 0}, {1, 0}, {1, 0}};
    fixture *f = *state;
    use_tokens(f, 3);
    f->small.doc.column[COLUMN_TAG][0] = f->labels[1];
    f->small.doc.column[COLUMN_TAG][1] = 0;
    f->model.keeps = 1;
    annotate(f, rows[0]);
    assert_tag(f, 0, "X1");
    assert_tag(f, 1, "X0");
    assert_tag(f, 2, "X0");
    f->model.keeps = 0;
    annotate(f, rows[0]);
    assert_tag(f, 0, "X0");
}

/* ---- senter ------------------------------------------------------------------------------------------------------ */

static void use_senter(fixture *f, const float bias[2])
{
    for (size_t c = 0; c < 2; c++) *column_at(&f->sentences, c, 0) = bias[c];
    f->small.component.senter.output = f->sentences;
}

/* On rows of zeros, of which the scores are the bias. */
static void find_sentences(fixture *f)
{
    static const float zeros[TOK2VEC_BLOCK][WIDTH] = {{0}};
    tern_doc *doc = &f->small.doc;
    assert_int_equal(senter_reserve(doc, &f->senter), 0);
    for (size_t begin = 0, count; begin < doc->token_count; begin += count) {
        count = doc->token_count - begin < TOK2VEC_BLOCK ? doc->token_count - begin : TOK2VEC_BLOCK;
        assert_int_equal(senter_choose(&f->small.component.senter, zeros[0], begin, count, &f->senter), 0);
    }
    senter_annotate(&f->small.component.senter, doc, &f->senter);
}

/* More than a block of the encoder; flags that are there stay. */
static void test_sentence_starts_where_unknown(void **state)
{
    enum { TOKENS = 2 * TOK2VEC_BLOCK + 3 };
    static const float begins[2] = {1, 2}, inside[2] = {2, 1}, equal[2] = {1, 1};
    const struct {
        const float *bias;
        signed char expected;
    } cases[3] = {{begins, 1}, {inside, -1}, {equal, -1}};
    fixture *f = *state;
    for (int c = 0; c < 3; c++) {
        use_tokens(f, TOKENS);
        use_senter(f, cases[c].bias);
        signed char *starts = f->small.doc.sent_start;
        for (size_t i = 0; i < TOKENS; i++) starts[i] = (signed char)(i % 3) - 1;
        find_sentences(f);
        for (size_t i = 0; i < TOKENS; i++)
            assert_int_equal(starts[i], i % 3 == 1 ? cases[c].expected : (signed char)(i % 3) - 1);
    }
}

static void test_no_tokens(void **state)
{
    static const float bias[2] = {0, 0};
    fixture *f = *state;
    use_tokens(f, 0);
    use_senter(f, bias);
    find_sentences(f);
    assert_int_equal(f->small.doc.token_count, 0);
}

/* ---- the real model; expected values from spaCy 3.8 -------------------------------------------------------------- */

static void test_real_tags(void **state)
{
    static const char *const expected[11] = {"NNP", "VBZ", "VBG", "IN", "VBG", "NNP", "VBD", "IN", "$", "CD", "CD"};
    const tern_doc *doc = run_real(*state, "Apple is looking at buying U.K. startup for $1 billion", TERN_TAGS, 0);
    assert_int_equal(tern_doc_token_count(doc), 11);
    for (size_t i = 0; i < 11; i++) assert_string_equal(string_at(doc, COLUMN_TAG, i), expected[i]);
}

/* In "It's" the tokenizer's second pass takes the preset sentence start of the first token away: senter decides. */
static void test_real_sentence_starts(void **state)
{
    static const struct {
        const char *text;
        int starts[10];
    } cases[] = {{"He came. She went home. it's late", {1, -1, -1, 1, -1, -1, -1, 1, -1, -1}},
                 {"It's late. We go.", {1, -1, -1, -1, 1, -1, -1}},
                 {" Then he left.", {1, -1, -1, -1, -1}}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const tern_doc *doc = run_real(*state, cases[c].text, TERN_SENTENCES, TERN_SENTER);
        for (size_t i = 0; i < tern_doc_token_count(doc); i++) assert_int_equal(doc->sent_start[i], cases[c].starts[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_highest_score, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bias, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_first_of_equal_scores, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_probabilities, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_keeps_what_is_set, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sentence_starts_where_unknown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_tokens, set_up, tear_down),
    };
    const struct CMUnitTest real[] = {cmocka_unit_test(test_real_tags), cmocka_unit_test(test_real_sentence_starts)};
    return cmocka_run_group_tests_name("tagger", tests, choose_kernels, NULL)
           + cmocka_run_group_tests_name("real tagger", real, open_real, close_real);
}
