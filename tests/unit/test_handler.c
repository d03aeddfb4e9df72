/* test_handler.c - requests and answers of POST /ner and `tern pipe`. Entities and documents are those of spaCy 3.8 with the
 * NER of en_core_web_sm 3.8 alone (the other components excluded). */
#include "fixture.h"

#include "handler.h"

#define TEXT(literal) literal, sizeof(literal) - 1
#define SAMPLE "Alan Turing was born on June 23, 1912, in London, England."

static tern_ctx *new_ctx(void **state)
{
    tern_ctx *ctx;
    assert_int_equal(tern_ctx_new(*state, &ctx, NULL), TERN_OK);
    return ctx;
}

static void check(const response *answer, int status, const char *error_type, const char *body)
{
    assert_int_equal(answer->status, status);
    if (error_type)
        assert_string_equal(answer->error_type, error_type);
    else
        assert_null(answer->error_type);
    assert_string_equal(answer->body.data, body);
    assert_int_equal(answer->body.len, strlen(body));
}

static void entities_are_those_of_spacy(void **state)
{
    static const struct { const char *request; size_t len; const char *answer; } samples[] = {
        {TEXT("{\"text\": \"" SAMPLE "\"}"),
         "{\"entities\": [{\"text\": \"Alan Turing\", \"label\": \"PERSON\", \"start\": 0, \"end\": 11}, "
         "{\"text\": \"June 23, 1912\", \"label\": \"DATE\", \"start\": 24, \"end\": 37}, "
         "{\"text\": \"London\", \"label\": \"GPE\", \"start\": 42, \"end\": 48}, "
         "{\"text\": \"England\", \"label\": \"GPE\", \"start\": 50, \"end\": 57}]}"},
        {TEXT("{\"text\": \"Alan \\u0000 Turing was born in London\"}"),
         "{\"entities\": [{\"text\": \"Alan \\u0000 Turing\", \"label\": \"PERSON\", \"start\": 0, \"end\": 13}, "
         "{\"text\": \"London\", \"label\": \"GPE\", \"start\": 26, \"end\": 32}]}"},
        {TEXT("{\"text\": \"\\ud83d\\ude00 Angela Merkel visited Paris on Monday.\"}"),
         "{\"entities\": [{\"text\": \"Angela Merkel\", \"label\": \"PERSON\", \"start\": 2, \"end\": 15}, "
         "{\"text\": \"Paris\", \"label\": \"GPE\", \"start\": 24, \"end\": 29}, "
         "{\"text\": \"Monday\", \"label\": \"DATE\", \"start\": 33, \"end\": 39}]}"},
        {TEXT("{\"text\": \"Zo\xc3\xab M\\u00fcller\\nmoved to \\\"New York\\\" in 2019.\"}"),
         "{\"entities\": [{\"text\": \"Zo\xc3\xab M\xc3\xbcller\", \"label\": \"PERSON\", \"start\": 0, \"end\": 10}, "
         "{\"text\": \"New York\", \"label\": \"GPE\", \"start\": 21, \"end\": 29}, "
         "{\"text\": \"2019\", \"label\": \"DATE\", \"start\": 34, \"end\": 38}]}"},
        {TEXT("{\"text\": \"  \\n \"}"), "{\"entities\": []}"},
    };
    tern_ctx *ctx = new_ctx(state);
    response answer = {0};
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        handle_ner(ctx, samples[i].request, samples[i].len, 0, &answer);
        check(&answer, 200, NULL, samples[i].answer);
    }
    handle_ner_text(ctx, TEXT(SAMPLE), 0, &answer);
    check(&answer, 200, NULL, samples[0].answer);
    response_free(&answer);
    tern_ctx_free(ctx);
}

