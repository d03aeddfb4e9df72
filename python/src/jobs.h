/* jobs.h - documents on their way through the engine, for the files that give them to it and take what came of them. */
#ifndef TERN_PYTHON_JOBS_H
#define TERN_PYTHON_JOBS_H

#include <time.h>

#include "model_object.h"

/* A document to run, and what came of it. */
typedef struct job {
    PyObject *text;        /* str; of words: NULL until the run has made it */
    PyObject *utf8;        /* the same as bytes; of words: a list of such */
    PyObject *sent_starts; /* bytes or NULL */
    PyObject *labels;      /* of preset entities, with their ids: a list of bytes, or NULL */
    const char *bytes;     /* utf8's; NULL: nothing to run */
    size_t len;
    tern_options options; /* with sent_starts' bytes, and preset_entities, which are the job's */
    tern_words words;     /* words.words NULL: it is a text */
    doc_columns *columns;
    char *problem; /* why there are none, where the list keeps going */
} job;

typedef struct job_list {
    Py_ssize_t count, done; /* done: the one that failed, if one did */
    job *job;
    tern_options options;
    int keep_going; /* 1: a document that fails has its problem, and the others run */
    struct timespec asked;
    tern_error err;
} job_list;

/* tern_options.interrupt, of a job_list: Ctrl-C and other handlers of signals. */
int has_signal(void *jobs);

/* Makes jobs of a list; jobs->options are those of each. 0 or -1 with an exception. */
int take_jobs(job_list *jobs, PyObject *documents, PyObject *sent_starts, int (*take)(job *, PyObject *));
int take_text(job *j, PyObject *text);

/* entities: None, or a list with None or [(start, end, label, id), ...] for each document. The same. */
int take_preset_entities(job_list *jobs, PyObject *entities);

/* Runs them, without the interpreter's lock. */
tern_status run_all(tern_ctx *ctx, const tern_model *model, job_list *jobs);

void free_jobs(job_list *jobs);

#endif
