/* test_lexeme.c - NORM, PREFIX, SUFFIX, SHAPE. Expected values: spaCy 3.8.18 (lex_attrs.word_shape, recorded
 * vectors). */
#include "vectors.h"

#include "utf8.h"

static void shapes_equal_spacy(void **state)
{
    static const char *const known[][2] = {
        {"", ""},
        {"Apple", "Xxxxx"},
        {"C3PO", "XdXX"},
        {"aaaaa", "xxxx"},
        {"AAAAAbbbbb11111-----", "XXXXxxxxdddd----"},
        {"\u00c9COLE", "XXXX"},
        {"\u00e9"
         "a",
         "xx"},
        {"\u2167", "\u2167"},
        {"\u01c5", "x"},
        {"\u00bd\u00b2\u2460", "\u00bddd"},
        {"\u65e5\u672c\u8a9e\u65e5\u672c\u8a9e", "xxxx"},
        {"\u0130stanbul", "Xxxxx"},
        {"dddd", "xxxx"},
        {"x1x1", "xdxd"},
        {"XXXXXxxxxxX", "XXXXxxxxX"},
        {"\U0001f600\U0001f600\U0001f600\U0001f600\U0001f600", "\U0001f600\U0001f600\U0001f600\U0001f600"},
        {"\u00aa\u00ba", "xx"},
        {"\n\n\n\n\n\n", "\n\n\n\n"},
    };
    const tern_model *model = *state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        const unsigned char *p = (const unsigned char *)known[i][0], *end = p + strlen(known[i][0]);
        uint32_t code_points[32];
        unsigned char shape[4 * 32 + 5];
        size_t n = 0;
        while (p < end) p += utf8_decode(p, end, &code_points[n++]);
        size_t len = lexeme_shape(&model->chars, code_points, n, shape);
        assert_int_equal(len, strlen(known[i][1]));
        assert_memory_equal(shape, known[i][1], len);
    }
}

static void long_words_have_one_shape(void **state)
{
    const tern_model *model = *state;
    uint32_t code_points[1000];
    unsigned char shape[4 * 1000 + 5];
    for (size_t i = 0; i < 1000; i++) code_points[i] = 'a';
    assert_int_equal(lexeme_shape(&model->chars, code_points, 99, shape), 4);
    assert_memory_equal(shape, "xxxx", 4);
    assert_int_equal(lexeme_shape(&model->chars, code_points, 100, shape), 4);
    assert_memory_equal(shape, "LONG", 4);
    assert_int_equal(lexeme_shape(&model->chars, code_points, 1000, shape), 4);
    assert_memory_equal(shape, "LONG", 4);
}

static void check_norms(const cJSON *vector, tern_ctx *ctx)
{
    const cJSON *norms = vector_list(vector, "norm");
    assert_int_equal(ctx->doc.token_count, cJSON_GetArraySize(norms));
    for (size_t i = 0; i < ctx->doc.token_count; i++) {
        const char *want = cJSON_GetArrayItem(norms, (int)i)->valuestring;
        size_t len;
        const char *norm = lexeme_norm(&ctx->doc, &ctx->text, i, &ctx->lexeme, &len);
        assert_non_null(norm);
        if (len != strlen(want) || memcmp(norm, want, len) != 0)
            fail_msg("token %zu of '%s': NORM '%.*s', spaCy has '%s'", i, vector_text(vector, "text"), (int)len, norm,
                     want);
    }
}

static void norms_equal_spacy(void **state) { for_each_vector(*state, check_norms); }

static void check_ids(const cJSON *vector, tern_ctx *ctx)
{
    static const int order[] = {ATTR_NORM, ATTR_PREFIX, ATTR_SUFFIX, ATTR_SHAPE}; /* as recorded */
    static const char *const name[] = {"NORM", "PREFIX", "SUFFIX", "SHAPE"};
    const cJSON *ids = vector_list(vector, "ids");
    assert_int_equal(ctx->doc.token_count, cJSON_GetArraySize(ids));
    for (size_t i = 0; i < ctx->doc.token_count; i++) {
        const cJSON *row = cJSON_GetArrayItem(ids, (int)i);
        for (int a = 0; a < 4; a++) {
            const char *want = cJSON_GetArrayItem(row, a)->valuestring;
            unsigned long long id = ctx->doc.attr[order[a]][i];
            if (strtoull(want, NULL, 10) != id)
                fail_msg("token %zu of '%s': %s %llu, spaCy has %s", i, vector_text(vector, "text"), name[a], id, want);
        }
    }
}

static void ids_equal_spacy(void **state) { for_each_vector(*state, check_ids); }

static void space_keys_are_bits(void **state)
{
    static const unsigned char spacy[] = {1, 0, 1, 0, 0}, is_space[] = {0, 1, 0, 0, 1}; /* a, " ", b, c, "\n\t" */
    tern_ctx ctx = {0};
    analyse(&ctx, *state, "a  b c\n\t", 8);
    assert_int_equal(ctx.doc.token_count, 5);
    assert_memory_equal(ctx.doc.space, spacy, sizeof spacy);
    assert_memory_equal(ctx.doc.is_space, is_space, sizeof is_space);
    release(&ctx);
}

static void assert_norm(tern_ctx *ctx, size_t token, const char *want)
{
    size_t len;
    const char *norm = lexeme_norm(&ctx->doc, &ctx->text, token, &ctx->lexeme, &len);
    assert_int_equal(len, strlen(want));
    assert_memory_equal(norm, want, len);
}

/* The tokenizer exception gives the norm, not the token's text: the same "am" has two. */
static void an_override_stands_above_the_tables(void **state)
{
    tern_ctx ctx = {0};
    analyse(&ctx, *state, "8am am", 6);
    assert_int_equal(ctx.doc.token_count, 3);
    assert_norm(&ctx, 1, "a.m.");
    assert_norm(&ctx, 2, "am");
    release(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_equal_spacy),  cmocka_unit_test(long_words_have_one_shape),
        cmocka_unit_test(norms_equal_spacy),   cmocka_unit_test(ids_equal_spacy),
        cmocka_unit_test(space_keys_are_bits), cmocka_unit_test(an_override_stands_above_the_tables),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}
