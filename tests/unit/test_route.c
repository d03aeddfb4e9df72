/* test_route.c - which place a method and a path lead to, and what is refused: for tern serve and for Lambda. */
#include "cmocka_all.h"

#include <string.h>

#include "route.h"

static const model_set models = {.count = 2, .item = {{.name = "en"}, {.name = "fr"}}};

static route find(route_program program, const char *method, const char *path)
{
    return route_find(program, &models, method, path, strlen(path));
}

/* model: the index, or -1 for none. */
static void expect(route_program program, const char *path, route_place place, task_kind task, int model)
{
    route r = find(program, place == PLACE_TASK ? "POST" : "GET", path);
    if (r.status || r.place != place || r.asked.task != task
        || r.asked.model != (model < 0 ? NULL : &models.item[model]))
        fail_msg("%s: place %d, task %d, status %d", path, (int)r.place, (int)r.asked.task, r.status);
}

static void expect_refusal(route_program program, const char *method, const char *path, int status, const char *error)
{
    response out = {0};
    route r = find(program, method, path);
    route_refuse(&r, &models, &out);
    if (r.status != status || !strstr(out.message, error))
        fail_msg("%s %s: %d %s", method, path, r.status, out.message);
    response_free(&out);
}

static void paths_lead_to_places(void **state)
{
    (void)state;
    for (route_program program = ROUTE_SERVER; program <= ROUTE_LAMBDA; program++) {
        expect(program, "/ner", PLACE_TASK, TASK_NER, -1);
        expect(program, "/ner/fr", PLACE_TASK, TASK_NER, 1);
        expect(program, "/sentiment", PLACE_TASK, TASK_SENTIMENT, -1);
        expect(program, "/sentiment/en", PLACE_TASK, TASK_SENTIMENT, 0);
        expect(program, "/healthz", PLACE_HEALTH, TASK_ANY, -1);
    }
    expect(ROUTE_SERVER, "/", PLACE_PAGE, TASK_ANY, -1);
}

static void empty_segments_and_a_query_do_not_count(void **state)
{
    (void)state;
    for (route_program program = ROUTE_SERVER; program <= ROUTE_LAMBDA; program++) {
        expect(program, "/ner/", PLACE_TASK, TASK_NER, -1);
        expect(program, "/ner//", PLACE_TASK, TASK_NER, -1);
        expect(program, "//ner", PLACE_TASK, TASK_NER, -1);
        expect(program, "//ner//fr/", PLACE_TASK, TASK_NER, 1);
        expect(program, "/sentiment/", PLACE_TASK, TASK_SENTIMENT, -1);
        expect(program, "/healthz/", PLACE_HEALTH, TASK_ANY, -1);
        expect(program, "/ner?model=x/y", PLACE_TASK, TASK_NER, -1);
        expect(program, "/ner/?", PLACE_TASK, TASK_NER, -1);
        expect(program, "/ner/fr?/healthz", PLACE_TASK, TASK_NER, 1);
    }
    expect(ROUTE_SERVER, "//", PLACE_PAGE, TASK_ANY, -1);
    expect(ROUTE_SERVER, "/?ner", PLACE_PAGE, TASK_ANY, -1);
}

static void a_stage_may_stand_before_on_lambda_only(void **state)
{
    static const char *const paths[] = {"/prod/ner", "/prod/ner/", "/a//b/ner/fr/", "/prod/healthz", "/prod/healthz/"};
    (void)state;
    expect(ROUTE_LAMBDA, "/prod/ner", PLACE_TASK, TASK_NER, -1);
    expect(ROUTE_LAMBDA, "/prod/ner/", PLACE_TASK, TASK_NER, -1);
    expect(ROUTE_LAMBDA, "/a//b/ner/fr/", PLACE_TASK, TASK_NER, 1);
    expect(ROUTE_LAMBDA, "/prod/healthz/", PLACE_HEALTH, TASK_ANY, -1);
    expect(ROUTE_LAMBDA, "/ner/ner", PLACE_TASK, TASK_NER, -1); /* /ner below a base path of that name */
    expect(ROUTE_LAMBDA, "/ner/healthz", PLACE_HEALTH, TASK_ANY, -1);
    expect(ROUTE_LAMBDA, "/ner/sentiment/en", PLACE_TASK, TASK_SENTIMENT, 0);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        expect_refusal(ROUTE_SERVER, "POST", paths[i], 404, "there is nothing here");
    expect_refusal(ROUTE_SERVER, "POST", "/ner/ner", 404, "(known: en, fr)");
}

