/* The log's lines, byte by byte, through a pipe. */
#define _GNU_SOURCE /* timegm, F_SETPIPE_SZ */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmocka_all.h"

#include "json_in.h"
#include "log.h"

#define PIPE_SIZE (1 << 20) /* holds the longest line */

typedef struct fixture {
    int read_end;
    logger log;
    char *line;
} fixture;

static int set_up(void **state)
{
    int ends[2];
    fixture *f = calloc(1, sizeof *f);
    if (!f || pipe(ends) || fcntl(ends[1], F_SETPIPE_SZ, PIPE_SIZE) < 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK))
        return -1;
    f->read_end = ends[0];
    f->log = (logger){.file = ends[1], .lowest = LOG_LEVEL_TRACE};
    f->line = malloc(PIPE_SIZE + 1);
    *state = f;
    return f->line ? 0 : -1;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    close(f->read_end);
    close(f->log.file);
    free(f->line);
    free(f);
    return 0;
}

/* What has been written since the last time. */
static const char *written(fixture *f)
{
    ssize_t len, total = 0;
    while (total < PIPE_SIZE && (len = read(f->read_end, f->line + total, (size_t)(PIPE_SIZE - total))) > 0)
        total += len;
    f->line[total] = '\0';
    return f->line;
}

/* Parses the line, which must be JSON, and compares a member; expected NULL: it must not be there. */
static void assert_member(const char *line, const char *key, const char *expected, size_t len)
{
    json_error error;
    json_doc *doc = json_parse(line, strlen(line) - 1, &error);
    bytes text = {0};
    assert_non_null(doc);
    if (expected) {
        assert_non_null(json_string(json_member(json_root(doc), key), &text));
        assert_int_equal(text.len, len);
        assert_memory_equal(text.data, expected, len);
    } else {
        assert_null(json_member(json_root(doc), key));
    }
    bytes_free(&text);
    json_free(doc);
}

static void timestamp_is_that_of_the_calendar(void **state)
{
    static const long long samples[] = {0,          951782399,  951782400,  951868800,   1709164799,
                                        1709164800, 1735689599, 4102444800, 253402300799};
    char text[LOG_TIMESTAMP_SIZE], expected[64];
    (void)state;
    for (long long day = 0; day < 366 * 430; day += 7) {
        time_t seconds = (time_t)(day * 86400 + day % 86400);
        struct tm tm;
        gmtime_r(&seconds, &tm);
        strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S.007Z", &tm);
        log_timestamp(seconds * 1000LL + 7, text);
        assert_string_equal(text, expected);
    }
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        time_t seconds = (time_t)samples[i];
        struct tm tm;
        gmtime_r(&seconds, &tm);
        strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S.999Z", &tm);
        log_timestamp(samples[i] * 1000 + 999, text);
        assert_string_equal(text, expected);
    }
}

static void text_line_has_time_level_ids_and_message(void **state)
{
    fixture *f = *state;
    log_line(&f->log, LOG_LEVEL_WARNING, "%d of %s", 3, "five");
    const char *line = written(f);
    assert_int_equal(line[LOG_TIMESTAMP_SIZE - 2], 'Z');
    assert_string_equal(line + LOG_TIMESTAMP_SIZE - 1, " WARN 3 of five\n");
    f->log.request_id = "r";
    f->log.trace_id = "t";
    f->log.tenant_id = "";
    log_line(&f->log, LOG_LEVEL_INFO, "m");
    assert_string_equal(written(f) + LOG_TIMESTAMP_SIZE - 1, " INFO RequestId: r XrayTraceId: t m\n");
}

static void nothing_breaks_a_text_line(void **state)
{
    fixture *f = *state;
    static const char message[] = "a\nb\r\x1b[1m\x7f \xc2\x85|\xe2\x80\xa8|\xe2\x80\xa9|\xff|\xed\xa0\x80|\xc3\xa9\0z";
    log_message(&f->log, LOG_LEVEL_ERROR, message, sizeof message - 1);
    assert_string_equal(written(f) + LOG_TIMESTAMP_SIZE - 1,
                        " ERROR a?b??[1m? ?|?|?|\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd|\xc3\xa9?z\n");
}

static void json_line_keeps_every_character(void **state)
{
    fixture *f = *state;
    static const char message[] = "\"\\/\b\f\n\r\t\x01\x1f\x7f \0 \xc3\xa9 \xf0\x9f\x98\x80 \xe2\x80\xa8";
    f->log.json = 1;
    f->log.request_id = "\"id\"\n";
    log_message(&f->log, LOG_LEVEL_FATAL, message, sizeof message - 1);
    const char *line = written(f);
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    assert_member(line, "message", message, sizeof message - 1);
    assert_member(line, "requestId", "\"id\"\n", 5);
    assert_member(line, "level", "FATAL", 5);
    assert_member(line, "xrayTraceId", NULL, 0);
    assert_member(line, "tenantId", NULL, 0);
}

static void bytes_that_are_no_utf8_are_replaced(void **state)
{
    fixture *f = *state;
    f->log.json = 1;
    log_line(&f->log, LOG_LEVEL_INFO, "\xc3|\xe2\x82|\xf5\x80");
    assert_member(written(f), "message", "\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd", 17);
}

