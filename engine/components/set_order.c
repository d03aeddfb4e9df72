#include "set_order.h"

#include <string.h>

/* CPython 3.8 to 3.13: Objects/setobject.c, Objects/tupleobject.c, Python/pyhash.c. */
enum { LINEAR_PROBES = 9, PERTURB_SHIFT = 5, SMALLEST_TABLE = 8, FAST_GROWTH = 50000 };
#define HASH_MODULUS (((uint64_t)1 << 61) - 1)
#define PRIME_1 0x9E3779B185EBCA87u
#define PRIME_2 0xC2B2AE3D27D4EB4Fu
#define PRIME_5 0x27D4EB2F165667C5u
#define EMPTY UINT32_MAX

/* Slots hold indices of matches. */
typedef struct set_table {
    uint32_t *slot;
    size_t mask, fill;
} set_table;

typedef struct set_content {
    const ruler_match *matches;
    const uint64_t *ids;
} set_content;

/* Of a tuple of integers, none of which is negative. */
static uint64_t hash_of(const set_content *c, uint32_t index)
{
    const ruler_match *m = &c->matches[index];
    const uint64_t lanes[3] = {c->ids[m->key] % HASH_MODULUS, m->start, m->end};
    uint64_t hash = PRIME_5;
    for (int i = 0; i < 3; i++) {
        hash += lanes[i] * PRIME_2;
        hash = (hash << 31 | hash >> 33) * PRIME_1;
    }
    hash += 3 ^ (PRIME_5 ^ 3527539u);
    return hash == UINT64_MAX ? 1546275796u : hash;
}

static int is_same(const set_content *c, uint32_t a, uint32_t b)
{
    const ruler_match *x = &c->matches[a], *y = &c->matches[b];
    return c->ids[x->key] == c->ids[y->key] && x->start == y->start && x->end == y->end;
}

/* Slot of the match, or the empty one where it belongs. */
static size_t find_slot(const set_content *c, const set_table *t, uint32_t index)
{
    uint64_t hash = hash_of(c, index), perturb = hash;
    size_t i = hash & t->mask;
    for (;;) {
        size_t last = i + LINEAR_PROBES <= t->mask ? i + LINEAR_PROBES : i;
        for (size_t at = i; at <= last; at++)
            if (t->slot[at] == EMPTY || is_same(c, t->slot[at], index)) return at;
        perturb >>= PERTURB_SHIFT;
        i = (i * 5 + 1 + perturb) & t->mask;
    }
}

static size_t table_size(size_t used)
{
    size_t size = SMALLEST_TABLE, wanted = used > FAST_GROWTH ? used * 2 : used * 4;
    while (size <= wanted) size *= 2;
    return size;
}

/* other: memory for the new table. */
static void grow(const set_content *c, set_table *t, uint32_t *other)
{
    const set_table old = *t;
    size_t size = table_size(t->fill);
    *t = (set_table){.slot = other, .mask = size - 1, .fill = t->fill};
    for (size_t i = 0; i < size; i++) other[i] = EMPTY;
    for (size_t i = 0; i <= old.mask; i++)
        if (old.slot[i] != EMPTY) t->slot[find_slot(c, t, old.slot[i])] = old.slot[i];
}

static void add(const set_content *c, set_table *t, uint32_t index, uint32_t *other)
{
    size_t slot = find_slot(c, t, index);
    if (t->slot[slot] != EMPTY) return;
    t->slot[slot] = index;
    if (++t->fill * 5 >= t->mask * 3) grow(c, t, other);
}

int number_by_set_order(ruler_match *matches, size_t count, const uint64_t *ids, buffer *scratch)
{
    const set_content content = {matches, ids};
    size_t room = table_size(count + 1);
    if (buffer_reserve(scratch, 2 * room, sizeof(uint32_t))) return -1;
    uint32_t *tables[2] = {scratch->data, (uint32_t *)scratch->data + room};
    set_table table = {.slot = tables[0], .mask = SMALLEST_TABLE - 1};
    for (size_t i = 0; i < SMALLEST_TABLE; i++) table.slot[i] = EMPTY;
    for (uint32_t i = 0; i < count; i++) add(&content, &table, i, tables[table.slot == tables[0]]);
    for (uint32_t i = 0; i < count; i++) matches[i].place = (uint32_t)find_slot(&content, &table, i);
    return 0;
}