static void bad_requests_say_what_is_wrong(void **state)
{
    static const struct { const char *request; size_t len; const char *cause; } bad[] = {
        {TEXT(""), "no body"}, {TEXT("{"), "invalid JSON at byte 1"},
        {TEXT("{\"text\": \"a\"} x"), "invalid JSON at byte 14"},
        {TEXT("[\"text\"]"), "not an array"}, {TEXT("\"text\""), "not a string"}, {TEXT("1"), "not a number"},
        {TEXT("null"), "not null"}, {TEXT("true"), "not true or false"}, {TEXT("{}"), "\\\"text\\\" is missing"},
        {TEXT("{\"Text\": \"a\"}"), "case-sensitive"}, {TEXT("{\"text\": null}"), "must be a string, not null"},
        {TEXT("{\"text\": 5}"), "must be a string, not a number"},
        {TEXT("{\"text\": {}}"), "must be a string, not an object"},
        {TEXT("{\"text\": [\"a\"]}"), "must be a string, not an array"}, {TEXT("{\"text\": \"\"}"), "empty"},
        {TEXT("{\"text\": \"a\", \"text\": \"\"}"), "empty"}, {TEXT("{\"text\": \"\xff\"}"), "invalid UTF-8 at byte 10"},
        {TEXT("{\"text\": \"\\ud800\"}"), "lone surrogate"},
    };
    tern_ctx *ctx = new_ctx(state);
    response answer = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        handle_ner(ctx, bad[i].request, bad[i].len, 0, &answer);
        assert_int_equal(answer.status, 400);
        assert_string_equal(answer.error_type, "Function.BadRequest");
        assert_ptr_equal(strstr(answer.body.data, "{\"error\": \""), answer.body.data);
        if (!strstr(answer.body.data, bad[i].cause))
            fail_msg("%s answered %s, expected %s", bad[i].request, answer.body.data, bad[i].cause);
    }
    handle_ner_text(ctx, TEXT("a \xc3("), 0, &answer);
    check(&answer, 400, "Function.BadRequest", "{\"error\": \"the text is not valid UTF-8 (byte 2)\"}");
    handle_ner_text(ctx, "", 0, 0, &answer);
    assert_int_equal(answer.status, 400);
    response_free(&answer);
    tern_ctx_free(ctx);
}

static void long_texts_are_refused_with_both_numbers(void **state)
{
    tern_ctx *ctx = new_ctx(state);
    response answer = {0};
    handle_ner(ctx, TEXT("{\"text\": \"12345\xe2\x82\xac\"}"), 5, &answer);
    check(&answer, 413, "Function.TextTooLong", "{\"error\": \"the text has 6 characters, the limit is 5: split it\"}");
    handle_ner(ctx, TEXT("{\"text\": \"1234\xe2\x82\xac\"}"), 5, &answer);
    assert_int_equal(answer.status, 200);

    bytes text = {0};
    for (size_t i = 0; i <= TERN_MAX_CHARS / 10; i++)
        bytes_text(&text, "          ");
    handle_ner_text(ctx, text.data, TERN_MAX_CHARS + 1, 2 * TERN_MAX_CHARS, &answer);
    check(&answer, 413, "Function.TextTooLong",
          "{\"error\": \"the text has 1000001 characters, the limit is 1000000: split it\"}");
    bytes_free(&text);
    response_free(&answer);
    tern_ctx_free(ctx);
}

