/* lexeme.c - Model.lexeme: what the model's language knows of a word. */
#include "model_object.h"

/* A form as str: the very word where it is that, as LOWER and NORM mostly are. */
static PyObject *form_of(const tern_form *form, uint64_t orth, PyObject *word)
{
    if (form->id != orth) return PyUnicode_DecodeUTF8(form->text, (Py_ssize_t)form->len, NULL);
    Py_INCREF(word);
    return word;
}

static PyObject *lexeme_tuple(const tern_lexeme *lexeme, PyObject *word)
{
    const tern_form *const form[] = {&lexeme->lower, &lexeme->norm, &lexeme->shape, &lexeme->prefix, &lexeme->suffix};
    const Py_ssize_t forms = sizeof form / sizeof *form;
    PyObject *found = PyTuple_New(2 + forms);
    PyObject *flags = PyLong_FromUnsignedLong(lexeme->flags), *known = PyLong_FromUnsignedLong(lexeme->known);
    if (!found || !flags || !known) {
        Py_XDECREF(found);
        Py_XDECREF(flags);
        Py_XDECREF(known);
        return NULL;
    }
    PyTuple_SetItem(found, 0, flags);
    PyTuple_SetItem(found, 1, known);
    for (Py_ssize_t i = 0; i < forms; i++) {
        PyObject *text = form_of(form[i], lexeme->orth, word);
        if (!text) {
            Py_DECREF(found);
            return NULL;
        }
        PyTuple_SetItem(found, 2 + i, text);
    }
    return found;
}

PyObject *model_lexeme(PyObject *self, PyObject *word)
{
    const tern_model *model;
    tern_lexeme lexeme;
    tern_error err;
    if (!PyUnicode_Check(word)) {
        PyErr_Format(PyExc_TypeError, "a word is a str, and this is %R", (PyObject *)Py_TYPE(word));
        return NULL;
    }
    PyObject *utf8 = PyUnicode_AsUTF8String(word);
    tern_ctx *ctx = utf8 ? model_begin_run(self, &model) : NULL;
    if (!ctx) {
        Py_XDECREF(utf8);
        return NULL;
    }
    tern_status status = tern_lexeme_of(ctx, PyBytes_AsString(utf8), (size_t)PyBytes_Size(utf8), &lexeme, &err);
    PyObject *found = status ? raise_tern(&err, 0) : lexeme_tuple(&lexeme, word);
    model_end_run(self, ctx);
    Py_DECREF(utf8);
    return found;
}
