#include "word_set.h"

#define LAST_EDGE (1u << 8)
#define WORD_END (1u << 9)
#define TARGET_SHIFT 10
#define MAX_EDGES 256   /* of one node: one per byte */

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

int word_set_has(const uint32_t *edges, size_t edge_count, uint32_t root, const unsigned char *word, size_t len)
{
    uint32_t node = root & ~WORD_SET_EMPTY_WORD;
    int ends = (root & WORD_SET_EMPTY_WORD) != 0;
    for (size_t i = 0; i < len; i++) {
        if (node >= edge_count || node == WORD_SET_LEAF) return 0;
        const uint32_t *edge = find_edge(edges, edge_count, node, word[i]);
        if (!edge) return 0;
        ends = (*edge & WORD_END) != 0;
        node = *edge >> TARGET_SHIFT;
    }
    return ends;
}
