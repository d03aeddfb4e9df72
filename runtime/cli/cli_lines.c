#include "cli_lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_SIZE (64u * 1024)

/* The line data[start, stop) has ended: hand it out, or drop it if it was too long. */
static line_status end_line(line_reader *reader, size_t stop, const char **line, size_t *len)
{
    int too_long = reader->skipping || stop - reader->start > reader->max;
    *line = reader->data + reader->start;
    *len = stop - reader->start;
    reader->start = reader->scanned = stop < reader->end ? stop + 1 : stop;
    reader->skipping = 0;
    return too_long ? LINE_TOO_LONG : LINE_OK;
}

line_status line_next(line_reader *reader, const char **line, size_t *len)
{
    size_t unseen = reader->end - reader->scanned;
    const char *found = unseen == 0 ? NULL : memchr(reader->data + reader->scanned, '\n', unseen);
    if (found != NULL) return end_line(reader, (size_t)(found - reader->data), line, len);
    reader->scanned = reader->end;
    if (reader->skipping || reader->end - reader->start > reader->max) {
        reader->skipping = 1;
        reader->start = reader->scanned = reader->end = 0;
    }
    if (!reader->at_end) return LINE_WAIT;
    if (reader->start < reader->end || reader->skipping) return end_line(reader, reader->end, line, len);
    return LINE_END;
}

static int make_room(line_reader *reader)
{
    if (reader->start > 0) {
        memmove(reader->data, reader->data + reader->start, reader->end - reader->start);
        reader->scanned -= reader->start;
        reader->end -= reader->start;
        reader->start = 0;
    }
    if (reader->capacity - reader->end >= READ_SIZE) return 0;
    size_t capacity = 2 * reader->capacity + READ_SIZE;
    char *data = realloc(reader->data, capacity);
    if (data == NULL) return -1;
    reader->data = data;
    reader->capacity = capacity;
    return 0;
}

line_status line_fill(line_reader *reader)
{
    if (make_room(reader) != 0) return LINE_ERROR;
    ssize_t got;
    do got = read(reader->fd, reader->data + reader->end, READ_SIZE);
    while (got < 0 && errno == EINTR);
    if (got < 0) return LINE_ERROR;
    if (got == 0) reader->at_end = 1;
    reader->end += (size_t)got;
    return LINE_OK;
}

void line_reader_free(line_reader *reader)
{
    free(reader->data);
    reader->data = NULL;
}
