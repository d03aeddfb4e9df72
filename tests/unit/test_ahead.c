/* tern_run_ahead: texts whose encoders run together get the answers that they get alone. */
#include "asker.h"
#include "fixture.h"
#include "same_docs.h"

#include <math.h>

#include "ctx.h"
#include "tern.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define EVERYTHING (TERN_EVERYTHING | TERN_TENSOR)

static const char *const texts[] = {"Alan Turing was born in London.",
                                    "",
                                    "Yes",
                                    "No !",
                                    "Zoë Müller",
                                    "She paid $5 million to Apple in 2010, they say; who knows?",
                                    " \n ",
                                    "今天 天气 很 好",
                                    "I can't."};

static size_t ahead(tern_ctx *ctx, const char *const *some, size_t count, const tern_options *options)
{
    size_t lengths[256];
    assert_true(count <= COUNT(lengths));
    for (size_t i = 0; i < count; i++) lengths[i] = strlen(some[i]);
    return tern_run_ahead(ctx, some, lengths, count, options);
}

static const tern_doc *run(tern_ctx *ctx, const char *text, const tern_options *options)
{
    const tern_doc *doc;
    tern_error err;
    if (tern_run(ctx, text, strlen(text), options, &doc, &err)) fail_msg("%s", err.msg);
    return doc;
}

/* Up to what the order of additions leaves. */
static void assert_near_rows(const tern_doc *one, const tern_doc *other)
{
    const float *a, *b;
    size_t width, other_width;
    assert_int_equal(tern_doc_tensor(one, &a, &width), TERN_OK);
    assert_int_equal(tern_doc_tensor(other, &b, &other_width), TERN_OK);
    assert_int_equal(width, other_width);
    for (size_t i = 0; i < width * tern_doc_token_count(one); i++) assert_true(fabsf(a[i] - b[i]) < 2e-5f);
}

static void answers_are_those_of_the_text_alone(void **state)
{
    const tern_options everything = {.want = EVERYTHING}, entities = {.want = TERN_ENTITIES, .components = TERN_NER};
    const tern_options *const asked[] = {&everything, &entities};
    tern_ctx *together = new_context(state), *alone = new_context(state);
    for (size_t o = 0; o < COUNT(asked); o++) {
        assert_int_equal(ahead(together, texts, COUNT(texts), asked[o]), COUNT(texts));
        for (size_t i = 0; i < COUNT(texts); i++) {
            const tern_doc *doc = run(together, texts[i], asked[o]), *want = run(alone, texts[i], asked[o]);
            assert_int_equal(together->ahead.next, i + 1); /* its rows were used */
            assert_same(want, doc);
            assert_near_rows(want, doc);
        }
    }
    tern_ctx_free(together);
    tern_ctx_free(alone);
}

/* As many as there is room for, and the rest the next time. */
static void long_rows_of_texts_go_in_parts(void **state)
{
    const tern_options options = {.want = EVERYTHING};
    const char *many[200];
    tern_ctx *together = new_context(state), *alone = new_context(state);
    for (size_t i = 0; i < COUNT(many); i++) many[i] = texts[i % COUNT(texts)];
    size_t ready = 0, parts = 0;
    for (size_t i = 0; i < COUNT(many); i++) {
        if (!ready) {
            ready = ahead(together, many + i, COUNT(many) - i, &options);
            assert_true(ready > 1);
            parts++;
        }
        ready--;
        assert_same(run(alone, many[i], &options), run(together, many[i], &options));
    }
    assert_true(parts > 2 && parts < COUNT(many) / 10);
    tern_ctx_free(together);
    tern_ctx_free(alone);
}

static void where_it_is_of_no_use_it_says_so(void **state)
{
    const tern_options options = {.want = EVERYTHING}, tokens = {.want = TERN_TOKENS}, wrong = {.want = 1u << 31};
    tern_ctx *ctx = new_context(state);
    char *text = malloc(8001);
    assert_non_null(text);
    for (size_t i = 0; i < 8000; i++) text[i] = i % 2 ? ' ' : 'a';
    text[8000] = '\0';
    text[1200] = '\0';
    const char *const long_one[] = {text, "b"}, *const short_one[] = {"b", text, "c"};
    assert_int_equal(ahead(ctx, texts, 1, &options), 0);
    assert_int_equal(ahead(ctx, texts, 0, &options), 0);
    assert_int_equal(ahead(ctx, texts, 2, &tokens), 0);
    assert_int_equal(ahead(ctx, texts, 2, &wrong), 0);
    assert_int_equal(ahead(ctx, long_one, 2, &options), 0);
    text[1200] = 'a';
    assert_int_equal(ahead(ctx, long_one, 2, &options), 0);
    assert_int_equal(ahead(ctx, short_one, 3, &options), 0);
    run(ctx, short_one[0], &options);
    assert_int_equal(ctx->ahead.next, 1); /* but what was done for it is not done again */
    assert_int_equal(tern_run_ahead(NULL, texts, (size_t[]){1, 1}, 2, NULL), 0);
    assert_int_equal(tern_run_ahead(ctx, NULL, NULL, 2, NULL), 0);
    free(text);
    tern_ctx_free(ctx);
}

