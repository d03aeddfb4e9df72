/* doc_tree.c - walks along a document's heads and sentence starts. */
#include "doc_object.h"
#include "lexicon.h"

#define IS_PUNCT 5
#define IS_SPACE 6

/* How many heads are between a token and a root, as span.pyx counts: a mark or a blank without children is as far away
 * as can be. 0 or -1 with an exception. */
static int distance_to_root(doc_object *doc, Py_ssize_t i, Py_ssize_t *distance)
{
    const token_row *row = &doc->row[i];
    if (!row->l_kids && !row->r_kids) {
        const lexeme *lex = doc_lexeme(doc, row);
        if (!lex) return -1;
        *distance = doc->count - 1;
        if (lex->flags >> IS_PUNCT & 1 || lex->flags >> IS_SPACE & 1) return 0;
    }
    for (*distance = 0; doc->row[i].head; ++*distance) {
        i += doc->row[i].head;
        if (*distance + 1 >= doc->count) {
            PyErr_SetString(PyExc_RuntimeError, "[E039] The heads of the document go in a circle: no root was found.");
            return -1;
        }
    }
    return 0;
}

PyObject *doc_root(PyObject *self, PyObject *args)
{
    doc_object *doc = (doc_object *)self;
    Py_ssize_t start, end;
    if (!PyArg_ParseTuple(args, "nn", &start, &end) || !doc_row(self, start)) return NULL;
    if (end > doc->count) end = doc->count; /* tokens were merged since the span was made */
    for (Py_ssize_t i = start; i < end; i++)
        if (!doc->row[i].head) return doc_token(self, i);
    Py_ssize_t best = doc->count, found = start;
    for (Py_ssize_t i = start; i < end; i++) {
        const Py_ssize_t head = i + doc->row[i].head;
        Py_ssize_t distance;
        if (head >= start && head < end) continue;
        if (distance_to_root(doc, i, &distance)) return NULL;
        if (distance < best) {
            best = distance;
            found = i;
        }
    }
    return doc_token(self, found);
}

PyObject *doc_ancestors(PyObject *self, PyObject *number)
{
    doc_object *doc = (doc_object *)self;
    Py_ssize_t i = PyLong_AsSsize_t(number);
    PyObject *list = doc_row(self, i) ? PyList_New(0) : NULL;
    for (Py_ssize_t steps = 0; list && doc->row[i].head && steps < doc->count; steps++) {
        i += doc->row[i].head;
        PyObject *token = doc_token(self, i);
        if (!token || PyList_Append(list, token)) Py_CLEAR(list);
        Py_XDECREF(token);
    }
    return list;
}

PyObject *doc_sentence(PyObject *self, PyObject *number)
{
    doc_object *doc = (doc_object *)self;
    const Py_ssize_t at = PyLong_AsSsize_t(number);
    if (at == -1 && PyErr_Occurred()) return NULL;
    if (at < 0 || at > doc->count) {
        doc_row(self, at);
        return NULL;
    }
    Py_ssize_t start = at < doc->count ? at : doc->count - 1, end = at + 1;
    while (start > 0 && doc->row[start].sent_start != 1) start--;
    while (end < doc->count && doc->row[end].sent_start != 1) end++;
    return doc_span(self, start < 0 ? 0 : start, end < doc->count ? end : doc->count, 0, 0, 0);
}

PyObject *doc_head(PyObject *self, PyObject *number)
{
    const Py_ssize_t i = PyLong_AsSsize_t(number);
    const token_row *row = doc_row(self, i);
    return row ? PyLong_FromSsize_t(i + row->head) : NULL;
}
