/* request_words.h - "tokens" and "spaces", as a request or a line of `tern pipe` has them -> the words of
 * tern_run_words.
 *
 *   "tokens"  array of strings, none of them empty
 *   "spaces"  array of true or false, one for each: whether a blank follows; without it (or null): after each, as in
 *             spaCy's Doc(vocab, words, spaces) */
#ifndef TERN_REQUEST_WORDS_H
#define TERN_REQUEST_WORDS_H

#include "bytes.h"
#include "json_in.h"
#include "problem.h"
#include "tern.h"

/* All memory is its own: what was parsed may be freed. Zero it first. */
typedef struct request_words {
    tern_words words;
    bytes text; /* all words */
    const char **word;
    size_t *length;
    unsigned char *space;
} request_words;

/* Reads the members, of which spaces may be NULL: 0; 400 or, without memory, 500 with a sentence in why that does not
 * repeat the caller's text. */
int request_words_read(const json_node *tokens, const json_node *spaces, request_words *out, problem *why);

void request_words_free(request_words *words);

#endif
