#include "bytes.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for extra more bytes and the NUL. */
static int reserve(bytes *b, size_t extra)
{
    if (b->failed) return -1;
    if (extra >= SIZE_MAX - b->len) {
        b->failed = 1;
        return -1;
    }
    size_t needed = b->len + extra + 1;
    if (needed <= b->capacity) return 0;
    size_t capacity = b->capacity < 64 ? 64 : b->capacity;
    while (capacity < needed) capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;
    char *data = realloc(b->data, capacity);
    if (!data) {
        b->failed = 1;
        return -1;
    }
    b->data = data;
    b->capacity = capacity;
    return 0;
}

void bytes_append(bytes *b, const void *data, size_t len)
{
    if (reserve(b, len)) return;
    if (len) memcpy(b->data + b->len, data, len);
    b->len += len;
    b->data[b->len] = '\0';
}

void bytes_text(bytes *b, const char *text) { bytes_append(b, text, strlen(text)); }

void bytes_format(bytes *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int needed = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (needed < 0) b->failed = 1;
    else if (!reserve(b, (size_t)needed))
        b->len += (size_t)vsnprintf(b->data + b->len, (size_t)needed + 1, format, again);
    va_end(again);
}

void bytes_number(bytes *b, size_t number)
{
    char digits[3 * sizeof number]; /* fewer than three for a byte */
    size_t at = sizeof digits;
    do digits[--at] = (char)('0' + number % 10);
    while (number /= 10);
    bytes_append(b, digits + at, sizeof digits - at);
}

void bytes_clear(bytes *b)
{
    b->len = 0;
    b->failed = 0;
    if (b->data) b->data[0] = '\0';
}

void bytes_free(bytes *b)
{
    free(b->data);
    *b = (bytes){0};
}

char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

char printable(char c) { return c >= 0x20 && c < 0x7F ? c : '?'; }

int same_ignoring_case(const char *a, size_t len, const char *b)
{
    for (size_t i = 0; i < len; i++)
        if (!b[i] || ascii_lower(a[i]) != ascii_lower(b[i])) return 0;
    return !b[len];
}
