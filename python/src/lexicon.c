#include "lexicon.h"

#include <stdlib.h>
#include <string.h>

#include "store.h"

/* So many words are remembered; a service sees new ones for ever. */
#define MOST 50000u

typedef struct lexicon_object {
    PyObject_HEAD PyObject *compute; /* word -> (flags, lower, norm, shape, prefix, suffix, lang, rank) */
    PyObject *store;
    lexeme **slot; /* [size] */
    size_t size, used;
} lexicon_object;

static PyObject *lexicon_type;

int is_lexicon(PyObject *object) { return PyObject_IsInstance(object, lexicon_type) == 1; }

/* ---- the table --------------------------------------------------------------------------------------------------- */

static void free_lexeme(lexeme *lex)
{
    for (int f = 0; f < FORM_COUNT; f++) Py_XDECREF(lex->form[f]);
    free(lex);
}

static size_t place_of(const lexicon_object *l, uint64_t orth)
{
    size_t at = (size_t)(orth ^ orth >> 29) & (l->size - 1);
    while (l->slot[at] && l->slot[at]->orth != orth) at = (at + 1) & (l->size - 1);
    return at;
}

/* Takes over those of the old places that stays(lexeme, user) says. 0 or -1. */
static int rebuild(lexicon_object *l, size_t size, int (*stays)(const lexeme *, void *), void *user)
{
    lexicon_object other = {.size = size, .slot = calloc(size, sizeof(lexeme *))};
    if (!other.slot) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t i = 0; i < l->size; i++) {
        lexeme *lex = l->slot[i];
        if (!lex) continue;
        if (stays && !stays(lex, user)) {
            free_lexeme(lex);
            continue;
        }
        other.slot[place_of(&other, lex->orth)] = lex;
        other.used++;
    }
    free(l->slot);
    l->slot = other.slot;
    l->size = other.size;
    l->used = other.used;
    return 0;
}

static int is_kept(const lexeme *lex, void *user)
{
    (void)user;
    return lex->kept;
}

static int make_room(lexicon_object *l)
{
    if (l->used * 2 < l->size) return 0;
    if (l->size && l->used > MOST && rebuild(l, l->size, is_kept, NULL)) return -1;
    if (l->used * 2 < l->size) return 0;
    return rebuild(l, l->size ? 2 * l->size : 256, NULL, NULL);
}

/* The place's lexeme, made if there is none. */
static lexeme *take(lexicon_object *l, uint64_t orth)
{
    if (make_room(l)) return NULL;
    const size_t at = place_of(l, orth);
    if (l->slot[at]) return l->slot[at];
    lexeme *lex = calloc(1, sizeof *lex);
    if (!lex) {
        PyErr_NoMemory();
        return NULL;
    }
    lex->orth = orth;
    l->used++;
    return l->slot[at] = lex;
}

/* ---- computing --------------------------------------------------------------------------------------------------- */

/* A str, an id, or None: nothing that runs Python and could let the lexeme be forgotten. 0 or -1. */
static int set_form(lexeme *lex, int form, PyObject *value)
{
    PyObject *old = lex->form[form];
    lex->form[form] = NULL;
    lex->id[form] = 0;
    Py_XDECREF(old);
    if (value == Py_None) return 0;
    if (PyLong_Check(value)) return id_of_int(value, &lex->id[form]);
    if (!PyUnicode_Check(value)) {
        PyErr_Format(PyExc_TypeError, "a lexical attribute is a str or an int, and this is %R",
                     (PyObject *)Py_TYPE(value));
        return -1;
    }
    Py_INCREF(value);
    lex->form[form] = value;
    return 0;
}

