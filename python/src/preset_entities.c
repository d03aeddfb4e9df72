/* preset_entities.c - entities that documents have before a run, as the engine takes them. */
#include <stdlib.h>

#include "jobs.h"

/* Of a str; the bytes are item i of the list. NULL with an exception: U+0000 ends the engine's labels. */
static const char *take_label(PyObject *list, Py_ssize_t i, PyObject *label)
{
    char *text;
    PyObject *bytes = PyUnicode_AsUTF8String(label);
    if (!bytes || PyList_SetItem(list, i, bytes)) return NULL;
    return PyBytes_AsStringAndSize(bytes, &text, NULL) ? NULL : text;
}

/* item: (start, end, label, id). 0 or -1 with an exception. */
static int take_entity(PyObject *list, Py_ssize_t i, PyObject *item, tern_preset_entity *out)
{
    Py_ssize_t start, end;
    PyObject *label, *id;
    if (!PyTuple_Check(item)) {
        PyErr_SetString(PyExc_TypeError, "entities: a tuple (start, end, label, id) for each is wanted");
        return -1;
    }
    if (!PyArg_ParseTuple(item, "nnUU", &start, &end, &label, &id)) return -1;
    *out = (tern_preset_entity){.token_start = (size_t)start, .token_end = (size_t)end};
    out->label = take_label(list, 2 * i, label);
    out->id = out->label ? take_label(list, 2 * i + 1, id) : NULL;
    return out->id ? 0 : -1;
}

static int take_of_document(job *j, PyObject *entities)
{
    if (!PyList_Check(entities)) {
        PyErr_SetString(PyExc_TypeError, "entities: None or a list for each document");
        return -1;
    }
    const Py_ssize_t count = PyList_Size(entities);
    tern_preset_entity *out = calloc((size_t)count + 1, sizeof *out);
    j->options.preset_entities = out;
    j->options.preset_entity_count = (size_t)count;
    if (!out) {
        PyErr_NoMemory();
        return -1;
    }
    if (!(j->labels = PyList_New(2 * count))) return -1;
    for (Py_ssize_t i = 0; i < count; i++)
        if (take_entity(j->labels, i, PyList_GetItem(entities, i), &out[i])) return -1;
    return 0;
}

int take_preset_entities(job_list *jobs, PyObject *entities)
{
    if (entities == Py_None) return 0;
    if (!PyList_Check(entities) || PyList_Size(entities) != jobs->count) {
        PyErr_SetString(PyExc_ValueError, "entities: a list with None or a list for each document is wanted");
        return -1;
    }
    for (Py_ssize_t i = 0; i < jobs->count; i++) {
        PyObject *of_document = PyList_GetItem(entities, i);
        if (of_document != Py_None && take_of_document(&jobs->job[i], of_document)) return -1;
    }
    return 0;
}
