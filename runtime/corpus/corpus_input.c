#define _POSIX_C_SOURCE 200809L /* strdup */
#include "corpus_input.h"

#include <glob.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "names.h"

struct corpus_input {
    corpus_file *file;
    size_t count, at;    /* file[at] is being read, or comes next */
    byte_source *source; /* NULL: none is open */
    record_reader reader;
    int has_columns;
    uint64_t size, before; /* bytes of all files, of those that have ended */
    atomic_ullong consumed;
};

/* ---- kinds ------------------------------------------------------------------------------------------------------- */

static const char *const kind_names[INPUT_KINDS] = {"jsonl", "lines", "csv", "tsv"};

const char *input_kind_name(input_kind kind) { return kind_names[kind]; }

input_kind input_kind_from_name(const char *name)
{
    int found = name_index(kind_names, INPUT_KINDS, name, strlen(name));
    return found < 0 ? INPUT_KINDS : (input_kind)found;
}

static const struct {
    const char *ending;
    input_kind kind;
} endings[] = {{".jsonl", INPUT_JSONL}, {".ndjson", INPUT_JSONL}, {".json", INPUT_JSONL},
               {".txt", INPUT_LINES},   {".csv", INPUT_CSV},      {".tsv", INPUT_TSV}};

static input_kind kind_of(const char *path)
{
    const size_t len = strlen(path) - byte_source_ending(path);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (name_ends_in(path, len, endings[i].ending)) return endings[i].kind;
    return INPUT_JSONL;
}

char input_kind_separator(input_kind kind) { return kind == INPUT_CSV ? ',' : kind == INPUT_TSV ? '\t' : '\0'; }

