#include "greedy_matches.h"

#include "hash.h"

#include <stdlib.h>
#include <string.h>

/* find_matches of matcher.pyx hands each match of a key over once, where it was found first. */
static int take_out_duplicates(key_match *matches, size_t *count, buffer *memory)
{
    size_t capacity = 16, kept = 0;
    while (capacity < 2 * *count) capacity *= 2;
    if (buffer_reserve(memory, capacity, sizeof(size_t))) return -1;
    size_t *seen = memset(memory->data, 0, capacity * sizeof(size_t)); /* places + 1 */
    for (size_t i = 0; i < *count; i++) {
        const key_match *m = &matches[i];
        size_t slot = phrase_hash(phrase_hash(m->key + 1, m->start), m->end) & (capacity - 1);
        for (; seen[slot]; slot = (slot + 1) & (capacity - 1)) {
            const key_match *other = &matches[seen[slot] - 1];
            if (other->key == m->key && other->start == m->start && other->end == m->end) break;
        }
        if (seen[slot]) continue;
        matches[kept] = *m;
        seen[slot] = ++kept;
    }
    *count = kept;
    return 0;
}

/* place: 0 of matches that stay in their order, else 1 + that of the key's first match. */
static int find_places(key_match *matches, size_t count, const unsigned char *greedy, uint32_t key_count,
                       buffer *memory)
{
    if (buffer_reserve(memory, key_count, sizeof(uint32_t))) return -1;
    uint32_t *first = memory->data;
    memset(first, 0, key_count * sizeof *first);
    for (size_t i = 0; i < count; i++) {
        const uint32_t key = matches[i].key;
        if (greedy[key] == GREEDY_NONE) {
            matches[i].place = 0;
            continue;
        }
        if (!first[key]) first[key] = (uint32_t)i + 1;
        matches[i].place = first[key];
    }
    return 0;
}

static int in_order(uint32_t a, uint32_t b) { return (a > b) - (a < b); }

static int by_start(const key_match *a, const key_match *b)
{
    return a->start != b->start ? in_order(a->start, b->start) : in_order(b->end, a->end);
}

static int first_better(const void *left, const void *right)
{
    const key_match *a = left, *b = right;
    return a->place != b->place ? in_order(a->place, b->place) : by_start(a, b);
}

static int longest_better(const void *left, const void *right)
{
    const key_match *a = left, *b = right;
    const uint32_t length_of_a = a->end - a->start, length_of_b = b->end - b->start;
    return length_of_a != length_of_b ? in_order(length_of_b, length_of_a) : in_order(a->start, b->start);
}

/* Those of the keys that stay as they are to the front; how many they are. */
static size_t part(key_match *matches, size_t count, key_match *others)
{
    size_t staying = 0, moved = 0;
    for (size_t i = 0; i < count; i++)
        if (matches[i].place) others[moved++] = matches[i];
        else matches[staying++] = matches[i];
    memcpy(matches + staying, others, moved * sizeof *others);
    return staying;
}

/* The best matches of one key first. One that overlaps a better one covers its first or last token with it: under
 * FIRST, where the better one begins no later; under LONGEST, where it is no shorter. */
static size_t keep_best(const key_match *matches, size_t count, key_match *kept, unsigned char *taken)
{
    size_t best = 0;
    for (size_t i = 0; i < count; i++) {
        if (taken[matches[i].start] || taken[matches[i].end - 1]) continue;
        memset(taken + matches[i].start, 1, matches[i].end - matches[i].start);
        kept[best++] = matches[i];
    }
    for (size_t i = 0; i < best; i++) memset(taken + kept[i].start, 0, kept[i].end - kept[i].start);
    return best;
}

static size_t keep_best_of_all(key_match *matches, size_t count, const unsigned char *greedy, unsigned char *taken)
{
    size_t kept = 0;
    qsort(matches, count, sizeof *matches, first_better);
    for (size_t begin = 0, end; begin < count; begin = end) {
        for (end = begin; end < count && matches[end].place == matches[begin].place; end++) continue;
        if (greedy[matches[begin].key] == GREEDY_LONGEST)
            qsort(matches + begin, end - begin, sizeof *matches, longest_better);
        kept += keep_best(matches + begin, end - begin, matches + kept, taken);
    }
    return kept;
}

int greedy_matches(key_match *matches, size_t *count, const unsigned char *greedy, uint32_t key_count,
                   size_t token_count, greedy_scratch *s)
{
    if (!*count) return 0;
    if (take_out_duplicates(matches, count, &s->seen) || find_places(matches, *count, greedy, key_count, &s->first))
        return -1;
    if (buffer_reserve(&s->seen, *count, sizeof(key_match)) || buffer_reserve(&s->taken, token_count, 1)) return -1;
    memset(s->taken.data, 0, token_count);
    const size_t staying = part(matches, *count, s->seen.data);
    *count = staying + keep_best_of_all(matches + staying, *count - staying, greedy, s->taken.data);
    return 0;
}

void greedy_scratch_free(greedy_scratch *s)
{
    buffer_free(&s->seen);
    buffer_free(&s->first);
    buffer_free(&s->taken);
}
