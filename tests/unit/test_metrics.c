/* What may be a namespace, the memory that a process had, and the line as it is written.
 * tests/runtime/test_loop_metrics.py checks the bootstrap's lines against the rules of the format. */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmocka_all.h"

#include "json_in.h"
#include "metrics.h"

static void namespaces(void **state)
{
    static const char *const good[] = {"a", "tern/ner", "My App", ":#_-./9", "aws/x", "XAWS/"};
    static const char *const bad[] = {"",     " ",    "   ",  "AWS/",        "AWS/Lambda",
                                      "a\tb", "a\"b", "a\\b", "caf\xc3\xa9", "a\n"};
    char longest[257];
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) assert_true(metrics_is_namespace(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(metrics_is_namespace(bad[i]));
    memset(longest, 'x', sizeof longest);
    longest[256] = '\0';
    assert_false(metrics_is_namespace(longest));
    longest[255] = '\0';
    assert_true(metrics_is_namespace(longest));
}

static void peak_counts_memory_that_was_given_back(void **state)
{
    const size_t size = 64u << 20;
    double before = metrics_peak_mb();
    (void)state;
    assert_true(before > 0.5);
    unsigned char *memory = malloc(size);
    assert_non_null(memory);
    for (size_t i = 0; i < size; i += 1024) ((volatile unsigned char *)memory)[i] = 1;
    free(memory);
    double after = metrics_peak_mb();
    assert_true(after - before > 60 && after - before < 200); /* 64 MiB are 67.1 MB */
}

/* The line that metrics_write makes, NUL-terminated, in line. */
static void write_metrics(const metrics *m, const invocation_metrics *of, logger *log, char *line, size_t room)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    log->file = ends[1];
    metrics_write(m, of, log);
    close(ends[1]);
    ssize_t len = read(ends[0], line, room - 1);
    close(ends[0]);
    assert_true(len > 0);
    line[len] = '\0';
}

static void line_in_full(void **state)
{
    const metrics m = {.space = "tern", .function = "ner", .version = "7"};
    const invocation_metrics of = {.duration_ms = 12.3456,
                                   .tokens = 12,
                                   .entities = 4,
                                   .errors = 1,
                                   .cold_start = 1,
                                   .init_ms = 8.5,
                                   .peak_mb = 41.5};
    logger log = {.lowest = LOG_LEVEL_FATAL, .request_id = "r-1", .trace_id = "Root=1", .tenant_id = "blue"};
    char line[2048];
    (void)state;
    write_metrics(&m, &of, &log, line, sizeof line);
    const char *rest = strstr(line, ", \"CloudWatchMetrics\"");
    assert_non_null(rest);
    assert_string_equal(
        rest,
        ", \"CloudWatchMetrics\": [{\"Namespace\": \"tern\", \"Dimensions\": [[\"FunctionName\"]], \"Metrics\": ["
        "{\"Name\": \"Duration\", \"Unit\": \"Milliseconds\"}, {\"Name\": \"Tokens\", \"Unit\": \"Count\"}, "
        "{\"Name\": \"Entities\", \"Unit\": \"Count\"}, {\"Name\": \"Errors\", \"Unit\": \"Count\"}, "
        "{\"Name\": \"ColdStart\", \"Unit\": \"Count\"}, "
        "{\"Name\": \"InitMs\", \"Unit\": \"Milliseconds\"}, {\"Name\": \"PeakRssMb\", \"Unit\": \"Megabytes\"}]}]}, "
        "\"FunctionName\": \"ner\", \"FunctionVersion\": \"7\", \"requestId\": \"r-1\", \"xrayTraceId\": \"Root=1\", "
        "\"tenantId\": \"blue\", \"Duration\": 12.346, \"Tokens\": 12, \"Entities\": 4, \"Errors\": 1, "
        "\"ColdStart\": 1, \"InitMs\": 8.500, \"PeakRssMb\": 41.500}\n");
}

static void what_is_unknown_is_neither_defined_nor_given(void **state)
{
    const metrics m = {.space = "tern"};
    const invocation_metrics of = {.init_ms = -1, .peak_mb = -1};
    logger log = {.json = 1};
    char line[2048];
    json_error error;
    (void)state;
    write_metrics(&m, &of, &log, line, sizeof line);
    json_doc *doc = json_parse(line, strlen(line) - 1, &error);
    assert_non_null(doc);
    json_free(doc);
    assert_non_null(strstr(line, "\"Dimensions\": [[]]"));
    assert_non_null(strstr(line, "\"Tokens\": 0, \"Entities\": 0, \"Errors\": 0, \"ColdStart\": 0}\n"));
    assert_null(strstr(line, "InitMs"));
    assert_null(strstr(line, "PeakRssMb"));
    assert_null(strstr(line, "Function"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(namespaces),
        cmocka_unit_test(peak_counts_memory_that_was_given_back),
        cmocka_unit_test(line_in_full),
        cmocka_unit_test(what_is_unknown_is_neither_defined_nor_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
