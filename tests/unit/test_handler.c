/* test_handler.c - requests and answers of POST /ner. Entities are those of spaCy 3.8
 * with en_core_web_sm 3.8: the whole pipeline or, where it says so, with the other components disabled. */
#include "fixture.h"

#include "components.h"
#include "handler.h"
#include "json_out.h"
#include "one_model.h"

#define TEXT(literal) literal, sizeof(literal) - 1
#define ALL (TERN_TOK2VEC | TERN_TAGGER | TERN_PARSER | TERN_ATTRIBUTE_RULER | TERN_LEMMATIZER | TERN_NER)
#define SAMPLE "Alan Turing was born on June 23, 1912, in London, England."

static tern_ctx *new_ctx(void **state)
{
    tern_ctx *ctx;
    assert_int_equal(tern_ctx_new(*state, &ctx, NULL), TERN_OK);
    return ctx;
}

/* POST /ner to a program that has the one model of ctx and settings. */
static void ask(tern_ctx *ctx, const char *body, size_t len, const handler_settings *settings, response *out)
{
    model_set models = {.count = 1, .item = {{.name = "en", .model = (tern_model *)(uintptr_t)settings->model}}};
    models.item[0].components = settings->components;
    models.item[0].tasks = TASK_BIT(TASK_NER);
    const model_contexts contexts = contexts_of_one(&models, ctx);
    const request_target asked = {.task = TASK_NER};
    handle_request(&contexts, &asked, body, len, settings, out);
}

static handler_settings settings_of(void **state, unsigned components)
{
    return (handler_settings){.model = *state, .components = components_made_by(*state, components)};
}

static handler_settings default_settings(void **state)
{
    return settings_of(state, tern_model_default_components(*state));
}

static void check(const response *answer, int status, const char *error_type, const char *body)
{
    assert_int_equal(answer->status, status);
    if (error_type) assert_string_equal(answer->error_type, error_type);
    else assert_null(answer->error_type);
    assert_string_equal(answer->body.data, body);
    assert_int_equal(answer->body.len, strlen(body));
}

static void entities_are_those_of_spacy(void **state)
{
    static const struct {
        const char *request;
        size_t len;
        const char *answer;
    } samples[] = {
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
    handler_settings settings = default_settings(state);
    response answer = {0};
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        ask(ctx, samples[i].request, samples[i].len, &settings, &answer);
        check(&answer, 200, NULL, samples[i].answer);
    }
    handle_ner_text(ctx, TEXT(SAMPLE), &settings, &answer);
    check(&answer, 200, NULL, samples[0].answer);
    response_free(&answer);
    tern_ctx_free(ctx);
}

static void bad_requests_say_what_is_wrong(void **state)
{
    static const struct {
        const char *request;
        size_t len;
        const char *cause;
    } bad[] = {
        {TEXT(""), "no body"},
        {TEXT("{"), "invalid JSON at byte 1"},
        {TEXT("{\"text\": \"a\"} x"), "invalid JSON at byte 14"},
        {TEXT("[\"text\"]"), "not an array"},
        {TEXT("\"text\""), "not a string"},
        {TEXT("1"), "not a number"},
        {TEXT("null"), "not null"},
        {TEXT("true"), "not true or false"},
        {TEXT("{}"), "\\\"text\\\" is missing"},
        {TEXT("{\"Text\": \"a\"}"), "there is no field \\\"Text\\\": did you mean \\\"text\\\"?"},
        {TEXT("{\"text\": null}"), "must be a string, not null"},
        {TEXT("{\"text\": 5}"), "must be a string, not a number"},
        {TEXT("{\"text\": {}}"), "must be a string, not an object"},
        {TEXT("{\"text\": [\"a\"]}"), "must be a string, not an array"},
        {TEXT("{\"text\": \"\"}"), "empty"},
        {TEXT("{\"text\": \"a\", \"text\": \"\"}"), "empty"},
        {TEXT("{\"text\": \"\xff\"}"), "invalid UTF-8 at byte 10"},
        {TEXT("{\"text\": \"\\ud800\"}"), "lone surrogate"},
    };
    tern_ctx *ctx = new_ctx(state);
    handler_settings settings = default_settings(state);
    response answer = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ask(ctx, bad[i].request, bad[i].len, &settings, &answer);
        assert_int_equal(answer.status, 400);
        assert_string_equal(answer.error_type, "Function.BadRequest");
        assert_ptr_equal(strstr(answer.body.data, "{\"error\": \""), answer.body.data);
        if (!strstr(answer.body.data, bad[i].cause))
            fail_msg("%s answered %s, expected %s", bad[i].request, answer.body.data, bad[i].cause);
    }
    handle_ner_text(ctx, TEXT("a \xc3("), &settings, &answer);
    check(&answer, 400, "Function.BadRequest",
          "{\"error\": \"the text is not valid UTF-8: byte 0xC3 at offset 2 does not begin a "
          "character; encode the text as UTF-8\"}");
    handle_ner_text(ctx, "", 0, &settings, &answer); /* on the command line, as in spaCy */
    check(&answer, 200, NULL, "{\"entities\": []}");
    response_free(&answer);
    tern_ctx_free(ctx);
}

