/* word_set.h - is a word in a fixed set: the minimal acyclic automaton of its bytes (Daciuk et al. 2000), used in
 * place.
 *
 * u32 edges; the edges of a node lie together in ascending order of their byte:
 *   bits 0-7 byte; bit 8: last edge of its node; bit 9: a word ends after this edge; bits 10-31: first edge of the
 *   node that it leads to, WORD_SET_LEAF if that has none.
 * A set is its root: the first edge of its first node, as above, with WORD_SET_EMPTY_WORD if the empty word is in the
 * set. */
#ifndef TERN_WORD_SET_H
#define TERN_WORD_SET_H

#include <stddef.h>
#include <stdint.h>

#define WORD_SET_LEAF 0x3fffffu
#define WORD_SET_EMPTY_WORD (1u << 31)

/* Takes at most 256 steps per byte and stays inside the table, whatever that holds. */
int word_set_has(const uint32_t *edges, size_t edge_count, uint32_t root, const unsigned char *word, size_t len);

/* Bytes at the beginning of word with which some word of the set begins. */
size_t word_set_beginning(const uint32_t *edges, size_t edge_count, uint32_t root, const unsigned char *word,
                          size_t len);

#endif
