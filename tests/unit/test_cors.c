/* test_cors.c - which lists of origins are taken, and the headers of the one policy. */
#include "cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "bytes.h"
#include "cors.h"

static void origins_as_browsers_send_them_are_taken(void **state)
{
    static const char *const good[] = {
        "*",
        "https://example.org",
        "http://localhost:8081",
        "http://127.0.0.1:1",
        "http://[::1]:8081",
        "capacitor://localhost",
        "https://a-b.example.org:65535",
        "https://a.example,http://b.example",
        "https://xn--bcher-kva.example",
        "chrome-extension://abcdefghijklmnop",
        "moz-extension://6f1e4b2c-0000-4000-8000-000000000000",
    };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!cors_is_list(good[i])) fail_msg("%s was refused", good[i]);
}

static void other_lists_are_refused(void **state)
{
    static const char *const bad[] = {
        "",
        ",",
        "example.org",
        "https://",
        "https://example.org/",
        "https://example.org/page",
        "https://example.org:",
        "https://example.org:80a",
        "HTTPS://example.org",
        "https://EXAMPLE.org",
        "https://a b",
        "https://a\r\nX: y",
        "http://[::1",
        "http://[]x",
        "* ",
        "a, b",
        "://x",
        "1a://x",
        "https://a.example, https://b.example",
        "https://a.example,",
        "*,https://a",
        "https://a,*",
        "https://*.example",
        "null",
        ("https://b\xc3\xbc"
         "cher.example"),
        "https://user@a.example",
        "https://a?x",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (cors_is_list(bad[i])) fail_msg("%s was taken", bad[i]);
}

static void origins_are_counted(void **state)
{
    bytes list = {0};
    (void)state;
    for (unsigned i = 0; i < CORS_MAX_ORIGINS; i++) bytes_format(&list, "%shttps://host-%u.example", i ? "," : "", i);
    assert_true(cors_is_list(list.data));
    bytes_text(&list, ",https://one-too-many.example");
    assert_false(cors_is_list(list.data));
    bytes_free(&list);
}

static void expect(const char *allowed, const char *origin, const char *methods, const char *expected)
{
    header_list list = {.count = 0};
    char got[512] = "";
    cors_add(&list, allowed, origin, origin ? strlen(origin) : 0, methods);
    for (size_t i = 0; i < list.count; i++)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s: %s\n", list.line[i].name, list.line[i].value);
    assert_string_equal(got, expected);
}

#define ALLOW(origin) "access-control-allow-origin: " origin "\n"
#define EXPOSE "access-control-expose-headers: server-timing, retry-after, x-amzn-requestid, x-amzn-errortype\n"
#define PREFLIGHT(methods)                                                                                             \
    "access-control-allow-methods: " methods "\n"                                                                      \
    "access-control-allow-headers: content-type, content-encoding, authorization, x-api-key, apikey, x-amz-target, "   \
    "x-amz-date, "                                                                                                     \
    "x-amz-content-sha256, x-amz-security-token, x-amz-user-agent, amz-sdk-invocation-id, amz-sdk-request\n"           \
    "access-control-max-age: 7200\n"

static void headers_are_those_of_the_policy(void **state)
{
    static const char two[] = "https://a.example,http://b.example:8080";
    (void)state;
    expect(NULL, "https://a.example", "GET", "");
    expect("*", "https://a.example", NULL, ALLOW("*") EXPOSE);
    expect("*", NULL, "POST, OPTIONS", ALLOW("*") PREFLIGHT("POST, OPTIONS"));
    expect(two, "http://b.example:8080", NULL, "vary: Origin\n" ALLOW("http://b.example:8080") EXPOSE);
    expect(two, "https://a.example", "GET, OPTIONS",
           "vary: Origin\n" ALLOW("https://a.example") PREFLIGHT("GET, OPTIONS"));
    static const char *const others[] = {
        NULL, "", "null", "https://a.exampl", "https://a.example.evil", "HTTPS://A.EXAMPLE", two};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) expect(two, others[i], "POST", "vary: Origin\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(origins_as_browsers_send_them_are_taken),
        cmocka_unit_test(other_lists_are_refused),
        cmocka_unit_test(origins_are_counted),
        cmocka_unit_test(headers_are_those_of_the_policy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
