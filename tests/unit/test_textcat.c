/* Text classifiers on weights by hand: activations beside thinc's, pooling block by block, labels in Doc.cats. */
#include "textcat.h"

#include "activation.h"
#include "layers.h"
#include "small_model.h"

/* ---- activations; expected values from thinc 8.3's NumpyOps ------------------------------------------------------ */

static void test_gelu(void **state) /* test_kernels.c: every set */
{
    float x[] = {-30, -3.3f, -1, -1e-3f, 0, 1e-3f, 0.5f, 1, 2.5f, 4, 25};
    static const float expected[] = {0,          -0.0015954941f, -0.15865529f, -0.00049960113f, 0, 0.00050039892f,
                                     0.3457312f, 0.84134471f,    2.4844759f,   3.9998732f,      25};
    (void)state;
    gelu(x, 11);
    for (size_t i = 0; i < 11; i++) assert_close(x[i], expected[i], 3e-7, "gelu", i);
}

static void test_logistic_is_cut(void **state)
{
    float x[] = {-1000, -21, -20, -3.3f, 0, 1, 6, 1000};
    static const float expected[] = {2.0611535e-9f, 2.0611535e-9f, 2.0611535e-9f, 0.035571191f,
                                     0.5f,          0.7310586f,    0.99752742f,   1};
    (void)state;
    activate(ACTIVATION_LOGISTIC, x, 8);
    for (size_t i = 0; i < 8; i++) assert_close(x[i], expected[i], 1e-6 * (double)expected[i], "logistic", i);
}

static void test_softmax(void **state)
{
    float x[] = {1, 2, 3.5f, -100, 3.5f}, large[] = {1e30f, 1e30f}, one[] = {-7};
    static const float expected[] = {0.035608392f, 0.096793637f, 0.433799f, 0, 0.433799f};
    (void)state;
    activate(ACTIVATION_SOFTMAX, x, 5);
    for (size_t i = 0; i < 5; i++) assert_close(x[i], expected[i], 1e-7, "softmax", i);
    activate(ACTIVATION_SOFTMAX, large, 2);
    activate(ACTIVATION_SOFTMAX, one, 1);
    assert_true(large[0] == 0.5f && large[1] == 0.5f && one[0] == 1.0f);
    activate(ACTIVATION_NONE, x, 5);
    assert_close(x[2], expected[2], 1e-7, "left as it is", 2);
}

/* ---- a classifier ------------------------------------------------------------------------------------------------ */

enum { WIDTH = 3, LABELS = 2, ROWS = 7 };

typedef struct fixture {
    small_model small;
    textcat_scratch scratch;
    uint32_t labels[LABELS], other_labels[LABELS];
    packed_layer layers[4];
    size_t layer_count;
} fixture;

static const float rows[ROWS][WIDTH] = {{1, -2, 0.5f}, {3, 0, 1},  {-1, 4, 0.25f},  {0, 0, 0},
                                        {2, 2, -8},    {-5, 1, 1}, {0.5f, -0.5f, 2}};

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    if (!f) return -1;
    small_model_init(&f->small);
    const char *const names[LABELS] = {"no", "yes"}, *const others[LABELS] = {"yes", "maybe"};
    for (size_t i = 0; i < LABELS; i++) f->labels[i] = number_of(&f->small, names[i]);
    for (size_t i = 0; i < LABELS; i++) f->other_labels[i] = number_of(&f->small, others[i]);
    *state = f;
    small_doc_reserve(&f->small.doc, ROWS);
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    for (size_t i = 0; i < f->layer_count; i++) free_layer(&f->layers[i]);
    textcat_scratch_free(&f->scratch);
    small_model_free(&f->small);
    free(f);
    return 0;
}

static packed_layer make_layer(fixture *f, uint32_t nO, uint32_t nI, const float *W, const float *b)
{
    return f->layers[f->layer_count++] = pack_layer(nO, 1, nI, W, b);
}

/* A classifier whose scores are the first two inputs of its output layer. */
static textcat_model *use(fixture *f, uint32_t pooling, uint32_t inputs)
{
    static const float none[LABELS] = {0};
    float W[LABELS * 4 * WIDTH] = {0};
    for (uint32_t c = 0; c < LABELS; c++) W[c * inputs + c] = 1;
    textcat_model *w = &f->small.component.textcat;
    *w = (textcat_model){.label_count = LABELS, .labels = f->labels, .pooling = pooling, .width = WIDTH};
    w->output = make_layer(f, LABELS, inputs, W, none);
    return w;
}

/* The rows in blocks of that size, then the scores. */
static void pool(fixture *f, const textcat_model *w, size_t block)
{
    assert_int_equal(textcat_begin(w, &f->scratch), 0);
    for (size_t at = 0; at < ROWS; at += block) {
        size_t count = ROWS - at < block ? ROWS - at : block;
        float copy[ROWS][WIDTH]; /* as long as it is looked at, and no longer */
        memcpy(copy, rows[at], count * sizeof rows[0]);
        assert_int_equal(textcat_pool(w, copy[0], at, count, &f->scratch), 0);
        memset(copy, 0x7f, sizeof copy);
    }
    f->small.doc.token_count = ROWS;
    f->small.doc.cat_count = 0;
    assert_int_equal(textcat_annotate(w, &f->small.doc, &f->scratch, NULL), TERN_OK);
}

static void assert_cats(const fixture *f, size_t count, const char *const *labels, const float *scores)
{
    assert_int_equal(tern_doc_cat_count(&f->small.doc), count);
    for (size_t i = 0; i < count; i++) {
        tern_cat cat;
        assert_int_equal(tern_doc_cat(&f->small.doc, i, &cat), TERN_OK);
        assert_string_equal(cat.label, labels[i]);
        assert_close(cat.score, scores[i], 1e-6, labels[i], i);
    }
}

