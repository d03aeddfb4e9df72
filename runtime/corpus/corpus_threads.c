#define _POSIX_C_SOURCE 200809L /* sigset_t */
#include "corpus_threads.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

#define SLOTS_PER_THREAD 4u
/* Bytes of records and answers that wait; more than that only while one batch alone has them. */
#define MOST_WAITING ((size_t)64 * 1024 * 1024)

typedef struct slot {
    corpus_batch batch;
    int answered;
    size_t waiting; /* its part of threads.waiting */
} slot;

typedef struct answering {
    pthread_t id;
    corpus_threads *threads;
    void *state;
} answering;

/* Slots are a ring: [written, taken) are being answered or are answered, [taken, read) wait for a thread. */
struct corpus_threads {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    corpus_input *input;
    uint64_t skip;
    corpus_task task;
    memory_share memory;
    slot *slot;
    size_t slots, written, taken, read, waiting;
    record_status ended; /* RECORD_OK: there is more to read */
    int stopping, reading;
    problem why;
    pthread_t reader;
    unsigned count;
    answering thread[]; /* [count] */
};

static slot *slot_at(corpus_threads *t, size_t number) { return &t->slot[number % t->slots]; }

static void lock(corpus_threads *t) { pthread_mutex_lock(&t->lock); }

static void unlock(corpus_threads *t) { pthread_mutex_unlock(&t->lock); }

static void wait_for_change(corpus_threads *t) { pthread_cond_wait(&t->changed, &t->lock); }

static void say_change(corpus_threads *t) { pthread_cond_broadcast(&t->changed); }

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* The next slot to read into; NULL: nothing is to be read any more. */
static corpus_batch *free_slot(corpus_threads *t)
{
    lock(t);
    while (!t->stopping && (t->read - t->written == t->slots || (t->waiting > MOST_WAITING && t->read != t->written)))
        wait_for_change(t);
    const int stopping = t->stopping;
    unlock(t);
    return stopping ? NULL : &slot_at(t, t->read)->batch;
}

static void hand_in(corpus_threads *t, corpus_batch *batch)
{
    corpus_batch_complete(batch);
    lock(t);
    slot *s = slot_at(t, t->read++);
    s->answered = 0;
    s->waiting = batch->data.len;
    t->waiting += s->waiting;
    say_change(t);
    unlock(t);
}

/* What comes up to the first wait, as full batches and a last one that may be smaller: whoever sent it waits for the
 * answer. RECORD_WAIT, or why there is no more. */
static record_status read_what_is_there(corpus_threads *t)
{
    const char *record;
    size_t len;
    record_place place;
    record_status status;
    corpus_batch *batch = NULL;
    while ((status = corpus_input_next(t->input, &record, &len, &place)) == RECORD_OK || status == RECORD_TOO_LONG) {
        if (t->skip && t->skip--) continue;
        if (!batch && !(batch = free_slot(t))) return RECORD_STOPPED;
        if (!corpus_batch_add(batch, record, len, status == RECORD_TOO_LONG, place)) continue;
        hand_in(t, batch);
        batch = NULL;
    }
    if (batch) hand_in(t, batch);
    return status;
}

static void *read_all(void *argument)
{
    corpus_threads *t = argument;
    record_status status;
    problem why = {.text = ""};
    do {
        status = read_what_is_there(t);
        if (status == RECORD_WAIT) status = corpus_input_fill(t->input, &why);
    } while (status == RECORD_OK);
    lock(t);
    t->ended = status;
    t->why = why;
    say_change(t);
    unlock(t);
    return NULL;
}

/* ---- answering --------------------------------------------------------------------------------------------------- */

/* The next batch that waits, in order, once there is the memory that its texts may need; NULL: there is none any more.
 */
static slot *take(corpus_threads *t)
{
    slot *found = NULL;
    lock(t);
    for (;;) {
        const int waits = t->taken < t->read;
        found = waits ? slot_at(t, t->taken) : NULL;
        if (t->stopping || (!waits && t->ended != RECORD_OK)) break;
        if (waits && memory_share_has(&t->memory, found->batch.data.len)) break;
        wait_for_change(t);
    }
    if (t->stopping) found = NULL;
    if (found) {
        t->taken++;
        memory_share_take(&t->memory, found->batch.data.len);
    }
    unlock(t);
    return found;
}

