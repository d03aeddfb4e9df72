/* cli_text.h - one text in, one answer out (tern ner, tern parse, tern sentiment): where the text comes from, where the
 * answer goes. */
#ifndef TERN_CLI_TEXT_H
#define TERN_CLI_TEXT_H

#include <stddef.h>
#include "bytes.h"
#include "response.h"

/* The one argument TEXT, NULL if there is none, into *text: CLI_OK; or CLI_USAGE after cli_usage(). After
 * getopt_long(). */
int cli_text_argument(int argc, char **argv, const char **text);

/* argument or, if it is NULL, all of standard input as one text of *len bytes; input owns it then. NULL after
 * cli_fail(). */
const char *cli_text(const char *argument, bytes *input, size_t *len);

/* Whether standard output is a terminal, and one that is to show colours (https://no-color.org). */
int cli_is_terminal(void);
int cli_wants_colour(void);

/* Prints text, frees it and finishes: CLI_OK or CLI_FAILED. */
int cli_print(bytes *text);

/* The same of what is written for programs (JSON, CoNLL-U, a page): on a terminal its control characters are escaped,
 * so that no text commands it; in JSON these escapes mean the same. cli_write_data leaves freeing and finishing to the
 * caller. */
int cli_print_data(bytes *text);
void cli_write_data(const bytes *text);

/* The same of an answer, on a line of its own: CLI_FAILED if its status is not 200, too. */
int cli_print_answer(response *answer);

#endif
