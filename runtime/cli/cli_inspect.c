/* cli_inspect.c - `tern inspect` and `tern verify`: a model file from outside. */
#include "cli_commands.h"

#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "cli_model.h"
#include "cli_text.h"

static const char inspect_help[] =
    "Usage: tern inspect MODEL\n"
    "\n"
    "Prints the description inside a model file (JSON), then a table of its sections: name, kind,\n"
    "dtype, shape, bytes and CRC-32C.\n"
    "\n"
    "  -h, --help  show this\n";

static const char verify_help[] =
    "Usage: tern verify MODEL\n"
    "\n"
    "Reads a whole model file and compares every section with its checksum. Exit code: 0 if the file\n"
    "is intact.\n"
    "\n"
    "  -h, --help  show this\n";

static void new_line(bytes *out, int depth) { bytes_format(out, "\n%*s", 2 * depth, ""); }

static void put(bytes *out, char c) { bytes_append(out, &c, 1); }

/* JSON with one member per line. Strings are copied; what is between them is single characters. */
static void indent(bytes *out, const char *json, size_t len)
{
    int depth = 0, in_string = 0;
    for (size_t i = 0; i < len; i++) {
        char c = json[i];
        if (in_string) {
            put(out, c);
            if (c == '\\' && i + 1 < len) put(out, json[++i]);
            else if (c == '"') in_string = 0;
            continue;
        }
        if (strchr(" \t\r\n", c) != NULL) continue;
        if (c == '}' || c == ']') new_line(out, depth > 0 ? --depth : 0);
        put(out, c);
        if (c == '"') in_string = 1;
        else if (c == ':') put(out, ' ');
        else if (c == ',') new_line(out, depth);
        else if (c == '{' || c == '[') new_line(out, ++depth);
    }
    put(out, '\n');
}

/* "96x300" */
static void write_shape(const tern_section *section, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (uint32_t i = 0; i < section->rank && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%llu", i == 0 ? "" : "x",
                                 (unsigned long long)section->dims[i]);
}

static void print_sections(const tern_model *model)
{
    unsigned long long total = 0;
    size_t count = tern_model_section_count(model);
    printf("\n%-40s %-8s %-6s %-20s %10s  %s\n", "section", "kind", "dtype", "shape", "bytes", "crc-32c");
    for (size_t i = 0; i < count; i++) {
        tern_section section;
        char shape[96];
        if (tern_model_section(model, i, &section) != TERN_OK) break;
        write_shape(&section, shape, sizeof shape);
        total += section.size;
        printf("%-40s %-8s %-6s %-20s %10llu  %08x\n", section.name, section.kind, section.dtype, shape,
               (unsigned long long)section.size, (unsigned)section.crc);
    }
    printf("\n%zu sections, %llu bytes\n", count, total);
}

/* The one argument MODEL of both subcommands. 0, or -1 with *code to exit with. */
static int parse_arguments(int argc, char **argv, const char *help, int *code)
{
    static const struct option known[] = {{"help", no_argument, NULL, CLI_HELP}, {0}};
    int option = getopt_long(argc, argv, ":h", known, NULL);
    if (option != -1) *code = cli_other_option(option, argv, help);
    else if (argc - optind != 1)
        *code = cli_usage(argv[0], optind == argc ? "the model file is missing" : "more than one model file");
    else return 0;
    return -1;
}

int cli_inspect(int argc, char **argv)
{
    int code;
    tern_model *model;
    const char *meta;
    size_t len;
    if (parse_arguments(argc, argv, inspect_help, &code) != 0) return code;
    if (cli_open(argv[optind], 0, &model) != 0) return CLI_FAILED;
    bytes description = {.data = NULL};
    if (tern_model_meta(model, &meta, &len) == TERN_OK) indent(&description, meta, len);
    cli_write_data(&description);
    bytes_free(&description);
    print_sections(model);
    tern_model_close(model);
    return cli_finish(CLI_OK);
}

int cli_verify(int argc, char **argv)
{
    int code = CLI_OK;
    tern_model *model;
    tern_error error;
    if (parse_arguments(argc, argv, verify_help, &code) != 0) return code;
    if (cli_open(argv[optind], 0, &model) != 0) return CLI_FAILED;
    if (tern_model_verify(model, &error) == TERN_OK)
        printf("%s: %zu sections, all intact\n", argv[optind], tern_model_section_count(model));
    else code = cli_fail("model %s: %s", argv[optind], error.msg);
    tern_model_close(model);
    return cli_finish(code);
}
