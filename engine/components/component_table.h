/* component_table.h - every component that this library can run. */
#ifndef TERN_COMPONENT_TABLE_H
#define TERN_COMPONENT_TABLE_H

#include "component.h"

/* By COMPONENT_*. */
extern const component_methods *const component_table[COMPONENT_COUNT];

#endif
