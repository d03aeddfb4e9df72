/* cli.h - what every subcommand of tern needs: exit codes, error sentences, the end of the output. */
#ifndef TERN_CLI_H
#define TERN_CLI_H

#include <getopt.h>

/* Exit codes. */
#define CLI_OK 0
#define CLI_FAILED 1
#define CLI_USAGE 2

/* One sentence, "tern: ...", on standard error, control characters escaped. Returns CLI_FAILED or, with a hint at
 * --help, CLI_USAGE. subcommand NULL: tern itself. */
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
int cli_fail(const char *format, ...);
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
int cli_usage(const char *subcommand, const char *format, ...);

/* The whole decimal number from low to high that an option's value is, into *out: CLI_OK, or CLI_USAGE after
 * cli_usage(). */
int cli_number(const char *subcommand, const char *option, const char *value, unsigned low, unsigned high,
               unsigned *out);

/* getopt_long() returned option (not one that the subcommand knows): --help, or what is wrong with it. Returns an exit
 * code. The option string must begin with ':'. */
int cli_other_option(int option, char **argv, const char *help);
#define CLI_HELP 'h'

/* Flushes standard output. Returns code, or CLI_FAILED if not everything could be written; silently when the reader has
 * gone (head). */
int cli_finish(int code);

#endif
