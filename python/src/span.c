/* span.c - the type Span: a document and tokens [start, end) with a label. tern_nlp.tokens.Span adds the rest. */
#include <stddef.h>
#include <string.h>

#include "doc_object.h"
#include "store.h"

typedef struct span_object {
    PyObject_HEAD PyObject *doc;
    Py_ssize_t start, end, start_char, end_char;
    uint64_t label, kb_id, id;
    PyObject *vector, *vector_norm; /* what Python keeps; NULL: None */
} span_object;

static PyObject *span_type;

/* ---- making and ending ------------------------------------------------------------------------------------------- */

static span_object *new_span(PyTypeObject *type, PyObject *doc, Py_ssize_t start, Py_ssize_t end)
{
    allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    span_object *self = (span_object *)alloc(type, 0);
    if (!self) return NULL;
    const doc_object *d = (const doc_object *)doc;
    Py_INCREF(doc);
    self->doc = doc;
    self->start = start;
    self->end = end;
    if (start < d->count) self->start_char = d->row[start].idx;
    else if (start) self->start_char = d->row[start - 1].idx + d->row[start - 1].length + d->row[start - 1].space;
    self->end_char = end > start ? d->row[end - 1].idx + d->row[end - 1].length : self->start_char;
    return self;
}

PyObject *doc_span(PyObject *doc, Py_ssize_t start, Py_ssize_t end, uint64_t label, uint64_t kb_id, uint64_t id)
{
    span_object *self = new_span((PyTypeObject *)(made_types.span ? made_types.span : span_type), doc, start, end);
    if (!self) return NULL;
    self->label = label;
    self->kb_id = kb_id;
    self->id = id;
    return (PyObject *)self;
}

/* A label: a str, which the store gets, or an id; None is 0. 0 or -1. */
static int take_id(PyObject *doc, PyObject *value, uint64_t *id)
{
    *id = 0;
    if (!value || value == Py_None) return 0;
    if (PyUnicode_Check(value)) return store_add(((doc_object *)doc)->store, value, id);
    return id_of_int(value, id);
}

static PyObject *span_make(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"doc", "start", "end", "label", "vector", "vector_norm", "kb_id", "span_id", NULL};
    PyObject *doc, *label = NULL, *vector = NULL, *norm = NULL, *kb_id = NULL, *id = NULL;
    Py_ssize_t start, end;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "Onn|OOOOO:Span", names, &doc, &start, &end, &label, &vector, &norm,
                                     &kb_id, &id))
        return NULL;
    if (!is_doc(doc) || !((doc_object *)doc)->vocab) {
        PyErr_Format(PyExc_TypeError, "Span: a Doc is wanted, and this is %R", (PyObject *)Py_TYPE(doc));
        return NULL;
    }
    uint64_t ids[3];
    if (take_id(doc, label, &ids[0]) || take_id(doc, kb_id, &ids[1]) || take_id(doc, id, &ids[2])) return NULL;
    if (start < 0 || start > end || end > ((doc_object *)doc)->count) {
        PyErr_Format(PyExc_IndexError, "[E035] Error creating span with start %zd and end %zd for Doc of length %zd.",
                     start, end, ((doc_object *)doc)->count);
        return NULL;
    }
    span_object *self = new_span(type, doc, start, end);
    if (!self) return NULL;
    self->label = ids[0];
    self->kb_id = ids[1];
    self->id = ids[2];
    Py_XINCREF(vector);
    Py_XINCREF(norm);
    self->vector = vector;
    self->vector_norm = norm;
    return (PyObject *)self;
}

static int span_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((span_object *)self)->doc);
    Py_VISIT(((span_object *)self)->vector);
    Py_VISIT(((span_object *)self)->vector_norm);
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static void span_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(((span_object *)self)->doc);
    Py_XDECREF(((span_object *)self)->vector);
    Py_XDECREF(((span_object *)self)->vector_norm);
    free_object(self);
}

/* ---- texts and tokens -------------------------------------------------------------------------------------------- */

static doc_object *doc_of(PyObject *self) { return (doc_object *)((span_object *)self)->doc; }

