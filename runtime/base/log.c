#define _POSIX_C_SOURCE 200809L
#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bytes.h"
#include "deadline.h"
#include "environment.h"
#include "json_out.h"
#include "utf8_text.h"

#define MAX_FIELD 256u    /* bytes of an id */
#define ENDING "...\"}\n" /* the most that follows a message */
/* Time, level and three ids with their names, then a short message, all of it escaped. */
#define SHORT_LINE (256u + (3 * MAX_FIELD + LOG_SHORT) * JSON_ESCAPE_SIZE)

static const char *const level_names[] = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};
#define LEVELS (sizeof level_names / sizeof *level_names)

logger logger_from_environment(void)
{
    const char *format = environment("AWS_LAMBDA_LOG_FORMAT"), *level = environment("AWS_LAMBDA_LOG_LEVEL");
    logger log = {.file = STDOUT_FILENO, .lowest = LOG_LEVEL_INFO};
    log.json = format && same_ignoring_case(format, strlen(format), "JSON");
    for (unsigned i = 0; level && i < LEVELS; i++)
        if (same_ignoring_case(level, strlen(level), level_names[i])) log.lowest = (log_level)i;
    return log;
}

int log_wants(const logger *log, log_level level) { return level >= log->lowest; }

/* ---- time -------------------------------------------------------------------------------------------------------- */

static void put_digits(char *at, long long value, int count)
{
    while (count-- > 0) {
        at[count] = (char)('0' + value % 10);
        value /= 10;
    }
}

/* gmtime_r is not async-signal-safe. The calendar is counted in years that begin in March, so that leap days come last,
 * and in eras of 400 years, which have 146,097 days each; 1970-01-01 is day 719,468 after 0000-03-01. */
void log_timestamp(long long milliseconds, char out[LOG_TIMESTAMP_SIZE])
{
    long long seconds = milliseconds / 1000, days = seconds / 86400 + 719468;
    long long era = days / 146097, day = days % 146097;
    long long year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    long long of_year = day - (365 * year + year / 4 - year / 100), march_month = (5 * of_year + 2) / 153;
    long long month = march_month < 10 ? march_month + 3 : march_month - 9;
    memcpy(out, "YYYY-MM-DDTHH:MM:SS.mmmZ", LOG_TIMESTAMP_SIZE);
    put_digits(out, era * 400 + year + (month <= 2), 4);
    put_digits(out + 5, month, 2);
    put_digits(out + 8, of_year - (153 * march_month + 2) / 5 + 1, 2);
    put_digits(out + 11, seconds / 3600 % 24, 2);
    put_digits(out + 14, seconds / 60 % 60, 2);
    put_digits(out + 17, seconds % 60, 2);
    put_digits(out + 20, milliseconds % 1000, 3);
}

static void timestamp_now(char out[LOG_TIMESTAMP_SIZE]) { log_timestamp((long long)clock_now_ms(), out); }

/* ---- a line ------------------------------------------------------------------------------------------------------ */

typedef struct line {
    char *data;
    size_t len, room; /* what is appended has been seen to fit */
} line;

static void put(line *l, const char *text, size_t len)
{
    memcpy(l->data + l->len, text, len);
    l->len += len;
}

static void put_text(line *l, const char *text) { put(l, text, strlen(text)); }

/* Controls and line separators (U+0000-001F, 007F-009F, 2028, 2029). */
static int is_control(const unsigned char *c, size_t size)
{
    if (size == 1) return c[0] < 0x20 || c[0] == 0x7F;
    if (size == 2) return c[0] == 0xC2 && c[1] < 0xA0;
    return size == 3 && c[0] == 0xE2 && c[1] == 0x80 && (c[2] == 0xA8 || c[2] == 0xA9);
}

/* The character at text, which is taken bytes long, as a line shows it. Returns the length in shown. */
static size_t show(const unsigned char *text, size_t len, int json, char shown[JSON_ESCAPE_SIZE], size_t *taken)
{
    size_t size = utf8_length(text, text + len);
    *taken = size ? size : 1;
    if (!size) {
        memcpy(shown, UTF8_REPLACEMENT, 3);
        return 3;
    }
    int control = is_control(text, size);
    if (json && size == 1 && (control || *text == '"' || *text == '\\')) return json_escape(*text, shown);
    if (control && !json) {
        *shown = '?';
        return 1;
    }
    memcpy(shown, text, size);
    return size;
}

/* Appends as much of the text as leaves room for the ENDING. */
static void put_shown(line *l, const char *text, size_t len, int json)
{
    char shown[JSON_ESCAPE_SIZE];
    for (size_t at = 0, taken; at < len; at += taken) {
        size_t size = show((const unsigned char *)text + at, len - at, json, shown, &taken);
        if (l->len + size + sizeof ENDING > l->room) {
            put_text(l, "...");
            return;
        }
        put(l, shown, size);
    }
}

static void put_field(line *l, int json, const char *json_name, const char *text_name, const char *value)
{
    if (!value || !*value) return;
    put_text(l, json ? ", \"" : " ");
    put_text(l, json ? json_name : text_name);
    put_text(l, json ? "\": \"" : ": ");
    put_shown(l, value, strnlen(value, MAX_FIELD), json);
    if (json) put_text(l, "\"");
}

/* l->room: at least SHORT_LINE. */
static void compose(line *l, const logger *log, log_level level, const char *message, size_t len)
{
    char time[LOG_TIMESTAMP_SIZE];
    int json = log->json;
    timestamp_now(time);
    put_text(l, json ? "{\"timestamp\": \"" : "");
    put_text(l, time);
    put_text(l, json ? "\", \"level\": \"" : " ");
    put_text(l, level_names[level]);
    put_text(l, json ? "\"" : "");
    put_field(l, json, "requestId", "RequestId", log->request_id);
    put_field(l, json, "xrayTraceId", "XrayTraceId", log->trace_id);
    put_field(l, json, "tenantId", "TenantId", log->tenant_id);
    put_text(l, json ? ", \"message\": \"" : " ");
    put_shown(l, message, len, json);
    put_text(l, json ? "\"}\n" : "\n");
}

void log_write(const logger *log, const char *data, size_t len)
{
    while (len) {
        ssize_t done = write(log->file, data, len);
        if (done < 0 && errno != EINTR) return;
        if (done > 0) {
            data += done;
            len -= (size_t)done;
        }
    }
}

void log_message(const logger *log, log_level level, const char *message, size_t len)
{
    char small[SHORT_LINE];
    int error = errno;
    if (!log_wants(log, level)) return;
    char *large = len > LOG_SHORT ? malloc(LOG_MAX_LINE) : NULL;
    line l = {.data = large ? large : small, .room = large ? LOG_MAX_LINE : sizeof small};
    compose(&l, log, level, message, len);
    log_write(log, l.data, l.len);
    if (large) free(large);
    errno = error;
}

void log_line(const logger *log, log_level level, const char *format, ...)
{
    char small[LOG_SHORT + 1], *message = small;
    va_list args, again;
    if (!log_wants(log, level)) return;
    int error = errno;
    va_start(args, format);
    va_copy(again, args);
    int needed = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    size_t len = needed < 0 ? 0 : (size_t)needed, room = len < LOG_MAX_LINE ? len : LOG_MAX_LINE;
    char *large = len > LOG_SHORT ? malloc(room + 1) : NULL;
    if (large) {
        vsnprintf(large, room + 1, format, again);
        message = large;
    } else {
        room = len < LOG_SHORT ? len : LOG_SHORT;
    }
    va_end(again);
    errno = error;
    log_message(log, level, message, room);
    free(large);
}
