/* What a run may hold: bytes for each code point of hostile texts, the limit, and what is given back. */
#include "fixture.h"

#include "hostile.h"

#include "ctx.h"

/* Above TRANSITION_KEPT tokens only columns grow; tern.h promises how much. */
enum { SHORTER = 18000, LONGER = 30000, BYTES_PER_CODE_POINT = 250, BYTES_OF_NORMS = 20, BYTES_OF_CHUNKS = 40 };
enum { BYTES_OF_EVERYTHING = BYTES_PER_CODE_POINT + BYTES_OF_NORMS + BYTES_OF_CHUNKS, FIXED = 16 << 20 };

/* What no run finds that is not told to. */
#define USUAL (TERN_EVERYTHING & ~(unsigned)(TERN_NORMS | TERN_NOUN_CHUNKS))

static const char SMALL[] = "Alan Turing was born in London.";

static tern_status run_for(tern_ctx *ctx, unsigned want, const hostile_kind *kind, size_t code_points, size_t limit,
                           tern_error *err)
{
    const tern_options options = {.want = tern_model_offers(ctx->model) & want, .memory = limit};
    const tern_doc *doc;
    size_t len = 0;
    char *text = hostile_text(kind, code_points, &len);
    assert_non_null(text);
    tern_status status = tern_run(ctx, text, len, &options, &doc, err);
    assert_int_equal(doc == NULL, status != TERN_OK);
    free(text);
    return status;
}

static tern_status run_hostile(tern_ctx *ctx, const hostile_kind *kind, size_t code_points, size_t limit,
                               tern_error *err)
{
    return run_for(ctx, USUAL, kind, code_points, limit, err);
}

static void run_small(tern_ctx *ctx, size_t limit)
{
    const tern_options options = {.want = TERN_ENTITIES, .memory = limit};
    const tern_doc *doc;
    tern_error err;
    if (tern_run(ctx, SMALL, sizeof SMALL - 1, &options, &doc, &err) != TERN_OK) fail_msg("%s", err.msg);
    assert_int_equal(tern_doc_entity_count(doc), 2);
}

static tern_ctx *new_context(const tern_model *model)
{
    tern_ctx *ctx;
    assert_int_equal(tern_ctx_new(model, &ctx, NULL), TERN_OK);
    return ctx;
}

static size_t peak_of(const tern_model *model, const hostile_kind *kind, size_t code_points, unsigned want)
{
    tern_ctx *ctx = new_context(model);
    tern_error err;
    if (run_for(ctx, want, kind, code_points, 0, &err)) fail_msg("%s: %s", kind->name, err.msg);
    size_t peak = tern_ctx_peak_memory(ctx);
    tern_ctx_free(ctx);
    return peak;
}

static void check_bytes(const tern_model *model, const hostile_kind *kind, unsigned want, size_t most)
{
    size_t shorter = peak_of(model, kind, SHORTER, want), longer = peak_of(model, kind, LONGER, want);
    assert_true(longer <= FIXED + most * LONGER);
    if (longer > shorter + most * (LONGER - SHORTER))
        fail_msg("%s: %zu bytes for each code point", kind->name, (longer - shorter) / (LONGER - SHORTER));
}

static void test_bytes_per_code_point(void **state)
{
    check_bytes(*state, &hostile_kinds[0], TERN_EVERYTHING, BYTES_OF_EVERYTHING);
}

/* In the tiny model, which has every component: it takes as much for each token, and little time. */
static void test_bytes_of_every_kind(void **state)
{
    for (size_t k = 0; k < HOSTILE_KINDS; k++) {
        check_bytes(*state, &hostile_kinds[k], USUAL, BYTES_PER_CODE_POINT);
        check_bytes(*state, &hostile_kinds[k], USUAL | TERN_NORMS, BYTES_PER_CODE_POINT + BYTES_OF_NORMS);
        check_bytes(*state, &hostile_kinds[k], TERN_EVERYTHING, BYTES_OF_EVERYTHING);
    }
}

/* Whatever the limit, the run ends with the error or within it, and the context goes on. */
static void test_the_limit_holds(void **state)
{
    tern_ctx *ctx = new_context(*state);
    size_t refused = 0, allowed = 0;
    for (size_t limit = 1000; limit < 16u << 20; limit += limit / 2) {
        tern_error err = {0};
        tern_status status = run_hostile(ctx, &hostile_kinds[0], SHORTER, limit, &err);
        if (status == TERN_OK) allowed++;
        else {
            assert_int_equal(status, TERN_E_MEMORY_LIMIT);
            assert_int_equal(err.code, TERN_E_MEMORY_LIMIT);
            assert_int_equal(err.pos, SHORTER);
            assert_non_null(strstr(err.msg, "send a shorter text"));
            refused++;
        }
        /* what it had kept */
        assert_true(tern_ctx_peak_memory(ctx) <= limit || tern_ctx_peak_memory(ctx) <= 8u << 20);
        run_small(ctx, 0);
    }
    assert_true(refused > 10);
    assert_true(allowed > 0);
    tern_ctx_free(ctx);
}

