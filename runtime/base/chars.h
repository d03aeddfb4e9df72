/* chars.h - what the output for people has to know about characters. */
#ifndef TERN_CHARS_H
#define TERN_CHARS_H

#include <stdint.h>

#include "bytes.h"

/* The code point at *p, which moves behind it; U+FFFD for a byte that begins none. *p < end. */
uint32_t next_char(const char **p, const char *end);

/* White space as Python's str.isspace() has it, by which spaCy splits words. */
int is_space_char(uint32_t c);

/* What nobody sees: white space, control characters and characters of no width, such as byte order marks. */
int is_invisible_char(uint32_t c);

/* Cells that a character takes on a terminal: 0 (combining, invisible), 1 or 2 (East Asian, emoji). An estimate:
 * terminals and fonts differ. */
unsigned char_cells(uint32_t c);
size_t text_cells(const char *text, size_t len);

/* Appends text so that it stays on its line and cannot command a terminal: backslash and control characters (C0, DEL,
 * C1) as
 * \\ \t \n \r \u001b. keep_lines: line feed and tab stay, backslash too. text is valid UTF-8. */
void escape_controls(bytes *out, const char *text, size_t len, int keep_lines);

/* The same of a label or a sentence, NUL-terminated; no line stays. */
void escape_label(bytes *out, const char *label);

#endif
