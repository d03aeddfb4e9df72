/* places.h - sets of components by their place in the pipeline: bit 1 << place. */
#ifndef TERN_PLACES_H
#define TERN_PLACES_H

#include "model.h"

/* The components that these factories (TERN_NER, ...) made. */
static inline place_set places_of(const tern_model *model, unsigned factories)
{
    place_set found = 0;
    for (; factories; factories &= factories - 1) found |= model->of_factory[__builtin_ctz(factories)];
    return found;
}

/* The first of them, which must not be none. */
static inline uint32_t first_place(place_set places) { return (uint32_t)__builtin_ctzll(places); }
static inline uint32_t last_place(place_set places) { return 63 - (uint32_t)__builtin_clzll(places); }

/* The places before and behind one. */
static inline place_set places_before(uint32_t place) { return AT_PLACE(place) - 1; }
static inline place_set places_behind(uint32_t place) { return ~(AT_PLACE(place) * 2 - 1); }

static inline uint32_t factory_at(const tern_model *model, uint32_t place) { return model->component[place].factory; }

#endif