static void long_texts_are_refused_with_both_numbers(void **state)
{
    tern_ctx *ctx = new_ctx(state);
    handler_settings settings = default_settings(state);
    response answer = {0};
    settings.max_chars = 5;
    ask(ctx, TEXT("{\"text\": \"12345\xe2\x82\xac\"}"), &settings, &answer);
    check(&answer, 413, "Function.TextTooLong", "{\"error\": \"the text has 6 characters, the limit is 5: split it\"}");
    ask(ctx, TEXT("{\"text\": \"1234\xe2\x82\xac\"}"), &settings, &answer);
    assert_int_equal(answer.status, 200);

    bytes text = {0};
    for (size_t i = 0; i <= TERN_MAX_CHARS / 10; i++) bytes_text(&text, "          ");
    settings.max_chars = 2 * TERN_MAX_CHARS;
    handle_ner_text(ctx, text.data, TERN_MAX_CHARS + 1, &settings, &answer);
    check(&answer, 413, "Function.TextTooLong",
          "{\"error\": \"the text has 1000001 characters, the limit is 1000000: split it\"}");
    bytes_free(&text);
    response_free(&answer);
    tern_ctx_free(ctx);
}

/* spaCy finds one more word in the name when its parser does not begin a sentence there. */
#define ABBREVIATIONS "e.g. i.e. etc. vs. v.s. Inc. Ltd. Corp. Co. Bros."
#define ONE_ORG(text, end)                                                                                             \
    "{\"entities\": [{\"text\": \"" text "\", \"label\": \"ORG\", \"start\": 19, \"end\": " end "}]}"
#define TO_CO ONE_ORG("v.s. Inc. Ltd. Corp. Co.", "43")
#define TO_BROS ONE_ORG("v.s. Inc. Ltd. Corp. Co. Bros.", "49")

static void a_request_says_which_components_run(void **state)
{
    static const struct {
        const char *components, *answer;
    } samples[] = {
        {"[\"ner\"]", TO_BROS},
        {"[\"ner\", \"ner\"]", TO_BROS},
        {"[\"tok2vec\", \"parser\", \"ner\"]", TO_CO},
        {"[\"ner\", \"senter\"]", TO_BROS},
        {"[\"lemmatizer\", \"ner\"]", TO_BROS},
    };
    tern_ctx *ctx = new_ctx(state);
    handler_settings all = default_settings(state), ner = settings_of(state, TERN_NER);
    response answer = {0};
    bytes request = {0};
    ask(ctx, TEXT("{\"text\": \"" ABBREVIATIONS "\"}"), &all, &answer);
    check(&answer, 200, NULL, TO_CO);
    ask(ctx, TEXT("{\"text\": \"" ABBREVIATIONS "\"}"), &ner, &answer);
    check(&answer, 200, NULL, TO_BROS);
    for (size_t i = 0; i < 2 * (sizeof samples / sizeof *samples); i++) { /* whatever the default is */
        bytes_clear(&request);
        bytes_format(&request, "{\"components\": %s, \"text\": \"" ABBREVIATIONS "\"}", samples[i / 2].components);
        ask(ctx, request.data, request.len, i % 2 ? &all : &ner, &answer);
        check(&answer, 200, NULL, samples[i / 2].answer);
    }
    bytes_free(&request);
    response_free(&answer);
    tern_ctx_free(ctx);
}

