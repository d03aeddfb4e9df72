/* header_line.h - a line of an HTTP answer's header, as libcurl hands it over. */
#ifndef TERN_HEADER_LINE_H
#define TERN_HEADER_LINE_H

#include <stddef.h>

/* The value in "Name: value\r\n" without the blanks around it, inside the line; NULL if the line has another name.
 * Names differ in more than the case of their letters. */
const char *header_value(const char *line, size_t len, const char *name, size_t *value_len);

#endif
