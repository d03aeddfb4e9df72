/* cli_stream.h - JSON Lines in, JSON Lines out: what `tern pipe` and `tern sentiment --jsonl` share. */
#ifndef TERN_CLI_STREAM_H
#define TERN_CLI_STREAM_H

#include <stddef.h>
#include "response.h"

/* Bytes of a line: a text at the engine's limit fits, every character written as \uXXXX. */
#define CLI_MAX_LINE 16777216

/* Answers each line of standard input by a line on standard output, until its end; before it waits for more input, what
 * has been answered is out. A line that is too long is answered with an error. Shows the progress on a terminal. An
 * exit code: CLI_FAILED also when an answer's status is not 200. */
typedef void (*cli_answer)(void *user, const char *line, size_t len, response *out);
int cli_run_lines(cli_answer answer, void *user);

#endif
