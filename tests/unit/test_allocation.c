/* A context that has seen a text needs no more memory for one that is not longer: no run calls the allocator. */
#include "fixture.h"

#include <stdlib.h>

/* The linker sends the engine's calls here (--wrap, tests/CMakeLists.txt). */
static size_t calls;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);

void *__wrap_malloc(size_t size)
{
    calls++;
    return __real_malloc(size);
}
void *__wrap_calloc(size_t count, size_t size)
{
    calls++;
    return __real_calloc(count, size);
}
void *__wrap_realloc(void *old, size_t size)
{
    calls++;
    return __real_realloc(old, size);
}
void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    calls++;
    return __real_aligned_alloc(alignment, size);
}

static const char LONG[] =
    "Alan Turing was born on June 23, 1912, in London, England; he didn't stay (he'd left for the U.S. by 1936). "
    "Apple's buying U.K. startups for $1 billion... \n\n \"Why?\" asked naïve readers of https://example.com/x. "
    "Zürich's 3,500 re-elected council members were running, better and quickly, to the women's houses. 😀";
static const char *const SHORTER[] = {
    "London", "", "He was born in 1912.", "\n", "x é 東京 😀", "The geese's leaves are flying over Paris (France)."};

static void expect_steady_state(void **state, const tern_options *options)
{
    const tern_doc *doc;
    tern_ctx *ctx;
    assert_int_equal(tern_ctx_new(*state, &ctx, NULL), TERN_OK);
    for (int pass = 0; pass < 2; pass++) {
        size_t before = calls;
        assert_int_equal(tern_run(ctx, LONG, sizeof LONG - 1, options, &doc, NULL), TERN_OK);
        for (size_t i = 0; i < sizeof SHORTER / sizeof *SHORTER; i++)
            assert_int_equal(tern_run(ctx, SHORTER[i], strlen(SHORTER[i]), options, &doc, NULL), TERN_OK);
        if (pass) assert_int_equal(calls, before);
        else assert_true(calls > before);
    }
    tern_ctx_free(ctx);
}

static void test_steady_state(void **state) { expect_steady_state(state, NULL); }

static void test_sentence_cats(void **state)
{
    const tern_options options = {.want = TERN_CATS | TERN_SENTENCES, .sentence_cats = 1};
    expect_steady_state(state, &options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_steady_state)};
    const struct CMUnitTest everything[] = {cmocka_unit_test(test_steady_state), cmocka_unit_test(test_sentence_cats)};
    return cmocka_run_group_tests_name("allocation", tests, open_model, close_model)
           + cmocka_run_group_tests_name("allocation, every component", everything, open_tiny, close_model);
}
