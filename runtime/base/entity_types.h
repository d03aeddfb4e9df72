/* entity_types.h - labels of entities, as spaCy's pipelines have them -> the nine types of Amazon Comprehend
 * (EntityType in its service model; https://docs.aws.amazon.com/comprehend/latest/dg/how-entities.html says what each
 * is for). Said once, in entity_types.c. */
#ifndef TERN_ENTITY_TYPES_H
#define TERN_ENTITY_TYPES_H

#include <stddef.h>

/* "PERSON", "LOCATION", ...; "OTHER" for a label that is not in the table. */
const char *entity_type_of(const char *label);

typedef struct entity_type_row {
    const char *label, *type;
} entity_type_row;

extern const entity_type_row entity_types[];
extern const size_t entity_type_count;

#endif
