/* automata.h - regular expressions of token patterns (re.search, yes or no), as tables over code points. */
#ifndef TERN_AUTOMATA_H
#define TERN_AUTOMATA_H

#include "binder.h"

/* Is the expression of that number found in the text, which is valid UTF-8? */
int automaton_finds(const pattern_automata *a, uint32_t number, const unsigned char *text, size_t len);

/* The sections PREFIX/regex, points, columns, next and accept. */
void bind_automata(binder *b, const char *prefix, pattern_automata *a);

#endif
