/* Every component has its row, in its place, with a name of its own and the bit of tern.h that belongs to its number.
 */
#include "cmocka_all.h"

#include "component_table.h"
#include "tern.h"

#include <string.h>

static void test_rows_are_in_their_places(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < COMPONENT_COUNT; c++) {
        const component_methods *row = component_table[c];
        assert_non_null(row);
        assert_int_equal(row->number, c);
        assert_non_null(row->bind);
        assert_int_equal(tern_component_from_name(row->name, strlen(row->name)), 1u << c);
        assert_string_equal(tern_component_name(1u << c), row->name);
    }
    assert_int_equal(component_table[COMPONENT_NER]->gives, TERN_ENTITIES);
    assert_int_equal(1u << COMPONENT_TEXTCAT_MULTILABEL, TERN_TEXTCAT_MULTILABEL);
    assert_int_equal(1u << COMPONENT_SPANCAT, TERN_SPANCAT);
    assert_int_equal(1u << COMPONENT_SPANCAT_SINGLELABEL, TERN_SPANCAT_SINGLELABEL);
    assert_int_equal(1u << COMPONENT_SPAN_FINDER, TERN_SPAN_FINDER);
}

/* The pipeline feeds who reads an encoder's rows, and gives scratch memory back through the row. */
static void test_what_is_fed_or_kept_can_be_freed(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < COMPONENT_COUNT; c++) {
        const component_methods *row = component_table[c];
        assert_true(!row->scratch_size == !row->free);
        /* rows of an encoder are kept in the document */
        if (c != COMPONENT_TOK2VEC && (row->feed || row->reserve || row->release)) assert_non_null(row->free);
        if (c != COMPONENT_TOK2VEC) assert_true(row->feed || row->finish);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_in_their_places),
        cmocka_unit_test(test_what_is_fed_or_kept_can_be_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
