/* doc.c - the type Doc: tokens in rows. What is read for every token is here; tern_nlp.tokens.Doc adds the rest. */
#include "doc_object.h"

#include <stdlib.h>
#include <string.h>

#include "lexicon.h"
#include "store.h"

static PyObject *doc_type;
doc_types made_types;

int is_doc(PyObject *object) { return PyObject_IsInstance(object, doc_type) == 1; }

/* ---- making and ending ------------------------------------------------------------------------------------------- */

static PyObject *doc_make(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    (void)args;
    (void)kwargs;
    allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    return alloc(type, 0);
}

/* _begin(vocab): before anything else. */
static PyObject *doc_begin(PyObject *self, PyObject *vocab)
{
    doc_object *doc = (doc_object *)self;
    PyObject *store = PyObject_GetAttrString(vocab, "strings");
    PyObject *lexicon = store ? PyObject_GetAttrString(vocab, "_lexicon") : NULL;
    if (!lexicon || doc->vocab || !is_store(store) || !is_lexicon(lexicon)) {
        Py_XDECREF(store);
        Py_XDECREF(lexicon);
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_TypeError, "a new document and a Vocab are wanted");
        return NULL;
    }
    Py_INCREF(vocab);
    doc->vocab = vocab;
    doc->store = store;
    doc->lexicon = lexicon;
    Py_RETURN_NONE;
}

