/* phrase_trie.c - tern_nlp._tern.PhraseTrie: sequences of token values, found in a document from every token on
 * (spacy/matcher/phrasematcher.pyx find_matches). */
#include "tern_python.h"
#include "value_map.h"

#include <stdlib.h>
#include <string.h>

typedef struct trie_object {
    PyObject_HEAD value_map next; /* (node, value) -> node; 0 is the root */
    uint32_t *phrase;             /* [node] number of the phrase that ends there + 1, or 0 */
    size_t nodes, capacity, phrases;
} trie_object;

static PyObject *trie_make(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    if (PyTuple_Size(args) || (kwargs && PyDict_Size(kwargs))) {
        PyErr_SetString(PyExc_TypeError, "PhraseTrie takes no arguments");
        return NULL;
    }
    allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    return alloc(type, 0);
}

static void trie_dealloc(PyObject *self)
{
    value_map_free(&((trie_object *)self)->next);
    free(((trie_object *)self)->phrase);
    free_object(self);
}

/* bytes of uint64: a pointer and how many; NULL with an exception. */
static const uint64_t *values_of(PyObject *bytes, size_t *count)
{
    char *data = NULL;
    Py_ssize_t length = 0;
    if (PyBytes_AsStringAndSize(bytes, &data, &length)) return NULL;
    *count = (size_t)length / sizeof(uint64_t);
    return (const uint64_t *)(const void *)data;
}

/* A new node's number, or VALUE_MAP_ABSENT. The root is made with the first. */
static uint32_t new_node(trie_object *t)
{
    if (t->nodes + 2 > t->capacity) {
        size_t larger = t->capacity ? 2 * t->capacity : 64;
        uint32_t *moved = larger < UINT32_MAX ? realloc(t->phrase, larger * sizeof *moved) : NULL;
        if (!moved) return VALUE_MAP_ABSENT;
        memset(moved + t->capacity, 0, (larger - t->capacity) * sizeof *moved);
        t->phrase = moved;
        t->capacity = larger;
    }
    if (!t->nodes) t->nodes = 1;
    return (uint32_t)t->nodes++;
}

/* The number of the phrase, new or old; -1 when out of memory. */
static Py_ssize_t add_phrase(trie_object *t, const uint64_t *value, size_t count)
{
    uint32_t node = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t next = value_map_get(&t->next, node, value[i]);
        if (next == VALUE_MAP_ABSENT) {
            next = new_node(t);
            if (next == VALUE_MAP_ABSENT || value_map_put(&t->next, node, value[i], next)) return -1;
        }
        node = next;
    }
    if (!t->phrase[node]) t->phrase[node] = (uint32_t)++t->phrases;
    return (Py_ssize_t)t->phrase[node] - 1;
}

static PyObject *trie_add(PyObject *self, PyObject *bytes)
{
    size_t count = 0;
    const uint64_t *value = values_of(bytes, &count);
    if (!value) return NULL;
    if (!count) return PyErr_Format(PyExc_ValueError, "a phrase has no token");
    Py_ssize_t number = add_phrase((trie_object *)self, value, count);
    return number < 0 ? PyErr_NoMemory() : PyLong_FromSsize_t(number);
}

/* 0 or -1 with an exception. */
static int found_phrase(PyObject *found, uint32_t phrase, size_t start, size_t end)
{
    PyObject *match = Py_BuildValue("(Inn)", phrase - 1, (Py_ssize_t)start, (Py_ssize_t)end);
    int failed = !match || PyList_Append(found, match);
    Py_XDECREF(match);
    return failed ? -1 : 0;
}

static int find_from(const trie_object *t, const uint64_t *value, size_t start, size_t count, PyObject *found)
{
    uint32_t node = 0;
    for (size_t i = start; i < count; i++) {
        node = value_map_get(&t->next, node, value[i]);
        if (node == VALUE_MAP_ABSENT) return 0;
        if (t->phrase[node] && found_phrase(found, t->phrase[node], start, i + 1)) return -1;
    }
    return 0;
}

static PyObject *trie_find(PyObject *self, PyObject *bytes)
{
    size_t count = 0;
    const uint64_t *value = values_of(bytes, &count);
    PyObject *found = value ? PyList_New(0) : NULL;
    for (size_t start = 0; found && start < count; start++)
        if (find_from((trie_object *)self, value, start, count, found)
            || (start % 4096 == 4095 && PyErr_CheckSignals()))
            Py_CLEAR(found);
    return found;
}

static PyMethodDef trie_methods[] = {
    {"add", trie_add, METH_O,
     "add(values)\n--\n\nThe phrase's number. values: bytes, a uint64 for each token. Equal phrases are one."},
    {"find", trie_find, METH_O, "find(values)\n--\n\n[(number of a phrase, start, end)], by start, then by end."},
    {0},
};

static PyType_Slot trie_slots[] = {
    {Py_tp_doc, "Phrases, as sequences of token values."},
    {Py_tp_new, trie_make},
    {Py_tp_dealloc, trie_dealloc},
    {Py_tp_methods, trie_methods},
    {0},
};

static PyType_Spec trie_spec = {.name = "tern_nlp._tern.PhraseTrie",
                                .basicsize = sizeof(trie_object),
                                .flags = Py_TPFLAGS_DEFAULT,
                                .slots = trie_slots};

int add_trie_type(PyObject *module)
{
    PyObject *type = PyType_FromSpec(&trie_spec);
    return type && !PyModule_AddObject(module, "PhraseTrie", type) ? 0 : -1;
}
