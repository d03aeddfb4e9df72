/* corpus_input.h - the files of a corpus one after the other -> raw records. */
#ifndef TERN_CORPUS_INPUT_H
#define TERN_CORPUS_INPUT_H

#include "csv_fields.h"
#include "record_reader.h"

typedef enum input_kind { INPUT_JSONL, INPUT_LINES, INPUT_CSV, INPUT_TSV, INPUT_KINDS } input_kind;

/* Its name ("jsonl"), and back: INPUT_KINDS if it is none. */
const char *input_kind_name(input_kind kind);
input_kind input_kind_from_name(const char *name);

/* What stands between two fields of CSV or TSV; '\0': it has no columns. */
char input_kind_separator(input_kind kind);

/* Whether the file is of Parquet or Arrow, which the Python package takes. */
int is_table_file(const char *path);

/* A file of the corpus. */
typedef struct corpus_file {
    char *path; /* NULL: standard input */
    input_kind kind;
    uint64_t size; /* bytes; 0: unknown */
    csv_columns columns;
} corpus_file;

/* Where a record comes from; the file is the input's. */
typedef struct record_place {
    const corpus_file *file;
    uint64_t line; /* on which it begins, from 1 */
} record_place;

typedef struct corpus_input corpus_input;

/* paths: files, patterns as glob(7) has them where no such file is there, "-" for standard input; none: standard
 * input. kind: of all of them; INPUT_KINDS: each by the end of its name (.jsonl, .ndjson, .json; .txt; .csv; .tsv, with
 * .gz or .zst behind it), JSON Lines where that says nothing. max: bytes of a record. NULL with a sentence in why: a
 * file that is not there, or none of ours. */
corpus_input *corpus_input_open(char *const *paths, size_t count, input_kind kind, size_t max, problem *why);
void corpus_input_close(corpus_input *input); /* NULL is allowed */

/* As record_next and record_fill. The first record of CSV names the columns and is not handed out; its empty lines are
 * none. RECORD_WAIT: call corpus_input_fill, which opens the next file, too. RECORD_END: that was the last file. */
record_status corpus_input_next(corpus_input *input, const char **record, size_t *len, record_place *place);
record_status corpus_input_fill(corpus_input *input, problem *why);

/* Bytes of all files together (0: unknown), and of those read up to now. Any thread may ask for the second. */
uint64_t corpus_input_size(const corpus_input *input);
uint64_t corpus_input_consumed(const corpus_input *input);

size_t corpus_input_files(const corpus_input *input, const corpus_file **files);

#endif