static void ids_are_cut(void **state)
{
    fixture *f = *state;
    char id[2000];
    memset(id, '\x01', sizeof id - 1);
    id[sizeof id - 1] = '\0';
    f->log.json = 1;
    f->log.request_id = f->log.trace_id = f->log.tenant_id = id;
    char message[LOG_SHORT];
    memset(message, '\x02', sizeof message);
    /* every byte escaped: as long as a short line gets */
    log_message(&f->log, LOG_LEVEL_INFO, message, sizeof message);
    const char *line = written(f);
    assert_member(line, "requestId", id, 256);
    assert_member(line, "tenantId", id, 256);
    assert_member(line, "message", message, sizeof message);
}

/* One line of exactly the limit; a character is never cut in two. */
static void long_message_is_cut_where_a_character_ends(void **state)
{
    fixture *f = *state;
    size_t len = 3 * LOG_MAX_LINE;
    char *message = malloc(len);
    assert_non_null(message);
    for (int json = 0; json <= 1; json++)
        for (size_t shift = 0; shift < 3; shift++) {
            f->log.json = json;
            /* U+20AC */
            for (size_t i = 0; i < len; i++) message[i] = i < shift ? 'a' : "\xe2\x82\xac"[(i - shift) % 3];
            log_message(&f->log, LOG_LEVEL_INFO, message, len);
            const char *line = written(f);
            size_t size = strlen(line);
            assert_in_range(size, LOG_MAX_LINE - 12, LOG_MAX_LINE);
            assert_string_equal(line + size - (json ? 9 : 7), json ? "\xe2\x82\xac...\"}\n" : "\xe2\x82\xac...\n");
        }
    free(message);
}

static void message_of_any_length_comes_through_printf(void **state)
{
    static const size_t lengths[] = {0, 1, LOG_SHORT - 1, LOG_SHORT, LOG_SHORT + 1, 5000, 100000};
    fixture *f = *state;
    char *text = malloc(100001);
    assert_non_null(text);
    f->log.json = 1;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        memset(text, 'x', lengths[i]);
        text[lengths[i]] = '\0';
        log_line(&f->log, LOG_LEVEL_INFO, "%s", text);
        assert_member(written(f), "message", text, lengths[i]);
    }
    free(text);
}

static void levels_below_the_lowest_are_dropped(void **state)
{
    fixture *f = *state;
    f->log.lowest = LOG_LEVEL_ERROR;
    log_line(&f->log, LOG_LEVEL_WARNING, "no");
    log_message(&f->log, LOG_LEVEL_TRACE, "no", 2);
    assert_string_equal(written(f), "");
    assert_false(log_wants(&f->log, LOG_LEVEL_WARNING));
    assert_true(log_wants(&f->log, LOG_LEVEL_ERROR));
    log_line(&f->log, LOG_LEVEL_FATAL, "yes");
    assert_non_null(strstr(written(f), " FATAL yes\n"));
}

static void errno_is_kept_and_a_closed_file_is_no_matter(void **state)
{
    fixture *f = *state;
    logger closed = f->log;
    closed.file = -1;
    errno = ENOSPC;
    log_line(&closed, LOG_LEVEL_ERROR, "nowhere");
    assert_int_equal(errno, ENOSPC);
    log_line(&f->log, LOG_LEVEL_ERROR, "here");
    assert_int_equal(errno, ENOSPC);
}

static void environment_decides(void **state)
{
    (void)state;
    setenv("AWS_LAMBDA_LOG_FORMAT", "jSoN", 1);
    setenv("AWS_LAMBDA_LOG_LEVEL", "warn", 1);
    logger log = logger_from_environment();
    assert_true(log.json);
    assert_int_equal(log.lowest, LOG_LEVEL_WARNING);
    assert_int_equal(log.file, STDOUT_FILENO);
    setenv("AWS_LAMBDA_LOG_FORMAT", "JSONL", 1);
    setenv("AWS_LAMBDA_LOG_LEVEL", "WARNING", 1);
    log = logger_from_environment();
    assert_false(log.json);
    assert_int_equal(log.lowest, LOG_LEVEL_INFO);
    unsetenv("AWS_LAMBDA_LOG_FORMAT");
    unsetenv("AWS_LAMBDA_LOG_LEVEL");
    log = logger_from_environment();
    assert_false(log.json);
    assert_int_equal(log.lowest, LOG_LEVEL_INFO);
}

#define WITH_PIPE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timestamp_is_that_of_the_calendar),
        WITH_PIPE(text_line_has_time_level_ids_and_message),
        WITH_PIPE(nothing_breaks_a_text_line),
        WITH_PIPE(json_line_keeps_every_character),
        WITH_PIPE(bytes_that_are_no_utf8_are_replaced),
        WITH_PIPE(ids_are_cut),
        WITH_PIPE(long_message_is_cut_where_a_character_ends),
        WITH_PIPE(message_of_any_length_comes_through_printf),
        WITH_PIPE(levels_below_the_lowest_are_dropped),
        WITH_PIPE(errno_is_kept_and_a_closed_file_is_no_matter),
        cmocka_unit_test(environment_decides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