#define MODEL_COMPONENTS "tok2vec, tagger, parser, senter, attribute_ruler, lemmatizer, ner"

static void wrong_components_are_refused_with_the_names_that_the_model_has(void **state)
{
    static const struct {
        const char *components, *cause;
    } bad[] = {
        {"\"ner\"", "must be an array"},
        {"{\"ner\": 1}", "must be an array"},
        {"1", "must be an array"},
        {"[]", "must include \\\"ner\\\""},
        {"[\"tagger\"]", "must include \\\"ner\\\""},
        {"[\"ner\", \"x\"]", "[1] is no component"},
        {"[\"NER\"]", "[0] is no component"},
        {"[null]", "[0] is no component"},
        {"[[\"ner\"]]", "[0] is no component"},
        {"[\"ner\\u0000\"]", "[0] is no component"},
        {"[\"ner \"]", "[0] is no component"},
        {"[\"\"]", "[0] is no component"},
        {"[\"ner\", true]", "[1] is no component"},
    };
    tern_ctx *ctx = new_ctx(state);
    handler_settings settings = default_settings(state);
    response answer = {0};
    bytes request = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        bytes_clear(&request);
        bytes_format(&request, "{\"text\": \"Bonn\", \"components\": %s}", bad[i].components);
        ask(ctx, request.data, request.len, &settings, &answer);
        assert_int_equal(answer.status, 400);
        if (!strstr(answer.body.data, bad[i].cause))
            fail_msg("%s answered %s, expected %s", request.data, answer.body.data, bad[i].cause);
        int lists = !strstr(bad[i].cause, "include");
        assert_int_equal(lists, strstr(answer.body.data, " of the model (it has: " MODEL_COMPONENTS ")") != NULL);
    }
    bytes_free(&request);
    response_free(&answer);
    tern_ctx_free(ctx);
}

/* spaCy's Span.start_char and, of the text before and in each entity, len(encode("utf-16-le")) / 2 and
 * len(encode("utf-8")). */
#define EMOJI "\xf0\x9f\x98\x80 Zo\xc3\xab M\xc3\xbcller moved to New York in 2019."

static void offsets_count_what_the_caller_counts(void **state)
{
    static const struct {
        const char *fields, *answer;
    } samples[] = {
        {"",
         "{\"entities\": [{\"text\": \"Zo\xc3\xab M\xc3\xbcller\", \"label\": \"PERSON\", \"start\": 2, \"end\": 12}, "
         "{\"text\": \"New York\", \"label\": \"GPE\", \"start\": 22, \"end\": 30}, "
         "{\"text\": \"2019\", \"label\": \"DATE\", \"start\": 34, \"end\": 38}]}"},
        {", \"offsets\": \"utf16\"",
         "{\"entities\": [{\"text\": \"Zo\xc3\xab M\xc3\xbcller\", \"label\": \"PERSON\", \"start\": 3, \"end\": 13}, "
         "{\"text\": \"New York\", \"label\": \"GPE\", \"start\": 23, \"end\": 31}, "
         "{\"text\": \"2019\", \"label\": \"DATE\", \"start\": 35, \"end\": 39}]}"},
        {", \"offsets\": \"byte\", \"format\": \"spacy\"",
         "{\"entities\": [{\"text\": \"Zo\xc3\xab M\xc3\xbcller\", \"label\": \"PERSON\", \"start_char\": 5, "
         "\"end_char\": 17}, "
         "{\"text\": \"New York\", \"label\": \"GPE\", \"start_char\": 27, \"end_char\": 35}, "
         "{\"text\": \"2019\", \"label\": \"DATE\", \"start_char\": 39, \"end_char\": 43}]}"},
    };
    tern_ctx *ctx = new_ctx(state);
    handler_settings settings = default_settings(state), other = settings;
    response answer = {0};
    bytes request = {0};
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        bytes_clear(&request);
        bytes_format(&request, "{\"text\": \"" EMOJI "\"%s}", samples[i].fields);
        ask(ctx, request.data, request.len, &settings, &answer);
        check(&answer, 200, NULL, samples[i].answer);
    }
    other.format = FORMAT_SPACY;
    other.offsets = OFFSETS_BYTE;
    handle_ner_text(ctx, TEXT(EMOJI), &other, &answer); /* the defaults */
    check(&answer, 200, NULL, samples[2].answer);
    assert_int_equal(answer.entities, 3);
    assert_int_equal(answer.tokens, 10);
    bytes_free(&request);
    response_free(&answer);
    tern_ctx_free(ctx);
}

