/* cli_lines.h - lines of any length from a file descriptor, as they come: nothing waits for a full block. */
#ifndef TERN_CLI_LINES_H
#define TERN_CLI_LINES_H

#include <stddef.h>

/* Zero it, set fd and max. */
typedef struct line_reader {
    int fd;
    size_t max; /* bytes of a line without its line feed; longer ones are skipped, not stored */
    char *data;
    size_t start, scanned, end, capacity;
    int at_end, skipping;
} line_reader;

typedef enum line_status {
    LINE_OK,
    LINE_TOO_LONG, /* this line was skipped; the next call gives the next one */
    LINE_WAIT,     /* no whole line is here: line_fill() */
    LINE_END,
    LINE_ERROR /* errno says why */
} line_status;

/* The next line from what has been read; never blocks. *line is valid until the next line_fill(). The last line may
 * lack its line feed. */
line_status line_next(line_reader *reader, const char **line, size_t *len);

/* Reads once more; blocks until something comes. LINE_OK (also at the end of the file) or LINE_ERROR. */
line_status line_fill(line_reader *reader);
void line_reader_free(line_reader *reader);

#endif
