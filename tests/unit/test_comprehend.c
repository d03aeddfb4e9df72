/* test_comprehend.c - errors of POST / as AWS's clients read them; the types of entities; ids of answers. */
#include "cmocka_all.h"

#include <string.h>

#include "comprehend_error.h"
#include "entity_types.h"
#include "request_id.h"

static void expect(int status, const char *given, int goes_out_as, const char *type)
{
    response out = {0};
    bytes body = {0};
    respond_error(&out, status, given, "a \"reason\"");
    comprehend_error_form(&out);
    comprehend_error_form(&out); /* again, as put_in_envelope does */
    assert_int_equal(out.status, goes_out_as);
    assert_string_equal(comprehend_error_type(&out), type);
    bytes_format(&body, "{\"__type\": \"%s\", \"Message\": \"a \\\"reason\\\"\"}", type);
    assert_string_equal(out.body.data, body.data);
    bytes_free(&body);
    response_free(&out);
}

static void errors_have_the_services_names(void **state)
{
    (void)state;
    expect(400, ERROR_VALIDATION, 400, "ValidationException");
    expect(400, ERROR_UNKNOWN_OPERATION, 400, "UnknownOperationException");
    expect(400, ERROR_BAD_REQUEST, 400, "SerializationException");
    expect(413, ERROR_TEXT_TOO_LONG, 400, "TextSizeLimitExceededException");
    expect(413, ERROR_MEMORY_LIMIT, 400, "TextSizeLimitExceededException");
    expect(413, ERROR_TEXT_TOO_COMPLEX, 400, "TextSizeLimitExceededException");
    expect(413, ERROR_TOO_LARGE, 413, "RequestEntityTooLargeException");
    expect(415, ERROR_BAD_REQUEST, 415, "UnsupportedMediaTypeException");
    expect(503, NULL, 503, "ServiceUnavailable");
    expect(500, ERROR_OUT_OF_MEMORY, 500, "InternalServerException");
    expect(504, "Function.DeadlineExceeded", 504, "InternalServerException");
}

static void an_answer_stays(void **state)
{
    response out = {0};
    (void)state;
    response_begin(&out);
    bytes_text(&out.body, "{}");
    comprehend_error_form(&out);
    assert_string_equal(out.body.data, "{}");
    assert_null(comprehend_error_type(&out));
    response_free(&out);
}

static void a_label_has_one_type(void **state)
{
    (void)state;
    for (size_t i = 0; i < entity_type_count; i++) {
        assert_string_equal(entity_type_of(entity_types[i].label), entity_types[i].type); /* the first row counts */
        for (size_t j = 0; j < i; j++) assert_string_not_equal(entity_types[i].label, entity_types[j].label);
    }
    assert_string_equal(entity_type_of("GPE"), "LOCATION");
    assert_string_equal(entity_type_of("gpe"), "OTHER");
    assert_string_equal(entity_type_of(""), "OTHER");
}

static void an_id_is_a_uuid(void **state)
{
    char one[REQUEST_ID_SIZE], other[REQUEST_ID_SIZE];
    (void)state;
    request_id(one);
    request_id(other);
    assert_string_not_equal(one, other);
    assert_int_equal(strlen(one), REQUEST_ID_SIZE - 1);
    for (size_t i = 0; i < REQUEST_ID_SIZE - 1; i++)
        assert_true((i == 8 || i == 13 || i == 18 || i == 23) ? one[i] == '-' : !!strchr("0123456789abcdef", one[i]));
    assert_int_equal(one[14], '4');
    assert_non_null(strchr("89ab", one[19]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_have_the_services_names),
        cmocka_unit_test(an_answer_stays),
        cmocka_unit_test(a_label_has_one_type),
        cmocka_unit_test(an_id_is_a_uuid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