static int set_values(lexeme *lex, PyObject *values)
{
    if (!PyTuple_Check(values) || PyTuple_Size(values) != FORM_COUNT + 2) {
        PyErr_SetString(PyExc_TypeError, "a vocabulary's lexical attributes are a tuple of 8");
        return -1;
    }
    if (id_of_int(PyTuple_GetItem(values, 0), &lex->flags)) return -1;
    if (id_of_int(PyTuple_GetItem(values, FORM_COUNT + 1), &lex->rank)) return -1;
    for (int f = 0; f < FORM_COUNT; f++)
        if (set_form(lex, f, PyTuple_GetItem(values, f + 1))) return -1;
    lex->computed = 1;
    return 0;
}

static PyObject *computed_values(lexicon_object *l, uint64_t orth, PyObject *word)
{
    PyObject *text = word;
    if (word) Py_INCREF(word);
    else text = store_string(l->store, orth);
    PyObject *values = text ? PyObject_CallFunctionObjArgs(l->compute, text, NULL) : NULL;
    Py_XDECREF(text);
    return values;
}

lexeme *lexicon_known(PyObject *lexicon, uint64_t orth)
{
    const lexicon_object *l = (const lexicon_object *)lexicon;
    lexeme *known = l->size ? l->slot[place_of(l, orth)] : NULL;
    return known && known->computed ? known : NULL;
}

lexeme *lexicon_find(PyObject *lexicon, uint64_t orth, PyObject *word)
{
    lexicon_object *l = (lexicon_object *)lexicon;
    lexeme *known = lexicon_known(lexicon, orth);
    if (known) return known;
    PyObject *values = computed_values(l, orth, word);
    if (!values) return NULL;
    lexeme *lex = take(l, orth); /* after Python has run */
    if (lex && set_values(lex, values)) lex = NULL;
    Py_DECREF(values);
    return lex;
}

int lexicon_ask(PyObject *lexicon, uint64_t orth)
{
    lexeme *lex = take((lexicon_object *)lexicon, orth);
    if (lex) lex->asked = 1;
    return lex ? 0 : -1;
}

PyObject *lexicon_form(PyObject *lexicon, lexeme *lex, int form)
{
    PyObject *text = lex->form[form];
    if (!text) return store_string(((lexicon_object *)lexicon)->store, lex->id[form]);
    Py_INCREF(text);
    return text;
}

int lexicon_form_id(PyObject *lexicon, lexeme *lex, int form, uint64_t *id)
{
    if (lex->form[form] && !lex->id[form]
        && store_add(((lexicon_object *)lexicon)->store, lex->form[form], &lex->id[form]))
        return -1;
    *id = lex->id[form];
    return 0;
}

int lexeme_form_value(lexeme *lex, int form, uint64_t *id)
{
    if (lex->form[form] && !lex->id[form] && !lex->value[form] && id_of_str(lex->form[form], &lex->value[form]))
        return -1;
    *id = lex->id[form] || !lex->form[form] ? lex->id[form] : lex->value[form];
    return 0;
}

/* ---- the type ---------------------------------------------------------------------------------------------------- */

static PyObject *lexicon_make(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"strings", "compute", NULL};
    PyObject *store, *compute;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO:Lexicon", names, &store, &compute)) return NULL;
    if (!is_store(store)) {
        PyErr_SetString(PyExc_TypeError, "Lexicon: a StringStore is wanted");
        return NULL;
    }
    allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    lexicon_object *self = (lexicon_object *)alloc(type, 0);
    if (!self) return NULL;
    Py_INCREF(store);
    Py_INCREF(compute);
    self->store = store;
    self->compute = compute;
    return (PyObject *)self;
}