/* Its tokens are the document's. 1, or 0 with IndexError. */
static int fits(PyObject *self)
{
    const span_object *s = (const span_object *)self;
    if (s->start >= 0 && s->end <= doc_of(self)->count) return 1;
    PyErr_Format(PyExc_IndexError, "[E1002] Span index out of range: tokens %zd to %zd of a document of %zd.", s->start,
                 s->end, doc_of(self)->count);
    return 0;
}

static PyObject *get_text(PyObject *self, void *with_space)
{
    const span_object *s = (const span_object *)self;
    return fits(self) ? doc_text_of(doc_of(self), s->start, s->end, with_space != NULL) : NULL;
}

static PyObject *span_repr(PyObject *self) { return get_text(self, NULL); }

static Py_ssize_t span_length(PyObject *self)
{
    const span_object *s = (const span_object *)self;
    return s->end < s->start ? 0 : s->end - s->start;
}

static PyObject *span_item(PyObject *self, Py_ssize_t i)
{
    const span_object *s = (const span_object *)self;
    if (i >= 0 && i < span_length(self) && s->start + i < doc_of(self)->count) return doc_token(s->doc, s->start + i);
    PyErr_SetString(PyExc_IndexError, "[E1002] Span index out of range.");
    return NULL;
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

static PyObject *get_size(PyObject *self, void *offset)
{
    Py_ssize_t value;
    memcpy(&value, (char *)self + (size_t)offset, sizeof value);
    return PyLong_FromSsize_t(value);
}

static int set_size(PyObject *self, PyObject *value, void *offset)
{
    const Py_ssize_t number = value ? PyNumber_AsSsize_t(value, PyExc_OverflowError) : 0;
    if (!value) PyErr_SetString(PyExc_TypeError, "a span's bound cannot be deleted");
    if (PyErr_Occurred()) return -1;
    if (number < 0) {
        PyErr_Format(PyExc_IndexError, "[E1032] `Span` bound should not be < 0, but is %zd.", number);
        return -1;
    }
    memcpy((char *)self + (size_t)offset, &number, sizeof number);
    return 0;
}

static uint64_t *id_at(PyObject *self, void *offset) { return (uint64_t *)(void *)((char *)self + (size_t)offset); }

static PyObject *get_id(PyObject *self, void *offset) { return PyLong_FromUnsignedLongLong(*id_at(self, offset)); }

static PyObject *get_string(PyObject *self, void *offset)
{
    return store_string(doc_of(self)->store, *id_at(self, offset));
}

static int set_id(PyObject *self, PyObject *value, void *offset)
{
    uint64_t id;
    if (!value) PyErr_SetString(PyExc_TypeError, "a span's id cannot be deleted");
    if (!value || id_of_int(value, &id)) return -1;
    *id_at(self, offset) = id;
    return 0;
}

static int set_string(PyObject *self, PyObject *value, void *offset)
{
    uint64_t id;
    if (!value || (value != Py_None && !PyUnicode_Check(value))) {
        PyErr_SetString(PyExc_TypeError, "a span's label is a str");
        return -1;
    }
    if (take_id(((span_object *)self)->doc, value, &id)) return -1;
    *id_at(self, offset) = id;
    return 0;
}

static PyObject *get_object(PyObject *self, void *offset)
{
    PyObject *value = *(PyObject **)(void *)((char *)self + (size_t)offset);
    if (!value) Py_RETURN_NONE;
    Py_INCREF(value);
    return value;
}

static int set_object(PyObject *self, PyObject *value, void *offset)
{
    PyObject **place = (PyObject **)(void *)((char *)self + (size_t)offset), *old = *place;
    Py_XINCREF(value);
    *place = value;
    Py_XDECREF(old);
    return 0;
}

static PyObject *get_doc(PyObject *self, void *unused)
{
    (void)unused;
    Py_INCREF(((span_object *)self)->doc);
    return ((span_object *)self)->doc;
}

static PyObject *get_vocab(PyObject *self, void *unused)
{
    (void)unused;
    Py_INCREF(doc_of(self)->vocab);
    return doc_of(self)->vocab;
}

/* ---- comparing --------------------------------------------------------------------------------------------------- */

static int order(uint64_t a, uint64_t b) { return a < b ? -1 : a > b; }

/* By place, label and ids, as in spaCy. */
static int compared(const span_object *a, const span_object *b)
{
    int found = order((uint64_t)a->start_char, (uint64_t)b->start_char);
    if (!found) found = order((uint64_t)a->end_char, (uint64_t)b->end_char);
    if (!found) found = order(a->label, b->label);
    if (!found) found = order(a->kb_id, b->kb_id);
    return found ? found : order(a->id, b->id);
}

static PyObject *span_compare(PyObject *self, PyObject *other, int op)
{
    if (other == Py_None) return PyBool_FromLong(op == Py_NE || op == Py_GT || op == Py_GE);
    if (PyObject_IsInstance(other, span_type) != 1) {
        if (PyErr_Occurred()) return NULL;
        Py_RETURN_FALSE;
    }
    const span_object *a = (const span_object *)self, *b = (const span_object *)other;
    const int found = compared(a, b);
    if (!found && a->doc != b->doc && op != Py_EQ && op != Py_NE) return PyObject_RichCompare(a->doc, b->doc, op);
    switch (op) {
    case Py_LT: return PyBool_FromLong(found < 0);
    case Py_LE: return PyBool_FromLong(found <= 0);
    case Py_EQ: return PyBool_FromLong(!found && a->doc == b->doc);
    case Py_NE: return PyBool_FromLong(found || a->doc != b->doc);
    case Py_GT: return PyBool_FromLong(found > 0);
    default: return PyBool_FromLong(found >= 0);
    }
}

static Py_hash_t span_hash(PyObject *self)
{
    const span_object *s = (const span_object *)self;
    const uint64_t values[] = {
        (uint64_t)(uintptr_t)s->doc >> 4, (uint64_t)s->start_char, (uint64_t)s->end_char, s->label, s->kb_id, s->id};
    uint64_t hash = 0x345678;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) hash = (hash ^ values[i]) * 1000003u + (hash >> 32);
    return (Py_hash_t)hash == -1 ? -2 : (Py_hash_t)hash;
}

