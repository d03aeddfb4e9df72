/* phrase_trie.c - tern_nlp._tern.PhraseTrie: sequences of token values, found in a document from every token on
 * (spacy/matcher/phrasematcher.pyx find_matches). */
#include "doc_object.h"
#include "value_map.h"

#include <stdlib.h>
#include <string.h>

/* Bits for the values that phrases begin with: most tokens begin none, and need not be looked up. */
#define FIRST_BITS 32768u

typedef struct trie_object {
    PyObject_HEAD value_map next; /* (node, value) -> node; 0 is the root */
    uint32_t *phrase;             /* [node] number of the phrase that ends there + 1, or 0 */
    size_t nodes, capacity, phrases;
    uint64_t first[FIRST_BITS / 64];
} trie_object;

static uint32_t first_bit(uint64_t value) { return (uint32_t)((value * 0x9e3779b97f4a7c15u) >> 32) % FIRST_BITS; }

static int may_begin(const trie_object *t, uint64_t value)
{
    const uint32_t bit = first_bit(value);
    return (int)(t->first[bit / 64] >> bit % 64 & 1);
}

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
    const uint32_t bit = first_bit(value[0]);
    t->first[bit / 64] |= (uint64_t)1 << bit % 64;
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

/* ---- finding ----------------------------------------------------------------------------------------------------- */

typedef struct phrase_match {
    uint32_t phrase, start, end;
} phrase_match;

typedef struct match_list {
    phrase_match *item;
    size_t count, room;
} match_list;

/* 0, or -1 when out of memory. */
static int note_match(match_list *l, uint32_t phrase, size_t start, size_t end)
{
    if (l->count == l->room) {
        const size_t room = l->room ? 2 * l->room : 64;
        phrase_match *moved = realloc(l->item, room * sizeof *moved);
        if (!moved) return -1;
        l->item = moved;
        l->room = room;
    }
    l->item[l->count++] = (phrase_match){phrase, (uint32_t)start, (uint32_t)end};
    return 0;
}

static int find_from(const trie_object *t, const uint64_t *value, size_t start, size_t count, match_list *found)
{
    uint32_t node = 0;
    for (size_t i = start; i < count; i++) {
        node = value_map_get(&t->next, node, value[i]);
        if (node == VALUE_MAP_ABSENT) return 0;
        if (t->phrase[node] && note_match(found, t->phrase[node] - 1, start, i + 1)) return -1;
    }
    return 0;
}

/* Adds (key, start, end). 0 or -1 with an exception. */
static int append_match(PyObject *list, PyObject *key, Py_ssize_t start, Py_ssize_t end)
{
    PyObject *match = PyTuple_New(3), *first = PyLong_FromSsize_t(start), *last = PyLong_FromSsize_t(end);
    int failed = !match || !first || !last;
    if (!failed) {
        Py_INCREF(key);
        PyTuple_SetItem(match, 0, key);
        PyTuple_SetItem(match, 1, first);
        PyTuple_SetItem(match, 2, last);
        failed = PyList_Append(list, match);
    } else {
        Py_XDECREF(first);
        Py_XDECREF(last);
    }
    Py_XDECREF(match);
    return failed ? -1 : 0;
}

/* The matches of one phrase: of its key, or of each of several; 0 stands for none. */
static int append_matches(PyObject *list, PyObject *keys, Py_ssize_t start, Py_ssize_t end)
{
    if (PyLong_Check(keys)) return PyObject_IsTrue(keys) ? append_match(list, keys, start, end) : 0;
    PyObject *several = PySequence_List(keys);
    int failed = !several;
    for (Py_ssize_t i = 0; !failed && i < PyList_Size(several); i++)
        failed = append_match(list, PyList_GetItem(several, i), start, end);
    Py_XDECREF(several);
    return failed ? -1 : 0;
}

static PyObject *list_matches(PyObject *keys, const match_list *found, Py_ssize_t start)
{
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list && i < found->count; i++) {
        const phrase_match *m = &found->item[i];
        PyObject *known = PyList_GetItem(keys, (Py_ssize_t)m->phrase);
        Py_XINCREF(known);
        if (!known || append_matches(list, known, start + (Py_ssize_t)m->start, start + (Py_ssize_t)m->end))
            Py_CLEAR(list);
        Py_XDECREF(known);
    }
    return list;
}

/* Nothing of Python runs while the trie is walked. */
static PyObject *find_in(PyObject *self, PyObject *keys, const uint64_t *value, size_t count, Py_ssize_t start)
{
    const trie_object *t = (const trie_object *)self;
    match_list found = {0};
    PyObject *list = NULL;
    int failed = 0;
    for (size_t i = 0; !failed && i < count; i++)
        failed = may_begin(t, value[i]) && find_from(t, value, i, count, &found);
    if (failed) PyErr_NoMemory();
    else list = list_matches(keys, &found, start);
    free(found.item);
    return list;
}

static PyObject *trie_find(PyObject *self, PyObject *args)
{
    PyObject *keys, *bytes;
    Py_ssize_t start;
    size_t count = 0;
    if (!PyArg_ParseTuple(args, "O!Sn:find", &PyList_Type, &keys, &bytes, &start)) return NULL;
    const uint64_t *value = values_of(bytes, &count);
    return value ? find_in(self, keys, value, count, start) : NULL;
}

static PyObject *trie_find_doc(PyObject *self, PyObject *args)
{
    PyObject *keys, *doc, *list = NULL;
    int attr;
    Py_ssize_t start, end;
    if (!PyArg_ParseTuple(args, "O!Oinn:find_doc", &PyList_Type, &keys, &doc, &attr, &start, &end)) return NULL;
    if (!is_doc(doc)) return PyErr_Format(PyExc_TypeError, "find_doc: a Doc is wanted");
    if (start < 0 || start > end || end > ((doc_object *)doc)->count)
        return PyErr_Format(PyExc_IndexError, "tokens %zd to %zd are not the document's", start, end);
    uint64_t *value = malloc((size_t)(end - start + 1) * sizeof *value);
    if (!value) return PyErr_NoMemory();
    if (!doc_values(doc, attr, start, end, value)) list = find_in(self, keys, value, (size_t)(end - start), start);
    free(value);
    return list;
}

static PyMethodDef trie_methods[] = {
    {"add", trie_add, METH_O,
     "add($self, values, /)\n--\n\nThe phrase's number. values: bytes, a uint64 for each token. Equal phrases are "
     "one."},
    {"find", trie_find, METH_VARARGS,
     "find($self, keys, values, start, /)\n--\n\n[(key, start, end)], by start, then by end. keys: a list, for each "
     "phrase a key, several, "
     "or 0; values: bytes; start: is added to the places."},
    {"find_doc", trie_find_doc, METH_VARARGS,
     "find_doc($self, keys, doc, attr, start, end, /)\n--\n\nThe same in a Doc, by an attribute of its tokens."},
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
