/* record_reader.h - records of any length from a source, as they come: nothing waits for a full block. A record is a
 * line, or, of CSV, what stands up to a line feed outside of quotes (RFC 4180). */
#ifndef TERN_RECORD_READER_H
#define TERN_RECORD_READER_H

#include "byte_source.h"

/* What decides where a field, and so a quote, begins. '\0': lines. */
typedef struct record_reader {
    byte_source *source; /* borrowed */
    size_t max;          /* bytes of a record without its line feed; longer ones are skipped, not stored */
    char separator;      /* of CSV's fields; 0: records are lines */
    char *data;
    size_t start, scanned, end, capacity;
    int at_end, skipping;
    int quoted, at_field, begun; /* of CSV, up to scanned */
    uint64_t line;               /* on which the record that comes next begins, from 1; after the first record */
    uint64_t newlines;           /* in the record, up to scanned */
} record_reader;

typedef enum record_status {
    RECORD_OK,
    RECORD_TOO_LONG, /* it was skipped; the next call gives the next one */
    RECORD_WAIT,     /* no whole record is here: record_fill() */
    RECORD_END,
    RECORD_STOPPED, /* byte_source_stop was called */
    RECORD_FAILED   /* why says it */
} record_status;

/* Begins with a source; zero it first, set max and separator. What is left of the last one is dropped. */
void record_reader_begin(record_reader *reader, byte_source *source);

/* The next record from what has been read, without its line feed; never blocks. *record is valid until the next
 * record_fill(); *line: on which it begins. The last record may lack its line feed. A byte order mark at the start of
 * the source is skipped. */
record_status record_next(record_reader *reader, const char **record, size_t *len, uint64_t *line);

/* Reads once more; blocks until something comes. RECORD_OK (also at the end), RECORD_STOPPED or RECORD_FAILED. */
record_status record_fill(record_reader *reader, problem *why);
void record_reader_free(record_reader *reader);

#endif
