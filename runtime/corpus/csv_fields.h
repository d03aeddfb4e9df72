/* csv_fields.h - the fields of a record of CSV (RFC 4180) or of TSV with the same quotes. */
#ifndef TERN_CSV_FIELDS_H
#define TERN_CSV_FIELDS_H

#include "bytes.h"

typedef struct csv_fields {
    const char *at, *end; /* what is left; at is NULL behind the last field */
    char separator;
} csv_fields;

/* record: without its line end; a carriage return before that is no part of it. */
csv_fields csv_fields_of(const char *record, size_t len, char separator);

/* The next field without its quotes into *field (cleared first): 1; 0 behind the last; -1 where a quote does not end.
 * What stands behind a closing quote belongs to the field, as in Python's csv. */
int csv_next(csv_fields *fields, bytes *field);

/* The names of a file's columns. */
typedef struct csv_columns {
    bytes *name; /* [count] */
    size_t count;
} csv_columns;

/* 0; or -1: a quote that does not end, or no memory. Zero it first. */
int csv_columns_read(const char *record, size_t len, char separator, csv_columns *out);
/* The place of the first of that name, or count. */
size_t csv_column(const csv_columns *columns, const char *name);
void csv_columns_free(csv_columns *columns);

#endif
