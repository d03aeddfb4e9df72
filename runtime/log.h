/* log.h - the one place where the programs' log lines are made. One line is one write(2), so that lines of several threads or
 * processes do not mix. Lines never contain the caller's text. */
#ifndef TERN_LOG_H
#define TERN_LOG_H

typedef enum log_level { LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR } log_level;

/* "LEVEL [RequestId: ...] message\n" to standard output (INFO) or standard error. request_id may be NULL. What cannot be
 * printed becomes '?', so that nothing can forge a second line; lines are cut at 1,000 bytes. Any thread. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void log_line(log_level level, const char *request_id, const char *format, ...);

#endif
