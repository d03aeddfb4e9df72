/* cli_corpus.h - many records in, many answers out: what `tern pipe` and `tern sentiment --jsonl` share. */
#ifndef TERN_CLI_CORPUS_H
#define TERN_CLI_CORPUS_H

#include "corpus_answer.h"
#include "corpus_run.h"

typedef struct cli_corpus {
    char *const *paths; /* [path_count]; none: standard input */
    size_t path_count;
    input_kind from;
    unsigned threads; /* 0: one for each processor */
    output_options output;
    size_t models; /* how many are mapped */
    bytes prologue;
} cli_corpus;

/* Runs the task over the corpus. An exit code, after having said why: CLI_FAILED also when a record was wrong, unless
 * output.errors took it; 128 and the signal's number when one ended it. */
int cli_run_corpus(const cli_corpus *corpus, const corpus_task *task);

/* What `-j` says into *threads: CLI_OK, or CLI_USAGE after having said why. */
int cli_threads(const char *subcommand, const char *value, unsigned *threads);

#endif
