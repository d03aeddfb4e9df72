/* tern_python.h - what the files of the extension module tern_nlp._tern share. CPython's limited API alone, so that one
 * build serves every Python from 3.9 on. */
#ifndef TERN_PYTHON_H
#define TERN_PYTHON_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "columns.h"
#include "tern.h"

/* A run that is to end because Python has a signal to deal with has set that exception itself. */
#define INTERRUPTED_BY_PYTHON TERN_E_INTERRUPTED

/* Raises tern's sentence as the exception that Python has for such a thing, with the attributes status ("TERN_E_IO"),
 * pos, and index: of the text among those of the call. Returns NULL. */
PyObject *raise_tern(const tern_error *err, Py_ssize_t index);

/* A heap type's object without its memory. */
void free_object(PyObject *self);

/* ---- results (result.c) ------------------------------------------------------------------------------------------ */

/* Takes the columns over. text: a str; the reference is not stolen. NULL with an exception, then the columns are freed.
 */
PyObject *result_new(doc_columns *columns, PyObject *text);

/* The columns of a Result; NULL with TypeError for anything else. */
const doc_columns *result_columns(PyObject *result);

/* The text of a Result, borrowed. */
PyObject *result_text(PyObject *result);

/* ---- the types, added to the module ------------------------------------------------------------------------------ */

int add_model_type(PyObject *module);
int add_result_type(PyObject *module);
int add_memo_type(PyObject *module);
int add_automaton_type(PyObject *module);
int add_trie_type(PyObject *module);
int add_table_type(PyObject *module);

/* ---- functions of the module --------------------------------------------------------------------------------------
 */

/* edit_distance(a, b, most=-1), edit_distance.c */
PyObject *python_edit_distance(PyObject *module, PyObject *args);

/* doc_values(doc, attrs, start, end), doc_values.c */
PyObject *python_doc_values(PyObject *module, PyObject *args);

/* table_columns(), table_schema(columns), table_stream(columns, tables), table_object.c */
PyObject *python_table_columns(PyObject *module, PyObject *unused);
PyObject *python_table_schema(PyObject *module, PyObject *masks);
PyObject *python_table_stream(PyObject *module, PyObject *args);

#endif
