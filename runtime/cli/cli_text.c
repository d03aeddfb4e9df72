#define _POSIX_C_SOURCE 200809L /* isatty */
#include "cli_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chars.h"
#include "cli.h"
#include "cli_model.h"
#include "environment.h"

#define MAX_INPUT (64u * 1024 * 1024) /* bytes; far more than the engine's limit on a text */

static int read_input(bytes *text)
{
    char block[65536];
    size_t got;
    if (isatty(STDIN_FILENO) && isatty(STDERR_FILENO))
        fputs("Type a text; end it with Ctrl-D on a line of its own.\n", stderr);
    while ((got = fread(block, 1, sizeof block, stdin)) > 0 && text->len <= MAX_INPUT) bytes_append(text, block, got);
    if (ferror(stdin)) return cli_fail("cannot read standard input: %s", strerror(errno));
    if (text->failed) return cli_fail("out of memory");
    if (text->len > MAX_INPUT) return cli_fail("standard input is longer than %u bytes: split the text", MAX_INPUT);
    return CLI_OK;
}

int cli_text_argument(int argc, char **argv, const char **text)
{
    if (argc - optind > 1) return cli_usage(argv[0], "more than one TEXT: put the text in quotes");
    *text = argv[optind]; /* NULL at the end */
    return CLI_OK;
}

const char *cli_text(const char *argument, bytes *input, size_t *len)
{
    if (argument != NULL) {
        *len = strlen(argument);
        return argument;
    }
    if (read_input(input) != CLI_OK) return NULL;
    if (cli_model_changed()) return NULL;
    *len = input->len;
    return input->data != NULL ? input->data : "";
}

int cli_is_terminal(void) { return isatty(STDOUT_FILENO); }

int cli_wants_colour(void)
{
    const char *term = environment("TERM");
    return cli_is_terminal() && environment("NO_COLOR") == NULL && term != NULL && strcmp(term, "dumb") != 0;
}

static int print(bytes *text, void (*write)(const bytes *))
{
    int code = text->failed ? cli_fail("out of memory") : cli_model_changed() ? CLI_FAILED : CLI_OK;
    if (code == CLI_OK) write(text);
    bytes_free(text);
    return cli_finish(code);
}

static void write_plain(const bytes *text)
{
    if (text->len > 0) fwrite(text->data, 1, text->len, stdout);
}

void cli_write_data(const bytes *text)
{
    bytes escaped = {.data = NULL};
    if (cli_is_terminal() && text->len > 0) escape_controls(&escaped, text->data, text->len, 1);
    write_plain(escaped.len > 0 && !escaped.failed ? &escaped : text);
    bytes_free(&escaped);
}

int cli_print(bytes *text) { return print(text, write_plain); }

int cli_print_data(bytes *text) { return print(text, cli_write_data); }

int cli_print_answer(response *answer)
{
    bytes_text(&answer->body, "\n");
    int code = cli_print_data(&answer->body);
    return answer->status == 200 ? code : CLI_FAILED;
}