static int doc_traverse(PyObject *self, visitproc visit, void *arg)
{
    doc_object *doc = (doc_object *)self;
    Py_VISIT(doc->vocab);
    Py_VISIT(doc->lexicon);
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static void doc_dealloc(PyObject *self)
{
    doc_object *doc = (doc_object *)self;
    PyObject_GC_UnTrack(self);
    Py_XDECREF(doc->vocab);
    Py_XDECREF(doc->store);
    Py_XDECREF(doc->lexicon);
    Py_XDECREF(doc->text);
    free(doc->row);
    free(doc->strings);
    free_object(self);
}

/* ---- words ------------------------------------------------------------------------------------------------------- */

static int make_room(doc_object *doc, Py_ssize_t count)
{
    if (count <= doc->room) return 0;
    const Py_ssize_t room = count + doc->room / 2 + 8;
    token_row *row = room < INT32_MAX / 2 ? realloc(doc->row, (size_t)room * sizeof *row) : NULL;
    if (!row) {
        PyErr_NoMemory();
        return -1;
    }
    doc->row = row;
    doc->room = room;
    return 0;
}

/* The word's id and length, out of a str or an id. 0 or -1. */
static int take_word(doc_object *doc, PyObject *word, uint64_t *orth, Py_ssize_t *length)
{
    if (PyUnicode_Check(word) ? store_add(doc->store, word, orth) : id_of_int(word, orth)) return -1;
    PyObject *text = store_string(doc->store, *orth);
    if (!text) return -1;
    *length = PyUnicode_GetLength(text);
    Py_DECREF(text);
    if (*orth && lexicon_ask(doc->lexicon, *orth)) return -1;
    if (*orth) return 0;
    PyErr_Format(PyExc_ValueError, "[E031] Invalid token: empty string ('') at position %zd.", doc->count);
    return -1;
}

static int append(doc_object *doc, PyObject *word, int space)
{
    uint64_t orth;
    Py_ssize_t length, idx = 0;
    if (make_room(doc, doc->count + 1) || take_word(doc, word, &orth, &length)) return -1;
    if (make_room(doc, doc->count + 1)) return -1; /* what has an index may have run Python */
    if (doc->count) {
        const token_row *last = &doc->row[doc->count - 1];
        idx = (Py_ssize_t)last->idx + last->length + last->space;
    }
    if (idx + length > INT32_MAX - 1) {
        PyErr_SetString(PyExc_OverflowError, "the document is longer than 2^31 characters");
        return -1;
    }
    const int32_t i = (int32_t)doc->count;
    doc->row[i] = (token_row){.id = {[ID_ORTH] = orth},
                              .idx = (int32_t)idx,
                              .length = (int32_t)length,
                              .space = space,
                              .sent_start = i ? 0 : 1,
                              .l_edge = i,
                              .r_edge = i};
    doc->count++;
    Py_CLEAR(doc->text);
    return 0;
}

static int begun(const doc_object *doc)
{
    if (doc->vocab) return 1;
    PyErr_SetString(PyExc_ValueError, "the document was not initialised: call Doc.__init__ with a Vocab first");
    return 0;
}

static PyObject *doc_append(PyObject *self, PyObject *args)
{
    PyObject *words, *spaces;
    doc_object *doc = (doc_object *)self;
    if (!PyArg_ParseTuple(args, "O!O!", &PyList_Type, &words, &PyList_Type, &spaces) || !begun(doc)) return NULL;
    if (doc_share_strings(doc)) return NULL;
    for (Py_ssize_t i = 0; i < PyList_Size(words) && i < PyList_Size(spaces); i++) {
        const int space = PyObject_IsTrue(PyList_GetItem(spaces, i));
        PyObject *word = PyList_GetItem(words, i);
        if (space < 0 || !word) return NULL;
        Py_INCREF(word);
        const int failed = append(doc, word, space);
        Py_DECREF(word);
        if (failed) return NULL;
    }
    Py_RETURN_NONE;
}

/* _clear(): no tokens any more. */
static PyObject *doc_empty(PyObject *self, PyObject *unused)
{
    (void)unused;
    doc_object *doc = (doc_object *)self;
    if (!begun(doc) || doc_share_strings(doc)) return NULL;
    doc->count = 0;
    doc->odd_spaces = 0;
    Py_CLEAR(doc->text);
    Py_RETURN_NONE;
}

/* _copy_rows(other): those of another document of the same vocabulary. */
static PyObject *doc_copy_rows(PyObject *self, PyObject *object)
{
    doc_object *doc = (doc_object *)self;
    if (!is_doc(object)) {
        PyErr_SetString(PyExc_TypeError, "_copy_rows: a Doc is wanted");
        return NULL;
    }
    doc_object *other = (doc_object *)object;
    if (!begun(doc) || !begun(other) || doc_share_strings(other) || make_room(doc, other->count)) return NULL;
    if (other->count) memcpy(doc->row, other->row, (size_t)other->count * sizeof *doc->row);
    for (Py_ssize_t i = 0; i < other->count; i++) {
        uint64_t norm;
        if (doc_get_attr(other, i, ATTR_NORM, &norm)) return NULL;
        doc->row[i].lemma.length = 0;
        if (doc->row[i].norm.length) doc->row[i].id[ID_NORM] = norm;
        doc->row[i].norm.length = 0;
    }
    doc->count = other->count;
    doc->odd_spaces = other->odd_spaces;
    doc->own_words = 0;
    Py_CLEAR(doc->text);
    Py_RETURN_NONE;
}

/* ---- tokens and spans -------------------------------------------------------------------------------------------- */

static Py_ssize_t doc_length(PyObject *self) { return ((doc_object *)self)->count; }

static PyObject *doc_item(PyObject *self, Py_ssize_t i)
{
    if (i >= 0 && i < ((doc_object *)self)->count) return doc_token(self, i);
    PyErr_Format(PyExc_IndexError, "[E026] Error accessing token at position %zd: out of bounds in Doc of length %zd.",
                 i, ((doc_object *)self)->count);
    return NULL;
}

/* A bound of a slice: given's, or without it other. 0 or -1. */
static int bound(PyObject *slice, const char *name, Py_ssize_t length, Py_ssize_t other, Py_ssize_t *out)
{
    PyObject *given = PyObject_GetAttrString(slice, name);
    if (!given) return -1;
    if (given == Py_None) {
        *out = other;
    } else {
        PyObject *index = PyNumber_Index(given);
        *out = index ? PyNumber_AsSsize_t(index, NULL) : -1;
        Py_XDECREF(index);
        if (*out < 0 && *out != -1) *out = *out + length;
        else if (*out == -1) *out = PyErr_Occurred() ? 0 : length - 1;
    }
    Py_DECREF(given);
    return PyErr_Occurred() ? -1 : 0;
}

static Py_ssize_t clipped(Py_ssize_t at, Py_ssize_t low, Py_ssize_t high)
{
    return at < low ? low : at > high ? high : at;
}

/* spaCy's normalize_slice (util.py). */
static PyObject *doc_slice(PyObject *self, PyObject *slice)
{
    const Py_ssize_t length = ((doc_object *)self)->count;
    Py_ssize_t start, stop, step = 1;
    if (bound(slice, "start", length, 0, &start) || bound(slice, "stop", length, length, &stop)) return NULL;
    PyObject *given = PyObject_GetAttrString(slice, "step");
    if (given && given != Py_None) step = PyNumber_AsSsize_t(given, PyExc_IndexError);
    Py_XDECREF(given);
    if (PyErr_Occurred()) return NULL;
    if (step != 1) {
        PyErr_SetString(PyExc_ValueError,
                        "[E057] Stepped slices not supported in Span objects. Try: list(tokens)[start:stop:step]");
        return NULL;
    }
    start = clipped(start, 0, length);
    stop = clipped(stop, start, length);
    return doc_span(self, start, stop, 0, 0, 0);
}

static PyObject *doc_subscript(PyObject *self, PyObject *key)
{
    if (PySlice_Check(key)) return doc_slice(self, key);
    PyObject *index = PyNumber_Index(key);
    if (!index) return NULL;
    Py_ssize_t i = PyNumber_AsSsize_t(index, PyExc_IndexError);
    Py_DECREF(index);
    if (i == -1 && PyErr_Occurred()) return NULL;
    return doc_item(self, i < 0 ? i + ((doc_object *)self)->count : i);
}

/* Appends a span, if it has a label. 0 or -1. */
static int add_entity(PyObject *self, PyObject *list, Py_ssize_t start, Py_ssize_t end)
{
    const token_row *row = &((doc_object *)self)->row[start];
    PyObject *span = row->id[ID_ENT_TYPE]
                         ? doc_span(self, start, end, row->id[ID_ENT_TYPE], row->id[ID_ENT_KB_ID], row->id[ID_ENT_ID])
                         : Py_None;
    int failed = !span || (span != Py_None && PyList_Append(list, span));
    if (span != Py_None) Py_XDECREF(span);
    return failed ? -1 : 0;
}

/* Entities as doc.pyx reads them off the tokens; ValueError for one that goes on and never began. */
static PyObject *doc_entities(PyObject *self, PyObject *unused)
{
    (void)unused;
    const doc_object *doc = (const doc_object *)self;
    PyObject *list = PyList_New(0);
    Py_ssize_t start = -1;
    for (Py_ssize_t i = 0; list && i <= doc->count; i++) {
        const int iob = i < doc->count ? doc->row[i].ent_iob : 2;
        if (iob == 1 && start >= 0) continue;
        if (iob == 1) {
            PyErr_Format(PyExc_ValueError, "%zd", i);
            Py_CLEAR(list);
            break;
        }
        if (start >= 0 && add_entity(self, list, start, i)) Py_CLEAR(list);
        start = iob == 3 && doc->row[i].id[ID_ENT_TYPE] ? i : -1;
    }
    PyObject *tuple = list ? PyList_AsTuple(list) : NULL;
    Py_XDECREF(list);
    return tuple;
}

static PyObject *doc_sentences(PyObject *self, PyObject *unused)
{
    (void)unused;
    const doc_object *doc = (const doc_object *)self;
    PyObject *list = PyList_New(0);
    Py_ssize_t start = 0;
    for (Py_ssize_t i = 1; list && i <= doc->count; i++) {
        if (i < doc->count && doc->row[i].sent_start != 1) continue;
        PyObject *span = doc_span(self, start, i, 0, 0, 0);
        if (!span || PyList_Append(list, span)) Py_CLEAR(list);
        Py_XDECREF(span);
        start = i;
    }
    return list;
}

/* _children(i, left): the tokens on that side that have i as their head. */
static PyObject *doc_children(PyObject *self, PyObject *args)
{
    const doc_object *doc = (const doc_object *)self;
    Py_ssize_t i;
    int left;
    if (!PyArg_ParseTuple(args, "np", &i, &left) || !doc_row(self, i)) return NULL;
    Py_ssize_t from = left ? doc->row[i].l_edge : i + 1, to = left ? i : (Py_ssize_t)doc->row[i].r_edge + 1;
    from = clipped(from, 0, doc->count);
    to = clipped(to, 0, doc->count);
    PyObject *list = PyList_New(0);
    for (Py_ssize_t k = from; list && k < to; k++) {
        if (k + doc->row[k].head != i) continue;
        PyObject *token = doc_token(self, k);
        if (!token || PyList_Append(list, token)) Py_CLEAR(list);
        Py_XDECREF(token);
    }
    return list;
}

/* ---- attributes by number ---------------------------------------------------------------------------------------- */

/* [count] numbers out of a list. NULL with an exception. */
static int *attr_numbers(PyObject *list, Py_ssize_t *count)
{
    *count = PyList_Check(list) ? PyList_Size(list) : -1;
    int *attrs = *count >= 0 && *count < 10000 ? malloc(((size_t)*count + 1) * sizeof *attrs) : NULL;
    if (!attrs) {
        PyErr_SetString(PyExc_ValueError, "a list of attributes is wanted");
        return NULL;
    }
    for (Py_ssize_t k = 0; k < *count; k++) {
        PyObject *item = PyList_GetItem(list, k);
        const long number = item && PyLong_Check(item) ? PyLong_AsLong(item) : -1;
        if (number < 0 || number > 100000) {
            if (!PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "attributes are numbers");
            free(attrs);
            return NULL;
        }
        attrs[k] = (int)number;
    }
    return attrs;
}

/* Ids that others may look up in the store, so that must have what only the document has. 0 or -1 with an exception. */
static int share_for(doc_object *doc, const int *attrs, Py_ssize_t count)
{
    for (Py_ssize_t k = 0; k < count; k++)
        if (attrs[k] == ATTR_ORTH || attrs[k] == ATTR_LEMMA || attrs[k] == ATTR_NORM) return doc_share_strings(doc);
    return 0;
}

/* _array(attrs): uint64 [tokens][attrs], as bytes. */
static PyObject *doc_array(PyObject *self, PyObject *list)
{
    doc_object *doc = (doc_object *)self;
    Py_ssize_t width;
    int *attrs = attr_numbers(list, &width);
    if (!attrs) return NULL;
    const Py_ssize_t count = doc->count;
    PyObject *bytes = share_for(doc, attrs, width) ? NULL : PyBytes_FromStringAndSize(NULL, count * width * 8);
    uint64_t *out = bytes ? (uint64_t *)(void *)PyBytes_AsString(bytes) : NULL;
    for (Py_ssize_t i = 0; bytes && i < count; i++)
        for (Py_ssize_t k = 0; bytes && k < width; k++)
            if (i >= doc->count || doc_get_attr(doc, i, attrs[k], out++)) Py_CLEAR(bytes);
    free(attrs);
    return bytes;
}

/* _set_array(attrs, bytes): the same way back. */
static PyObject *doc_set_array(PyObject *self, PyObject *args)
{
    doc_object *doc = (doc_object *)self;
    PyObject *list;
    const char *bytes;
    Py_ssize_t size, width;
    if (!PyArg_ParseTuple(args, "Oy#", &list, &bytes, &size)) return NULL;
    int *attrs = attr_numbers(list, &width);
    if (!attrs) return NULL;
    if (size != doc->count * width * 8) PyErr_SetString(PyExc_ValueError, "_set_array: wrong number of bytes");
    for (Py_ssize_t i = 0; !PyErr_Occurred() && i < doc->count; i++)
        for (Py_ssize_t k = 0; k < width; k++) {
            uint64_t value;
            memcpy(&value, bytes + (i * width + k) * 8, sizeof value);
            doc_set_attr(doc, &doc->row[i], attrs[k], value);
        }
    free(attrs);
    if (PyErr_Occurred()) return NULL;
    Py_RETURN_NONE;
}

static PyObject *doc_get_method(PyObject *self, PyObject *args)
{
    Py_ssize_t i;
    int attr;
    uint64_t value;
    if (!PyArg_ParseTuple(args, "ni", &i, &attr) || !doc_row(self, i)) return NULL;
    if (share_for((doc_object *)self, &attr, 1)) return NULL;
    return doc_get_attr((doc_object *)self, i, attr, &value) ? NULL : PyLong_FromUnsignedLongLong(value);
}

/* _set(i, attr, value): value may be negative. */
static PyObject *doc_set_method(PyObject *self, PyObject *args)
{
    Py_ssize_t i;
    int attr;
    PyObject *number;
    if (!PyArg_ParseTuple(args, "niO!", &i, &attr, &PyLong_Type, &number)) return NULL;
    uint64_t value = PyLong_AsUnsignedLongLongMask(number);
    token_row *row = doc_row(self, i);
    if (!row || PyErr_Occurred()) return NULL;
    if (attr == ATTR_HEAD && (i + (int32_t)value < 0 || i + (int32_t)value >= ((doc_object *)self)->count)) {
        PyErr_SetString(PyExc_IndexError, "a head must be a token of the document");
        return NULL;
    }
    doc_set_attr((doc_object *)self, row, attr, value);
    Py_RETURN_NONE;
}

/* _column(attr): signed where the attribute is. */
static PyObject *doc_column(PyObject *self, PyObject *number)
{
    doc_object *doc = (doc_object *)self;
    const int attr = (int)PyLong_AsLong(number);
    if ((attr == -1 && PyErr_Occurred()) || share_for(doc, &attr, 1)) return NULL;
    const int is_signed = attr == ATTR_HEAD || attr == ATTR_SENT_START;
    PyObject *list = PyList_New(0);
    for (Py_ssize_t i = 0; list && i < doc->count; i++) {
        uint64_t value;
        PyObject *item = NULL;
        if (!doc_get_attr(doc, i, attr, &value))
            item = is_signed ? PyLong_FromLongLong((int64_t)value) : PyLong_FromUnsignedLongLong(value);
        if (!item || PyList_Append(list, item)) Py_CLEAR(list);
        Py_XDECREF(item);
    }
    return list;
}

static PyObject *doc_children_method(PyObject *self, PyObject *args)
{
    Py_ssize_t start, end;
    const Py_ssize_t count = ((doc_object *)self)->count;
    if (!PyArg_ParseTuple(args, "nn", &start, &end)) return NULL;
    if (start < 0 || start > end || end > count) {
        PyErr_SetString(PyExc_IndexError, "_set_children: the range is not the document's");
        return NULL;
    }
    doc_set_children((doc_object *)self, start, end);
    Py_RETURN_NONE;
}

/* _edges(i): (left children, right children, left edge, right edge). */
static PyObject *doc_edges(PyObject *self, PyObject *number)
{
    const token_row *row = doc_row(self, PyLong_AsSsize_t(number));
    return row ? Py_BuildValue("(iiii)", row->l_kids, row->r_kids, row->l_edge, row->r_edge) : NULL;
}

/* _any(attr, first, all): is it set in one of the tokens, or in all? */
static PyObject *doc_any(PyObject *self, PyObject *args)
{
    doc_object *doc = (doc_object *)self;
    int attr, all;
    Py_ssize_t first;
    if (!PyArg_ParseTuple(args, "inp", &attr, &first, &all)) return NULL;
    for (Py_ssize_t i = first < 0 ? 0 : first; i < doc->count; i++) {
        uint64_t value;
        if (doc_get_attr(doc, i, attr, &value)) return NULL;
        if ((value != 0) != all) return PyBool_FromLong(!all);
    }
    return PyBool_FromLong(all);
}

static PyObject *doc_take(PyObject *self, PyObject *result)
{
    return begun((doc_object *)self) ? doc_take_result(self, result) : NULL;
}

/* _token_at(char): the token that holds this code point, its blank included, or -1. */
static PyObject *doc_token_at(PyObject *self, PyObject *number)
{
    const doc_object *doc = (const doc_object *)self;
    const Py_ssize_t at = PyNumber_AsSsize_t(number, NULL);
    if (at == -1 && PyErr_Occurred()) return NULL;
    Py_ssize_t low = 0, high = doc->count - 1;
    while (low <= high) {
        const Py_ssize_t middle = (low + high) / 2;
        const token_row *row = &doc->row[middle];
        if (at < row->idx) high = middle - 1;
        else if (at >= (Py_ssize_t)row->idx + row->length + row->space) low = middle + 1;
        else return PyLong_FromSsize_t(middle);
    }
    return PyLong_FromLong(-1);
}

static PyObject *doc_share(PyObject *self, PyObject *unused)
{
    (void)unused;
    if (doc_share_strings((doc_object *)self)) return NULL;
    Py_RETURN_NONE;
}

/* ---- the type ---------------------------------------------------------------------------------------------------- */

static PyObject *get_text(PyObject *self, void *unused)
{
    (void)unused;
    return begun((doc_object *)self) ? doc_text((doc_object *)self) : NULL;
}

static PyObject *get_vocab(PyObject *self, void *unused)
{
    (void)unused;
    if (!begun((doc_object *)self)) return NULL;
    Py_INCREF(((doc_object *)self)->vocab);
    return ((doc_object *)self)->vocab;
}

static PyGetSetDef doc_properties[] = {
    {"text", get_text, NULL, "The text.", NULL},
    {"text_with_ws", get_text, NULL, "The same.", NULL},
    {"vocab", get_vocab, NULL, "The vocabulary.", NULL},
    {0},
};

static PyMethodDef doc_methods[] = {
    {"_begin", doc_begin, METH_O, NULL},
    {"_append", doc_append, METH_VARARGS, NULL},
    {"_clear", doc_empty, METH_NOARGS, NULL},
    {"_copy_rows", doc_copy_rows, METH_O, NULL},
    {"_entities", doc_entities, METH_NOARGS, NULL},
    {"_sentences", doc_sentences, METH_NOARGS, NULL},
    {"_children", doc_children, METH_VARARGS, NULL},
    {"_array", doc_array, METH_O, NULL},
    {"_set_array", doc_set_array, METH_VARARGS, NULL},
    {"_get", doc_get_method, METH_VARARGS, NULL},
    {"_set", doc_set_method, METH_VARARGS, NULL},
    {"_column", doc_column, METH_O, NULL},
    {"_set_children", doc_children_method, METH_VARARGS, NULL},
    {"_edges", doc_edges, METH_O, NULL},
    {"_root", doc_root, METH_VARARGS, NULL},
    {"_ancestors", doc_ancestors, METH_O, NULL},
    {"_sentence", doc_sentence, METH_O, NULL},
    {"_head", doc_head, METH_O, NULL},
    {"_any", doc_any, METH_VARARGS, NULL},
    {"_take", doc_take, METH_O, NULL},
    {"_token_at", doc_token_at, METH_O, NULL},
    {"_share_strings", doc_share, METH_NOARGS, NULL},
    {0},
};

static PyType_Slot doc_slots[] = {
    {Py_tp_doc, "A document's tokens."},
    {Py_tp_new, doc_make},
    {Py_tp_dealloc, doc_dealloc},
    {Py_tp_traverse, doc_traverse},
    {Py_tp_methods, doc_methods},
    {Py_tp_getset, doc_properties},
    {Py_tp_iter, PySeqIter_New},
    {Py_mp_subscript, doc_subscript},
    {Py_mp_length, doc_length},
    {Py_sq_length, doc_length},
    {Py_sq_item, doc_item},
    {0},
};

static PyType_Spec doc_spec = {.name = "tern_nlp._tern.Doc",
                               .basicsize = sizeof(doc_object),
                               .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
                               .slots = doc_slots};

/* Is it a subclass of the base of that name? 0 with TypeError if not. */
static int is_made_of(PyObject *type, PyObject *bases, const char *name)
{
    PyObject *base = PyObject_GetAttrString(bases, name);
    const int fits = base && PyType_IsSubtype((PyTypeObject *)type, (PyTypeObject *)base);
    Py_XDECREF(base);
    if (!fits && !PyErr_Occurred()) PyErr_Format(PyExc_TypeError, "set_types: a subclass of %s is wanted", name);
    return fits;
}

/* set_types(token, span, morph, module): what documents make. */
static PyObject *set_types(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *token, *span, *morph, *bases;
    if (!PyArg_ParseTuple(args, "O!O!O!O", &PyType_Type, &token, &PyType_Type, &span, &PyType_Type, &morph, &bases))
        return NULL;
    if (made_types.token) Py_RETURN_NONE;
    if (!is_made_of(token, bases, "Token") || !is_made_of(span, bases, "Span")
        || !is_made_of(morph, bases, "MorphAnalysis"))
        return NULL;
    Py_INCREF(token);
    Py_INCREF(span);
    Py_INCREF(morph);
    made_types = (doc_types){token, span, morph};
    Py_RETURN_NONE;
}

static PyMethodDef doc_functions[] = {
    {"set_types", set_types, METH_VARARGS,
     "set_types($module, token, span, morph, module, /)\n--\n\nThe classes of what documents make."},
    {0},
};

int add_doc_type(PyObject *module)
{
    doc_type = PyType_FromSpec(&doc_spec);
    if (!doc_type || PyModule_AddFunctions(module, doc_functions)) return -1;
    Py_INCREF(doc_type);
    return PyModule_AddObject(module, "Doc", doc_type);
}
