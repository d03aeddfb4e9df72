#define _POSIX_C_SOURCE 200809L
#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define LINE_MAX_BYTES 1000

/* What snprintf really wrote. */
static size_t written(int result, size_t room)
{
    return result < 0 ? 0 : (size_t)result < room ? (size_t)result : room - 1;
}

static void write_all(int file, const char *line, size_t len)
{
    while (len) {
        ssize_t done = write(file, line, len);
        if (done < 0 && errno != EINTR)
            return;   /* a log that cannot be written must not stop the work */
        if (done > 0) {
            line += done;
            len -= (size_t)done;
        }
    }
}

void log_line(log_level level, const char *request_id, const char *format, ...)
{
    static const char *const names[] = {"INFO", "WARNING", "ERROR"};
    char line[LINE_MAX_BYTES + 1];
    size_t len = written(snprintf(line, sizeof line, "%s ", names[level]), sizeof line);
    if (request_id && *request_id)
        len += written(snprintf(line + len, sizeof line - len, "RequestId: %.100s ", request_id), sizeof line - len);
    va_list args;
    va_start(args, format);
    len += written(vsnprintf(line + len, sizeof line - len, format, args), sizeof line - len);
    va_end(args);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7F)
            line[i] = '?';
    line[len] = '\n';   /* in place of the NUL */
    write_all(level == LOG_LEVEL_INFO ? STDOUT_FILENO : STDERR_FILENO, line, len + 1);
}
