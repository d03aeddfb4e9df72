/* errors.c - tern's errors as Python's. */
#include "tern_python.h"

static const char *const status_names[] = {
    [TERN_OK] = "TERN_OK",
    [TERN_E_ARGUMENT] = "TERN_E_ARGUMENT",
    [TERN_E_MEMORY] = "TERN_E_MEMORY",
    [TERN_E_IO] = "TERN_E_IO",
    [TERN_E_FORMAT] = "TERN_E_FORMAT",
    [TERN_E_VERSION] = "TERN_E_VERSION",
    [TERN_E_CHECKSUM] = "TERN_E_CHECKSUM",
    [TERN_E_UNSUPPORTED] = "TERN_E_UNSUPPORTED",
    [TERN_E_UTF8] = "TERN_E_UTF8",
    [TERN_E_TOO_LONG] = "TERN_E_TOO_LONG",
    [TERN_E_TOO_COMPLEX] = "TERN_E_TOO_COMPLEX",
    [TERN_E_INTERRUPTED] = "TERN_E_INTERRUPTED",
    [TERN_E_MEMORY_LIMIT] = "TERN_E_MEMORY_LIMIT",
};

static PyObject *exception_for(tern_status status)
{
    switch (status) {
    case TERN_E_MEMORY:
    case TERN_E_MEMORY_LIMIT: return PyExc_MemoryError;
    case TERN_E_IO: return PyExc_OSError;
    case TERN_E_INTERRUPTED: return PyExc_KeyboardInterrupt;
    default: return PyExc_ValueError;
    }
}

/* Sets an attribute; steals value, which may be NULL with an exception. 0 or -1. */
static int set_attribute(PyObject *object, const char *name, PyObject *value)
{
    int failed = value ? PyObject_SetAttrString(object, name, value) : -1;
    Py_XDECREF(value);
    return failed;
}

PyObject *raise_tern(const tern_error *err, Py_ssize_t index)
{
    PyObject *type = exception_for(err->code);
    PyObject *error = PyObject_CallFunction(type, "s", err->msg);
    if (!error) return NULL;
    if (!set_attribute(error, "status", PyUnicode_FromString(status_names[err->code]))
        && !set_attribute(error, "pos", PyLong_FromSize_t(err->pos))
        && !set_attribute(error, "index", PyLong_FromSsize_t(index)))
        PyErr_SetObject(type, error);
    Py_DECREF(error);
    return NULL;
}

void free_object(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
}
