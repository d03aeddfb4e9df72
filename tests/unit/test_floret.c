/* Floret vectors: which pieces a word has, in which order, and their sum in the embedding, also when it is
 * interrupted. */
#include "layers.h"

#include "floret.h"
#include "hash.h"
#include "tok2vec.h"

#include <stdlib.h>
#include <string.h>

#define APPLES "apples"

static floret_settings settings(uint32_t minn, uint32_t maxn, const char *bow, const char *eow)
{
    return (floret_settings){.minn = minn,
                             .maxn = maxn,
                             .hash_count = 2,
                             .seed = 2166136261u,
                             .bow = bow,
                             .eow = eow,
                             .bow_len = strlen(bow),
                             .eow_len = strlen(eow)};
}

/* pieces: NULL after the last; as Vectors._get_ngrams gives them. */
static void check_pieces(floret_settings s, const char *word, const char *const *pieces)
{
    buffer room = {0};
    floret_pieces p;
    uint32_t got[4], want[4];
    size_t count = 0;
    assert_int_equal(floret_begin(&p, &s, (const unsigned char *)word, strlen(word), &room), 0);
    size_t promised = floret_count(&p);
    for (; pieces[count]; count++) {
        murmur3_128(pieces[count], strlen(pieces[count]), s.seed, want);
        assert_int_equal(floret_next(&p, got), 1);
        assert_memory_equal(got, want, sizeof got);
    }
    assert_int_equal(floret_next(&p, got), 0);
    assert_int_equal(floret_next(&p, got), 0);
    assert_int_equal(promised, count);
    buffer_free(&room);
}

static void test_pieces(void **state)
{
    (void)state;
    static const char *const two_three[] = {"<ab>", "<a", "ab", "b>", "<ab", "ab>", NULL};
    static const char *const itself_again[] = {"<é>", "<é", "é>", "<é>", NULL};
    static const char *const nothing[] = {"東", "", "", "東", NULL};
    static const char *const whole[] = {"<apples>", NULL};
    static const char *const marks[] = {"é«😀»", "é«", "«😀", "😀»", NULL};
    check_pieces(settings(2, 3, "<", ">"), "ab", two_three);
    check_pieces(settings(2, 5, "<", ">"), "é", itself_again);
    check_pieces(settings(0, 1, "", ""), "東", nothing);
    check_pieces(settings(9, 32, "<", ">"), APPLES, whole);
    check_pieces(settings(2, 2, "é«", "»"), "😀", marks);
}

/* What a file has for a mark need not be UTF-8: there are pieces and an end, inside the word. */
static void test_marks_of_any_bytes(void **state)
{
    (void)state;
    floret_settings s = settings(0, FLORET_MAX_PIECE, "\x80\xBF\xC3", "\xF0\x9F\x80");
    buffer room = {0};
    floret_pieces p;
    uint32_t hash[4];
    size_t count = 0;
    assert_int_equal(floret_begin(&p, &s, (const unsigned char *)APPLES, strlen(APPLES), &room), 0);
    for (; !p.is_over; count++) {
        assert_true(p.begin <= p.end && p.end <= p.len);
        assert_int_equal(floret_next(&p, hash), 1);
    }
    assert_true(count > 10 && count < 200);
    buffer_free(&room);
}

/* ---- in the embedding -------------------------------------------------------------------------------------------- */

enum { WIDTH = 5, ROWS = 40, LONG = 5000 };

typedef struct words {
    floret_settings floret;
    tok2vec_weights w;
    float embed[WIDTH], rows[ROWS * WIDTH], W[2 * WIDTH * WIDTH], b[WIDTH], G[WIDTH], beta[WIDTH];
    unsigned char bytes[LONG];
    uint64_t keys[1], id[1];
    token_span span[1];
    text_view text;
    tern_doc doc;
    tok2vec_scratch scratch;
} words;

