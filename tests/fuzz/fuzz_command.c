/* fuzz_command - any bytes as a command: its arguments, each ended by NUL, an empty one, and standard input.
 *
 * Of the subcommands all but serve. Without -m the model is the tiny one. Standard output goes nowhere; so does
 * standard error with -close_fd_mask=2. */
#define _GNU_SOURCE /* memfd_create */
#include "cli.h"
#include "cli_commands.h"
#include "fuzz.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MAX_ARGUMENTS = 12 };

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} subcommands[] = {{"ner", cli_ner},         {"parse", cli_parse},  {"pipe", cli_pipe}, {"sentiment", cli_sentiment},
                   {"inspect", cli_inspect}, {"verify", cli_verify}};

static int input;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    setenv("TERN_MODEL",
           "tiny=" TERN_SOURCE_DIR "/tests/data/tiny.tern,mood=" TERN_SOURCE_DIR "/tests/data/tiny_sentiment.tern", 1);
    input = memfd_create("input", 0);
    REQUIRE(input >= 0 && freopen("/dev/null", "w", stdout));
    return 0;
}

static void set_input(const char *data, size_t len)
{
    REQUIRE(!ftruncate(input, 0) && pwrite(input, data, len, 0) == (ssize_t)len && !lseek(input, 0, SEEK_SET));
    REQUIRE(dup2(input, STDIN_FILENO) == STDIN_FILENO);
    clearerr(stdin);
    REQUIRE(!fseek(stdin, 0, SEEK_SET));
}

/* The arguments lie in text, one after the other; their number, and where what comes after them begins. */
static int split(char *text, size_t len, char **argv, size_t *rest)
{
    int argc = 0;
    size_t at = 0;
    while (at < len && text[at] && argc < MAX_ARGUMENTS) {
        argv[argc++] = text + at;
        at += strlen(text + at) + 1;
    }
    argv[argc] = NULL;
    *rest = at < len ? at + 1 : len;
    return argc;
}

static int run(int argc, char **argv)
{
    for (size_t i = 0; argc && i < sizeof subcommands / sizeof *subcommands; i++)
        if (!strcmp(argv[0], subcommands[i].name)) {
            optind = 0; /* glibc: begin anew */
            return subcommands[i].run(argc, argv);
        }
    return CLI_USAGE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), *argv[MAX_ARGUMENTS + 1];
    size_t rest;
    REQUIRE(text);
    memcpy(text, data, size);
    text[size] = '\0';
    int argc = split(text, size, argv, &rest);
    set_input(text + rest, size - rest);
    int code = run(argc, argv);
    REQUIRE(code == CLI_OK || code == CLI_FAILED || code == CLI_USAGE);
    free(text);
    return 0;
}
