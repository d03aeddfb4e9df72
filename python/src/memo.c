/* memo.c - which strings spaCy's StringStore has been given: a set of ids, so that each is made and added once. */
#include "tern_python.h"

#include <stdlib.h>
#include <string.h>

typedef struct memo_object {
    PyObject_HEAD uint64_t *slot; /* [size] ids; 0: free */
    size_t size, used;
} memo_object;

static PyObject *memo_make(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    if (PyTuple_Size(args) || (kwargs && PyDict_Size(kwargs))) {
        PyErr_SetString(PyExc_TypeError, "StringMemo takes no arguments");
        return NULL;
    }
    allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    return alloc(type, 0);
}

static void memo_dealloc(PyObject *self)
{
    free(((memo_object *)self)->slot);
    free_object(self);
}

static size_t place_of(const memo_object *memo, uint64_t id)
{
    size_t at = (size_t)(id ^ id >> 29) & (memo->size - 1);
    while (memo->slot[at] && memo->slot[at] != id) at = (at + 1) & (memo->size - 1);
    return at;
}

/* Room for one more, so that a third stays free. 0 or -1. */
static int grow(memo_object *memo)
{
    if (memo->used * 3 < memo->size * 2) return 0;
    memo_object larger = {.size = memo->size ? memo->size * 2 : 4096};
    larger.slot = calloc(larger.size, sizeof *larger.slot);
    if (!larger.slot) return -1;
    for (size_t i = 0; i < memo->size; i++)
        if (memo->slot[i]) larger.slot[place_of(&larger, memo->slot[i])] = memo->slot[i];
    free(memo->slot);
    memo->slot = larger.slot;
    memo->size = larger.size;
    return 0;
}

static int knows(const memo_object *memo, uint64_t id)
{
    return !id || (memo->size && memo->slot[place_of(memo, id)] == id);
}

/* Steals text, which may be NULL with an exception. 0 or -1. */
static int note(memo_object *memo, uint64_t id, PyObject *text, PyObject *found)
{
    int failed = text ? PyList_Append(found, text) : -1;
    Py_XDECREF(text);
    if (failed) return -1;
    if (grow(memo)) {
        PyErr_NoMemory();
        return -1;
    }
    memo->slot[place_of(memo, id)] = id;
    memo->used++;
    return 0;
}

static int note_string(memo_object *memo, uint64_t id, const doc_columns *c, string_ref ref, PyObject *found)
{
    if (knows(memo, id)) return 0;
    /* the only string whose id is not that of its text: an empty MORPH */
    const char *text = ref.length ? c->strings + ref.start : "_";
    return note(memo, id, PyUnicode_DecodeUTF8(text, ref.length ? (Py_ssize_t)ref.length : 1, NULL), found);
}

static int note_token(memo_object *memo, const doc_columns *c, const token_columns *t, PyObject *text, PyObject *found)
{
    const uint64_t id[] = {t->ids.tag, t->ids.pos, t->ids.morph, t->ids.dep, t->ids.lemma, t->ids.norm};
    if (!knows(memo, t->orth)
        && note(memo, t->orth, PyUnicode_Substring(text, (Py_ssize_t)t->char_start, (Py_ssize_t)t->char_end), found))
        return -1;
    for (size_t s = 0; s < STRING_COUNT; s++)
        if (note_string(memo, id[s], c, t->string[s], found)) return -1;
    return 0;
}

static int note_all(memo_object *memo, const doc_columns *c, PyObject *text, PyObject *found)
{
    for (size_t i = 0; i < c->token_count; i++)
        if (note_token(memo, c, &c->token[i], text, found)) return -1;
    for (size_t i = 0; i < c->entity_count; i++)
        if (note_string(memo, c->entity[i].label_id, c, c->entity[i].label, found)
            || note_string(memo, c->entity[i].id_id, c, c->entity[i].id, found))
            return -1;
    for (size_t i = 0; i < c->group_span_count; i++)
        if (note_string(memo, c->group_span[i].label_id, c, c->group_span[i].label, found)) return -1;
    return 0;
}

static PyObject *memo_new_strings(PyObject *self, PyObject *result)
{
    const doc_columns *c = result_columns(result);
    PyObject *found = c ? PyList_New(0) : NULL;
    if (found && note_all((memo_object *)self, c, result_text(result), found)) Py_CLEAR(found);
    return found;
}

static PyMethodDef memo_methods[] = {
    {"new_strings", memo_new_strings, METH_O,
     "new_strings($self, result, /)\n--\n\nThe strings of a Result that no call before has given, as a list."},
    {0},
};

static PyType_Slot memo_slots[] = {
    {Py_tp_doc, "Remembers which strings a StringStore has."},
    {Py_tp_new, memo_make},
    {Py_tp_dealloc, memo_dealloc},
    {Py_tp_methods, memo_methods},
    {0},
};

static PyType_Spec memo_spec = {.name = "tern_nlp._tern.StringMemo",
                                .basicsize = sizeof(memo_object),
                                .flags = Py_TPFLAGS_DEFAULT,
                                .slots = memo_slots};

int add_memo_type(PyObject *module)
{
    PyObject *type = PyType_FromSpec(&memo_spec);
    return type && !PyModule_AddObject(module, "StringMemo", type) ? 0 : -1;
}
