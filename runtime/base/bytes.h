/* bytes.h - a growable byte string. A failed allocation is remembered, not reported at each step: check `failed` at the
 * end. */
#ifndef TERN_BYTES_H
#define TERN_BYTES_H

#include <stddef.h>

typedef struct bytes {
    char *data; /* NUL-terminated when not NULL */
    size_t len, capacity;
    int failed;
} bytes;

void bytes_append(bytes *b, const void *data, size_t len);
void bytes_text(bytes *b, const char *text);
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void bytes_format(bytes *b, const char *format, ...);
/* In decimal. Answers are full of numbers, and printf took 1 to 2 % of the time of `tern pipe`. */
void bytes_number(bytes *b, size_t number);
void bytes_clear(bytes *b); /* keeps the memory */
void bytes_free(bytes *b);

/* Independent of the locale, unlike tolower. */
char ascii_lower(char c);

/* c, or '?' where it is no printable ASCII character: for headers, logs and messages that repeat a name. */
char printable(char c);

/* 1 if the first len bytes of a equal b (ended by NUL), upper and lower case of ASCII letters being the same: header
 * names. */
int same_ignoring_case(const char *a, size_t len, const char *b);

#endif
