/* chunks.c - Model.noun_chunks: of a parse that Python has. */
#include "model_object.h"

#include <stdlib.h>

typedef struct parse_columns {
    size_t count;
    uint32_t *heads;
    uint64_t *deps, *pos;
} parse_columns;

static void free_parse(parse_columns *p)
{
    free(p->heads);
    free(p->deps);
    free(p->pos);
}

/* 0 or -1 with an exception. */
static int take_ids(PyObject *list, uint64_t *ids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if ((Py_ssize_t)i >= PyList_Size(list)) return -1;
        ids[i] = PyLong_AsUnsignedLongLong(PyList_GetItem(list, (Py_ssize_t)i));
        if (PyErr_Occurred()) return -1;
    }
    return 0;
}

static int take_parse(PyObject *heads, PyObject *deps, PyObject *pos, parse_columns *p)
{
    p->count = (size_t)PyList_Size(heads);
    if (PyList_Size(deps) != PyList_Size(heads) || PyList_Size(pos) != PyList_Size(heads)) {
        PyErr_SetString(PyExc_ValueError, "heads, deps and pos: three lists of one length are wanted");
        return -1;
    }
    p->heads = malloc((p->count + 1) * sizeof *p->heads);
    p->deps = malloc((p->count + 1) * sizeof *p->deps);
    p->pos = malloc((p->count + 1) * sizeof *p->pos);
    if (!p->heads || !p->deps || !p->pos) {
        PyErr_NoMemory();
        return -1;
    }
    if (take_ids(heads, p->deps, p->count)) return -1;
    for (size_t i = 0; i < p->count; i++) p->heads[i] = p->deps[i] > UINT32_MAX ? UINT32_MAX : (uint32_t)p->deps[i];
    return take_ids(deps, p->deps, p->count) || take_ids(pos, p->pos, p->count) ? -1 : 0;
}

static PyObject *list_chunks(const tern_doc *doc)
{
    const size_t count = tern_doc_noun_chunk_count(doc);
    PyObject *found = PyList_New((Py_ssize_t)count);
    for (size_t i = 0; found && i < count; i++) {
        tern_noun_chunk chunk;
        tern_doc_noun_chunk(doc, i, &chunk);
        PyObject *pair = Py_BuildValue("(nn)", (Py_ssize_t)chunk.token_start, (Py_ssize_t)chunk.token_end);
        if (!pair || PyList_SetItem(found, (Py_ssize_t)i, pair)) Py_CLEAR(found);
    }
    return found;
}

PyObject *model_noun_chunks(PyObject *self, PyObject *args)
{
    PyObject *heads, *deps, *pos, *found = NULL;
    parse_columns p = {0};
    const tern_model *model;
    const tern_doc *doc;
    tern_error err;
    if (!PyArg_ParseTuple(args, "O!O!O!", &PyList_Type, &heads, &PyList_Type, &deps, &PyList_Type, &pos)) return NULL;
    tern_ctx *ctx = take_parse(heads, deps, pos, &p) ? NULL : model_begin_run(self, &model);
    if (ctx) {
        const tern_parse parse = {.count = p.count, .heads = p.heads, .deps = p.deps, .pos = p.pos};
        found = tern_noun_chunks(ctx, &parse, &doc, &err) ? raise_tern(&err, 0) : list_chunks(doc);
        model_end_run(self, ctx);
    }
    free_parse(&p);
    return found;
}
