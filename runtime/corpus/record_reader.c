#include "record_reader.h"

#include <stdlib.h>
#include <string.h>

#define READ_SIZE (64u * 1024)
#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

void record_reader_begin(record_reader *reader, byte_source *source)
{
    *reader = (record_reader){.source = source,
                              .max = reader->max,
                              .separator = reader->separator,
                              .data = reader->data,
                              .capacity = reader->capacity,
                              .at_field = 1,
                              .line = 1};
}

/* ---- where a record ends ----------------------------------------------------------------------------------------- */

/* One character of CSV. Two quotes in a quoted field leave it and enter it again, which comes to the same. */
static void see_character(record_reader *reader, char c)
{
    if (c == '"' && (reader->quoted || reader->at_field)) {
        reader->at_field = reader->quoted; /* behind a quote that closes, only another one may open */
        reader->quoted = !reader->quoted;
        return;
    }
    if (!reader->quoted) reader->at_field = c == reader->separator;
}

static const char *csv_end(record_reader *reader, const char *at, const char *end)
{
    for (; at < end; at++) {
        if (*at == '\n' && !reader->quoted) return at;
        reader->newlines += *at == '\n';
        see_character(reader, *at);
    }
    return NULL;
}

/* The line feed that ends the record at hand, among what has not been looked at; or NULL. */
static const char *find_end(record_reader *reader)
{
    const char *at = reader->data + reader->scanned;
    const size_t unseen = reader->end - reader->scanned;
    if (unseen == 0) return NULL;
    return reader->separator ? csv_end(reader, at, at + unseen) : memchr(at, '\n', unseen);
}

/* The record data[start, stop) has ended: hand it out, or drop it if it was too long. */
static record_status end_record(record_reader *reader, size_t stop, const char **record, size_t *len, uint64_t *line)
{
    int too_long = reader->skipping || stop - reader->start > reader->max;
    *record = reader->data + reader->start;
    *len = stop - reader->start;
    *line = reader->line;
    reader->line += reader->newlines + 1;
    reader->start = reader->scanned = stop < reader->end ? stop + 1 : stop;
    reader->skipping = reader->quoted = 0;
    reader->newlines = 0;
    reader->at_field = 1;
    return too_long ? RECORD_TOO_LONG : RECORD_OK;
}

static int skip_mark(record_reader *reader)
{
    const size_t len = sizeof BYTE_ORDER_MARK - 1, have = reader->end - reader->start;
    const char *data = reader->data + reader->start;
    if (have == 0 || (have < len && !reader->at_end && !memcmp(data, BYTE_ORDER_MARK, have))) return 0;
    if (have >= len && !memcmp(data, BYTE_ORDER_MARK, len)) reader->start = reader->scanned = reader->start + len;
    return 1;
}

record_status record_next(record_reader *reader, const char **record, size_t *len, uint64_t *line)
{
    if (!reader->data) return RECORD_WAIT;
    if (!reader->begun) reader->begun = skip_mark(reader);
    const char *found = reader->begun ? find_end(reader) : NULL;
    if (found != NULL) return end_record(reader, (size_t)(found - reader->data), record, len, line);
    if (reader->begun) reader->scanned = reader->end;
    if (reader->skipping || reader->end - reader->start > reader->max) {
        reader->skipping = 1;
        reader->start = reader->scanned = reader->end = 0;
    }
    if (!reader->at_end) return RECORD_WAIT;
    if (reader->start < reader->end || reader->skipping) return end_record(reader, reader->end, record, len, line);
    return RECORD_END;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static int make_room(record_reader *reader)
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

record_status record_fill(record_reader *reader, problem *why)
{
    size_t got;
    if (make_room(reader) != 0) return (record_status)problem_set(why, RECORD_FAILED, "cannot be read: out of memory");
    source_status status = byte_source_read(reader->source, reader->data + reader->end, READ_SIZE, &got, why);
    if (status == SOURCE_STOPPED) return RECORD_STOPPED;
    if (status == SOURCE_FAILED) return RECORD_FAILED;
    reader->at_end = status == SOURCE_END;
    reader->end += got;
    return RECORD_OK;
}

void record_reader_free(record_reader *reader)
{
    free(reader->data);
    reader->data = NULL;
}
