/* test_strings.c - string ids. Expected values: spacy.strings.get_string_id (spaCy 3.8.18). */
#include "fixture.h"

#include "string_store.h"

static uint64_t id(const tern_model *model, const char *text) { return string_id(model, text, strlen(text)); }

static void ids_equal_spacy(void **state)
{
    const tern_model *model = *state;
    assert_true(id(model, "") == 0);
    assert_true(string_id(model, NULL, 0) == 0);
    assert_true(id(model, "X") == 101);
    assert_true(id(model, "_") == 456);
    assert_true(id(model, "number") == 432);
    assert_true(id(model, "ORG") == 383);
    assert_true(id(model, "org") == 11927490343095378668u);
    assert_true(id(model, "apple") == 8566208034543834098u);
    assert_true(id(model, "\xe6\x9d\xb1\xe4\xba\xac") == 9360021637096476946u);
}

static void every_stored_id_is_the_id_of_its_string(void **state)
{
    const tern_model *model = *state;
    assert_true(model->strings.count > 1000);
    for (uint64_t number = 0; number < model->strings.count; number++) {
        size_t len;
        const char *text = string_get(model, number, &len);
        assert_int_equal(text[len], 0);
        assert_true(string_id(model, text, len) == string_id_of(model, number));
    }
}

static void unknown_numbers_are_the_empty_string(void **state)
{
    const tern_model *model = *state;
    size_t len = 7;
    assert_string_equal(string_get(model, model->strings.count, &len), "");
    assert_int_equal(len, 0);
    assert_string_equal(string_get(model, UINT64_MAX, NULL), "");
    assert_true(string_id_of(model, model->strings.count) == 0);
}

static void symbols_are_looked_up_by_hash(void **state)
{
    static small_map symbols;
    tern_model model = {0};
    (void)state;
    assert_true(id(&model, "X") == murmur64a("X", 1, 1)); /* no symbols at all */
    model.symbols = small_map_bind(&symbols);
    small_map_put(&symbols, murmur64a("X", 1, 1), 101);
    assert_true(id(&model, "X") == 101);
    assert_true(id(&model, "x") == murmur64a("x", 1, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_equal_spacy),
        cmocka_unit_test(every_stored_id_is_the_id_of_its_string),
        cmocka_unit_test(unknown_numbers_are_the_empty_string),
        cmocka_unit_test(symbols_are_looked_up_by_hash),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}