static void *answer_all(void *argument)
{
    answering *self = argument;
    corpus_threads *t = self->threads;
    slot *s;
    while ((s = take(t)) != NULL) {
        const size_t memory = memory_share_engine(&t->memory, s->batch.data.len);
        if (!s->batch.no_memory) t->task.answer(self->state, &s->batch, memory);
        lock(t);
        memory_share_put(&t->memory, s->batch.data.len);
        s->waiting += s->batch.answers.len + s->batch.errors.len;
        t->waiting += s->batch.answers.len + s->batch.errors.len;
        s->answered = 1;
        say_change(t);
        unlock(t);
    }
    return NULL;
}

/* ---- starting ---------------------------------------------------------------------------------------------------- */

/* Signals are the caller's thread's, but for those of a thread's own faults (crash.h). */
static int start_thread(pthread_t *id, void *(*run)(void *), void *argument)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
    sigset_t others, before;
    sigfillset(&others);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) sigdelset(&others, faults[i]);
    pthread_sigmask(SIG_BLOCK, &others, &before);
    int status = pthread_create(id, NULL, run, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status;
}

static int start_answering(corpus_threads *t, problem *why)
{
    tern_error error;
    answering *self = &t->thread[t->count];
    self->threads = t;
    self->state = t->task.begin(t->task.user, &error);
    if (!self->state) return problem_set(why, -1, "%s", error.msg);
    int status = start_thread(&self->id, answer_all, self);
    if (status == 0) {
        t->count++;
        return 0;
    }
    t->task.end(self->state);
    return problem_set(why, -1, "cannot start thread %u: %s", t->count + 1, strerror(status));
}

static int start_all(corpus_threads *t, unsigned count, problem *why)
{
    t->slots = (size_t)count * SLOTS_PER_THREAD + 1;
    t->slot = calloc(t->slots, sizeof *t->slot);
    if (!t->slot) return problem_set(why, -1, "out of memory");
    for (unsigned i = 0; i < count; i++)
        if (start_answering(t, why) != 0) return -1;
    int status = start_thread(&t->reader, read_all, t);
    if (status != 0) return problem_set(why, -1, "cannot start a thread: %s", strerror(status));
    t->reading = 1;
    return 0;
}

corpus_threads *corpus_threads_start(corpus_input *input, uint64_t skip, const corpus_task *task, unsigned count,
                                     size_t memory, problem *why)
{
    corpus_threads *t = calloc(1, sizeof *t + count * sizeof t->thread[0]);
    if (!t) {
        problem_set(why, 0, "out of memory");
        return NULL;
    }
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->changed, NULL);
    t->input = input;
    t->skip = skip;
    t->task = *task;
    t->memory = (memory_share){.total = memory};
    if (start_all(t, count, why) == 0) return t;
    corpus_threads_end(t);
    return NULL;
}

/* ---- the caller's thread ----------------------------------------------------------------------------------------- */

batch_status corpus_threads_next(corpus_threads *t, int wait, corpus_batch **batch, problem *why)
{
    batch_status status = BATCH_LATER;
    lock(t);
    while (status == BATCH_LATER) {
        slot *first = slot_at(t, t->written);
        if (t->written < t->read && first->answered) {
            *batch = &first->batch;
            status = BATCH_READY;
        } else if (t->written == t->read && t->ended != RECORD_OK) {
            *why = t->why;
            status = t->ended == RECORD_FAILED ? BATCH_FAILED : BATCH_END;
        } else if (wait) wait_for_change(t);
        else break;
    }
    unlock(t);
    return status;
}

void corpus_threads_done(corpus_threads *t, corpus_batch *batch)
{
    corpus_batch_clear(batch);
    lock(t);
    t->waiting -= slot_at(t, t->written++)->waiting;
    say_change(t);
    unlock(t);
}

void corpus_threads_end(corpus_threads *t)
{
    if (!t) return;
    byte_source_stop();
    lock(t);
    t->stopping = 1;
    say_change(t);
    unlock(t);
    if (t->reading) pthread_join(t->reader, NULL);
    for (unsigned i = 0; i < t->count; i++) {
        pthread_join(t->thread[i].id, NULL);
        t->task.end(t->thread[i].state);
    }
    for (size_t i = 0; t->slot && i < t->slots; i++) corpus_batch_free(&t->slot[i].batch);
    free(t->slot);
    pthread_cond_destroy(&t->changed);
    pthread_mutex_destroy(&t->lock);
    free(t);
}
