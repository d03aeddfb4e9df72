/* names.h - names in requests, settings and paths: known ones -> numbers; what is said of unknown ones. */
#ifndef TERN_NAMES_H
#define TERN_NAMES_H

#include <stddef.h>

/* Index of the name, which may be any bytes, among those of names that are not NULL; or -1. */
int name_index(const char *const *names, size_t count, const char *name, size_t len);

/* Whether something stands in the name, and then this ending. */
int name_ends_in(const char *name, size_t len, const char *ending);

/* The name as a message may repeat it: at most 60 bytes ("..." for the rest) of printable ASCII ("?" for another
 * byte). */
#define NAME_SHOWN_SIZE 64
void name_shown(const char *name, size_t len, char out[NAME_SHOWN_SIZE]);

/* Whether the name (UTF-8) may have been meant for the known one (ASCII): one character more, less, other or swapped
 * with its neighbour, upper and lower case of ASCII letters being the same. */
int name_is_near(const char *name, const char *known);

#endif
