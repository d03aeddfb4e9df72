#define _GNU_SOURCE /* sched_getaffinity */
#include "cli_corpus.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "cli_model.h"
#include "cli_text.h"
#include "memory.h"

/* Those that this process may run on. */
static unsigned processors(void)
{
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return count > (int)CORPUS_MAX_THREADS ? CORPUS_MAX_THREADS : (unsigned)count;
}

int cli_threads(const char *subcommand, const char *value, unsigned *threads)
{
    return cli_number(subcommand, "-j", value, 1, CORPUS_MAX_THREADS, threads);
}

static int say_wrong(const cli_corpus *corpus, const corpus_counts *done)
{
    if (!done->failed) return CLI_OK;
    if (corpus->output.errors) return CLI_OK;
    return cli_fail("%llu of %llu records were wrong: see \"error\" in the output", (unsigned long long)done->failed,
                    (unsigned long long)done->records);
}

static int say_stopped(const cli_corpus *corpus, const corpus_counts *done, int signal)
{
    const int goes_on = corpus->output.path != NULL;
    cli_fail("stopped by %s after %llu records%s", signal == 2 ? "Ctrl-C" : "a signal",
             (unsigned long long)done->records, goes_on ? ": --resume goes on" : "");
    return 128 + signal;
}

static int say_failed(const cli_corpus *corpus, const corpus_counts *done, const problem *why)
{
    if (!corpus->output.path || !done->records) return cli_fail("%s", why->text);
    return cli_fail("%s; %llu records are answered: --resume goes on", why->text, (unsigned long long)done->records);
}

static int run(const cli_corpus *corpus, const corpus_task *task, corpus_input *input, corpus_output *output,
               corpus_counts *done)
{
    problem why;
    int signal = 0;
    const unsigned threads = corpus->threads ? corpus->threads : processors();
    const corpus_run all = {.input = input,
                            .task = task,
                            .prologue = &corpus->prologue,
                            .threads = threads,
                            .memory = memory_for_texts(memory_limit(), threads, corpus->models),
                            .shows_progress = isatty(STDERR_FILENO) && (corpus->output.path || !isatty(STDOUT_FILENO)),
                            .is_lost = cli_model_changed};
    switch (corpus_run_all(&all, output, done, &signal, &why)) {
    case RUN_DONE: return say_wrong(corpus, done);
    case RUN_STOPPED: return say_stopped(corpus, done, signal);
    case RUN_FAILED: return say_failed(corpus, done, &why);
    case RUN_CLOSED:
    case RUN_LOST: break;
    }
    return CLI_FAILED;
}

int cli_run_corpus(const cli_corpus *corpus, const corpus_task *task)
{
    problem why;
    corpus_counts done;
    corpus_output *output = NULL;
    int code = CLI_FAILED;
    corpus_input *input = corpus_input_open(corpus->paths, corpus->path_count, corpus->from, CORPUS_MAX_RECORD, &why);
    if (!input) return cli_fail("%s", why.text);
    memory_return_blocks();
    switch (corpus_output_open(&corpus->output, &output, &done, &why)) {
    case OUTPUT_OK: code = run(corpus, task, input, output, &done); break;
    case OUTPUT_COMPLETE: code = CLI_OK; break;
    case OUTPUT_FAILED:
    case OUTPUT_CLOSED: code = cli_fail("%s", why.text); break;
    }
    corpus_output_close(output);
    corpus_input_close(input);
    return code;
}
