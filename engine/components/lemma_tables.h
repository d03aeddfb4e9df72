/* lemma_tables.h - the tables of one part of speech that rule lemmatizers ask about a word. */
#ifndef TERN_LEMMA_TABLES_H
#define TERN_LEMMA_TABLES_H

#include "doc.h"

typedef struct lemma_word {
    const tern_model *model;
    const lemmatizer_tables *tables;
    const uint32_t *part; /* row of lemmatizer/parts */
    uint32_t part_number;
    const unsigned char *bytes; /* lower-cased */
    size_t len;
    unsigned char *form; /* room for any form of this word */
} lemma_word;

/* What a suffix rule makes of the word: nothing, a word of the index, something with a character that is no letter
 * (str.isalpha), another word. */
enum form_kind { NO_FORM, LISTED, NOT_ALPHABETIC, UNKNOWN };

/* Sets part and part_number to the tables of a part of speech, given by its string id; 0 if it has none. */
int lemma_find_part(lemma_word *w, uint64_t pos);

/* Makes room for the forms, when part and len are known. 0, or -1 when out of memory. */
int lemma_reserve_form(lemma_word *w, buffer *form);

/* Rule number 0, 1, ... of the part: string numbers of the old ending and the new one. NULL behind the last. */
const uint32_t *lemma_rule(const lemma_word *w, uint32_t number);

/* Writes the word with its ending replaced to w->form and returns the length; 0 if the word does not end so, or nothing
 * is left. */
size_t lemma_replace_ending(const lemma_word *w, const uint32_t *rule);

/* The same, and what has come out. */
enum form_kind lemma_apply_rule(const lemma_word *w, const uint32_t *rule, size_t *len);

/* The first rule whose form is of a kind in the mask (1 << LISTED, ...); NULL if there is none. */
const uint32_t *lemma_first_rule(const lemma_word *w, unsigned kinds);

/* Is a word in the part's index? */
int lemma_is_listed(const lemma_word *w, const unsigned char *word, size_t len);

/* Bytes at the beginning of word with which some word of the index begins. */
size_t lemma_listed_beginning(const lemma_word *w, const unsigned char *word, size_t len);

/* Key of the word among the exceptions. */
uint64_t lemma_exception_key(const lemma_word *w);

/* String number of the first form of the word's exception, where lemmatizer/forms has it; else NO_STRING. */
uint32_t lemma_first_form(const lemma_word *w);

#endif
