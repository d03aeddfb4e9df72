/* Bags of words: the sums beside a count of every key by itself, bit by bit, in the order of the keys. */
#include "bow.h"

#include "activation.h"
#include "hash.h"
#include "numbers.h"
#include "small_model.h"

enum { BUCKETS = 200, LABELS = 3, POSITIONS = BUCKETS + LABELS - 1, WORDS = (POSITIONS + 63) / 64, MOST = 3000 };

typedef struct fixture {
    tern_doc doc;
    bow_model model;
    bow_scratch scratch;
    uint64_t used[WORDS];
    uint32_t before[WORDS];
    float dense[POSITIONS][LABELS], rows[POSITIONS * LABELS], bias[LABELS];
    uint64_t noise;
} fixture;

static uint32_t next_number(fixture *f) { return (uint32_t)random_u64(&f->noise); }

/* Most rows are zero; of the others the magnitudes differ so much that another order of the sum has other bits. */
static void fill(fixture *f, uint32_t overlaps)
{
    uint32_t row = 0, length = overlaps ? 1 : LABELS;
    f->model = (bow_model){.labels = LABELS,
                           .longest = 3,
                           .buckets = BUCKETS,
                           .overlaps = overlaps,
                           .used = f->used,
                           .before = f->before,
                           .rows = f->rows,
                           .bias = f->bias};
    memset(f->used, 0, sizeof f->used);
    for (uint32_t p = 0; p < POSITIONS; p++) {
        if (p % 64 == 0) f->before[p / 64] = row;
        int is_used = next_number(f) % 3 == 0;
        for (uint32_t c = 0; c < LABELS; c++) {
            uint32_t scale = 1u << next_number(f) % 24;
            f->dense[p][c] =
                is_used && c < length ? ((float)(next_number(f) % 1999) - 999.0f) / 7.0f * (float)scale : 0;
        }
        if (!is_used) continue;
        f->used[p / 64] |= UINT64_C(1) << p % 64;
        memcpy(f->rows + (size_t)row++ * length, f->dense[p], length * sizeof(float));
    }
    for (uint32_t c = 0; c < LABELS; c++) f->bias[c] = (float)c - 0.3f;
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    if (!f) return -1;
    f->noise = 7;
    *state = f;
    return doc_reserve_features(&f->doc, MOST, 0, 0);
}

static int tear_down(void **state)
{
    fixture *f = *state;
    doc_free_columns(&f->doc);
    bow_scratch_free(&f->scratch);
    free(f);
    return 0;
}

/* ---- the same by the definition ---------------------------------------------------------------------------------- */

static size_t all_keys(const fixture *f, uint64_t *keys)
{
    size_t count = 0;
    for (size_t n = 1; n <= f->model.longest; n++)
        for (size_t i = 0; i + n <= f->doc.token_count; i++) {
            const uint64_t *words = f->doc.attr[ATTR_ORTH] + i;
            keys[count++] = n == 1 ? *words : murmur64a(words, n * sizeof *words, 0);
        }
    return count;
}

static int compare_keys(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void add_expected(const fixture *f, uint64_t key, float count, float *scores)
{
    for (uint32_t seed = 0; seed < 2; seed++) {
        uint32_t bucket = murmur3_32_u64(key, seed) % BUCKETS;
        for (uint32_t c = 0; c < LABELS; c++)
            scores[c] += (f->model.overlaps ? f->dense[bucket + c][0] : f->dense[bucket][c]) * count;
    }
}

static void expected(const fixture *f, float *scores)
{
    static uint64_t keys[3 * MOST];
    size_t count = all_keys(f, keys);
    qsort(keys, count, sizeof *keys, compare_keys);
    memcpy(scores, f->bias, sizeof f->bias);
    for (size_t i = 0, same; i < count; i += same) {
        for (same = 1; i + same < count && keys[i + same] == keys[i];) same++;
        add_expected(f, keys[i], (float)same, scores);
    }
}

/* ---- tests ------------------------------------------------------------------------------------------------------- */

/* vocabulary: how many different words there are. */
static void assert_equal_for(fixture *f, size_t tokens, uint32_t vocabulary)
{
    float scores[LABELS], want[LABELS];
    f->doc.token_count = tokens;
    for (size_t i = 0; i < tokens; i++)
        f->doc.attr[ATTR_ORTH][i] = (uint64_t)(next_number(f) % vocabulary) * 0x9E3779B97F4A7C15u;
    expected(f, want);
    assert_int_equal(bow_scores(&f->model, &f->doc, &f->scratch, scores), TERN_OK);
    assert_memory_equal(scores, want, sizeof want);
}

static void test_sums(void **state)
{
    static const size_t lengths[] = {1, 2, 3, 4, 20, 21, 22, 23, 63, 64, 65, 300, MOST, 5};
    fixture *f = *state;
    for (uint32_t overlaps = 0; overlaps < 2; overlaps++) {
        fill(f, overlaps);
        for (f->model.longest = 1; f->model.longest <= 3; f->model.longest++)
            for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
                assert_equal_for(f, lengths[i], 7);
                assert_equal_for(f, lengths[i], 5000);
            }
    }
}

static void test_fewer_tokens_than_words_in_a_row(void **state)
{
    fixture *f = *state;
    fill(f, 0);
    f->model.longest = 16;
    float scores[LABELS];
    f->doc.token_count = 1;
    f->doc.attr[ATTR_ORTH][0] = 8566208034543834098u;
    assert_int_equal(bow_scores(&f->model, &f->doc, &f->scratch, scores), TERN_OK);
    float want[LABELS];
    memcpy(want, f->bias, sizeof want);
    add_expected(f, 8566208034543834098u, 1, want);
    assert_memory_equal(scores, want, sizeof want);
}

static void test_activation(void **state)
{
    fixture *f = *state;
    float scores[LABELS], sum = 0;
    fill(f, 0);
    f->model.activation = ACTIVATION_SOFTMAX;
    f->doc.token_count = 1;
    assert_int_equal(bow_scores(&f->model, &f->doc, &f->scratch, scores), TERN_OK);
    for (uint32_t c = 0; c < LABELS; c++) sum += scores[c];
    assert_close(sum, 1, 1e-6, "sum", 0);
}

static int after_some(void *user)
{
    size_t *left = user;
    return *left == 0 || --*left == 0;
}

/* Whenever it is told to, it ends; without that, it asks while it lists, orders and adds. */
static void test_interruption(void **state)
{
    fixture *f = *state;
    float scores[LABELS];
    size_t never = SIZE_MAX;
    interruption stop = {.ask = after_some, .user = &never};
    fill(f, 0);
    f->doc.token_count = MOST;
    f->doc.interruption = &stop;
    assert_int_equal(bow_scores(&f->model, &f->doc, &f->scratch, scores), TERN_OK);
    size_t asked = SIZE_MAX - never;
    assert_true(asked > 2 * MOST / INTERRUPT_STRIDE);
    for (size_t at = 1; at <= asked; at++) {
        size_t left = at;
        stop = (interruption){.ask = after_some, .user = &left};
        assert_int_equal(bow_scores(&f->model, &f->doc, &f->scratch, scores), TERN_E_INTERRUPTED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sums, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_fewer_tokens_than_words_in_a_row, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_activation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_interruption, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("bow", tests, NULL, NULL);
}
