/* offsets.h - the units that callers count in. */
#ifndef TERN_OFFSETS_H
#define TERN_OFFSETS_H

#include <stddef.h>

#include "tern.h"

typedef enum offset_unit { OFFSETS_CODEPOINT, OFFSETS_UTF16, OFFSETS_BYTE } offset_unit;

#define OFFSET_UNITS "\"codepoint\", \"utf16\" or \"byte\""

/* The one of that name, or -1. */
int offset_unit_from_name(const char *name, size_t len);

/* Half open. */
typedef struct offset_pair {
    size_t start, end;
} offset_pair;

offset_pair offsets_of(const tern_span *span, offset_unit unit);

/* A place in a text in all units; starts as {0}. */
typedef struct text_place {
    size_t byte, character, utf16;
} text_place;

/* Moves it over len bytes (UTF-8, whole characters), which stand at text. */
void text_place_move(text_place *at, const char *text, size_t len);
size_t text_place_in(const text_place *at, offset_unit unit);

#endif
