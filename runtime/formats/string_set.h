/* string_set.h - strings, each once, by their ids of spaCy's StringStore. */
#ifndef TERN_STRING_SET_H
#define TERN_STRING_SET_H

#include <stdint.h>

#include "bytes.h"

/* All zero: empty. */
typedef struct string_set {
    bytes text;   /* of each string its id (8 bytes), its length (4 bytes) and its bytes */
    size_t count; /* of the strings in it */
    uint64_t *slots;
    size_t room;   /* of slots, a power of two */
    int has_empty; /* the id 0 is there */
    int failed;    /* no memory: what is in it is of no use */
} string_set;

/* id: 0 of the empty string, which is no other's. len: at most UINT32_MAX. */
void string_set_add(string_set *set, uint64_t id, const char *text, size_t len);

/* A string as it stands in text. */
typedef struct set_string {
    const char *text;
    uint32_t len;
} set_string;

/* All of them in the order of their bytes, which is that of their code points: [count], to be freed; NULL without
 * memory, or where there is none. They lie in the set. */
set_string *string_set_sorted(const string_set *set);

void string_set_free(string_set *set);

#endif
