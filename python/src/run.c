/* run.c - Model.run and Model.run_words: the engine at work on a list of documents, without the interpreter's lock. */
#include "jobs.h"

#include <stdlib.h>
#include <string.h>

/* ---- signals ----------------------------------------------------------------------------------------------------- */

/* The lock is what other threads wait for, so Python is asked twenty times a second at most. */
#define ASK_NS 50000000

/* tern_options.interrupt: Ctrl-C and other handlers of signals. */
int has_signal(void *user)
{
    job_list *jobs = user;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if ((now.tv_sec - jobs->asked.tv_sec) * 1000000000LL + (now.tv_nsec - jobs->asked.tv_nsec) < ASK_NS) return 0;
    jobs->asked = now;
    PyGILState_STATE state = PyGILState_Ensure();
    int raised = PyErr_CheckSignals();
    PyGILState_Release(state);
    return raised;
}

/* ---- without the lock -------------------------------------------------------------------------------------------- */

static tern_status run_one(tern_ctx *ctx, const tern_model *model, job_list *jobs, job *j)
{
    const tern_doc *doc;
    tern_status status;
    if (j->words.words) status = tern_run_words(ctx, &j->words, &j->options, &doc, &jobs->err);
    else status = tern_run(ctx, j->bytes, j->len, &j->options, &doc, &jobs->err);
    if (status) return status;
    const char *text = j->bytes;
    size_t len;
    if (j->words.words) tern_doc_text(doc, &text, &len);
    j->columns = columns_copy(model, doc, text, j->options.entity_scores);
    if (j->columns) return TERN_OK;
    jobs->err = (tern_error){.code = TERN_E_MEMORY, .msg = "out of memory; send fewer texts at a time"};
    return TERN_E_MEMORY;
}

/* Of one document, which the others need not suffer from. 0: there is no going on. */
static int note_problem(job *j, const tern_error *err)
{
    if (err->code == TERN_E_INTERRUPTED || err->code == TERN_E_MEMORY) return 0;
    j->problem = strdup(err->msg);
    return j->problem != NULL;
}

/* Tells the context which texts come next; how many of them it has looked at. */
static size_t look_ahead(tern_ctx *ctx, const job_list *jobs)
{
    const char *texts[TERN_AHEAD_TEXTS];
    size_t lengths[TERN_AHEAD_TEXTS], count = 0;
    const job *end = jobs->job + jobs->count;
    for (const job *j = jobs->job + jobs->done; j < end && count < TERN_AHEAD_TEXTS && j->bytes; j++, count++) {
        texts[count] = j->bytes;
        lengths[count] = j->len;
    }
    return tern_run_ahead(ctx, texts, lengths, count, &jobs->options);
}

tern_status run_all(tern_ctx *ctx, const tern_model *model, job_list *jobs)
{
    tern_status status = TERN_OK;
    size_t ready = 0;
    for (jobs->done = 0; jobs->done < jobs->count; jobs->done++) {
        job *j = &jobs->job[jobs->done];
        if (!j->bytes && !j->words.words) continue;
        if (!ready) ready = look_ahead(ctx, jobs);
        if (ready) ready--;
        status = run_one(ctx, model, jobs, j);
        if (status && !(jobs->keep_going && note_problem(j, &jobs->err))) break;
        status = TERN_OK;
    }
    return status;
}

/* ---- jobs -------------------------------------------------------------------------------------------------------- */

void free_jobs(job_list *jobs)
{
    for (Py_ssize_t i = 0; i < jobs->count; i++) {
        job *j = &jobs->job[i];
        Py_XDECREF(j->text);
        Py_XDECREF(j->utf8);
        Py_XDECREF(j->sent_starts);
        Py_XDECREF(j->labels);
        free((void *)j->options.preset_entities);
        free((void *)j->words.words);
        free((void *)j->words.lengths);
        free((void *)j->words.spaces);
        columns_free(j->columns);
        free(j->problem);
    }
    free(jobs->job);
}

/* 0 or -1 with an exception. */
int take_text(job *j, PyObject *text)
{
    if (!PyUnicode_Check(text)) {
        PyErr_Format(PyExc_TypeError, "a text is a str, and this is %R", (PyObject *)Py_TYPE(text));
        return -1;
    }
    Py_INCREF(text);
    j->text = text;
    if (!(j->utf8 = PyUnicode_AsUTF8String(text))) return -1;
    j->bytes = PyBytes_AsString(j->utf8);
    j->len = (size_t)PyBytes_Size(j->utf8);
    return 0;
}

static int take_word(PyObject *utf8, const char **words, size_t *lengths, Py_ssize_t i, PyObject *word)
{
    PyObject *bytes = NULL;
    if (PyUnicode_Check(word)) bytes = PyUnicode_AsUTF8String(word);
    else PyErr_Format(PyExc_TypeError, "a word is a str, and this is %R", (PyObject *)Py_TYPE(word));
    if (!bytes || PyList_SetItem(utf8, i, bytes)) return -1;
    words[i] = PyBytes_AsString(bytes);
    lengths[i] = (size_t)PyBytes_Size(bytes);
    return 0;
}