static void texts_are_answered_each_for_itself(void **state)
{
    static const char request[] = "{\"texts\": [\"Angela Merkel visited Paris.\", \"\", \"hello there\", 5, null, "
                                  "\"12345678901234567890123456789\", "
                                  "[\"Paris\"], \"Angela Merkel visited Paris.\"], \"format\": \"spacy\"}";
    static const char entities[] =
        "{\"entities\": [{\"text\": \"Angela Merkel\", \"label\": \"PERSON\", \"start_char\": 0, "
        "\"end_char\": 13}, {\"text\": \"Paris\", \"label\": \"GPE\", "
        "\"start_char\": 22, \"end_char\": 27}]}";
    tern_ctx *ctx = new_ctx(state);
    handler_settings settings = default_settings(state);
    response answer = {0};
    bytes expected = {0};
    settings.max_chars = 28;
    bytes_format(&expected,
                 "{\"results\": [%s, {\"error\": \"\\\"text\\\" is empty\"}, {\"entities\": []}, "
                 "{\"error\": \"\\\"texts\\\"[3] must be a string, not a number\"}, "
                 "{\"error\": \"\\\"texts\\\"[4] must be a string, not null\"}, "
                 "{\"error\": \"the text has 29 characters, the limit is 28: split it\"}, "
                 "{\"error\": \"\\\"texts\\\"[6] must be a string, not an array\"}, %s]}",
                 entities, entities);
    ask(ctx, TEXT(request), &settings, &answer);
    check(&answer, 200, NULL, expected.data);
    assert_int_equal(answer.entities, 4);
    assert_int_equal(answer.tokens, 5 + 2 + 5);
    ask(ctx, TEXT("{\"texts\": []}"), &settings, &answer);
    check(&answer, 200, NULL, "{\"results\": []}");
    settings.max_texts = 2;
    ask(ctx, TEXT("{\"texts\": [\"a\", \"b\", \"c\"]}"), &settings, &answer);
    check(&answer, 413, "Function.TooManyTexts",
          "{\"error\": \"there are 3 \\\"texts\\\", the limit is 2: split them\"}");
    assert_int_equal(answer.tokens, 0);
    bytes_free(&expected);
    response_free(&answer);
    tern_ctx_free(ctx);
}

/* Offsets are in the text that the words make. */
static void words_are_answered_as_texts_are(void **state)
{
    static const struct {
        const char *request;
        size_t len;
        int status;
        const char *answer;
    } samples[] = {
        {TEXT("{\"tokens\": [\"Angela\", \"Merkel\", \"visited\", \"Paris\", \".\"]}"), 200,
         "{\"entities\": [{\"text\": \"Angela Merkel\", \"label\": \"PERSON\", \"start\": 0, \"end\": 13}, {\"text\": "
         "\"Paris\", \"label\": \"GPE\", \"start\": 22, \"end\": 27}]}"},
        {TEXT("{\"texts\": [{\"tokens\": [\"Hi\"], \"spaces\": [false]}, {\"tokens\": []}, {\"text\": \"a\"}, "
              "{\"token\": "
              "[]}, {\"tokens\": [\"\"]}, \"Hi\"]}"),
         200,
         "{\"results\": [{\"entities\": []}, {\"error\": \"\\\"tokens\\\" is empty\"}, {\"error\": "
         "\"\\\"texts\\\"[2] must be a string or an object with \\\"tokens\\\"\"}, {\"error\": \"there is no field "
         "\\\"token\\\": did you mean \\\"tokens\\\"?\"}, {\"error\": \"\\\"tokens\\\"[0] is empty: leave it out\"}, "
         "{\"entities\": []}]}"},
        {TEXT("{\"tokens\": []}"), 400, "{\"error\": \"\\\"tokens\\\" is empty\"}"},
        {TEXT("{\"tokens\": [\"12345678901234567890\", \"12345678901234567890\"]}"), 413,
         "{\"error\": \"the text has 42 characters, the limit is 41: split it\"}"},
    };
    tern_ctx *ctx = new_ctx(state);
    handler_settings settings = default_settings(state);
    response answer = {0};
    settings.max_chars = 41;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        ask(ctx, samples[i].request, samples[i].len, &settings, &answer);
        assert_int_equal(answer.status, samples[i].status);
        assert_string_equal(answer.body.data, samples[i].answer);
    }
    response_free(&answer);
    tern_ctx_free(ctx);
}