static void pipe_writes_documents_as_doc_to_json(void **state)
{
    static const struct { unsigned want; const char *line; size_t len; const char *answer; } samples[] = {
        {TERN_ENTITIES, TEXT("{\"text\": \"Zo\xc3\xab M\xc3\xbcller\\nmoved to \\\"New York\\\" in 2019.\"}"),
         "{\"text\": \"Zo\xc3\xab M\xc3\xbcller\\nmoved to \\\"New York\\\" in 2019.\", \"ents\": "
         "[{\"start\": 0, \"end\": 10, \"label\": \"PERSON\"}, {\"start\": 21, \"end\": 29, \"label\": \"GPE\"}, "
         "{\"start\": 34, \"end\": 38, \"label\": \"DATE\"}], \"tokens\": [{\"id\": 0, \"start\": 0, \"end\": 3}, "
         "{\"id\": 1, \"start\": 4, \"end\": 10}, {\"id\": 2, \"start\": 10, \"end\": 11}, "
         "{\"id\": 3, \"start\": 11, \"end\": 16}, "
         "{\"id\": 4, \"start\": 17, \"end\": 19}, {\"id\": 5, \"start\": 20, \"end\": 21}, "
         "{\"id\": 6, \"start\": 21, \"end\": 24}, "
         "{\"id\": 7, \"start\": 25, \"end\": 29}, {\"id\": 8, \"start\": 29, \"end\": 30}, "
         "{\"id\": 9, \"start\": 31, \"end\": 33}, "
         "{\"id\": 10, \"start\": 34, \"end\": 38}, {\"id\": 11, \"start\": 38, \"end\": 39}]}"},
        {TERN_ENTITIES, TEXT("{\"text\": \"hello there\"}"),
         "{\"text\": \"hello there\", \"ents\": [], \"tokens\": [{\"id\": 0, \"start\": 0, \"end\": 5}, "
         "{\"id\": 1, \"start\": 6, \"end\": 11}]}"},
        {TERN_TOKENS, TEXT("{\"text\": \"hello there\"}"),
         "{\"text\": \"hello there\", \"tokens\": [{\"id\": 0, \"start\": 0, \"end\": 5}, "
         "{\"id\": 1, \"start\": 6, \"end\": 11}]}"},
        {TERN_ENTITIES, TEXT("{\"text\": \"  \\n \"}"),
         "{\"text\": \"  \\n \", \"ents\": [], \"sents\": [{\"start\": 0, \"end\": 4}], \"tokens\": [{\"id\": 0, "
         "\"start\": 0, \"end\": 4}]}"},
        {TERN_TOKENS, TEXT("{\"text\": \"   \"}"),
         "{\"text\": \"   \", \"sents\": [{\"start\": 0, \"end\": 3}], \"tokens\": [{\"id\": 0, \"start\": 0, "
         "\"end\": 3}]}"},
        {TERN_ENTITIES, TEXT("{\"text\": \"\"}"), "{\"text\": \"\", \"ents\": [], \"sents\": [], \"tokens\": []}"},
        {TERN_TOKENS, TEXT("{\"text\": \"\"}"), "{\"text\": \"\", \"ents\": [], \"sents\": [], \"tokens\": []}"},
    };
    tern_ctx *ctx = new_ctx(state);
    response answer = {0};
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        handle_pipe(ctx, samples[i].line, samples[i].len, samples[i].want, 0, &answer);
        check(&answer, 200, NULL, samples[i].answer);
    }
    handle_pipe(ctx, TEXT("{\"text\": 1}"), TERN_ENTITIES, 0, &answer);
    check(&answer, 400, "Function.BadRequest", "{\"error\": \"\\\"text\\\" must be a string, not a number\"}");
    handle_pipe(ctx, TEXT(""), TERN_ENTITIES, 0, &answer);
    assert_int_equal(answer.status, 400);
    response_free(&answer);
    tern_ctx_free(ctx);
}

static void media_types(void **state)
{
    static const char *const json[] = {"application/json", "Application/JSON; charset=utf-8", " application/json ;x",
                                       "application/json\t"};
    static const char *const other[] = {"", "text/plain", "application/jsonp", "application/jso",
                                        "application/json-seq", ";application/json"};
    (void)state;
    assert_true(media_type_is_json(NULL));
    for (size_t i = 0; i < sizeof json / sizeof *json; i++)
        assert_true(media_type_is_json(json[i]));
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        assert_false(media_type_is_json(other[i]));
}

static void errors_are_json_whatever_they_say(void **state)
{
    response answer = {0};
    (void)state;
    respond_error(&answer, 418, "Function.Teapot", "say \"no\"\n");
    check(&answer, 418, "Function.Teapot", "{\"error\": \"say \\\"no\\\"\\n\"}");
    assert_string_equal(answer.message, "say \"no\"\n");
    respond_out_of_memory(&answer);
    assert_int_equal(answer.status, 500);
    response_free(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entities_are_those_of_spacy),
        cmocka_unit_test(bad_requests_say_what_is_wrong),
        cmocka_unit_test(long_texts_are_refused_with_both_numbers),
        cmocka_unit_test(pipe_writes_documents_as_doc_to_json),
        cmocka_unit_test(media_types),
        cmocka_unit_test(errors_are_json_whatever_they_say),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}