/* document: (list of str, bytes). 0 or -1 with an exception. */
static int take_words(job *j, PyObject *document)
{
    PyObject *words, *spaces;
    if (!PyTuple_Check(document)) {
        PyErr_SetString(PyExc_TypeError, "a document of words is a tuple: (words, spaces)");
        return -1;
    }
    if (!PyArg_ParseTuple(document, "OS", &words, &spaces)) return -1;
    if (!PyList_Check(words) || PyList_Size(words) != PyBytes_Size(spaces)) {
        PyErr_SetString(PyExc_ValueError, "words: a list and as many bytes, 1 or 0 for each word, are wanted");
        return -1;
    }
    const Py_ssize_t count = PyList_Size(words);
    const char **pointers = malloc((size_t)(count + 1) * sizeof *pointers);
    size_t *lengths = malloc((size_t)(count + 1) * sizeof *lengths);
    unsigned char *follows = malloc((size_t)count + 1);
    j->words = (tern_words){.count = (size_t)count, .words = pointers, .lengths = lengths, .spaces = follows};
    if (!pointers || !lengths || !follows) {
        PyErr_NoMemory();
        return -1;
    }
    if (!(j->utf8 = PyList_New(count))) return -1;
    for (Py_ssize_t i = 0; i < count; i++) {
        follows[i] = (unsigned char)PyBytes_AsString(spaces)[i];
        if (i >= PyList_Size(words)) return -1;
        if (take_word(j->utf8, pointers, lengths, i, PyList_GetItem(words, i))) return -1;
    }
    return 0;
}

static int take_sent_starts(job_list *jobs, PyObject *sent_starts)
{
    if (sent_starts == Py_None) return 0;
    if (!PyList_Check(sent_starts) || PyList_Size(sent_starts) != jobs->count) {
        PyErr_SetString(PyExc_ValueError, "sent_starts: a list with None or bytes for each document is wanted");
        return -1;
    }
    for (Py_ssize_t i = 0; i < jobs->count; i++) {
        PyObject *starts = PyList_GetItem(sent_starts, i);
        if (starts == Py_None) continue;
        if (!PyBytes_Check(starts)) {
            PyErr_SetString(PyExc_TypeError, "sent_starts: None or bytes for each document");
            return -1;
        }
        Py_INCREF(starts);
        jobs->job[i].sent_starts = starts;
        jobs->job[i].options.sent_starts = (const signed char *)PyBytes_AsString(starts);
        jobs->job[i].options.sent_start_count = (size_t)PyBytes_Size(starts);
    }
    return 0;
}

/* 0 or -1 with an exception. */
int take_jobs(job_list *jobs, PyObject *documents, PyObject *sent_starts, int (*take)(job *, PyObject *))
{
    if (!PyList_Check(documents)) {
        PyErr_Format(PyExc_TypeError, "a list of documents is wanted, and this is %R", (PyObject *)Py_TYPE(documents));
        return -1;
    }
    jobs->count = PyList_Size(documents);
    jobs->job = calloc((size_t)jobs->count + 1, sizeof *jobs->job);
    if (!jobs->job) {
        jobs->count = 0;
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < jobs->count; i++) {
        jobs->job[i].options = jobs->options;
        if (take(&jobs->job[i], PyList_GetItem(documents, i))) return -1;
    }
    return take_sent_starts(jobs, sent_starts);
}

/* ---- results ----------------------------------------------------------------------------------------------------- */

/* The text that the words made: each with its blank. */
static PyObject *text_of_words(const tern_words *words)
{
    size_t bytes = 0;
    for (size_t i = 0; i < words->count; i++) bytes += words->lengths[i] + words->spaces[i];
    char *text = malloc(bytes + 1), *to = text;
    if (!text) return PyErr_NoMemory();
    for (size_t i = 0; i < words->count; i++) {
        for (size_t b = 0; b < words->lengths[i]; b++) *to++ = words->words[i][b];
        if (words->spaces[i]) *to++ = ' ';
    }
    PyObject *made = PyUnicode_DecodeUTF8(text, (Py_ssize_t)bytes, NULL);
    free(text);
    return made;
}

static PyObject *result_of(job *j)
{
    if (!j->text && !(j->text = text_of_words(&j->words))) return NULL;
    doc_columns *columns = j->columns;
    j->columns = NULL;
    return result_new(columns, j->text);
}

static PyObject *results_of(job_list *jobs)
{
    PyObject *results = PyList_New(jobs->count);
    for (Py_ssize_t i = 0; results && i < jobs->count; i++) {
        PyObject *result = result_of(&jobs->job[i]);
        if (!result || PyList_SetItem(results, i, result)) Py_CLEAR(results);
    }
    return results;
}

static PyObject *run_jobs(PyObject *self, job_list *jobs)
{
    const tern_model *model;
    tern_ctx *ctx = model_begin_run(self, &model);
    if (!ctx) return NULL;
    clock_gettime(CLOCK_MONOTONIC, &jobs->asked);
    tern_status status;
    Py_BEGIN_ALLOW_THREADS status = run_all(ctx, model, jobs);
    Py_END_ALLOW_THREADS model_end_run(self, ctx);
    if (!status) return results_of(jobs);
    return PyErr_Occurred() ? NULL : raise_tern(&jobs->err, jobs->done);
}

static PyObject *run_documents(PyObject *self, PyObject *args, PyObject *kwargs, int (*take)(job *, PyObject *))
{
    static char *names[] = {"documents", "want", "places", "sent_starts", "entities", "scores", NULL};
    PyObject *documents, *sent_starts = Py_None, *entities = Py_None, *results = NULL;
    unsigned long want;
    unsigned long long places = 0;
    int scores = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "Ok|KOOp", names, &documents, &want, &places, &sent_starts,
                                     &entities, &scores))
        return NULL;
    job_list jobs = {.options = {.want = (unsigned)want,
                                 .places = places,
                                 .interrupt = has_signal,
                                 .interrupt_user = &jobs,
                                 .entity_scores = scores}};
    if (!take_jobs(&jobs, documents, sent_starts, take) && !take_preset_entities(&jobs, entities))
        results = run_jobs(self, &jobs);
    free_jobs(&jobs);
    return results;
}

PyObject *model_run(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return run_documents(self, args, kwargs, take_text);
}

PyObject *model_run_words(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return run_documents(self, args, kwargs, take_words);
}
