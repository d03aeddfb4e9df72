/* test_pii.c - what of several finds at one place stays, and addresses that become one: by hand. */
#include "cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "pii.h"

/* "LABEL|" for each span, in order: "EMAIL 0-5|". */
static void expect(const char *text, const pii_list *list, const char *expected)
{
    char got[512] = "";
    for (size_t i = 0; i < list->count; i++) {
        const size_t len = strlen(got);
        const pii_span *span = &list->item[i];
        snprintf(got + len, sizeof got - len, "%s %.*s|", span->label, (int)(span->end - span->start),
                 text + span->start);
    }
    assert_string_equal(got, expected);
}

/* Where part stands in text. */
static pii_span at(const char *text, const char *part, const char *label, double score, int of_entity)
{
    const size_t start = (size_t)(strstr(text, part) - text);
    return (pii_span){start, start + strlen(part), label, score, of_entity};
}

static void expect_settled(const char *text, const pii_span *spans, size_t count, const char *expected)
{
    for (size_t first = 0; first < count; first++) { /* in whatever order they were found */
        pii_list list = {0};
        for (size_t i = 0; i < count; i++) pii_add(&list, spans[(first + i) % count]);
        pii_settle(text, strlen(text), &list);
        expect(text, &list, expected);
        pii_free(&list);
    }
}

static void patterns_come_before_entities_and_the_rest_stays_hidden(void **state)
{
    const char *text = "by (Alan Turing a@b.co, London) today";
    const pii_span spans[] = {
        at(text, "(Alan Turing a@b.co, London)", "PERSON", 1.0, 1),
        at(text, "a@b.co", "EMAIL", 0.9, 0),
        at(text, "London) today", "GPE", 0.5, 1),
    };
    (void)state;
    expect_settled(text, spans, 3, "PERSON Alan Turing|EMAIL a@b.co|PERSON London|GPE today|");
}

static void the_longer_pattern_comes_first_then_the_surer_one(void **state)
{
    const char *text = "see 0123456789 and 0123456789abc";
    const pii_span spans[] = {
        at(text, "0123456789", "PHONE", 0.9, 0),
        at(text, "0123456789", "SSN", 1.0, 0),
        at(text, "0123456789abc", "URL", 0.1, 0),
        at(text, "89abc", "EMAIL", 1.0, 0),
    };
    (void)state;
    expect_settled(text, spans, 4, "SSN 0123456789|URL 0123456789abc|");
}

static void equal_ones_are_decided_by_their_place_and_type(void **state)
{
    const char *text = "12345";
    const pii_span spans[] = {at(text, "12345", "PHONE", 0.9, 0), at(text, "12345", "PIN", 0.9, 0),
                              at(text, "123", "EMAIL", 0.9, 0)};
    const pii_span shifted[] = {at(text, "123", "PIN", 0.9, 0), at(text, "345", "EMAIL", 0.9, 0)};
    (void)state;
    expect_settled(text, spans, 3, "PHONE 12345|");
    expect_settled(text, shifted, 2, "PIN 123|EMAIL 45|");
}

/* Each piece is an ADDRESS of the text's. */
static void expect_joined(const char *text, const char *const *pieces, const char *expected)
{
    pii_list list = {0};
    double score = 1;
    for (; *pieces; pieces++, score -= 0.1) pii_add(&list, at(text, *pieces, pii_type_name(PII_ADDRESS), score, 1));
    const double least = score + 0.1;
    pii_settle(text, strlen(text), &list);
    pii_join_addresses(text, strlen(text), &list);
    expect(text, &list, expected);
    if (list.count == 1) assert_true(list.item[0].score > least - 0.01 && list.item[0].score < least + 0.01);
    pii_free(&list);
}

static void addresses_become_one(void **state)
{
    static const char *const two[] = {"Berlin", "Germany", NULL}, *const one[] = {"Austin", NULL};
    (void)state;
    expect_joined("Berlin, Germany", two, "ADDRESS Berlin, Germany|");
    expect_joined("Berlin 10115\nGermany", two, "ADDRESS Berlin 10115\nGermany|");
    expect_joined("Berlin, BE, Germany", two, "ADDRESS Berlin, BE, Germany|");
    expect_joined("Berlin and Germany", two, "ADDRESS Berlin|ADDRESS Germany|");
    expect_joined("Berlin; Germany", two, "ADDRESS Berlin|ADDRESS Germany|");
    expect_joined("Berlin, 1011, 1011, 1011, 1011, Germany", two, "ADDRESS Berlin|ADDRESS Germany|");
    expect_joined("Austin, TX 78701.", one, "ADDRESS Austin, TX 78701|");
    expect_joined("Austin 78701-1234", one, "ADDRESS Austin 78701-1234|");
    expect_joined("Austin, TX 787012", one, "ADDRESS Austin|");
    expect_joined("Austin, tx 7870", one, "ADDRESS Austin|");
    expect_joined("Austin", one, "ADDRESS Austin|");
}

static void labels_of_models_are_types(void **state)
{
    (void)state;
    assert_int_equal(pii_type_of_entity("PERSON"), PII_NAME);
    assert_int_equal(pii_type_of_entity("PER"), PII_NAME);
    assert_int_equal(pii_type_of_entity("GPE"), PII_ADDRESS);
    assert_int_equal(pii_type_of_entity("TIME"), PII_DATE_TIME);
    assert_int_equal(pii_type_of_entity("ORG"), -1);
    for (pii_type type = 0; type < PII_TYPES; type++)
        assert_int_equal(pii_type_from_name(pii_type_name(type), strlen(pii_type_name(type))), type);
    assert_int_equal(pii_type_from_name("ALL", 3), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_come_before_entities_and_the_rest_stays_hidden),
        cmocka_unit_test(the_longer_pattern_comes_first_then_the_surer_one),
        cmocka_unit_test(equal_ones_are_decided_by_their_place_and_type),
        cmocka_unit_test(addresses_become_one),
        cmocka_unit_test(labels_of_models_are_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