static int set_up(void **state)
{
    words *t = calloc(1, sizeof *t);
    if (!t) return -1;
    uint64_t seed = 3;
    FILL(&seed, t->embed);
    FILL(&seed, t->rows);
    FILL(&seed, t->W);
    FILL(&seed, t->b);
    FILL(&seed, t->G);
    FILL(&seed, t->beta);
    for (size_t i = 0; i < LONG; i++) t->bytes[i] = (unsigned char)('a' + random_u64(&seed) % 26);
    t->floret = settings(2, 3, "<", ">");
    t->w = (tok2vec_weights){.features = 1,
                             .width = WIDTH,
                             .attr = {ATTR_NORM},
                             .seed = {8},
                             .rows = {1},
                             .embed = {t->embed},
                             .static_rows = ROWS,
                             .static_floats = t->rows,
                             .floret = &t->floret,
                             .mix = {pack_layer(WIDTH, 1, 2 * WIDTH, t->W, t->b), t->G, t->beta}};
    t->text = (text_view){.bytes = t->bytes, .byte_count = LONG};
    t->span[0] = (token_span){.byte_end = LONG, .char_end = LONG};
    t->doc = (tern_doc){.token_count = 1, .text = &t->text, .span = t->span};
    t->doc.attr[ATTR_ORTH] = t->id;
    t->doc.attr[ATTR_NORM] = t->keys;
    *state = t;
    return 0;
}

static int tear_down(void **state)
{
    words *t = *state;
    tok2vec_scratch_free(&t->scratch);
    free_layer(&t->w.mix.layer);
    free(t);
    return 0;
}

static void test_the_mean_of_all_rows(void **state)
{
    words *t = *state;
    float out[2 * WIDTH];
    double want[WIDTH] = {0};
    t->span[0].byte_end = 7; /* a word of nine with its marks: itself, 8 pieces of two, 7 of three */
    assert_int_equal(embedding_inputs(&t->w, &t->doc, 0, 1, &t->scratch.embedding, out), TERN_OK);
    char word[10] = "<.......>";
    memcpy(word + 1, t->bytes, 7);
    for (size_t n = 2, count = 8; n <= 9; n = n == 3 ? 9 : n + 1, count = n == 9 ? 1 : count - 1)
        for (size_t at = 0; at < count; at++) {
            uint32_t hash[4];
            murmur3_128(word + at, n, t->floret.seed, hash);
            for (size_t i = 0; i < 2; i++)
                for (size_t j = 0; j < WIDTH; j++) want[j] += t->rows[hash[i] % ROWS * WIDTH + j] / 32.0;
        }
    for (size_t j = 0; j < WIDTH; j++) assert_close(out[WIDTH + j], want[j], 1e-6, "column", j);
}

static int asked;
static int after_two_questions(void *user) { return (void)user, ++asked > 2; }

/* A word may be the whole text. What was summed by then is forgotten. */
static void test_interrupted_within_a_word(void **state)
{
    words *t = *state;
    const float *rows = NULL;
    float want[WIDTH];
    assert_int_equal(tok2vec_rows(&t->w, &t->doc, 0, 1, &t->scratch, &rows), TERN_OK);
    memcpy(want, rows, sizeof want);
    interruption stop = {.ask = after_two_questions};
    tok2vec_scratch fresh = {0};
    asked = 0;
    t->doc.interruption = &stop;
    assert_int_equal(tok2vec_rows(&t->w, &t->doc, 0, 1, &fresh, &rows), TERN_E_INTERRUPTED);
    assert_int_equal(asked, 3);
    t->doc.interruption = NULL;
    assert_int_equal(tok2vec_rows(&t->w, &t->doc, 0, 1, &fresh, &rows), TERN_OK);
    assert_memory_equal(rows, want, sizeof want);
    tok2vec_scratch_free(&fresh);
}

/* Two words of the same features: the memo tells them apart by the id of the text. */
static void test_the_memo_knows_the_word(void **state)
{
    words *t = *state;
    const float *rows = NULL;
    float first[WIDTH];
    t->span[0].byte_end = 7;
    assert_int_equal(tok2vec_rows(&t->w, &t->doc, 0, 1, &t->scratch, &rows), TERN_OK);
    memcpy(first, rows, sizeof first);
    t->span[0] = (token_span){.byte_start = 7, .byte_end = 14};
    t->id[0] = UINT64_C(1) << 40; /* another in its high half only */
    assert_int_equal(tok2vec_rows(&t->w, &t->doc, 0, 1, &t->scratch, &rows), TERN_OK);
    assert_memory_not_equal(rows, first, sizeof first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_marks_of_any_bytes),
        cmocka_unit_test_setup_teardown(test_the_mean_of_all_rows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_interrupted_within_a_word, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_memo_knows_the_word, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("floret", tests, choose_kernels, NULL);
}