/* A refusal is not remembered. */
static void test_other_errors_stay(void **state)
{
    const tern_options options = {.want = TERN_ENTITIES, .memory = 64u << 20, .max_chars = 3};
    const tern_doc *doc;
    tern_error err;
    tern_ctx *ctx = new_context(*state);
    run_hostile(ctx, &hostile_kinds[0], SHORTER, 1000, &err);
    assert_int_equal(tern_run(ctx, SMALL, sizeof SMALL - 1, &options, &doc, &err), TERN_E_TOO_LONG);
    tern_ctx_free(ctx);
}

static void test_memory_is_given_back(void **state)
{
    tern_ctx *ctx = new_context(*state);
    run_small(ctx, 0);
    size_t small = tern_ctx_memory(ctx);
    tern_ctx_trim(ctx);
    assert_int_equal(tern_ctx_memory(ctx), small); /* it is little, and kept */
    assert_int_equal(run_hostile(ctx, &hostile_kinds[0], LONGER, 0, NULL), TERN_OK);
    assert_true(tern_ctx_memory(ctx) < tern_ctx_peak_memory(ctx)); /* the document is there */
    assert_true(tern_ctx_memory(ctx) > 0);
    run_small(ctx, 0);
    assert_true(tern_ctx_memory(ctx) <= 8u << 20);
    assert_int_equal(run_hostile(ctx, &hostile_kinds[1], 4 * LONGER, 1u << 20, NULL), TERN_E_MEMORY_LIMIT);
    tern_ctx_trim(ctx);
    assert_true(tern_ctx_memory(ctx) <= 8u << 20);
    tern_ctx_free(ctx);
}

/* A trimmed context has no document any more, and what asks for it gets nothing. */
static void test_trim_ends_the_document(void **state)
{
    const tern_doc *doc;
    tern_ctx *ctx = new_context(*state);
    assert_int_equal(tern_run(ctx, SMALL, sizeof SMALL - 1, NULL, &doc, NULL), TERN_OK);
    tern_ctx_trim(ctx);
    assert_int_equal(tern_doc_token_count(doc), 0);
    assert_int_equal(tern_doc_entity_count(doc), 0);
    assert_int_equal(tern_doc_sentence_count(doc), 0);
    tern_ctx_free(ctx);
    tern_ctx_trim(NULL);
    assert_int_equal(tern_ctx_memory(NULL) + tern_ctx_peak_memory(NULL), 0);
}

/* ---- buffers ----------------------------------------------------------------------------------------------------- */

static void test_account(void **state)
{
    (void)state;
    memory_account account = {.limit = 1 << 20};
    buffer counted = {0}, other = {0}, uncounted = {0};
    assert_int_equal(buffer_reserve(&uncounted, 100, 64), 0);
    memory_count_in(&account);
    assert_int_equal(buffer_reserve(&counted, 1000, 64), 0);
    memset(counted.data, 7, 64000);
    assert_int_equal(account.used, 64000);
    assert_int_equal(buffer_reserve(&other, 1 << 20, 1), -1);
    assert_int_equal(account.refused, 1);
    assert_int_equal(buffer_reserve(&counted, 600000, 1), 0); /* mapped now, and what was there still is */
    assert_int_equal(((unsigned char *)counted.data)[63999], 7);
    assert_int_equal(account.used, 600000);
    assert_int_equal(account.most, 664000);
    assert_int_equal(buffer_reserve(&uncounted, 2 << 20, 1), 0); /* not of this account */
    memory_count_in(NULL);
    /* of it, whoever asks: both would be there for a while */
    assert_int_equal(buffer_reserve(&counted, 800000, 1), -1);
    buffer_free(&counted);
    buffer_free(&uncounted);
    assert_int_equal(account.used, 0);
}

/* Growing by half is allowed less often than growing by what is needed. */
static void test_the_limit_leaves_out_the_spare_half(void **state)
{
    (void)state;
    memory_account account = {.limit = 1 << 20};
    buffer b = {0};
    memory_count_in(&account);
    assert_int_equal(buffer_reserve(&b, 448 << 10, 1), 0);
    assert_int_equal(buffer_reserve(&b, 512 << 10, 1), 0);
    assert_int_equal(b.capacity, 512 << 10);
    memory_count_in(NULL);
    buffer_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_per_code_point),
        cmocka_unit_test(test_the_limit_holds),
        cmocka_unit_test(test_other_errors_stay),
        cmocka_unit_test(test_memory_is_given_back),
        cmocka_unit_test(test_trim_ends_the_document),
        cmocka_unit_test(test_account),
        cmocka_unit_test(test_the_limit_leaves_out_the_spare_half),
    };
    const struct CMUnitTest every_component[] = {cmocka_unit_test(test_bytes_of_every_kind)};
    return cmocka_run_group_tests_name("memory", tests, open_model, close_model)
           + cmocka_run_group_tests_name("memory, every component", every_component, open_tiny, close_model);
}