static void other_paths_are_refused(void **state)
{
    static const char *const nothing[] = {"",        "ner",    "ner/en", "en",         "/nothing",   "/NER", "/dinner",
                                          "/ner%2F", "/%6eer", "/ner;x", "/dinner/en", "/ner/en/..", "*"};
    static const char *const unknown[] = {"/ner/x", "/ner/EN", "/ner/%65n", "/ner/e", "/ner/enn", "/sentiment/x/"};
    (void)state;
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++) {
        expect_refusal(ROUTE_SERVER, "POST", nothing[i], 404,
                       "POST /ner finds entities, POST /sentiment sentiments, POST /redact hides what a text says of "
                       "persons, GET / is");
        expect_refusal(
            ROUTE_LAMBDA, "OPTIONS", nothing[i], 404,
            "POST /ner finds entities, POST /sentiment sentiments, POST /redact hides what a text says of persons");
    }
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        expect_refusal(ROUTE_SERVER, "GET", unknown[i], 404, "no model of this name (known: en, fr)");
        expect_refusal(ROUTE_LAMBDA, "POST", unknown[i], 404, "no model of this name (known: en, fr)");
    }
    expect_refusal(ROUTE_LAMBDA, "GET", "/", 404, "there is nothing here");
    expect_refusal(ROUTE_SERVER, "POST", "/ner/en/x", 404, "there is nothing here");
    assert_int_equal(route_find(ROUTE_SERVER, &models, "POST", "/ner\0", 5).status, 404);
    assert_int_equal(route_find(ROUTE_LAMBDA, &models, "POST", "/ner/en\0", 8).status, 404);
}

static void expect_headers(const route *r, const char *name, const char *value)
{
    header_list list = {.count = 0};
    route_headers(r, &list);
    assert_int_equal(list.count, 1);
    assert_string_equal(list.line[0].name, name);
    assert_string_equal(list.line[0].value, value);
}

static void methods_are_those_of_the_place(void **state)
{
    static const struct {
        const char *path, *method, *error, *allowed;
    } wrong[] = {
        {"/ner", "GET", "must be POST", "POST, OPTIONS"},
        {"/ner/en/", "HEAD", "must be POST", "POST, OPTIONS"},
        {"/ner", "post", "must be POST", "POST, OPTIONS"},
        {"/ner", "", "must be POST", "POST, OPTIONS"},
        {"/healthz/", "POST", "must be GET", "GET, HEAD, OPTIONS"},
        {"/", "DELETE", "must be GET", "GET, HEAD, OPTIONS"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        route r = find(ROUTE_SERVER, wrong[i].method, wrong[i].path);
        expect_refusal(ROUTE_SERVER, wrong[i].method, wrong[i].path, 405, wrong[i].error);
        expect_headers(&r, "allow", wrong[i].allowed);
    }
    assert_int_equal(find(ROUTE_SERVER, "HEAD", "/healthz").status, 0);
    route options = find(ROUTE_SERVER, "OPTIONS", "/sentiment/en/");
    assert_int_equal(options.status, 0);
    assert_true(options.is_options);
    expect_headers(&options, "allow", "POST, OPTIONS");
}

static void what_an_event_lacks_is_a_post_to_anything(void **state)
{
    (void)state;
    route r = route_find(ROUTE_LAMBDA, &models, NULL, NULL, 0);
    assert_int_equal(r.status, 0);
    assert_int_equal(r.place, PLACE_TASK);
    assert_int_equal(r.asked.task, TASK_ANY);
    assert_int_equal(route_find(ROUTE_LAMBDA, &models, NULL, "/healthz", 8).status, 0);
    assert_int_equal(route_find(ROUTE_LAMBDA, &models, "GET", NULL, 0).status, 405);
}

/* ---- operations of a service ------------------------------------------------------------------------------------- */

#define TARGET "Comprehend_20171127.DetectSentiment"

static route found(route_program program, const char *method, const char *path, const char *target)
{
    route r = find(program, method, path);
    route_service(&r, program, method, target);
    return r;
}

static void a_target_takes_a_post_to_the_root(void **state)
{
    static const char *const roots[] = {"/", "//", "/?x=y"};
    (void)state;
    for (route_program program = ROUTE_SERVER; program <= ROUTE_LAMBDA; program++)
        for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
            route r = found(program, "POST", roots[i], TARGET);
            assert_int_equal(r.status, 0);
            assert_int_equal(r.place, PLACE_SERVICE);
            assert_string_equal(r.target, TARGET);
            assert_true(route_takes_body(&r));
            route_check_body(&r, "text/plain", "gzip");
            assert_int_equal(r.status, 0);
            assert_true(r.gzip);
            route_check_body(&r, "application/x-amz-json-1.1", "br");
            assert_int_equal(r.status, 415);
        }
}

