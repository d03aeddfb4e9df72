/* tern_noun_chunks of parses by hand. Expected: spaCy 3.8's English noun_chunks (lang/en/syntax_iterators.py). */
#include "fixture.h"

#include "string_store.h"

enum { MOST = 4 };

typedef struct fixture {
    tern_model *model;
    tern_ctx *ctx;
} fixture;

static int set_up(void **state)
{
    static fixture f;
    void *model;
    if (open_model(&model)) return -1;
    f.model = model;
    *state = &f;
    return tern_ctx_new(f.model, &f.ctx, NULL) == TERN_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    tern_ctx_free(f->ctx);
    tern_model_close(f->model);
    return 0;
}

typedef struct token {
    uint32_t head;
    const char *dep, *pos;
} token;

/* Asks for the chunks, which are to be these pairs of tokens. */
static void check(const fixture *f, const token *tokens, size_t count, const uint32_t (*chunks)[2], size_t chunk_count)
{
    uint32_t heads[MOST];
    uint64_t deps[MOST], pos[MOST];
    const tern_parse parse = {count, heads, deps, pos};
    const tern_doc *doc;
    tern_error err = {0};
    for (size_t i = 0; i < count; i++) {
        heads[i] = tokens[i].head;
        deps[i] = string_id(f->model, tokens[i].dep, strlen(tokens[i].dep));
        pos[i] = string_id(f->model, tokens[i].pos, strlen(tokens[i].pos));
    }
    if (tern_noun_chunks(f->ctx, &parse, &doc, &err)) fail_msg("%s", err.msg);
    for (size_t i = 0; i < chunk_count; i++) {
        tern_noun_chunk chunk;
        assert_int_equal(tern_doc_noun_chunk(doc, i, &chunk), TERN_OK);
        assert_int_equal(chunk.token_start, chunks[i][0]);
        assert_int_equal(chunk.token_end, chunks[i][1]);
    }
    tern_noun_chunk none;
    assert_int_equal(tern_doc_noun_chunk(doc, chunk_count, &none), TERN_E_ARGUMENT);
}

static void no_token(void **state)
{
    const fixture *f = *state;
    const tern_parse empty = {0};
    const tern_doc *doc;
    tern_noun_chunk none;
    assert_int_equal(tern_noun_chunks(f->ctx, &empty, &doc, NULL), TERN_OK);
    assert_int_equal(tern_doc_token_count(doc), 0);
    assert_int_equal(tern_doc_noun_chunk(doc, 0, &none), TERN_E_ARGUMENT);
}

static void one_to_three_tokens(void **state)
{
    static const token noun[] = {{0, "ROOT", "NOUN"}}, verb[] = {{0, "ROOT", "VERB"}};
    static const token pair[] = {{1, "det", "DET"}, {1, "ROOT", "NOUN"}};
    static const token sentence[] = {{1, "nsubj", "PRON"}, {1, "ROOT", "VERB"}, {1, "dobj", "PROPN"}};
    static const token deep[] = {{1, "det", "DET"}, {2, "nsubj", "NOUN"}, {2, "ROOT", "VERB"}};
    check(*state, noun, 1, (const uint32_t[][2]){{0, 1}}, 1);
    check(*state, verb, 1, NULL, 0);
    check(*state, pair, 2, (const uint32_t[][2]){{0, 2}}, 1);
    check(*state, sentence, 3, (const uint32_t[][2]){{0, 1}, {2, 3}}, 2);
    check(*state, deep, 3, (const uint32_t[][2]){{0, 2}}, 1);
}

/* They mean nothing, and are no strings of the model. */
static void labels_that_are_not_known(void **state)
{
    static const token odd[] = {{0, "\xc3\xa9", "\xf0\x9f\x98\x80"}, {1, "ROOT", "NOUN"}, {1, "", ""}};
    check(*state, odd, 3, (const uint32_t[][2]){{1, 2}}, 1);
}

static void what_is_no_parse(void **state)
{
    const fixture *f = *state;
    uint32_t heads[] = {0, 2};
    const uint64_t ids[] = {0, 0};
    tern_parse parse = {2, heads, ids, ids};
    const tern_doc *doc;
    tern_error err = {0};
    assert_int_equal(tern_noun_chunks(f->ctx, &parse, &doc, &err), TERN_E_ARGUMENT);
    assert_null(doc);
    assert_non_null(strstr(err.msg, "the head of token 1 is not a token"));
    parse.deps = NULL;
    assert_int_equal(tern_noun_chunks(f->ctx, &parse, &doc, &err), TERN_E_ARGUMENT);
    parse = (tern_parse){(size_t)TERN_MAX_CHARS + 1, heads, ids, ids};
    assert_int_equal(tern_noun_chunks(f->ctx, &parse, &doc, &err), TERN_E_TOO_LONG);
    assert_int_equal(tern_noun_chunks(f->ctx, &parse, NULL, &err), TERN_E_ARGUMENT);
    assert_int_equal(tern_noun_chunks(NULL, &parse, &doc, &err), TERN_E_ARGUMENT);
    /* English does not follow heads */
    heads[0] = 1;
    heads[1] = 0;
    parse = (tern_parse){2, heads, ids, ids};
    assert_int_equal(tern_noun_chunks(f->ctx, &parse, &doc, &err), TERN_OK);
}

static void a_language_without_noun_chunks(void **state)
{
    tern_model *model;
    tern_ctx *ctx;
    tern_error err = {0};
    const tern_parse empty = {0};
    const tern_doc *doc;
    (void)state;
    assert_int_equal(tern_model_open(TERN_SOURCE_DIR "/tests/fuzz/models/polish.tern", &model, &err), TERN_OK);
    assert_int_equal(tern_ctx_new(model, &ctx, &err), TERN_OK);
    assert_int_equal(tern_noun_chunks(ctx, &empty, &doc, &err), TERN_E_UNSUPPORTED);
    tern_ctx_free(ctx);
    tern_model_close(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_token),
        cmocka_unit_test(one_to_three_tokens),
        cmocka_unit_test(labels_that_are_not_known),
        cmocka_unit_test(what_is_no_parse),
        cmocka_unit_test(a_language_without_noun_chunks),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