static int lexicon_traverse(PyObject *self, visitproc visit, void *arg)
{
    lexicon_object *l = (lexicon_object *)self;
    Py_VISIT(l->compute);
    Py_VISIT(l->store);
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static int lexicon_break(PyObject *self)
{
    Py_CLEAR(((lexicon_object *)self)->compute);
    return 0;
}

static void lexicon_dealloc(PyObject *self)
{
    lexicon_object *l = (lexicon_object *)self;
    PyObject_GC_UnTrack(self);
    for (size_t i = 0; i < l->size; i++)
        if (l->slot[i]) free_lexeme(l->slot[i]);
    free(l->slot);
    Py_XDECREF(l->compute);
    Py_XDECREF(l->store);
    free_object(self);
}

static int is_asked(const lexeme *lex) { return lex->asked || lex->kept; }

static Py_ssize_t lexicon_length(PyObject *self)
{
    const lexicon_object *l = (const lexicon_object *)self;
    Py_ssize_t count = 0;
    for (size_t i = 0; i < l->size; i++) count += l->slot[i] && is_asked(l->slot[i]);
    return count;
}

static int lexicon_contains(PyObject *self, PyObject *key)
{
    const lexicon_object *l = (const lexicon_object *)self;
    uint64_t orth;
    if (id_of_int(key, &orth)) return -1;
    const lexeme *lex = l->size ? l->slot[place_of(l, orth)] : NULL;
    return lex && is_asked(lex);
}

static PyObject *lexicon_keys(PyObject *self, PyObject *unused)
{
    (void)unused;
    const lexicon_object *l = (const lexicon_object *)self;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list && i < l->size; i++) {
        if (!l->slot[i] || !is_asked(l->slot[i])) continue;
        PyObject *key = PyLong_FromUnsignedLongLong(l->slot[i]->orth);
        if (!key || PyList_Append(list, key)) Py_CLEAR(list);
        Py_XDECREF(key);
    }
    return list;
}

static int is_among(const lexeme *lex, void *set)
{
    PyObject *key = PyLong_FromUnsignedLongLong(lex->orth);
    int found = key ? PySet_Contains(set, key) : -1;
    Py_XDECREF(key);
    PyErr_Clear();
    return found == 1;
}

static PyObject *lexicon_retain(PyObject *self, PyObject *set)
{
    lexicon_object *l = (lexicon_object *)self;
    if (!PyAnySet_Check(set)) {
        PyErr_SetString(PyExc_TypeError, "retain: a set of ids is wanted");
        return NULL;
    }
    if (l->size && rebuild(l, l->size, is_among, set)) return NULL;
    Py_RETURN_NONE;
}

/* (orth, word or None, ...) as methods take them. 0 or -1. */
static lexeme *find_for(PyObject *self, PyObject *number, PyObject *word)
{
    uint64_t orth;
    if (id_of_int(number, &orth)) return NULL;
    return lexicon_find(self, orth, PyUnicode_Check(word) ? word : NULL);
}

static int is_form(int form)
{
    if (form >= 0 && form < FORM_COUNT) return 1;
    PyErr_SetString(PyExc_IndexError, "Lexicon: there is no such form");
    return 0;
}

static PyObject *lexicon_ask_method(PyObject *self, PyObject *number)
{
    uint64_t orth;
    if (id_of_int(number, &orth) || lexicon_ask(self, orth)) return NULL;
    Py_RETURN_NONE;
}

static PyObject *lexicon_get(PyObject *self, PyObject *args)
{
    PyObject *orth, *word;
    int form;
    if (!PyArg_ParseTuple(args, "OOi", &orth, &word, &form) || !is_form(form)) return NULL;
    lexeme *lex = find_for(self, orth, word);
    return lex ? lexicon_form(self, lex, form) : NULL;
}

static PyObject *lexicon_get_id(PyObject *self, PyObject *args)
{
    PyObject *orth, *word;
    int form;
    uint64_t id;
    if (!PyArg_ParseTuple(args, "OOi", &orth, &word, &form) || !is_form(form)) return NULL;
    lexeme *lex = find_for(self, orth, word);
    return lex && !lexicon_form_id(self, lex, form, &id) ? PyLong_FromUnsignedLongLong(id) : NULL;
}