/* ---- the type ---------------------------------------------------------------------------------------------------- */

#define AT(field) ((void *)offsetof(span_object, field))

static PyGetSetDef span_properties[] = {
    {"doc", get_doc, NULL, "The document.", NULL},
    {"vocab", get_vocab, NULL, "The vocabulary.", NULL},
    {"text", get_text, NULL, "The text.", NULL},
    {"orth_", get_text, NULL, "The text.", NULL},
    {"text_with_ws", get_text, NULL, "The text, with the blank after it.", (void *)1},
    {"start", get_size, set_size, "Its first token's index.", AT(start)},
    {"end", get_size, set_size, "The index after its last token's.", AT(end)},
    {"start_char", get_size, set_size, "Where it begins in the document's text.", AT(start_char)},
    {"end_char", get_size, set_size, "Where it ends.", AT(end_char)},
    {"label", get_id, set_id, "The id of label_.", AT(label)},
    {"label_", get_string, set_string, "Its label.", AT(label)},
    {"kb_id", get_id, set_id, "The id of kb_id_.", AT(kb_id)},
    {"kb_id_", get_string, set_string, "Its id in a knowledge base.", AT(kb_id)},
    {"id", get_id, set_id, "The id of id_.", AT(id)},
    {"id_", get_string, set_string, "Its own id.", AT(id)},
    {"_vector", get_object, set_object, NULL, AT(vector)},
    {"_vector_norm", get_object, set_object, NULL, AT(vector_norm)},
    {0},
};

static PyType_Slot span_slots[] = {
    {Py_tp_doc, "A piece of a document."},
    {Py_tp_new, span_make},
    {Py_tp_dealloc, span_dealloc},
    {Py_tp_traverse, span_traverse},
    {Py_tp_getset, span_properties},
    {Py_tp_richcompare, span_compare},
    {Py_tp_hash, span_hash},
    {Py_tp_repr, span_repr},
    {Py_sq_length, span_length},
    {Py_sq_item, span_item},
    {0},
};

static PyType_Spec span_spec = {.name = "tern_nlp._tern.Span",
                                .basicsize = sizeof(span_object),
                                .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
                                .slots = span_slots};

int add_span_type(PyObject *module)
{
    span_type = PyType_FromSpec(&span_spec);
    if (!span_type) return -1;
    Py_INCREF(span_type);
    return PyModule_AddObject(module, "Span", span_type);
}
