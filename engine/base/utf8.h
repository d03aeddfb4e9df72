/* utf8.h - strict UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef TERN_UTF8_H
#define TERN_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Is the byte one after the first of a code point? */
static inline int utf8_continues(unsigned char byte) { return (byte & 0xc0) == 0x80; }

/* Is the number a code point that has a UTF-8 form? */
static inline int utf8_is_scalar(uint32_t number) { return number < 0xd800 || (number >= 0xe000 && number < 0x110000); }

/* Decodes one code point at p (end > p). Returns its length 1..4, or 0 if the bytes there are not valid. */
size_t utf8_decode(const unsigned char *p, const unsigned char *end, uint32_t *code_point);

/* Are these bytes nothing but valid code points? */
int utf8_is_valid(const unsigned char *p, size_t len);

/* Has this valid UTF-8 a control character (Unicode's Cc: C0, DEL, C1)? What is shown on a terminal must not. */
int utf8_has_controls(const unsigned char *p, size_t len);

/* Writes one code point (a scalar value) to out; returns its length 1..4. */
size_t utf8_encode(uint32_t code_point, unsigned char out[4]);

#endif