/* A text that tern_run refuses, it refuses then as ever. */
static void errors_are_left_to_the_run(void **state)
{
    const char *const broken[] = {"Ada Lovelace", "Charles", "\xff", "Byron"};
    const tern_doc *doc;
    tern_ctx *ctx = new_context(state);
    assert_int_equal(ahead(ctx, broken, COUNT(broken), NULL), 2);
    run(ctx, broken[0], NULL);
    run(ctx, broken[1], NULL);
    assert_int_equal(tern_run(ctx, broken[2], 1, NULL, &doc, NULL), TERN_E_UTF8);
    run(ctx, broken[3], NULL);
    tern_ctx_free(ctx);
}

/* Other text, other components: nothing of what was encoded is taken for theirs. */
static void what_comes_instead_is_run_alone(void **state)
{
    const tern_options options = {.want = EVERYTHING}, entities = {.want = TERN_ENTITIES, .components = TERN_NER};
    tern_ctx *ctx = new_context(state), *alone = new_context(state);
    assert_int_equal(ahead(ctx, texts, COUNT(texts), &options), COUNT(texts));
    const tern_doc *doc = run(ctx, "Alan Turing was born in Madrid.", &options);
    assert_same(run(alone, "Alan Turing was born in Madrid.", &options), doc);
    assert_int_equal(ctx->ahead.count, 0);
    assert_int_equal(ahead(ctx, texts, COUNT(texts), &options), COUNT(texts));
    assert_same(run(alone, texts[0], &entities), run(ctx, texts[0], &entities));
    assert_int_equal(ctx->ahead.count, 0);
    tern_ctx_free(ctx);
    tern_ctx_free(alone);
}

static void nul_is_a_character(void **state)
{
    const char *const two[] = {"Ada\0 Lovelace", "Ada\0 Byron"};
    const size_t lengths[] = {13, 10};
    const tern_doc *doc, *want;
    tern_ctx *ctx = new_context(state), *alone = new_context(state);
    assert_int_equal(tern_run_ahead(ctx, two, lengths, 2, NULL), 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(tern_run(ctx, two[i], lengths[i], NULL, &doc, NULL), TERN_OK);
        assert_int_equal(tern_run(alone, two[i], lengths[i], NULL, &want, NULL), TERN_OK);
        assert_int_equal(ctx->ahead.next, i + 1);
        assert_same(want, doc);
    }
    tern_ctx_free(ctx);
    tern_ctx_free(alone);
}

static void it_gives_up_like_a_run(void **state)
{
    const tern_options little = {.want = EVERYTHING, .memory = 1000};
    tern_ctx *ctx = new_context(state), *alone = new_context(state);
    assert_int_equal(ahead(ctx, texts, COUNT(texts), &little), 0);
    size_t given_up = 0;
    for (size_t yes_at = 1, ready = 0; !ready; yes_at++) {
        asker a = {.yes_at = yes_at};
        const tern_options options = {.want = EVERYTHING, .interrupt = ask, .interrupt_user = &a};
        ready = ahead(ctx, texts, COUNT(texts), &options);
        assert_true(!ready || a.asked < yes_at);
        assert_same(run(alone, texts[0], NULL), run(ctx, texts[0], NULL));
        given_up += !ready;
    }
    assert_true(given_up > 2);
    tern_ctx_free(ctx);
    tern_ctx_free(alone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_those_of_the_text_alone),
        cmocka_unit_test(long_rows_of_texts_go_in_parts),
        cmocka_unit_test(where_it_is_of_no_use_it_says_so),
        cmocka_unit_test(errors_are_left_to_the_run),
        cmocka_unit_test(what_comes_instead_is_run_alone),
        cmocka_unit_test(nul_is_a_character),
        cmocka_unit_test(it_gives_up_like_a_run),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}
