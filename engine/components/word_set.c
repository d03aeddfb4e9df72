#include "word_set.h"

#define LAST_EDGE (1u << 8)
#define WORD_END (1u << 9)
#define TARGET_SHIFT 10
#define MAX_EDGES 256 /* of one node: one per byte */

/* The edge of the node at first that byte takes; NULL if there is none. */
static const uint32_t *find_edge(const uint32_t *edges, size_t edge_count, size_t first, unsigned char byte)
{
    size_t end = edge_count - first < MAX_EDGES ? edge_count : first + MAX_EDGES;
    for (size_t i = first; i < end; i++) {
        unsigned char here = (unsigned char)(edges[i] & 0xff);
        if (here == byte) return &edges[i];
        if (here > byte || edges[i] & LAST_EDGE) return NULL;
    }
    return NULL;
}

/* Bytes of word that the automaton takes; *ends: whether a word ends there. */
static size_t walk(const uint32_t *edges, size_t edge_count, uint32_t root, const unsigned char *word, size_t len,
                   int *ends)
{
    uint32_t node = root & ~WORD_SET_EMPTY_WORD;
    *ends = (root & WORD_SET_EMPTY_WORD) != 0;
    for (size_t i = 0; i < len; i++) {
        if (node >= edge_count || node == WORD_SET_LEAF) return i;
        const uint32_t *edge = find_edge(edges, edge_count, node, word[i]);
        if (!edge) return i;
        *ends = (*edge & WORD_END) != 0;
        node = *edge >> TARGET_SHIFT;
    }
    return len;
}

int word_set_has(const uint32_t *edges, size_t edge_count, uint32_t root, const unsigned char *word, size_t len)
{
    int ends;
    return walk(edges, edge_count, root, word, len, &ends) == len && ends;
}

size_t word_set_beginning(const uint32_t *edges, size_t edge_count, uint32_t root, const unsigned char *word,
                          size_t len)
{
    int ends;
    return walk(edges, edge_count, root, word, len, &ends);
}
