/* log.h - the one place where the programs' log lines are made. One line is one write(2), so that lines of several
 * threads or processes do not mix. No line below LOG_LEVEL_TRACE contains the caller's text. */
#ifndef TERN_LOG_H
#define TERN_LOG_H

#include <stddef.h>

/* Those of AWS_LAMBDA_LOG_LEVEL. */
typedef enum log_level {
    LOG_LEVEL_TRACE, /* may show the caller's text */
    LOG_LEVEL_DEBUG,
    LOG_LEVEL_INFO,
    LOG_LEVEL_WARNING, /* "WARN" */
    LOG_LEVEL_ERROR,
    LOG_LEVEL_FATAL
} log_level;

/* Where lines go, which, and what they are about. The strings are borrowed, come from the platform as they are (any
 * bytes) and may be NULL or "": then the line does not mention them. One logger a thread; copies are cheap. */
typedef struct logger {
    int file;                                      /* descriptor */
    int json;                                      /* AWS_LAMBDA_LOG_FORMAT */
    log_level lowest;                              /* AWS_LAMBDA_LOG_LEVEL: lines below it are dropped */
    const char *request_id, *trace_id, *tenant_id; /* of the invocation under way */
} logger;

/* Reads AWS_LAMBDA_LOG_FORMAT (Text, JSON; else Text) and AWS_LAMBDA_LOG_LEVEL (TRACE to FATAL; else INFO), in any
 * case: the platform sets them, and a value that a later version of it may think of is no reason to fail. Lines go to
 * standard output. */
logger logger_from_environment(void);

int log_wants(const logger *log, log_level level);

/* Text:  2026-01-31T23:59:59.001Z LEVEL RequestId: ... XrayTraceId: ... TenantId: ... message
 * JSON:  {"timestamp": "2026-01-31T23:59:59.001Z", "level": "LEVEL", "requestId": "...", "xrayTraceId": "...",
 *         "tenantId": "...", "message": "..."}
 * Nothing in the strings can forge a second line or break the JSON: control characters become '?' in text and escapes
 * in JSON, bytes that are not UTF-8 become U+FFFD. A message that makes the line longer than LOG_MAX_LINE bytes is cut
 * and ends in "...", the other strings are cut at 256 bytes. What cannot be written is dropped: a log must not stop the
 * work. errno is kept. */
#define LOG_MAX_LINE (256u << 10) /* what CloudWatch Logs has always taken as one event */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void log_line(const logger *log, log_level level, const char *format, ...);

/* The same for a message that is already there. Async-signal-safe if it has at most LOG_SHORT bytes. */
#define LOG_SHORT 512u
void log_message(const logger *log, log_level level, const char *message, size_t len);

/* Writes a line that is complete, whatever the level: the bytes as they are. Async-signal-safe. */
void log_write(const logger *log, const char *data, size_t len);

/* "2026-01-31T23:59:59.001Z" for milliseconds since 1970, up to the year 9999. Async-signal-safe. */
#define LOG_TIMESTAMP_SIZE 25
void log_timestamp(long long milliseconds, char out[LOG_TIMESTAMP_SIZE]);

#endif
