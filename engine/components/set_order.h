/* set_order.h - the order in which CPython goes through a set of tuples (id, start, end): where an entity ruler finds
 * several labels for the same tokens, this is what decides (spacy/pipeline/entityruler.py match). */
#ifndef TERN_SET_ORDER_H
#define TERN_SET_ORDER_H

#include "ruler_matches.h"

/* Numbers the matches (their place) as a set has them to which they are added one by one; those that are equal to an
 * earlier one get its place. ids: [keys] what the tuples have for a key. 0, or -1 when out of memory. */
int number_by_set_order(ruler_match *matches, size_t count, const uint64_t *ids, buffer *scratch);

#endif
