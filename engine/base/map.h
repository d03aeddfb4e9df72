/* map.h - look a 64-bit key up in a table of the model file.
 *
 * A map is ready to probe: u64[capacity][2] = (key, value); capacity is a power of two; the first slot tried is
 * key & (capacity - 1), then the next, around. A slot whose value is UINT64_MAX is empty and ends the search. Keys are
 * 64-bit string hashes: as in spaCy (preshed), two strings of the same hash are the same string. An id_table is for
 * large tables that few words ask: sorted, and half as large. */
#ifndef TERN_MAP_H
#define TERN_MAP_H

#include <stddef.h>
#include <stdint.h>

#define MAP_ABSENT UINT64_MAX

typedef struct map {
    const uint64_t *slots; /* NULL: an empty map */
    uint64_t capacity;
} map;

static inline uint64_t map_get(const map *m, uint64_t key)
{
    for (uint64_t probe = 0; probe < m->capacity; probe++) {
        const uint64_t *slot = m->slots + 2 * ((key + probe) & (m->capacity - 1));
        if (slot[1] == MAP_ABSENT) return MAP_ABSENT;
        if (slot[0] == key) return slot[1];
    }
    return MAP_ABSENT;
}

typedef struct id_table {
    const uint64_t *keys;   /* [count] ascending */
    const uint32_t *values; /* [count] */
    uint32_t count;
} id_table;

#define ID_ABSENT UINT32_MAX

/* Index of an id among count ids, which ascend; count if it is not there. */
static inline size_t id_find(const uint64_t *ids, size_t count, uint64_t id)
{
    size_t first = 0, left = count;
    while (left > 1) {
        size_t half = left / 2;
        if (ids[first + half] <= id) first += half, left -= half;
        else left = half;
    }
    return left && ids[first] == id ? first : count;
}

static inline uint32_t id_table_get(const id_table *t, uint64_t key)
{
    size_t index = id_find(t->keys, t->count, key);
    return index < t->count ? t->values[index] : ID_ABSENT;
}

#endif
