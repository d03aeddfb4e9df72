#include "store.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"

/* ---- symbols ----------------------------------------------------------------------------------------------------- */

/* spaCy's reserved strings: their number is their id. Set once, by the module that has them (symbols.py). */
#define SYMBOL_ROOM 1024u

static struct {
    PyObject *name[SYMBOL_ROOM / 2];
    size_t count;
    struct {
        uint64_t hash;
        uint64_t number;
    } slot[SYMBOL_ROOM];
} symbols;

static uint64_t symbol_of(uint64_t hash)
{
    size_t at = (size_t)hash & (SYMBOL_ROOM - 1);
    for (; symbols.slot[at].hash; at = (at + 1) & (SYMBOL_ROOM - 1))
        if (symbols.slot[at].hash == hash) return symbols.slot[at].number;
    return 0;
}

static int add_symbol(PyObject *name)
{
    PyObject *utf8 = PyUnicode_AsUTF8String(name);
    if (!utf8) return -1;
    const uint64_t hash = murmur64a(PyBytes_AsString(utf8), (size_t)PyBytes_Size(utf8), 1);
    size_t at = (size_t)hash & (SYMBOL_ROOM - 1);
    while (symbols.slot[at].hash) at = (at + 1) & (SYMBOL_ROOM - 1);
    Py_DECREF(utf8);
    symbols.slot[at].hash = hash;
    symbols.slot[at].number = symbols.count;
    Py_INCREF(name);
    symbols.name[symbols.count++] = name;
    return 0;
}

static PyObject *set_symbols(PyObject *module, PyObject *names)
{
    (void)module;
    if (symbols.count) Py_RETURN_NONE;
    if (!PyTuple_Check(names) || !PyTuple_Size(names) || PyTuple_Size(names) > (Py_ssize_t)(SYMBOL_ROOM / 2)) {
        PyErr_SetString(PyExc_ValueError, "set_symbols: a tuple of 1 to 512 names is wanted");
        return NULL;
    }
    for (Py_ssize_t i = 0; i < PyTuple_Size(names); i++)
        if (add_symbol(PyTuple_GetItem(names, i))) return NULL;
    Py_RETURN_NONE;
}

uint64_t id_of_text(const char *utf8, size_t len)
{
    if (!len) return 0;
    const uint64_t hash = murmur64a(utf8, len, 1), number = symbol_of(hash);
    return number ? number : hash;
}

int id_of_str(PyObject *text, uint64_t *id)
{
    PyObject *utf8 = PyUnicode_AsUTF8String(text);
    if (!utf8) return -1;
    *id = id_of_text(PyBytes_AsString(utf8), (size_t)PyBytes_Size(utf8));
    Py_DECREF(utf8);
    return 0;
}

int id_of_int(PyObject *number, uint64_t *id)
{
    PyObject *index = PyNumber_Index(number);
    if (!index) return -1;
    *id = PyLong_AsUnsignedLongLong(index);
    Py_DECREF(index);
    return *id == (uint64_t)-1 && PyErr_Occurred() ? -1 : 0;
}

/* ---- the table --------------------------------------------------------------------------------------------------- */

typedef struct string_slot {
    uint64_t id; /* 0: free */
    PyObject *text;
} string_slot;

typedef struct store_object {
    PyObject_HEAD string_slot *slot; /* [size] */
    uint64_t *order;                 /* [used] ids in the order in which they came */
    size_t size, used, room;
} store_object;

static PyObject *store_type;

int is_store(PyObject *object) { return PyObject_IsInstance(object, store_type) == 1; }

static size_t place_of(const store_object *s, uint64_t id)
{
    size_t at = (size_t)(id ^ id >> 31) & (s->size - 1);
    while (s->slot[at].id && s->slot[at].id != id) at = (at + 1) & (s->size - 1);
    return at;
}

