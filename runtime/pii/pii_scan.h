/* pii_scan.h - what the scanners of pii_find share: a text with its edges, bounds of words and numbers, words beside a
 * value. Each scanner goes over the text once and looks at a bounded number of bytes around each place. */
#ifndef TERN_PII_SCAN_H
#define TERN_PII_SCAN_H

#include "pii.h"

typedef struct pii_text {
    const char *text;
    size_t len;
    uint64_t types; /* that are wanted */
    pii_list *out;
} pii_text;

/* The byte at i; -1 beyond either edge of the text, also for i = 0 - 1. */
static inline int pii_at(const pii_text *t, size_t i) { return i < t->len ? (unsigned char)t->text[i] : -1; }

static inline int pii_is_digit(int c) { return c >= '0' && c <= '9'; }
static inline int pii_is_upper(int c) { return c >= 'A' && c <= 'Z'; }
static inline int pii_is_letter(int c) { return pii_is_upper(c) || (c >= 'a' && c <= 'z'); }
static inline int pii_is_word(int c) { return pii_is_digit(c) || pii_is_letter(c) || c == '_'; }
static inline int pii_is_hex(int c) { return pii_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/* Emits, if the type is wanted. */
void pii_emit(const pii_text *t, pii_type type, size_t start, size_t end, double score);

/* Bytes of the separator between two groups of digits at i: a blank (also one that does not break) or a hyphen or dash;
 * 0: there is none. */
size_t pii_separator(const pii_text *t, size_t i);
/* What it is: ' ' or '-'. */
char pii_separator_kind(const pii_text *t, size_t i);
/* Bytes of blanks at i: U+0020, tab, U+00A0, U+202F; no more than max characters. */
size_t pii_blanks(const pii_text *t, size_t i, unsigned max);

/* Whether a number may begin, or have ended, at i: it is no part of a word or of a longer number. */
int pii_number_starts(const pii_text *t, size_t i);
int pii_number_ends(const pii_text *t, size_t i);

/* Whether one of the words (lower case; NULL ends them) stands whole in the few bytes before i. */
#define PII_CUE_WINDOW 40u
int pii_cue_before(const pii_text *t, size_t i, const char *const *words);

/* Whether the word right before i, but for blanks and one of : # =, is one of them. */
int pii_word_before(const pii_text *t, size_t i, const char *const *words);

/* Groups of digits from i on, each behind the other but for one separator. */
enum { PII_GROUPS = 8, PII_DIGITS = 24 };
typedef struct pii_number {
    size_t start;
    unsigned groups;
    size_t begin[PII_GROUPS], end[PII_GROUPS];
    unsigned digits[PII_GROUPS]; /* of all groups up to this one */
    char kind[PII_GROUPS];       /* of all separators up to this one: ' ', '-', '*' several kinds; 0: there are none */
    char digit[PII_DIGITS];
} pii_number;
/* No groups where a digit more would not fit. */
void pii_read_number(const pii_text *t, size_t i, pii_number *out);
unsigned pii_group_size(const pii_number *n, unsigned group);
/* Whether the first groups have just these sizes, as "324". */
int pii_number_is(const pii_number *n, unsigned groups, const char *sizes);

#endif
