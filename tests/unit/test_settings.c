/* test_settings.c - the environment read: defaults, good values, and what is said about bad ones. */
#define _POSIX_C_SOURCE 200809L /* setenv */
#include "fixture.h"

#include "settings.h"

static int clear_environment(void **state)
{
    (void)state;
    for (size_t i = 0; i < settings_count; i++) unsetenv(settings_table[i].name);
    return 0;
}

static void unset_and_empty_mean_the_defaults(void **state)
{
    runtime_settings got;
    problem why;
    (void)state;
    for (int empty = 0; empty < 2; empty++) {
        for (size_t i = 0; empty && i < settings_count; i++) setenv(settings_table[i].name, "", 1);
        assert_int_equal(settings_read(&got, &why), 0);
        assert_int_equal(got.format, FORMAT_NER);
        assert_int_equal(got.offsets, OFFSETS_CODEPOINT);
        assert_int_equal(got.max_chars, 0);
        assert_int_equal(got.max_texts, 1000);
        assert_int_equal(got.max_concurrency, 1);
        assert_int_equal(got.deadline_margin_ms, 50);
        assert_int_equal(got.shutdown_hook, 0);
        assert_null(got.cors_origin);
        assert_null(got.output_queue_url);
        assert_null(got.ca_file);
        assert_null(got.emf_namespace);
    }
}

static void values_are_taken(void **state)
{
    runtime_settings got;
    problem why;
    (void)state;
    setenv("TERN_FORMAT", "spacy", 1);
    setenv("TERN_OFFSETS", "utf16", 1);
    setenv("TERN_MAX_CHARS", "1000000", 1);
    setenv("TERN_MAX_TEXTS", "0001", 1);
    setenv("TERN_SHUTDOWN_HOOK", "1", 1);
    setenv("TERN_CORS_ORIGIN", "https://a.example,http://localhost:8080,capacitor://localhost", 1);
    setenv("AWS_LAMBDA_MAX_CONCURRENCY", "64", 1);
    assert_int_equal(settings_read(&got, &why), 0);
    assert_int_equal(got.format, FORMAT_SPACY);
    assert_int_equal(got.offsets, OFFSETS_UTF16);
    assert_int_equal(got.max_chars, 1000000);
    assert_int_equal(got.max_texts, 1);
    assert_int_equal(got.shutdown_hook, 1);
    assert_string_equal(got.cors_origin, "https://a.example,http://localhost:8080,capacitor://localhost");
    assert_int_equal(got.max_concurrency, 64);
    setenv("TERN_CORS_ORIGIN", "*", 1);
    assert_int_equal(settings_read(&got, &why), 0);
}

static void bad_values_are_named_with_the_allowed_ones(void **state)
{
    static const struct {
        const char *name, *value, *expected;
    } bad[] = {
        {"TERN_FORMAT", "NER", "TERN_FORMAT must be \"ner\" or \"spacy\", not \"NER\""},
        {"TERN_FORMAT", "\xff\n", "not \"\?\?\""},
        {"TERN_OFFSETS", "utf8", "TERN_OFFSETS must be \"codepoint\", \"utf16\" or \"byte\", not \"utf8\""},
        {"TERN_MAX_CHARS", "0", "from 1 to 1000000"},
        {"TERN_MAX_CHARS", "1000001", "from 1 to 1000000"},
        {"TERN_MAX_CHARS", "-1", "not \"-1\""},
        {"TERN_MAX_CHARS", " 1", "not \" 1\""},
        {"TERN_MAX_CHARS", "1e3", "not \"1e3\""},
        {"TERN_MAX_CHARS", "18446744073709551617", "not \"18446744073709551617\""},
        {"TERN_MAX_TEXTS", "100001", "TERN_MAX_TEXTS must be a whole number from 1 to 100000, not \"100001\""},
        {"TERN_SHUTDOWN_HOOK", "yes", "0 or 1"},
        {"AWS_LAMBDA_MAX_CONCURRENCY", "0", "AWS_LAMBDA_MAX_CONCURRENCY must be"},
        {"TERN_DEADLINE_MARGIN_MS", "10001", "from 1 to 10000"},
        {"TERN_CORS_ORIGIN", "example.com", "like https://example.org"},
        {"TERN_CORS_ORIGIN", "https://a.example/", "no path"},
        {"TERN_CORS_ORIGIN", "https://a.example, https://b.example", "no blank"},
        {"TERN_CORS_ORIGIN", "null", "TERN_CORS_ORIGIN"},
    };
    runtime_settings got;
    problem why;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        setenv(bad[i].name, bad[i].value, 1);
        if (!settings_read(&got, &why)) fail_msg("%s=%s was accepted", bad[i].name, bad[i].value);
        if (!strstr(why.text, bad[i].expected)) fail_msg("%s=%s: %s", bad[i].name, bad[i].value, why.text);
        unsetenv(bad[i].name);
    }
}

static void long_values_are_cut(void **state)
{
    runtime_settings got;
    problem why;
    (void)state;
    setenv("TERN_CORS_ORIGIN", "a-very-long-name-without-a-scheme.a-very-long-name-without-a-scheme.example", 1);
    assert_int_equal(settings_read(&got, &why), -1);
    assert_non_null(strstr(why.text, "not \"a-very-long-name-without-a-scheme.a-very-long-name-without-a...\""));
}

static void help_has_a_paragraph_for_each_setting_of_the_program(void **state)
{
    bytes help = {0};
    (void)state;
    settings_help(&help, SETTING_LAMBDA);
    for (size_t i = 0; i < settings_count; i++) {
        char line[80];
        snprintf(line, sizeof line, "  %s ", settings_table[i].name);
        assert_int_equal(settings_table[i].programs & SETTING_LAMBDA, SETTING_LAMBDA); /* all of them, so far */
        int found = strstr(help.data, line) != NULL;
        snprintf(line, sizeof line, "  %s\n", settings_table[i].name); /* a long one has a line of its own */
        if (!found && !strstr(help.data, line)) fail_msg("%s is not in the help", settings_table[i].name);
    }
    for (const char *line = help.data; *line; line = strchr(line, '\n') + 1)
        assert_in_range(strcspn(line, "\n"), 1, 100);
    bytes_clear(&help);
    settings_help(&help, SETTING_SERVER);
    assert_non_null(strstr(help.data, "TERN_FORMAT"));
    assert_null(strstr(help.data, "TERN_OUTPUT_QUEUE_URL"));
    bytes_free(&help);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(unset_and_empty_mean_the_defaults, clear_environment),
        cmocka_unit_test_setup(values_are_taken, clear_environment),
        cmocka_unit_test_setup(bad_values_are_named_with_the_allowed_ones, clear_environment),
        cmocka_unit_test_setup(long_values_are_cut, clear_environment),
        cmocka_unit_test(help_has_a_paragraph_for_each_setting_of_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
