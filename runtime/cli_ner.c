/* cli_ner.c - `tern ner`: the entities of one text. */
#define _POSIX_C_SOURCE 200809L   /* isatty */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "handler.h"

#define MAX_INPUT (64u * 1024 * 1024)   /* bytes; far more than the engine's limit on a text */

const char cli_ner_help[] =
    "Usage: tern ner [-m MODEL] [--json] [TEXT]\n"
    "\n"
    "Finds the entities of TEXT or, without it, of all of standard input, which is one text\n"
    "(its last line feed belongs to it).\n"
    "\n"
    "  -m, --model MODEL  the model file (.tern)\n"
    "      --json         print the answer of POST /ner, also when it is an {\"error\": ...}\n"
    "  -h, --help         show this\n"
    "\n"
    "On a terminal the text is shown with its entities highlighted (without colours if NO_COLOR\n"
    "is set or TERM is \"dumb\"). Otherwise one line per entity, separated by tabs:\n"
    "\n"
    "  start  end  label  text\n"
    "\n"
    "start and end count code points, end is the first one after the entity. In text, backslash and\n"
    "control characters are written as \\\\ \\t \\n \\r or \\u and four hexadecimal digits.\n";

typedef struct ner_options {
    const char *model, *text;
    int json;
} ner_options;

/* SGR colours for the labels of OntoNotes 5; any other label is shown in reverse video. */
static const struct {
    const char *label, *colour;
} label_colours[] = {
    {"PERSON", "1;35"}, {"NORP", "1;34"}, {"FAC", "33"}, {"ORG", "1;36"}, {"GPE", "1;32"}, {"LOC", "32"},
    {"PRODUCT", "36"}, {"EVENT", "1;33"}, {"WORK_OF_ART", "35"}, {"LAW", "34"}, {"LANGUAGE", "1;34"}, {"DATE", "1;33"},
    {"TIME", "33"}, {"PERCENT", "1;31"}, {"MONEY", "1;31"}, {"QUANTITY", "31"}, {"ORDINAL", "31"}, {"CARDINAL", "31"},
};

static const char *colour_of(const char *label)
{
    for (size_t i = 0; i < sizeof label_colours / sizeof label_colours[0]; i++)
        if (strcmp(label, label_colours[i].label) == 0)
            return label_colours[i].colour;
    return "7";
}

/* https://no-color.org: set and not empty. */
static int wants_colour(void)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    return (no_color == NULL || *no_color == '\0') && term != NULL && *term != '\0' && strcmp(term, "dumb") != 0;
}

static void show_entity(const char *text, size_t len, const char *label, int colour)
{
    if (colour)
        printf("\033[%sm", colour_of(label));
    else
        putchar('[');
    cli_put_text(stdout, text, len, 1);
    if (colour)
        printf("\033[0m \033[2m%s\033[0m", label);
    else
        printf(" %s]", label);
}

static void show_highlighted(const tern_doc *doc, const char *text, size_t len)
{
    size_t shown = 0;
    int colour = wants_colour();
    for (size_t i = 0; i < tern_doc_entity_count(doc); i++) {
        tern_entity entity;
        if (tern_doc_entity(doc, i, &entity) != TERN_OK)
            break;
        cli_put_text(stdout, text + shown, entity.span.byte_start - shown, 1);
        show_entity(text + entity.span.byte_start, entity.span.byte_end - entity.span.byte_start, entity.label, colour);
        shown = entity.span.byte_end;
    }
    cli_put_text(stdout, text + shown, len - shown, 1);
    if (len == 0 || text[len - 1] != '\n')
        putchar('\n');
}

static void show_table(const tern_doc *doc, const char *text)
{
    for (size_t i = 0; i < tern_doc_entity_count(doc); i++) {
        tern_entity entity;
        if (tern_doc_entity(doc, i, &entity) != TERN_OK)
            break;
        printf("%zu\t%zu\t%s\t", entity.span.char_start, entity.span.char_end, entity.label);
        cli_put_text(stdout, text + entity.span.byte_start, entity.span.byte_end - entity.span.byte_start, 0);
        putchar('\n');
    }
}

static int print_json(tern_ctx *ctx, const char *text, size_t len)
{
    response answer = {.status = 0};
    handle_ner_text(ctx, text, len, 0, &answer);
    if (answer.body.data != NULL)
        fwrite(answer.body.data, 1, answer.body.len, stdout);
    putchar('\n');
    int code = answer.status == 200 ? CLI_OK : CLI_FAILED;
    response_free(&answer);
    return code;
}

/* The error of POST /ner for a text that cannot be run. */
static int say_error(tern_ctx *ctx, const char *text, size_t len)
{
    response answer = {.status = 0};
    handle_ner_text(ctx, text, len, 0, &answer);
    int code = cli_fail("%s", answer.message);
    response_free(&answer);
    return code;
}

static int print_entities(tern_ctx *ctx, const char *text, size_t len)
{
    const tern_options options = {.want = TERN_ENTITIES};
    const tern_doc *doc;
    if (len == 0 || tern_run(ctx, text, len, &options, &doc, NULL) != TERN_OK)
        return say_error(ctx, text, len);
    if (isatty(STDOUT_FILENO))
        show_highlighted(doc, text, len);
    else
        show_table(doc, text);
    return CLI_OK;
}

static int read_input(bytes *text)
{
    char block[65536];
    size_t got;
    if (isatty(STDIN_FILENO) && isatty(STDERR_FILENO))
        fputs("Type a text; end it with Ctrl-D on a line of its own.\n", stderr);
    while ((got = fread(block, 1, sizeof block, stdin)) > 0 && text->len <= MAX_INPUT)
        bytes_append(text, block, got);
    if (ferror(stdin))
        return cli_fail("cannot read standard input: %s", strerror(errno));
    if (text->failed)
        return cli_fail("out of memory");
    if (text->len > MAX_INPUT)
        return cli_fail("standard input is longer than %u bytes: split the text", MAX_INPUT);
    return CLI_OK;
}

static int run(const ner_options *options)
{
    tern_model *model;
    tern_ctx *ctx;
    bytes input = {.data = NULL};
    if (cli_open(options->model, &model, &ctx, NULL) != 0)
        return CLI_FAILED;
    int code = options->text == NULL ? read_input(&input) : CLI_OK;
    if (code == CLI_OK) {
        const char *text = options->text != NULL ? options->text : input.data != NULL ? input.data : "";
        size_t len = options->text != NULL ? strlen(options->text) : input.len;
        code = cli_finish(options->json ? print_json(ctx, text, len) : print_entities(ctx, text, len));
    }
    bytes_free(&input);
    tern_ctx_free(ctx);
    tern_model_close(model);
    return code;
}

int cli_ner(int argc, char **argv)
{
    static const struct option known[] = {
        {"model", required_argument, NULL, 'm'}, {"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, CLI_HELP}, {0},
    };
    ner_options options = {.model = NULL};
    int option;
    while ((option = getopt_long(argc, argv, ":m:h", known, NULL)) != -1)
        switch (option) {
        case 'm': options.model = optarg; break;
        case 'j': options.json = 1; break;
        default: return cli_other_option(option, argv, cli_ner_help);
        }
    if (argc - optind > 1)
        return cli_usage(argv[0], "more than one TEXT: put the text in quotes");
    options.text = argv[optind];   /* NULL at the end */
    return run(&options);
}
