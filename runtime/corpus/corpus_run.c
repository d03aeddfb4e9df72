#define _POSIX_C_SOURCE 200809L /* sigaction */
#include "corpus_run.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "corpus_progress.h"

/* ---- signals ----------------------------------------------------------------------------------------------------- */

static volatile sig_atomic_t stopped;

/* The first one ends the input; SA_RESETHAND lets a second one end the process. */
static void stop(int signal)
{
    stopped = signal;
    byte_source_stop();
}

static int catch_signals(problem *why)
{
    static const int caught[] = {SIGINT, SIGTERM};
    struct sigaction action = {.sa_handler = stop, .sa_flags = (int)(SA_RESETHAND | SA_RESTART)}, before;
    sigemptyset(&action.sa_mask);
    if (byte_source_may_stop() != 0) return problem_set(why, -1, "cannot make a pipe: %s", strerror(errno));
    for (size_t i = 0; i < sizeof caught / sizeof *caught; i++)
        if (sigaction(caught[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(caught[i], &action, NULL);
    return 0;
}

/* ---- batches ----------------------------------------------------------------------------------------------------- */

typedef struct runner {
    const corpus_run *run;
    corpus_output *output;
    corpus_counts *done;
    corpus_threads *threads;
    corpus_progress progress;
    problem *why;
} runner;

static run_status of_output(output_status status)
{
    return status == OUTPUT_OK ? RUN_DONE : status == OUTPUT_CLOSED ? RUN_CLOSED : RUN_FAILED;
}

static run_status write_batch(const runner *r, const corpus_batch *batch)
{
    if (r->run->is_lost && r->run->is_lost()) return RUN_LOST;
    if (batch->no_memory) return (run_status)problem_set(r->why, RUN_FAILED, "out of memory");
    output_status status = corpus_output_write(r->output, &batch->answers, &batch->errors, r->why);
    if (status != OUTPUT_OK) return of_output(status);
    r->done->records += batch->count;
    r->done->failed += batch->failed;
    r->done->tokens += batch->tokens;
    return of_output(corpus_output_keep(r->output, r->done, 1, r->why));
}

/* The next batch; before it waits for one, what has been answered is out. */
static batch_status next_batch(const runner *r, corpus_batch **batch, run_status *status)
{
    batch_status there = corpus_threads_next(r->threads, 0, batch, r->why);
    if (there != BATCH_LATER) return there;
    *status = of_output(corpus_output_flush(r->output, r->why));
    return *status == RUN_DONE ? corpus_threads_next(r->threads, 1, batch, r->why) : BATCH_END;
}

static run_status write_all(runner *r)
{
    corpus_batch *batch;
    batch_status there;
    run_status status = RUN_DONE;
    while ((there = next_batch(r, &batch, &status)) == BATCH_READY) {
        status = write_batch(r, batch);
        corpus_threads_done(r->threads, batch);
        if (status != RUN_DONE) return status;
        corpus_progress_show(&r->progress, r->done, corpus_input_consumed(r->run->input));
    }
    if (status != RUN_DONE) return status;
    return there == BATCH_FAILED ? RUN_FAILED : stopped ? RUN_STOPPED : RUN_DONE;
}

/* Whatever ended the run, what was answered is to stay. */
static run_status end_output(const runner *r, run_status status)
{
    problem ignored;
    if (status == RUN_DONE) return of_output(corpus_output_finish(r->output, r->why));
    if (status == RUN_LOST || status == RUN_CLOSED) return status;
    output_status kept = corpus_output_keep(r->output, r->done, 0, status == RUN_FAILED ? &ignored : r->why);
    if (kept == OUTPUT_OK) kept = corpus_output_flush(r->output, status == RUN_FAILED ? &ignored : r->why);
    return kept == OUTPUT_OK ? status : RUN_FAILED;
}

static run_status write_prologue(const runner *r)
{
    static const bytes nothing = {.data = NULL};
    if (r->done->records || !r->run->prologue->len) return RUN_DONE;
    return of_output(corpus_output_write(r->output, r->run->prologue, &nothing, r->why));
}

run_status corpus_run_all(const corpus_run *run, corpus_output *output, corpus_counts *done, int *stopped_by,
                          problem *why)
{
    runner r = {.run = run, .output = output, .done = done, .why = why};
    if (catch_signals(why) != 0) return RUN_FAILED;
    run_status status = write_prologue(&r);
    if (status != RUN_DONE) return status;
    corpus_progress_begin(&r.progress, run->shows_progress, corpus_input_size(run->input), done);
    r.threads = corpus_threads_start(run->input, done->records, run->task, run->threads, run->memory, why);
    if (!r.threads) return RUN_FAILED;
    status = write_all(&r);
    corpus_threads_end(r.threads);
    status = end_output(&r, status);
    corpus_progress_end(&r.progress, done);
    *stopped_by = stopped;
    return status;
}
