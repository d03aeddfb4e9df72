#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chars.h"

#define MAX_SENTENCE 4096 /* bytes; a longer one is cut */

/* Arguments and file names may hold anything. */
static void say(const char *format, va_list arguments)
{
    char sentence[MAX_SENTENCE];
    bytes shown = {.data = NULL};
    vsnprintf(sentence, sizeof sentence, format, arguments);
    escape_label(&shown, sentence);
    fprintf(stderr, "tern: %s", shown.data != NULL ? shown.data : "");
    bytes_free(&shown);
}

int cli_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return CLI_FAILED;
}

int cli_usage(const char *subcommand, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    fprintf(stderr, "; see \"tern %s%s--help\"\n", subcommand == NULL ? "" : subcommand, subcommand == NULL ? "" : " ");
    return CLI_USAGE;
}

int cli_number(const char *subcommand, const char *option, const char *value, unsigned low, unsigned high,
               unsigned *out)
{
    char *end;
    errno = 0;
    unsigned long number = strtoul(value, &end, 10);
    if (value[0] < '0' || value[0] > '9' || *end != '\0' || errno != 0 || number < low || number > high)
        return cli_usage(subcommand, "%s must be a number from %u to %u, not \"%s\"", option, low, high, value);
    *out = (unsigned)number;
    return CLI_OK;
}

int cli_other_option(int option, char **argv, const char *help)
{
    if (option == CLI_HELP) {
        fputs(help, stdout);
        return cli_finish(CLI_OK);
    }
    /* the option itself, unless it is one of several letters after one dash */
    const char *given = argv[optind - 1];
    if (option == ':' && (given == NULL || given[0] != '-')) /* musl's getopt counts the value that is not there */
        return cli_usage(argv[0], "option -%c needs a value", optopt);
    if (option == ':') return cli_usage(argv[0], "option %s needs a value", given);
    if (optopt == 0) /* not a letter */
        return cli_usage(argv[0], "unknown option %s", given);
    if (given[0] == '-' && given[1] == '-' && strchr(given, '=') != NULL)
        return cli_usage(argv[0], "option %s takes no value", given);
    return cli_usage(argv[0], "unknown option -%c", optopt);
}

int cli_finish(int code)
{
    if (!ferror(stdout) && fflush(stdout) == 0) return code;
    if (errno != EPIPE) cli_fail("cannot write to standard output: %s", strerror(errno));
    return CLI_FAILED;
}