static int always(void *calls)
{
    ++*(int *)calls;
    return 1;
}

static void an_interrupt_ends_the_whole_request(void **state)
{
    static const struct {
        const char *body;
        size_t len;
    } requests[] = {
        {TEXT("{\"text\": \"Paris\"}")},
        {TEXT("{\"texts\": [\"\", \"Paris\", \"Rome\"]}")},
    };
    int calls = 0;
    tern_ctx *ctx = new_ctx(state);
    handler_settings settings = default_settings(state);
    response answer = {0};
    settings.interrupt = always;
    settings.interrupt_user = &calls;
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        ask(ctx, requests[i].body, requests[i].len, &settings, &answer);
        assert_int_equal(answer.status, 504);
        assert_string_equal(answer.error_type, "Function.DeadlineExceeded");
        assert_ptr_equal(strstr(answer.body.data, "{\"error\": \""), answer.body.data);
    }
    assert_int_equal(calls, 3); /* of several texts, before they are looked at together, too; nothing else was tried */
    settings.interrupt = NULL;
    ask(ctx, requests[0].body, requests[0].len, &settings, &answer);
    check(&answer, 200, NULL, "{\"entities\": [{\"text\": \"Paris\", \"label\": \"GPE\", \"start\": 0, \"end\": 5}]}");
    response_free(&answer);
    tern_ctx_free(ctx);
}

/* Asks with the least limit that lets the answer through, and with one byte less. */
static void expect_limit(tern_ctx *ctx, const char *body, size_t len, handler_settings settings)
{
    response answer = {0}, whole = {0};
    ask(ctx, body, len, &settings, &whole);
    assert_int_equal(whole.status, 200);
    for (int quoted = 0; quoted < 2; quoted++) {
        bytes string = {0};
        json_out_string(&string, whole.body.data, whole.body.len);
        settings.answer = (answer_limit){.quoted = quoted, .carrier = "a pigeon"};
        settings.answer.bytes = quoted ? string.len - 2 : whole.body.len;
        bytes_free(&string);
        ask(ctx, body, len, &settings, &answer);
        check(&answer, 200, NULL, whole.body.data);
        settings.answer.bytes--;
        ask(ctx, body, len, &settings, &answer);
        assert_int_equal(answer.status, 413);
        assert_string_equal(answer.error_type, "Function.ResponseSizeTooLarge");
        assert_non_null(strstr(answer.message, " bytes that a pigeon carries: send less text at a time"));
        assert_int_equal(answer.tokens + answer.entities, 0);
    }
    response_free(&answer);
    response_free(&whole);
}

static void an_answer_is_refused_if_it_is_larger_than_its_limit(void **state)
{
    tern_ctx *ctx = new_ctx(state);
    handler_settings settings = default_settings(state);
    expect_limit(ctx, TEXT("{\"text\": \"" SAMPLE "\"}"), settings);
    expect_limit(ctx, TEXT("{\"text\": \"Zoe Miller moved to \\\"New York\\\" in 2019.\"}"), settings);
    expect_limit(ctx, TEXT("{\"text\": \"none\"}"), settings);
    expect_limit(ctx, TEXT("{\"texts\": [\"" SAMPLE "\", \"\", 5, \"Berlin\", null]}"), settings);
    expect_limit(ctx, TEXT("{\"texts\": [1, 2, 3]}"), settings);
    expect_limit(ctx, TEXT("{\"texts\": []}"), settings);
    tern_ctx_free(ctx);
}