/* A table of that many places, a power of two. 0 or -1 with an exception. */
static int rebuild(store_object *s, size_t size)
{
    store_object larger = {.size = size, .slot = calloc(size, sizeof *s->slot)};
    if (!larger.slot) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t i = 0; i < s->size; i++)
        if (s->slot[i].id) larger.slot[place_of(&larger, s->slot[i].id)] = s->slot[i];
    free(s->slot);
    s->slot = larger.slot;
    s->size = size;
    return 0;
}

static int make_room(store_object *s)
{
    if (s->used == s->room) {
        const size_t room = s->room ? 2 * s->room : 64;
        uint64_t *order = realloc(s->order, room * sizeof *order);
        if (!order) {
            PyErr_NoMemory();
            return -1;
        }
        s->order = order;
        s->room = room;
    }
    return (s->used + 1) * 3 < s->size * 2 ? 0 : rebuild(s, s->size ? 2 * s->size : 128);
}

PyObject *store_get(PyObject *store, uint64_t id)
{
    const store_object *s = (const store_object *)store;
    if (id < symbols.count) return symbols.name[id];
    return s->size ? s->slot[place_of(s, id)].text : NULL;
}

PyObject *store_string(PyObject *store, uint64_t id)
{
    PyObject *text = store_get(store, id);
    if (text) Py_INCREF(text);
    else
        PyErr_Format(PyExc_KeyError,
                     "[E018] Can't retrieve string for hash '%llu'. The vocabulary's StringStore does not have it: add "
                     "the string to vocab.strings first, or use the vocabulary that the document was made with.",
                     (unsigned long long)id);
    return text;
}

int store_put(PyObject *store, uint64_t id, PyObject *text)
{
    store_object *s = (store_object *)store;
    if (store_get(store, id)) return 0;
    if (make_room(s)) return -1;
    string_slot *slot = &s->slot[place_of(s, id)];
    slot->id = s->order[s->used++] = id;
    Py_INCREF(text);
    slot->text = text;
    return 0;
}

int store_add(PyObject *store, PyObject *text, uint64_t *id)
{
    if (id_of_str(text, id)) return -1;
    if (store_get(store, *id)) return 0;
    if (PyUnicode_CheckExact(text)) return store_put(store, *id, text);
    PyObject *plain = PyUnicode_FromObject(text);
    int failed = plain ? store_put(store, *id, plain) : -1;
    Py_XDECREF(plain);
    return failed;
}

/* ---- making and ending ------------------------------------------------------------------------------------------- */

static PyObject *store_make(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    (void)args;
    (void)kwargs;
    allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    return alloc(type, 0);
}

/* Leaves the first count strings. */
static void cut_to(store_object *s, size_t count)
{
    while (s->used > count) {
        string_slot *slot = &s->slot[place_of(s, s->order[--s->used])];
        PyObject *text = slot->text;
        slot->text = NULL; /* its id stays, so that others behind it are found, until rebuild */
        Py_XDECREF(text);
    }
}

static void store_dealloc(PyObject *self)
{
    store_object *s = (store_object *)self;
    cut_to(s, 0);
    free(s->slot);
    free(s->order);
    free_object(self);
}

/* ---- methods ----------------------------------------------------------------------------------------------------- */

static Py_ssize_t store_length(PyObject *self) { return (Py_ssize_t)((store_object *)self)->used; }

static PyObject *store_item(PyObject *self, PyObject *key)
{
    uint64_t id;
    if (PyUnicode_Check(key)) return id_of_str(key, &id) ? NULL : PyLong_FromUnsignedLongLong(id);
    if (PyBytes_Check(key))
        return PyLong_FromUnsignedLongLong(id_of_text(PyBytes_AsString(key), (size_t)PyBytes_Size(key)));
    return id_of_int(key, &id) ? NULL : store_string(self, id);
}

static int store_contains(PyObject *self, PyObject *key)
{
    uint64_t id;
    if (PyUnicode_Check(key) ? id_of_str(key, &id) : id_of_int(key, &id)) return -1;
    return store_get(self, id) != NULL;
}

