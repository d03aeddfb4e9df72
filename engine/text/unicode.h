/* unicode.h - Unicode facts as the reference Python has them (tables: docs/file-format.md, chars/...). */
#ifndef TERN_UNICODE_H
#define TERN_UNICODE_H

#include "binder.h"

static inline uint16_t char_class(const char_table *t, uint32_t code_point)
{
    return t->class_of[((size_t)t->block[code_point >> 7] << 7) | (code_point & 127)];
}

static inline int class_has(const char_table *t, uint16_t cls, unsigned flags) { return (t->flags[cls] & flags) != 0; }

/* str.lower() of n code points into out, which has room for 2 * n (U+0130 becomes two). Returns the number written.
 * The final sigma looks at its neighbours inside this string only (Objects/unicodeobject.c handle_capital_sigma). */
size_t unicode_lower(const char_table *t, const uint32_t *in, size_t n, uint32_t *out);

void bind_chars(binder *b, char_table *t);

#endif
