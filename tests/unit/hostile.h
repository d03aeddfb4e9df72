/* hostile.h - texts that take more memory than others of their length: a token for each code point, or other
 * extremes. */
#ifndef TERN_TEST_HOSTILE_H
#define TERN_TEST_HOSTILE_H

#include <stdlib.h>
#include <string.h>

#include "utf8.h"

typedef struct hostile_kind {
    const char *name, *piece; /* the piece again and again, cut off where the text is long enough */
} hostile_kind;

static const hostile_kind hostile_kinds[] = {
    {"apostrophes", "'"},
    {"brackets", "("},
    {"quotes", "\""},
    {"joiners", "\u200d"},
    {"emoji joined", "\U0001F469\u200d\U0001F4BB"},
    {"emoji", "\U0001F600"},
    {"one word", "a"},
    {"letters", "a "},
    {"CJK", "\u4e2d"},
    {"newlines", "\n"},
    {"blanks", " "},
    {"URLs", "http://example.com/a?b=c "},
    {"infixes", "x.Com"},
    {"digits", "1 "},
    {"money", "$1 "},
    {"full stops", "a. "},
    {"commas", ","},
    {"hyphens", "a-"},
    {"emoticons", ":) "},
    {"contractions", "can't "},
    {"pairs", "()"},
    {"capitals", "\u0130 "}, /* lower case of two code points */
    {"names", "Alan Turing "},
    {"relative clauses", "who what i fit to to love "},
};
enum { HOSTILE_KINDS = sizeof hostile_kinds / sizeof *hostile_kinds };

/* A text of that kind with so many code points; *len: its bytes. The caller frees it. */
static inline char *hostile_text(const hostile_kind *kind, size_t code_points, size_t *len)
{
    size_t piece = strlen(kind->piece), at = 0;
    char *text = malloc(4 * code_points + 1);
    if (!text) return NULL;
    for (size_t i = 0, in = 0; i < code_points; i++) {
        uint32_t code_point;
        const unsigned char *from = (const unsigned char *)kind->piece + in;
        size_t size = utf8_decode(from, from + piece - in, &code_point);
        memcpy(text + at, from, size);
        at += size;
        in = (in + size) % piece;
    }
    text[at] = '\0';
    *len = at;
    return text;
}

#endif
