#include "value_map.h"

#include <stdlib.h>
#include <string.h>

/* The slot of the pair, or the free one where it belongs. The map has a free slot. */
static value_entry *find(const value_map *map, uint32_t part, uint64_t value)
{
    uint64_t hash = (value ^ (uint64_t)part * 0x9e3779b97f4a7c15u) * 0xd6e8feb86659fd93u;
    size_t at = (size_t)(hash ^ hash >> 32) & (map->size - 1);
    for (;; at = (at + 1) & (map->size - 1)) {
        value_entry *entry = &map->slot[at];
        if (entry->number == VALUE_MAP_ABSENT || (entry->value == value && entry->part == part)) return entry;
    }
}

uint32_t value_map_get(const value_map *map, uint32_t part, uint64_t value)
{
    return map->size ? find(map, part, value)->number : VALUE_MAP_ABSENT;
}

/* Room for one more, so that a third stays free. 0 or -1. */
static int grow(value_map *map)
{
    if (map->used * 3 < map->size * 2) return 0;
    value_map larger = {.size = map->size ? map->size * 2 : 64, .used = map->used};
    if (larger.size > SIZE_MAX / sizeof *larger.slot) return -1;
    larger.slot = malloc(larger.size * sizeof *larger.slot);
    if (!larger.slot) return -1;
    memset(larger.slot, 0xff, larger.size * sizeof *larger.slot);
    for (size_t i = 0; i < map->size; i++)
        if (map->slot[i].number != VALUE_MAP_ABSENT)
            *find(&larger, map->slot[i].part, map->slot[i].value) = map->slot[i];
    free(map->slot);
    *map = larger;
    return 0;
}

int value_map_put(value_map *map, uint32_t part, uint64_t value, uint32_t number)
{
    if (grow(map)) return -1;
    value_entry *entry = find(map, part, value);
    map->used += entry->number == VALUE_MAP_ABSENT;
    *entry = (value_entry){value, part, number};
    return 0;
}

void value_map_free(value_map *map)
{
    free(map->slot);
    *map = (value_map){0};
}