static void a_target_takes_what_is_nothing_elses_on_lambda_only(void **state)
{
    (void)state;
    assert_int_equal(found(ROUTE_LAMBDA, "POST", "/prod", TARGET).place, PLACE_SERVICE);
    assert_int_equal(found(ROUTE_LAMBDA, "POST", "/prod/", TARGET).status, 0);
    assert_int_equal(found(ROUTE_SERVER, "POST", "/prod", TARGET).status, 404);
    for (route_program program = ROUTE_SERVER; program <= ROUTE_LAMBDA; program++) {
        assert_int_equal(found(program, "POST", "/ner", TARGET).place, PLACE_TASK);
        assert_int_equal(found(program, "POST", "/ner/x", TARGET).status, 404);
        assert_int_equal(found(program, "POST", "/healthz", TARGET).status, 405);
    }
}

static void other_requests_stay_what_they_were(void **state)
{
    (void)state;
    assert_int_equal(found(ROUTE_SERVER, "POST", "/", NULL).status, 405);
    assert_int_equal(found(ROUTE_SERVER, "GET", "/", TARGET).place, PLACE_PAGE);
    assert_int_equal(found(ROUTE_SERVER, "PUT", "/", TARGET).status, 405);
    assert_int_equal(found(ROUTE_LAMBDA, "POST", "/", NULL).status, 404);
    assert_int_equal(found(ROUTE_LAMBDA, "GET", "/", TARGET).status, 404);
    assert_int_equal(found(ROUTE_LAMBDA, "OPTIONS", "/prod", NULL).status, 404);
    route r = found(ROUTE_LAMBDA, "OPTIONS", "/", NULL); /* a browser's question, which has no target */
    assert_int_equal(r.status, 0);
    assert_true(r.is_options && !route_takes_body(&r));
    expect_headers(&r, "allow", "POST, OPTIONS");
}

/* ---- what the header says of the body ---------------------------------------------------------------------------- */

static route checked(const char *type, const char *encoding)
{
    route r = find(ROUTE_SERVER, "POST", "/ner");
    route_check_body(&r, type, encoding);
    return r;
}

static void media_types(void **state)
{
    static const char *const json[] = {"application/json", "Application/JSON; charset=utf-8", " application/json ;x",
                                       "application/json\t"};
    static const char *const other[] = {
        "", "text/plain", "application/jsonp", "application/jso", "application/json-seq", ";application/json"};
    (void)state;
    assert_int_equal(checked(NULL, NULL).status, 0);
    for (size_t i = 0; i < sizeof json / sizeof *json; i++) assert_int_equal(checked(json[i], NULL).status, 0);
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        route r = checked(other[i], NULL);
        assert_int_equal(r.status, 415);
        assert_non_null(strstr(r.error, "Content-Type: application/json"));
        assert_null(r.accepted);
    }
}

static void codings(void **state)
{
    static const struct {
        const char *value;
        int gzip, status;
    } samples[] = {
        {"gzip", 1, 0},  {"x-gzip", 1, 0},   {" GZip\t", 1, 0},   {"identity", 0, 0},     {"Identity ", 0, 0},
        {"br", 0, 415},  {"", 0, 415},       {"deflate", 0, 415}, {"gzip, gzip", 0, 415}, {"gzip2", 0, 415},
        {"gzi", 0, 415}, {"gzip x", 0, 415}, {"zstd", 0, 415},
    };
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        route r = checked(NULL, samples[i].value);
        if (r.status != samples[i].status || r.gzip != samples[i].gzip)
            fail_msg("\"%s\": %d", samples[i].value, r.status);
        if (r.status) {
            assert_non_null(strstr(r.error, "Content-Encoding may be gzip"));
            expect_headers(&r, "accept-encoding", "gzip");
        }
    }
}

static void only_a_body_that_is_read_is_checked(void **state)
{
    static const struct {
        const char *method, *path;
        int status;
    } samples[] = {
        {"OPTIONS", "/ner", 0}, {"GET", "/healthz", 0}, {"GET", "/", 0}, {"PUT", "/ner", 405}, {"POST", "/x", 404},
    };
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        route r = find(ROUTE_SERVER, samples[i].method, samples[i].path);
        route_check_body(&r, "text/plain", "br");
        assert_int_equal(r.status, samples[i].status);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_lead_to_places),
        cmocka_unit_test(empty_segments_and_a_query_do_not_count),
        cmocka_unit_test(a_stage_may_stand_before_on_lambda_only),
        cmocka_unit_test(other_paths_are_refused),
        cmocka_unit_test(methods_are_those_of_the_place),
        cmocka_unit_test(what_an_event_lacks_is_a_post_to_anything),
        cmocka_unit_test(a_target_takes_a_post_to_the_root),
        cmocka_unit_test(a_target_takes_what_is_nothing_elses_on_lambda_only),
        cmocka_unit_test(other_requests_stay_what_they_were),
        cmocka_unit_test(media_types),
        cmocka_unit_test(codings),
        cmocka_unit_test(only_a_body_that_is_read_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
