/* cli.h - the subcommands of tern and what they share. */
#ifndef TERN_CLI_H
#define TERN_CLI_H

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>

#include "bytes.h"
#include "crash.h"
#include "handler.h"

/* Exit codes. */
#define CLI_OK 0
#define CLI_FAILED 1
#define CLI_USAGE 2

/* argv[0] is the subcommand's name. They return an exit code. */
int cli_ner(int argc, char **argv);
int cli_parse(int argc, char **argv);
int cli_pipe(int argc, char **argv);
int cli_sentiment(int argc, char **argv);
int cli_serve(int argc, char **argv);
int cli_inspect(int argc, char **argv);
int cli_verify(int argc, char **argv);

/* The text of `tern SUBCOMMAND --help`. */
extern const char cli_ner_help[], cli_parse_help[], cli_pipe_help[], cli_sentiment_help[], cli_serve_help[],
    cli_inspect_help[], cli_verify_help[];

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

/* getopt_long() returned option (not one that the subcommand knows): --help, or what is wrong with it. Returns an exit
 * code. The option string must begin with ':'. */
int cli_other_option(int option, char **argv, const char *help);
#define CLI_HELP 'h'

/* From now on a crash says on standard error what tern was doing; one for lack of a mapped model's file ends with
 * CLI_FAILED. doing is borrowed. The result is the caller's to free; it may be NULL. */
crash_guard *cli_guard_crashes(const char *doing);

/* Opens the model: the path of -m or, for NULL, the first of the default ones (models.h) that offers what is wanted
 * (TERN_ENTITIES, ...; 0: any). It is mapped. 0, or -1 after cli_fail(). */
int cli_open(const char *argument, unsigned want, tern_model **model);

/* Opens what models names or, if it names none, the default ones for the task. CLI_OK, or CLI_FAILED after
 * cli_fail(). */
int cli_open_models(model_set *models, task_kind task, model_access access);

/* Whether a file that is mapped has been written to, so that no answer counts: 1 after cli_fail(). For before and after
 * a run. */
int cli_model_changed(void);

/* Flushes standard output. Returns code, or CLI_FAILED if not everything could be written; silently when the reader has
 * gone (head). */
int cli_finish(int code);

/* ---- one text in, one answer out: tern ner, tern parse, tern sentiment ------------------------------------------- */

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

/* ---- lines in, lines out: tern pipe, tern sentiment --jsonl ------------------------------------------------------ */

/* Answers each line of standard input by a line on standard output, until its end; before it waits for more input, what
 * has been answered is out. A line that is too long is answered with an error. Shows the progress on a terminal. An
 * exit code: CLI_FAILED also when an answer's status is not 200. */
typedef void (*cli_answer)(void *user, const char *line, size_t len, response *out);
int cli_run_lines(cli_answer answer, void *user);

/* ---- --only, --exclude, --norm ----------------------------------------------------------------------------------- */

#define CLI_ONLY 256 /* option numbers; a subcommand's own begin at CLI_OPTIONS */
#define CLI_EXCLUDE 257
#define CLI_NORM 258
#define CLI_OPTIONS 259
#define CLI_NORM_OPTION {"norm", no_argument, NULL, CLI_NORM}
#define CLI_COMPONENT_OPTIONS                                                                                          \
    {"only", required_argument, NULL, CLI_ONLY}, { "exclude", required_argument, NULL, CLI_EXCLUDE }
#define CLI_COMPONENT_HELP                                                                                             \
    "      --only COMPONENTS     run only these, separated by commas, as spaCy does with all others excluded\n"        \
    "      --exclude COMPONENTS  run the default ones but these: what uses their results does without\n"
/* The sentence goes on with "has them". */
#define CLI_COMPONENT_NAMES                                                                                            \
    "Components are spaCy's factories: tok2vec tagger morphologizer parser senter sentencizer\n"                       \
    "attribute_ruler lemmatizer trainable_lemmatizer ner textcat textcat_multilabel, as far as the model\n"

typedef struct cli_components {
    const char *only, *exclude; /* as given; NULL: not given */
} cli_components;

/* The settings for a model: what --only or --exclude says, else TERN_COMPONENTS, else the model's default. CLI_OK, or
 * CLI_USAGE or CLI_FAILED after having said why. */
int cli_settings(const char *subcommand, const cli_components *given, const tern_model *model, handler_settings *out);

/* ---- what runs a model: tern ner, tern parse, tern pipe ---------------------------------------------------------- */

typedef struct cli_session {
    tern_model *model;
    tern_ctx *ctx;
    handler_settings settings;
} cli_session;

/* Opens the model as cli_open, makes a context, reads the settings. CLI_OK; or an exit code after having said why, with
 * nothing left to end. */
int cli_begin(const char *subcommand, const char *model, unsigned want, const cli_components *components,
              cli_session *out);
void cli_end(cli_session *session);

#endif