static int count(void *user)
{
    (*(size_t *)user)++;
    return 0;
}

/* The engine asks in every text whether to go on. */
static void no_text_is_read_once_the_answer_is_too_large(void **state)
{
    size_t asked = 0, all = 0;
    bytes body = {0};
    response answer = {0};
    tern_ctx *ctx = new_ctx(state);
    handler_settings settings = default_settings(state);
    settings.interrupt = count;
    bytes_text(&body, "{\"texts\": [");
    for (int i = 0; i < 200; i++) bytes_text(&body, i ? ", \"" SAMPLE "\"" : "\"" SAMPLE "\"");
    bytes_text(&body, "]}");
    settings.interrupt_user = &all;
    ask(ctx, body.data, body.len, &settings, &answer);
    assert_int_equal(answer.status, 200);
    settings.interrupt_user = &asked;
    settings.answer = (answer_limit){.bytes = answer.body.len / 20, .carrier = "a pigeon"};
    ask(ctx, body.data, body.len, &settings, &answer);
    assert_int_equal(answer.status, 413);
    /* the eleventh is too much, and no more than 64 are looked at together */
    assert_true(asked > 0 && asked <= all / 200 * 64);
    bytes_free(&body);
    response_free(&answer);
    tern_ctx_free(ctx);
}

/* Strings are read ahead by the dozen, what lies between them is not, and long ones are not. */
static void texts_get_what_each_would_get(void **state)
{
    const char *const kinds[] = {"\"Ada Lovelace lived in London.\"", "\"\"", "{\"tokens\": [\"Paris\"]}", NULL,
                                 "\"So did Charles Babbage\""};
    enum { KINDS = sizeof kinds / sizeof *kinds, ITEMS = 300 };
    bytes body = {0}, want = {0}, long_text = {0};
    response answer = {0};
    tern_ctx *ctx = new_ctx(state);
    const handler_settings settings = default_settings(state);
    bytes_text(&long_text, "\"");
    for (int i = 0; i < 200; i++) bytes_text(&long_text, "Rome is old. ");
    bytes_text(&long_text, "\"");
    bytes_text(&body, "{\"texts\": [");
    bytes_text(&want, "{\"results\": [");
    for (size_t i = 0; i < ITEMS; i++) {
        bytes one = {0};
        const char *kind = i % 90 < 70 ? kinds[i % 2 * 4] : kinds[i % KINDS];
        const char *item = kind ? kind : long_text.data;
        bytes_text(&body, i ? ", " : "");
        bytes_text(&want, i ? ", " : "");
        bytes_text(&body, item);
        bytes_text(&one, "{\"texts\": [");
        bytes_text(&one, item);
        bytes_text(&one, "]}");
        ask(ctx, one.data, one.len, &settings, &answer);
        assert_int_equal(answer.status, 200);
        bytes_append(&want, answer.body.data + 13, answer.body.len - 15); /* without {"results": [ and ]} */
        bytes_free(&one);
    }
    bytes_text(&body, "]}");
    bytes_text(&want, "]}");
    ask(ctx, body.data, body.len, &settings, &answer);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body.data, want.data);
    bytes_free(&body);
    bytes_free(&want);
    bytes_free(&long_text);
    response_free(&answer);
    tern_ctx_free(ctx);
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
        cmocka_unit_test(a_request_says_which_components_run),
        cmocka_unit_test(wrong_components_are_refused_with_the_names_that_the_model_has),
        cmocka_unit_test(offsets_count_what_the_caller_counts),
        cmocka_unit_test(texts_are_answered_each_for_itself),
        cmocka_unit_test(words_are_answered_as_texts_are),
        cmocka_unit_test(an_interrupt_ends_the_whole_request),
        cmocka_unit_test(an_answer_is_refused_if_it_is_larger_than_its_limit),
        cmocka_unit_test(no_text_is_read_once_the_answer_is_too_large),
        cmocka_unit_test(texts_get_what_each_would_get),
        cmocka_unit_test(errors_are_json_whatever_they_say),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}
