/* doc_values.c - tern_nlp._tern.doc_values: what matchers look at. Other than Doc.to_array it leaves the document's own
 * strings out of the store, so that a service that matches does not grow. */
#include "doc_object.h"

int doc_values(PyObject *self, int attr, Py_ssize_t start, Py_ssize_t end, uint64_t *out)
{
    doc_object *doc = (doc_object *)self;
    const int column = doc_id_column(attr);
    if (column >= 0 && end <= doc->count) {
        for (Py_ssize_t i = start; i < end; i++) *out++ = doc->row[i].id[column];
        return 0;
    }
    for (Py_ssize_t i = start; i < end; i++)
        if (!doc_row(self, i) || doc_get_value(doc, i, attr, out++)) return -1;
    return 0;
}

static int fill_columns(PyObject *doc, PyObject *attrs, Py_ssize_t start, Py_ssize_t end, uint64_t *out)
{
    for (Py_ssize_t k = 0; k < PyList_Size(attrs); k++, out += end - start) {
        const long attr = PyLong_AsLong(PyList_GetItem(attrs, k));
        if (attr == -1 && PyErr_Occurred()) return -1;
        if (doc_values(doc, attr < 0 || attr > INT32_MAX ? 0 : (int)attr, start, end, out)) return -1;
    }
    return 0;
}

PyObject *python_doc_values(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *doc = NULL, *attrs = NULL;
    Py_ssize_t start = 0, end = 0;
    if (!PyArg_ParseTuple(args, "OOnn:doc_values", &doc, &attrs, &start, &end)) return NULL;
    if (!is_doc(doc) || !PyList_Check(attrs)) return PyErr_Format(PyExc_TypeError, "a Doc and a list are wanted");
    const Py_ssize_t width = PyList_Size(attrs);
    if (start < 0 || start > end || end > ((doc_object *)doc)->count || width > 10000)
        return PyErr_Format(PyExc_IndexError, "tokens %zd to %zd are not the document's", start, end);
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, width * (end - start) * (Py_ssize_t)sizeof(uint64_t));
    if (bytes && fill_columns(doc, attrs, start, end, (uint64_t *)(void *)PyBytes_AsString(bytes))) Py_CLEAR(bytes);
    return bytes;
}