static PyObject *store_add_method(PyObject *self, PyObject *text)
{
    uint64_t id = 0;
    PyObject *made = NULL;
    if (text == Py_None) return PyLong_FromLong(0);
    if (PyBytes_Check(text)) {
        made = PyUnicode_DecodeUTF8(PyBytes_AsString(text), PyBytes_Size(text), NULL);
        if (!made) return NULL;
    } else if (!PyUnicode_Check(text)) {
        if (!PyObject_IsTrue(text)) return PyLong_FromLong(0);
        return PyErr_Format(PyExc_TypeError, "[E017] Can only add str or bytes to the StringStore. Got: %R",
                            (PyObject *)Py_TYPE(text));
    }
    int failed = store_add(self, made ? made : text, &id);
    Py_XDECREF(made);
    return failed ? NULL : PyLong_FromUnsignedLongLong(id);
}

static PyObject *store_values(PyObject *self, PyObject *unused)
{
    (void)unused;
    const store_object *s = (const store_object *)self;
    PyObject *list = PyList_New((Py_ssize_t)s->used);
    for (size_t i = 0; list && i < s->used; i++) {
        PyObject *id = PyLong_FromUnsignedLongLong(s->order[i]);
        if (!id || PyList_SetItem(list, (Py_ssize_t)i, id)) Py_CLEAR(list);
    }
    return list;
}

static PyObject *store_strings(PyObject *self, PyObject *unused)
{
    (void)unused;
    const store_object *s = (const store_object *)self;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list && i < s->used; i++)
        if (PyList_Append(list, s->slot[place_of(s, s->order[i])].text)) Py_CLEAR(list);
    return list;
}

static PyObject *store_cut(PyObject *self, PyObject *number)
{
    store_object *s = (store_object *)self;
    const Py_ssize_t count = PyLong_AsSsize_t(number);
    if (count == -1 && PyErr_Occurred()) return NULL;
    if (count < 0 || (size_t)count >= s->used) Py_RETURN_NONE;
    cut_to(s, (size_t)count);
    for (size_t i = 0; i < s->size; i++)
        if (!s->slot[i].text) s->slot[i].id = 0;
    if (rebuild(s, s->size)) return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef store_methods[] = {
    {"add", store_add_method, METH_O, "add($self, string, /)\n--\n\nAdds a string and returns its id."},
    {"values", store_values, METH_NOARGS,
     "values($self)\n--\n\nThe ids, in the order in which the strings were added."},
    {"_strings", store_strings, METH_NOARGS, "_strings($self)\n--\n\nThe strings, in that order."},
    {"_cut", store_cut, METH_O, "_cut($self, count, /)\n--\n\nForgets all strings but the first ones."},
    {0},
};

static PyType_Slot store_slots[] = {
    {Py_tp_doc, "Strings and their 64-bit ids, both ways."},
    {Py_tp_new, store_make},
    {Py_tp_dealloc, store_dealloc},
    {Py_tp_methods, store_methods},
    {Py_mp_subscript, store_item},
    {Py_mp_length, store_length},
    {Py_sq_contains, store_contains},
    {0},
};

static PyType_Spec store_spec = {.name = "tern_nlp._tern.StringStore",
                                 .basicsize = sizeof(store_object),
                                 .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
                                 .slots = store_slots};

static PyMethodDef store_functions[] = {
    {"set_symbols", set_symbols, METH_O,
     "set_symbols($module, names, /)\n--\n\nThe reserved strings, in the order of their ids."},
    {0},
};

int add_store_type(PyObject *module)
{
    store_type = PyType_FromSpec(&store_spec);
    if (!store_type || PyModule_AddFunctions(module, store_functions)) return -1;
    Py_INCREF(store_type);
    return PyModule_AddObject(module, "StringStore", store_type);
}
