/* module.c - the extension module tern_nlp._tern: libtern's objects for Python. */
#include "tern_python.h"

#include <string.h>

#include "doc_object.h"
#include "hash.h"
#include "lexicon.h"
#include "store.h"

static PyObject *kernels(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    const char *name = tern_kernels();
    if (name) return PyUnicode_FromString(name);
    Py_RETURN_NONE;
}

static PyObject *use_kernels(PyObject *module, PyObject *name)
{
    (void)module;
    tern_error err;
    PyObject *bytes = PyUnicode_AsUTF8String(name);
    if (!bytes) return NULL;
    tern_status status = tern_use_kernels(PyBytes_AsString(bytes), &err);
    Py_DECREF(bytes);
    if (status) return raise_tern(&err, 0);
    Py_RETURN_NONE;
}

/* The mask of columns of uint64 in which some row holds something; of column spared, the first row does not count. */
static uint64_t columns_in_use(const char *rows, size_t count, size_t width, size_t spared)
{
    uint64_t found = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < width; k++) {
            uint64_t number;
            memcpy(&number, rows + (i * width + k) * sizeof number, sizeof number);
            if (number && (i || k != spared)) found |= (uint64_t)1 << k;
        }
    return found;
}

static PyObject *used_columns(PyObject *module, PyObject *args)
{
    (void)module;
    const char *rows;
    Py_ssize_t size, width, spared;
    if (!PyArg_ParseTuple(args, "y#nn", &rows, &size, &width, &spared)) return NULL;
    if (width < 1 || width > 64 || size % (width * (Py_ssize_t)sizeof(uint64_t))) {
        PyErr_SetString(PyExc_ValueError, "used_columns: whole rows of 1 to 64 numbers are wanted");
        return NULL;
    }
    const size_t count = (size_t)size / ((size_t)width * sizeof(uint64_t));
    return PyLong_FromUnsignedLongLong(columns_in_use(rows, count, (size_t)width, (size_t)spared));
}

/* The rows that a piece of a word hashes to, before they are taken modulo the table's length (spacy/vectors.pyx). */
static PyObject *murmur3(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *text;
    unsigned int seed;
    if (!PyArg_ParseTuple(args, "UI", &text, &seed)) return NULL;
    PyObject *utf8 = PyUnicode_AsUTF8String(text);
    if (!utf8) return NULL;
    uint32_t hash[4];
    murmur3_128(PyBytes_AsString(utf8), (size_t)PyBytes_Size(utf8), seed, hash);
    Py_DECREF(utf8);
    return Py_BuildValue("(IIII)", hash[0], hash[1], hash[2], hash[3]);
}

static PyMethodDef module_methods[] = {
    {"used_columns", used_columns, METH_VARARGS,
     "used_columns($module, rows, width, spared, /)\n--\n\nThe mask of those columns of rows (uint64, as bytes) that "
     "are not all "
     "0; of "
     "column spared, the first row does not count."},
    {"kernels", kernels, METH_NOARGS,
     "kernels($module)\n--\n\nThe matrix kernels in use; None before the first model."},
    {"use_kernels", use_kernels, METH_O,
     "use_kernels($module, name, /)\n--\n\nChooses the matrix kernels, before the first model is opened: native, "
     "avx512, ..."},
    {"doc_values", python_doc_values, METH_VARARGS,
     "doc_values($module, doc, attrs, start, end, /)\n--\n\nAttributes of tokens as bytes, uint64[attrs][tokens]."},
    {"edit_distance", python_edit_distance, METH_VARARGS,
     "edit_distance($module, a, b, most=-1, /)\n--\n\nInsertions, deletions and replacements between two str; most + 1 "
     "for more "
     "than "
     "most."},
    {"murmur3", murmur3, METH_VARARGS,
     "murmur3($module, text, seed, /)\n--\n\nMurmurHash3_x64_128 of a str as four numbers of 32 bits: the rows of "
     "floret vectors."},
    {"table_columns", python_table_columns, METH_NOARGS,
     "table_columns($module)\n--\n\n((name, names of children), ...): the columns that a Table may have."},
    {"table_schema", python_table_schema, METH_O,
     "table_schema($module, columns, /)\n--\n\nThe schema of Tables as a capsule of Arrow's C data interface."},
    {"table_stream", python_table_stream, METH_VARARGS,
     "table_stream($module, columns, tables, /)\n--\n\nA capsule of Arrow's C stream interface out of an iterator of "
     "Tables."},
    {0},
};

static struct PyModuleDef definition = {.m_base = PyModuleDef_HEAD_INIT,
                                        .m_name = "_tern",
                                        .m_doc = "libtern's objects.",
                                        .m_size = -1,
                                        .m_methods = module_methods};

static const struct {
    const char *name;
    long value;
} masks[] = {{"TOKENS", TERN_TOKENS},       {"ENTITIES", TERN_ENTITIES},
             {"SENTENCES", TERN_SENTENCES}, {"DEPENDENCIES", TERN_DEPENDENCIES},
             {"TAGS", TERN_TAGS},           {"POS", TERN_POS},
             {"MORPHS", TERN_MORPHS},       {"LEMMAS", TERN_LEMMAS},
             {"CATS", TERN_CATS},           {"NORMS", TERN_NORMS},
             {"SPANS", TERN_SPANS},         {"NOUN_CHUNKS", TERN_NOUN_CHUNKS},
             {"TENSOR", TERN_TENSOR}};

/* 0 or -1 with an exception. */
static int fill_module(PyObject *module)
{
    for (size_t i = 0; i < sizeof masks / sizeof *masks; i++)
        if (PyModule_AddIntConstant(module, masks[i].name, masks[i].value)) return -1;
    return PyModule_AddStringConstant(module, "version", tern_version()) || add_model_type(module)
                   || add_result_type(module) || add_memo_type(module) || add_store_type(module)
                   || add_lexicon_type(module) || add_doc_type(module) || add_token_type(module)
                   || add_morph_type(module) || add_span_type(module) || add_automaton_type(module)
                   || add_trie_type(module) || add_table_type(module)
               ? -1
               : 0;
}

PyMODINIT_FUNC PyInit__tern(void)
{
    PyObject *module = PyModule_Create(&definition);
    if (module && fill_module(module)) Py_CLEAR(module);
    return module;
}
