/* utf8_text.h - bytes that ought to be UTF-8: from callers, and from headers, paths and the environment, where nobody
 * checks. */
#ifndef TERN_UTF8_TEXT_H
#define TERN_UTF8_TEXT_H

#include <stddef.h>

/* Stands for a byte that belongs to no character: U+FFFD. */
#define UTF8_REPLACEMENT "\xEF\xBF\xBD"

/* Length of the UTF-8 sequence at p < end, 0 if it is not valid (Unicode standard, table 3-7). Async-signal-safe. */
size_t utf8_length(const unsigned char *p, const unsigned char *end);

/* Writes a code point that is no surrogate; returns its length 1..4. */
size_t utf8_write(long code_point, char out[4]);

#endif
