/* value_map.h - a map from two numbers to one: (column, value) or (node, value) -> uint32_t. */
#ifndef TERN_VALUE_MAP_H
#define TERN_VALUE_MAP_H

#include <stddef.h>
#include <stdint.h>

#define VALUE_MAP_ABSENT UINT32_MAX

typedef struct value_entry {
    uint64_t value;
    uint32_t part, number; /* number: VALUE_MAP_ABSENT where the slot is free */
} value_entry;

/* Zero it before the first use. */
typedef struct value_map {
    value_entry *slot; /* [size], a power of two */
    size_t size, used;
} value_map;

/* VALUE_MAP_ABSENT where nothing was put. */
uint32_t value_map_get(const value_map *map, uint32_t part, uint64_t value);

/* Replaces what was there. 0, or -1 when out of memory. number: below VALUE_MAP_ABSENT. */
int value_map_put(value_map *map, uint32_t part, uint64_t value, uint32_t number);

void value_map_free(value_map *map);

#endif
