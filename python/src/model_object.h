/* model_object.h - an open model and its contexts, for the files that define the type. */
#ifndef TERN_PYTHON_MODEL_OBJECT_H
#define TERN_PYTHON_MODEL_OBJECT_H

#include "tern_python.h"

#include <pythread.h>

/* Contexts that wait for their next run; threads beyond that many make and free their own. */
#define POOL 16

typedef struct model_object {
    PyObject_HEAD tern_model *model; /* NULL: closed */
    tern_model *ended;               /* closed while runs were under way; the last of them ends it */
    void *memory;                    /* that the model was opened in, or NULL */
    size_t runs;                     /* under way */
    size_t waiting;
    tern_ctx *context[POOL];
    PyThread_type_lock lock; /* of the three above */
} model_object;

/* The open model; NULL with ValueError when it is closed. */
tern_model *model_of(PyObject *self);

/* A run begins or ends: between them the model stays, if closed. begin: a context, NULL with an exception. */
tern_ctx *model_begin_run(PyObject *self, const tern_model **model);
void model_end_run(PyObject *self, tern_ctx *ctx);

/* The methods (run.c). */
PyObject *model_run(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *model_run_words(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *model_annotate(PyObject *self, PyObject *args, PyObject *kwargs); /* table_object.c */
PyObject *model_noun_chunks(PyObject *self, PyObject *args);                /* chunks.c */
PyObject *model_lexeme(PyObject *self, PyObject *word);                     /* lexeme.c */

#endif
