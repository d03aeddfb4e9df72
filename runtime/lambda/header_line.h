/* header_line.h - lines of an HTTP header, as libcurl hands them over and takes them. */
#ifndef TERN_HEADER_LINE_H
#define TERN_HEADER_LINE_H

#include <curl/curl.h>
#include <stddef.h>

/* The value in "Name: value\r\n" without the blanks around it, inside the line; NULL if the line has another name.
 * Names differ in more than the case of their letters. */
const char *header_value(const char *line, size_t len, const char *name, size_t *value_len);

/* Adds "name: value" to the list of a request's. 0, or -1 when out of memory, with the list as it was. */
int header_add(struct curl_slist **list, const char *name, const char *value);

#endif
