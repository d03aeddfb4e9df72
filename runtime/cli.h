/* cli.h - the subcommands of tern and what they share. */
#ifndef TERN_CLI_H
#define TERN_CLI_H

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>

#include "tern.h"

/* Exit codes. */
#define CLI_OK 0
#define CLI_FAILED 1
#define CLI_USAGE 2

/* argv[0] is the subcommand's name. They return an exit code. */
int cli_ner(int argc, char **argv);
int cli_pipe(int argc, char **argv);
int cli_serve(int argc, char **argv);
int cli_inspect(int argc, char **argv);
int cli_verify(int argc, char **argv);

/* The text of `tern SUBCOMMAND --help`. */
extern const char cli_ner_help[], cli_pipe_help[], cli_serve_help[], cli_inspect_help[], cli_verify_help[];

/* One sentence, "tern: ...", on standard error. Returns CLI_FAILED or, with a hint at --help, CLI_USAGE. subcommand NULL:
 * tern itself. */
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
int cli_fail(const char *format, ...);
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
int cli_usage(const char *subcommand, const char *format, ...);

/* getopt_long() returned option (not one that the subcommand knows): --help, or what is wrong with it. Returns an exit code.
 * The option string must begin with ':'. */
int cli_other_option(int option, char **argv, const char *help);
#define CLI_HELP 'h'

/* Opens the model (argument: that of -m, or NULL) and, unless ctx is NULL, makes a context. 0, or -1 after cli_fail(). path, if not
 * NULL, gets the file's path (CLI_PATH_SIZE bytes). */
#define CLI_PATH_SIZE 4096
int cli_open(const char *argument, tern_model **model, tern_ctx **ctx, char *path);

/* Flushes standard output. Returns code, or CLI_FAILED if not everything could be written; silently when the reader has gone
 * (head). */
int cli_finish(int code);

/* Writes text so that it stays on its line and cannot command a terminal: backslash and control characters (C0, DEL, C1) as
 * \\ \t \n \r \u001b. keep_lines: line feed and tab stay, backslash too. text is valid UTF-8. */
void cli_put_text(FILE *out, const char *text, size_t len, int keep_lines);

#endif
