/* store.h - the type StringStore: ids of spaCy's (64 bits) and their strings, both ways. */
#ifndef TERN_PYTHON_STORE_H
#define TERN_PYTHON_STORE_H

#include "tern_python.h"

/* Id of UTF-8 text as in spacy/strings.pyx: 0 for "", a symbol's number, else a hash. */
uint64_t id_of_text(const char *utf8, size_t len);

/* The same of a str. 0 or -1 with an exception: a str may have surrogates, which have no UTF-8. */
int id_of_str(PyObject *text, uint64_t *id);

/* An id out of an int, whatever has __index__. 0 or -1 with an exception. */
int id_of_int(PyObject *number, uint64_t *id);

/* The string of an id, borrowed; NULL without an exception where the store does not know it. */
PyObject *store_get(PyObject *store, uint64_t id);

/* The same as a new reference; KeyError, spaCy's E018, where it is unknown. */
PyObject *store_string(PyObject *store, uint64_t id);

/* Adds a str whose id is known already, or a str. 0 or -1 with an exception. */
int store_put(PyObject *store, uint64_t id, PyObject *text);
int store_add(PyObject *store, PyObject *text, uint64_t *id);

/* Is it one of those? */
int is_store(PyObject *object);

int add_store_type(PyObject *module);

#endif