static PyObject *lexicon_set(PyObject *self, PyObject *args)
{
    PyObject *orth, *word, *value;
    int form;
    if (!PyArg_ParseTuple(args, "OOiO", &orth, &word, &form, &value) || !is_form(form)) return NULL;
    lexeme *lex = find_for(self, orth, word);
    if (!lex || set_form(lex, form, value)) return NULL;
    lex->kept = 1;
    Py_RETURN_NONE;
}

static PyObject *lexicon_flags(PyObject *self, PyObject *args)
{
    PyObject *orth, *word;
    if (!PyArg_ParseTuple(args, "OO", &orth, &word)) return NULL;
    const lexeme *lex = find_for(self, orth, word);
    return lex ? PyLong_FromUnsignedLongLong(lex->flags) : NULL;
}

static PyObject *lexicon_set_flags(PyObject *self, PyObject *args)
{
    PyObject *orth, *word, *value;
    uint64_t flags;
    if (!PyArg_ParseTuple(args, "OOO", &orth, &word, &value) || id_of_int(value, &flags)) return NULL;
    lexeme *lex = find_for(self, orth, word);
    if (!lex) return NULL;
    lex->flags = flags;
    lex->kept = 1;
    Py_RETURN_NONE;
}

static PyObject *lexicon_rank(PyObject *self, PyObject *args)
{
    PyObject *orth, *word, *value = NULL;
    uint64_t rank = 0;
    if (!PyArg_ParseTuple(args, "OO|O", &orth, &word, &value) || (value && id_of_int(value, &rank))) return NULL;
    lexeme *lex = find_for(self, orth, word);
    if (!lex) return NULL;
    if (value) {
        lex->rank = rank;
        lex->kept = 1;
    }
    return PyLong_FromUnsignedLongLong(lex->rank);
}

static PyMethodDef lexicon_methods[] = {
    {"ask", lexicon_ask_method, METH_O, "ask($self, orth, /)\n--\n\nNotes that the vocabulary was given this word."},
    {"keys", lexicon_keys, METH_NOARGS, "keys($self)\n--\n\nIds of the words that it was given."},
    {"retain", lexicon_retain, METH_O, "retain($self, ids, /)\n--\n\nForgets all words but those of a set."},
    {"get", lexicon_get, METH_VARARGS, "get($self, orth, word, form, /)\n--\n\nA form as a string."},
    {"get_id", lexicon_get_id, METH_VARARGS, "get_id($self, orth, word, form, /)\n--\n\nIts id."},
    {"set", lexicon_set, METH_VARARGS,
     "set($self, orth, word, form, value, /)\n--\n\nChanges a form: a string or an id."},
    {"flags", lexicon_flags, METH_VARARGS, "flags($self, orth, word, /)\n--\n\nThe flags, a bit for each attribute."},
    {"set_flags", lexicon_set_flags, METH_VARARGS, "set_flags($self, orth, word, flags, /)\n--\n\nChanges them."},
    {"rank", lexicon_rank, METH_VARARGS,
     "rank($self, orth, word, value=None, /)\n--\n\nThe word's rank, which may be set."},
    {0},
};

static PyType_Slot lexicon_slots[] = {
    {Py_tp_doc, "Lexicon(strings, compute)\n--\n\nLexical attributes of words."},
    {Py_tp_new, lexicon_make},
    {Py_tp_dealloc, lexicon_dealloc},
    {Py_tp_traverse, lexicon_traverse},
    {Py_tp_clear, lexicon_break},
    {Py_tp_methods, lexicon_methods},
    {Py_mp_length, lexicon_length},
    {Py_sq_contains, lexicon_contains},
    {0},
};

static PyType_Spec lexicon_spec = {.name = "tern_nlp._tern.Lexicon",
                                   .basicsize = sizeof(lexicon_object),
                                   .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
                                   .slots = lexicon_slots};

int add_lexicon_type(PyObject *module)
{
    lexicon_type = PyType_FromSpec(&lexicon_spec);
    if (!lexicon_type) return -1;
    Py_INCREF(lexicon_type);
    return PyModule_AddObject(module, "Lexicon", lexicon_type);
}
