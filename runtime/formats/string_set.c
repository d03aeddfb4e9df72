#include "string_set.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 256u

/* The slot that has the id, or the one that may take it. Ids are hashes: their low bits are as good as any. */
static uint64_t *find(uint64_t *slots, size_t room, uint64_t id)
{
    size_t at = (size_t)id & (room - 1);
    while (slots[at] && slots[at] != id) at = (at + 1) & (room - 1);
    return &slots[at];
}

static int grow(string_set *set)
{
    const size_t room = set->room ? 2 * set->room : FIRST_ROOM;
    uint64_t *slots = calloc(room, sizeof *slots);
    if (!slots) return -1;
    for (size_t i = 0; i < set->room; i++)
        if (set->slots[i]) *find(slots, room, set->slots[i]) = set->slots[i];
    free(set->slots);
    set->slots = slots;
    set->room = room;
    return 0;
}

/* 1 if it was not there. */
static int add_id(string_set *set, uint64_t id)
{
    if (!id) {
        const int is_new = !set->has_empty;
        set->has_empty = 1;
        return is_new;
    }
    if (2 * set->count >= set->room && grow(set)) {
        set->failed = 1;
        return 0;
    }
    uint64_t *slot = find(set->slots, set->room, id);
    if (*slot) return 0;
    *slot = id;
    return 1;
}

void string_set_add(string_set *set, uint64_t id, const char *text, size_t len)
{
    const uint32_t length = (uint32_t)len;
    if (set->failed || !add_id(set, id)) return;
    bytes_append(&set->text, &id, sizeof id);
    bytes_append(&set->text, &length, sizeof length);
    bytes_append(&set->text, text, len);
    set->count++;
    set->failed = set->text.failed;
}

static int compare(const void *a, const void *b)
{
    const set_string *left = a, *right = b;
    const uint32_t common = left->len < right->len ? left->len : right->len;
    const int order = memcmp(left->text, right->text, common);
    return order ? order : (left->len > right->len) - (left->len < right->len);
}

set_string *string_set_sorted(const string_set *set)
{
    set_string *sorted = set->count ? malloc(set->count * sizeof *sorted) : NULL;
    const char *at = set->text.data;
    for (size_t i = 0; sorted && i < set->count; i++) {
        at += sizeof(uint64_t);
        memcpy(&sorted[i].len, at, sizeof sorted[i].len);
        sorted[i].text = at + sizeof sorted[i].len;
        at = sorted[i].text + sorted[i].len;
    }
    if (sorted) qsort(sorted, set->count, sizeof *sorted, compare);
    return sorted;
}

void string_set_free(string_set *set)
{
    bytes_free(&set->text);
    free(set->slots);
    *set = (string_set){.count = 0};
}
