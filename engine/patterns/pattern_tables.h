/* pattern_tables.h - the sections COMPONENT/patterns/... as token patterns. */
#ifndef TERN_PATTERN_TABLES_H
#define TERN_PATTERN_TABLES_H

#include "binder.h"

/* prefix: "COMPONENT/patterns". keys: how many things there are that patterns may stand for. */
void bind_patterns(binder *b, const char *prefix, const string_table *strings, uint32_t keys, pattern_tables *p);

#endif