static const char *const LABEL_NAMES[] = {"no", "yes", "maybe"};

static void test_reductions(void **state)
{
    static const struct {
        uint32_t pooling;
        float expected[LABELS];
    } cases[] = {{POOL_FIRST, {1, -2}},
                 {POOL_LAST, {0.5f, -0.5f}},
                 {POOL_MAX, {3, 4}},
                 {POOL_MEAN, {0.5f / 7, 4.5f / 7}},
                 {POOL_LAST | POOL_MEAN, {0.5f, -0.5f}},
                 {POOL_MAX | POOL_FIRST, {1, -2}}};
    fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t block = 1; block <= ROWS; block++) {
            f->layer_count = 0;
            textcat_model *w = use(f, cases[i].pooling, cases[i].pooling & (cases[i].pooling - 1) ? 2 * WIDTH : WIDTH);
            pool(f, w, block);
            assert_cats(f, LABELS, LABEL_NAMES, cases[i].expected);
            free_layer(&f->layers[0]);
        }
    f->layer_count = 0;
}

/* The second part is there too, in its place. */
static void test_order_of_parts(void **state)
{
    static const float none[LABELS] = {0}, of_mean[LABELS][2 * WIDTH] = {{0, 0, 0, 1, 0, 0}, {0, 0, 0, 0, 1, 0}};
    static const float expected[LABELS] = {0.5f / 7, 4.5f / 7};
    fixture *f = *state;
    textcat_model *w = use(f, POOL_LAST | POOL_MEAN, 2 * WIDTH);
    w->output = make_layer(f, LABELS, 2 * WIDTH, of_mean[0], none);
    pool(f, w, 3);
    assert_cats(f, LABELS, LABEL_NAMES, expected);
}

/* Weights exp(q . x) or exp(q . gelu(x W)), the sum of x by them, plus the norm of a maxout layer that is all zeros. */
static void test_attention(void **state)
{
    static const float query[WIDTH] = {0.5f, -0.25f, 2}, key[WIDTH][WIDTH] = {{0, 1, 0}, {1, 0, 0}, {0, 0, -1}};
    static const float zeros[WIDTH * WIDTH] = {0}, ones[WIDTH] = {1, 1, 1};
    fixture *f = *state;
    textcat_model *w = use(f, POOL_ATTENTION, WIDTH);
    w->query = make_layer(f, 1, WIDTH, query, zeros);
    w->hidden = (maxout_weights){make_layer(f, WIDTH, WIDTH, zeros, zeros), ones, zeros};
    packed_layer keys = make_layer(f, WIDTH, WIDTH, key[0], zeros);
    for (int transformed = 0; transformed < 2; transformed++) {
        double total = 0, sums[LABELS] = {0};
        if (transformed) w->key = keys;
        for (size_t i = 0; i < ROWS; i++) {
            float k[WIDTH] = {rows[i][1], rows[i][0], -rows[i][2]};
            if (transformed) gelu(k, WIDTH);
            else memcpy(k, rows[i], sizeof k);
            double dot = (double)(query[0] * k[0] + query[1] * k[1] + query[2] * k[2]);
            double weight = exp(dot < -20 ? -20 : dot > 20 ? 20 : dot);
            total += weight;
            for (size_t c = 0; c < LABELS; c++) sums[c] += weight * (double)rows[i][c];
        }
        const float expected[LABELS] = {(float)(sums[0] / total), (float)(sums[1] / total)};
        for (size_t block = 1; block <= ROWS; block += 2) {
            pool(f, w, block);
            assert_cats(f, LABELS, LABEL_NAMES, expected);
        }
    }
}

/* ---- Doc.cats ---------------------------------------------------------------------------------------------------- */

/* Both say 0 of an empty document; of the other's labels the place stays and the score is the later one's. */
static void test_labels_of_both(void **state)
{
    static const float zeros[3] = {0}, first[3] = {0.5f / 7, 4.5f / 7}, both[3] = {0.5f / 7, 0, 0};
    fixture *f = *state;
    tern_doc *doc = &f->small.doc;
    textcat_model *w = use(f, POOL_MEAN, WIDTH);
    const textcat_model other = {.label_count = LABELS, .labels = f->other_labels};
    pool(f, w, 2);
    assert_cats(f, 2, LABEL_NAMES, first);
    doc->token_count = 0;
    assert_int_equal(textcat_annotate(&other, doc, &f->scratch, NULL), TERN_OK);
    assert_cats(f, 3, LABEL_NAMES, both);

    doc->cat_count = 0;
    assert_int_equal(textcat_annotate(&other, doc, &f->scratch, NULL), TERN_OK);
    assert_cats(f, 2, LABEL_NAMES + 1, zeros);
}

static void test_accessor(void **state)
{
    fixture *f = *state;
    tern_cat cat = {"x", 1};
    assert_int_equal(tern_doc_cat(&f->small.doc, 0, &cat), TERN_E_ARGUMENT);
    assert_null(cat.label);
    assert_int_equal(tern_doc_cat(NULL, 0, &cat), TERN_E_ARGUMENT);
    assert_int_equal(tern_doc_cat(&f->small.doc, 0, NULL), TERN_E_ARGUMENT);
    assert_int_equal(tern_doc_cat_count(NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gelu),
        cmocka_unit_test(test_logistic_is_cut),
        cmocka_unit_test(test_softmax),
        cmocka_unit_test_setup_teardown(test_reductions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_order_of_parts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_attention, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_labels_of_both, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_accessor, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("textcat", tests, choose_kernels, NULL);
}
