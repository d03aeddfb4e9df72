/* names.h - names of requests, settings and paths -> numbers. */
#ifndef TERN_NAMES_H
#define TERN_NAMES_H

#include <stddef.h>
#include <string.h>

/* Index of the name, which may be any bytes, among those of names that are not NULL; or -1. */
static inline int name_index(const char *const *names, size_t count, const char *name, size_t len)
{
    for (size_t i = 0; i < count; i++)
        if (names[i] && strlen(names[i]) == len && !memcmp(names[i], name, len))
            return (int)i;
    return -1;
}

#endif
