#include "csv_fields.h"

#include <stdlib.h>
#include <string.h>

csv_fields csv_fields_of(const char *record, size_t len, char separator)
{
    if (len > 0 && record[len - 1] == '\r') len--;
    return (csv_fields){record, record + len, separator};
}

/* What stands between the quotes at fields->at and the one that closes: 0, or -1 without one. */
static int read_quoted(csv_fields *fields, bytes *field)
{
    fields->at++;
    for (;;) {
        const char *quote = memchr(fields->at, '"', (size_t)(fields->end - fields->at));
        if (!quote) return -1;
        const int doubled = quote + 1 < fields->end && quote[1] == '"';
        bytes_append(field, fields->at, (size_t)(quote - fields->at) + (size_t)doubled);
        fields->at = quote + 1 + doubled;
        if (!doubled) return 0;
    }
}

int csv_next(csv_fields *fields, bytes *field)
{
    bytes_clear(field);
    bytes_text(field, "");
    if (!fields->at) return 0;
    if (fields->at < fields->end && *fields->at == '"' && read_quoted(fields, field) != 0) return -1;
    const size_t left = (size_t)(fields->end - fields->at);
    const char *stop = left ? memchr(fields->at, fields->separator, left) : NULL;
    bytes_append(field, fields->at, stop ? (size_t)(stop - fields->at) : left);
    fields->at = stop ? stop + 1 : NULL;
    return 1;
}

int csv_columns_read(const char *record, size_t len, char separator, csv_columns *out)
{
    csv_fields fields = csv_fields_of(record, len, separator);
    bytes name = {.data = NULL};
    int status;
    while ((status = csv_next(&fields, &name)) == 1) {
        bytes *grown = realloc(out->name, (out->count + 1) * sizeof *grown);
        if (!grown || name.failed) {
            if (grown) out->name = grown;
            status = -1;
            break;
        }
        out->name = grown;
        out->name[out->count++] = name;
        name = (bytes){.data = NULL};
    }
    bytes_free(&name);
    return status;
}

size_t csv_column(const csv_columns *columns, const char *name)
{
    const size_t len = strlen(name);
    size_t i = 0;
    while (i < columns->count && (columns->name[i].len != len || memcmp(columns->name[i].data, name, len) != 0)) i++;
    return i;
}

void csv_columns_free(csv_columns *columns)
{
    for (size_t i = 0; i < columns->count; i++) bytes_free(&columns->name[i]);
    free(columns->name);
    *columns = (csv_columns){.name = NULL};
}