int is_table_file(const char *path)
{
    const size_t len = strlen(path);
    return name_ends_in(path, len, ".parquet") || name_ends_in(path, len, ".arrow")
           || name_ends_in(path, len, ".feather");
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

static int out_of_memory(problem *why) { return problem_set(why, -1, "out of memory"); }

static int check_path(const char *path, struct stat *facts, problem *why)
{
    if (stat(path, facts) != 0 || access(path, R_OK) != 0)
        return problem_set(why, -1, "there is no file %s that can be read", path);
    if (S_ISDIR(facts->st_mode))
        return problem_set(why, -1, "%s is a directory: name its files, as %s/*.jsonl", path, path);
    if (is_table_file(path))
        return problem_set(why, -1, "%s: Parquet and Arrow are read by the Python package: python -m tern_nlp pipe",
                           path);
    return 0;
}

/* path NULL: standard input. 0, or -1 with why. */
static int add_file(corpus_input *input, const char *path, input_kind kind, problem *why)
{
    struct stat facts;
    if (path && check_path(path, &facts, why) != 0) return -1;
    if (!path && fstat(STDIN_FILENO, &facts) != 0) return problem_set(why, -1, "standard input is closed");
    corpus_file *grown = realloc(input->file, (input->count + 1) * sizeof *grown);
    if (!grown) return out_of_memory(why);
    input->file = grown;
    corpus_file *file = &grown[input->count];
    *file = (corpus_file){.path = path ? strdup(path) : NULL, .kind = kind};
    if (path && !file->path) return out_of_memory(why);
    input->count++;
    if (kind == INPUT_KINDS) file->kind = path ? kind_of(path) : INPUT_JSONL;
    if (S_ISREG(facts.st_mode)) file->size = (uint64_t)facts.st_size;
    return 0;
}

static int add_pattern(corpus_input *input, const char *pattern, input_kind kind, problem *why)
{
    glob_t found;
    int status = glob(pattern, 0, NULL, &found);
    if (status == GLOB_NOMATCH) return problem_set(why, -1, "there is no file %s that can be read", pattern);
    if (status != 0) return problem_set(why, -1, "the files of %s cannot be listed", pattern);
    for (size_t i = 0; i < found.gl_pathc && status == 0; i++) status = add_file(input, found.gl_pathv[i], kind, why);
    globfree(&found);
    return status;
}

static int add(corpus_input *input, const char *path, input_kind kind, problem *why)
{
    if (!strcmp(path, "-")) return add_file(input, NULL, kind, why);
    return access(path, F_OK) != 0 && strpbrk(path, "*?[") ? add_pattern(input, path, kind, why)
                                                           : add_file(input, path, kind, why);
}

static void sum_sizes(corpus_input *input)
{
    for (size_t i = 0; i < input->count; i++) {
        if (!input->file[i].size && input->file[i].path == NULL) {
            input->size = 0;
            return;
        }
        input->size += input->file[i].size;
    }
}

corpus_input *corpus_input_open(char *const *paths, size_t count, input_kind kind, size_t max, problem *why)
{
    corpus_input *input = calloc(1, sizeof *input);
    if (!input) {
        out_of_memory(why);
        return NULL;
    }
    input->reader.max = max;
    int status = count ? 0 : add_file(input, NULL, kind, why);
    for (size_t i = 0; i < count && status == 0; i++) status = add(input, paths[i], kind, why);
    sum_sizes(input);
    if (status == 0) return input;
    corpus_input_close(input);
    return NULL;
}

void corpus_input_close(corpus_input *input)
{
    if (!input) return;
    byte_source_close(input->source);
    record_reader_free(&input->reader);
    for (size_t i = 0; i < input->count; i++) {
        csv_columns_free(&input->file[i].columns);
        free(input->file[i].path);
    }
    free(input->file);
    free(input);
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static void name_file(const corpus_input *input, problem *why)
{
    problem_at(why, input->file[input->at].path ? input->file[input->at].path : "standard input");
}

static record_status open_next(corpus_input *input, problem *why)
{
    const corpus_file *file = &input->file[input->at];
    input->source = byte_source_open(file->path, why);
    if (!input->source) {
        name_file(input, why);
        return RECORD_FAILED;
    }
    input->reader.separator = input_kind_separator(file->kind);
    record_reader_begin(&input->reader, input->source);
    input->has_columns = file->kind < INPUT_CSV;
    return RECORD_OK;
}

static void end_file(corpus_input *input)
{
    byte_source_close(input->source);
    input->source = NULL;
    input->before += input->file[input->at++].size;
}

static int is_blank(const char *record, size_t len) { return len == 0 || (len == 1 && *record == '\r'); }

/* The columns of CSV are read; empty lines, and what ended a file, are passed over. 1: the status is the answer. */
static int is_answer(corpus_input *input, record_status status, const char *record, size_t len)
{
    corpus_file *file = &input->file[input->at];
    if (status == RECORD_END) {
        end_file(input);
        return 0;
    }
    if (status == RECORD_WAIT || file->kind < INPUT_CSV) return 1;
    if (status == RECORD_OK && is_blank(record, len)) return 0;
    if (input->has_columns) return 1;
    input->has_columns = 1;
    /* without columns every record says so */
    if (status == RECORD_OK && csv_columns_read(record, len, input_kind_separator(file->kind), &file->columns) != 0)
        csv_columns_free(&file->columns);
    return 0;
}

record_status corpus_input_next(corpus_input *input, const char **record, size_t *len, record_place *place)
{
    record_status status;
    do {
        if (!input->source) return input->at < input->count ? RECORD_WAIT : RECORD_END;
        status = record_next(&input->reader, record, len, &place->line);
        place->file = &input->file[input->at];
    } while (!is_answer(input, status, *record, *len));
    return status;
}

record_status corpus_input_fill(corpus_input *input, problem *why)
{
    if (!input->source) return open_next(input, why);
    record_status status = record_fill(&input->reader, why);
    if (status == RECORD_FAILED) name_file(input, why);
    atomic_store(&input->consumed, input->before + byte_source_consumed(input->source));
    return status;
}

uint64_t corpus_input_size(const corpus_input *input) { return input->size; }

uint64_t corpus_input_consumed(const corpus_input *input) { return atomic_load(&input->consumed); }

size_t corpus_input_files(const corpus_input *input, const corpus_file **files)
{
    *files = input->file;
    return input->count;
}
