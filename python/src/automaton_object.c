/* automaton_object.c - tern_nlp._tern.TokenAutomaton: what tern_nlp/matcher/tables.py compiles patterns to. */
#include "tern_python.h"
#include "token_automaton.h"

#include <stdlib.h>
#include <string.h>

typedef struct automaton_object {
    PyObject_HEAD token_automaton automaton;
} automaton_object;

/* ---- tables ------------------------------------------------------------------------------------------------------ */

/* A copy of the bytes as rows; NULL with an exception. */
static void *rows_of(PyObject *bytes, size_t size, size_t *count)
{
    char *data = NULL;
    Py_ssize_t length = 0;
    if (PyBytes_AsStringAndSize(bytes, &data, &length)) return NULL;
    *count = (size_t)length / size;
    if ((size_t)length % size || *count >= UINT32_MAX) {
        PyErr_SetString(PyExc_ValueError, "a table of patterns has a row that is not whole");
        return NULL;
    }
    void *rows = malloc((size_t)length + 1);
    if (!rows) return PyErr_NoMemory();
    memcpy(rows, data, (size_t)length);
    return rows;
}

/* rows: u64 value, kind, column, predicate. 0 or -1 with an exception. */
static int read_tests(token_automaton *a, PyObject *bytes)
{
    uint64_t *rows = rows_of(bytes, 4 * sizeof *rows, &a->test_count);
    if (!rows) return -1;
    a->test = calloc(a->test_count + 1, sizeof *a->test);
    for (size_t i = 0; a->test && i < a->test_count; i++) {
        const uint64_t *row = rows + 4 * i;
        a->test[i] = (automaton_test){row[0], (uint32_t)row[1], (uint32_t)row[2], (uint32_t)row[3]};
    }
    free(rows);
    if (!a->test) PyErr_NoMemory();
    return a->test ? 0 : -1;
}

/* rows: u64 column, value, list. 0 or -1 with an exception. */
static int read_index(token_automaton *a, PyObject *bytes)
{
    size_t count = 0;
    int failed = 0;
    uint64_t *rows = rows_of(bytes, 3 * sizeof *rows, &count);
    if (!rows) return -1;
    for (size_t i = 0; i < count && !failed; i++) {
        const uint64_t *row = rows + 3 * i;
        failed = row[2] >= a->list_count || value_map_put(&a->by_first, (uint32_t)row[0], row[1], (uint32_t)row[2]);
    }
    free(rows);
    if (failed) PyErr_SetString(PyExc_ValueError, "the index of patterns names a list that is not there");
    return failed ? -1 : 0;
}

enum { NODES, STARTS, KEYS, SPECS, TESTS, LISTS, LISTED, ENTRIES, INDEXED, TABLES };

static int read_tables(token_automaton *a, PyObject *table[TABLES])
{
    a->node = rows_of(table[NODES], sizeof *a->node, &a->node_count);
    if (a->node) a->start = rows_of(table[STARTS], sizeof *a->start, &a->pattern_count);
    if (a->start) a->key = rows_of(table[KEYS], sizeof *a->key, &a->key_count);
    if (a->key) a->spec_start = rows_of(table[SPECS], sizeof *a->spec_start, &a->spec_count);
    if (a->spec_start) a->list_start = rows_of(table[LISTS], sizeof *a->list_start, &a->list_count);
    if (a->list_start) a->list = rows_of(table[LISTED], sizeof *a->list, &a->listed);
    if (a->list) a->indexed = rows_of(table[INDEXED], sizeof *a->indexed, &a->indexed_count);
    if (!a->indexed || read_tests(a, table[TESTS])) return -1;
    a->spec_count -= a->spec_count > 0;
    a->list_count -= a->list_count > 0;
    return read_index(a, table[ENTRIES]);
}

/* ---- are all indices in range? ----------------------------------------------------------------------------------- */

static int nodes_are_right(const token_automaton *a)
{
    for (size_t i = 0; i < a->node_count; i++) {
        const automaton_node *n = &a->node[i];
        if (n->quantifier > NODE_END || n->spec >= (n->quantifier == NODE_END ? a->key_count : a->spec_count)) return 0;
    }
    for (size_t i = 0; i < a->pattern_count; i++)
        if (a->start[i] >= a->node_count || a->node[a->start[i]].quantifier == NODE_END) return 0;
    return !a->node_count || a->node[a->node_count - 1].quantifier == NODE_END;
}

static int starts_are_right(const uint32_t *start, size_t count, size_t items)
{
    for (size_t i = 0; i < count; i++)
        if (start[i] > start[i + 1]) return 0;
    return start[count] <= items;
}

static int tests_are_right(const token_automaton *a)
{
    for (size_t i = 0; i < a->test_count; i++) {
        const automaton_test *t = &a->test[i];
        if (t->column >= a->column_count && (t->kind != TEST_PREDICATE || t->column != NO_COLUMN)) return 0;
        if (t->kind == TEST_PREDICATE && t->predicate >= a->predicate_count) return 0;
    }
    return 1;
}

static int lists_are_right(const token_automaton *a)
{
    for (size_t i = 0; i < a->listed; i++)
        if (a->list[i] >= a->pattern_count) return 0;
    for (size_t i = 0; i < a->indexed_count; i++)
        if (a->indexed[i] >= a->column_count) return 0;
    return a->list_count > 0 && starts_are_right(a->list_start, a->list_count, a->listed);
}

static int is_right(const token_automaton *a)
{
    return a->spec_count > 0 && nodes_are_right(a) && tests_are_right(a) && lists_are_right(a)
           && starts_are_right(a->spec_start, a->spec_count, a->test_count);
}

static void automaton_dealloc(PyObject *self)
{
    automaton_free(&((automaton_object *)self)->automaton);
    free_object(self);
}

static PyObject *automaton_make(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *t[TABLES];
    unsigned int columns = 0, predicates = 0;
    if ((kwargs && PyDict_Size(kwargs))
        || !PyArg_ParseTuple(args, "IISSSSSSSSS:TokenAutomaton", &columns, &predicates, &t[0], &t[1], &t[2], &t[3],
                             &t[4], &t[5], &t[6], &t[7], &t[8]))
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_TypeError, "TokenAutomaton takes no keywords");
    allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    PyObject *self = alloc(type, 0);
    if (!self) return NULL;
    token_automaton *a = &((automaton_object *)self)->automaton;
    a->column_count = columns;
    a->predicate_count = predicates;
    if (!read_tables(a, t) && !is_right(a))
        PyErr_SetString(PyExc_ValueError, "a table of patterns has an index that is out of range");
    if (PyErr_Occurred()) Py_CLEAR(self);
    return self;
}

/* ---- a run ------------------------------------------------------------------------------------------------------- */

static int ask_python(void *ask, uint32_t predicate, uint32_t token)
{
    PyObject *answer = PyObject_CallFunction(ask, "II", predicate, token);
    if (!answer) return -1;
    int holds = answer == Py_True ? 1 : answer == Py_False ? 0 : answer == Py_None ? PREDICATE_UNKNOWN : -1;
    if (holds < 0) PyErr_SetString(PyExc_ValueError, "a predicate gave neither True nor False");
    Py_DECREF(answer);
    return holds;
}

static int no_signal(void *unused)
{
    (void)unused;
    return !PyErr_CheckSignals();
}

/* [(token of the pattern, distance)], from the first step on. */
static PyObject *steps_of(const found_matches *found, uint32_t last)
{
    PyObject *steps = PyList_New(0);
    for (uint32_t at = last; steps && at; at = found->step[at - 1].before) {
        PyObject *step = Py_BuildValue("(II)", found->step[at - 1].token, found->step[at - 1].distance);
        if (!step || PyList_Append(steps, step)) Py_CLEAR(steps);
        Py_XDECREF(step);
    }
    if (steps && PyList_Reverse(steps)) Py_CLEAR(steps);
    return steps;
}

static PyObject *match_tuple(const token_automaton *a, const found_matches *found, const found_match *m, int with_steps)
{
    const unsigned long long key = a->key[m->key];
    if (!with_steps) return Py_BuildValue("(KII)", key, m->start, m->end);
    PyObject *steps = steps_of(found, m->step);
    return steps ? Py_BuildValue("(KIIN)", key, m->start, m->end, steps) : NULL;
}

static PyObject *match_list(const token_automaton *a, const found_matches *found, int with_steps)
{
    PyObject *list = PyList_New((Py_ssize_t)found->count);
    for (size_t i = 0; list && i < found->count; i++) {
        PyObject *tuple = match_tuple(a, found, &found->match[i], with_steps);
        if (!tuple || PyList_SetItem(list, (Py_ssize_t)i, tuple)) Py_CLEAR(list);
    }
    return list;
}

static PyObject *automaton_run_on(PyObject *self, PyObject *args)
{
    token_automaton *a = &((automaton_object *)self)->automaton;
    PyObject *bytes = NULL, *ask = NULL, *list = NULL;
    unsigned int length = 0;
    int with_steps = 0;
    if (!PyArg_ParseTuple(args, "SIOp:find", &bytes, &length, &ask, &with_steps)) return NULL;
    const size_t needed = (size_t)length * a->column_count * sizeof(uint64_t);
    if (length >= UINT32_MAX / 2 - 1 || (size_t)PyBytes_Size(bytes) != needed)
        return PyErr_Format(PyExc_ValueError, "%u columns of %u tokens need %zu bytes", a->column_count, length,
                            needed);
    automaton_run run = {.values = (const uint64_t *)(const void *)PyBytes_AsString(bytes), .length = length};
    run.with_steps = with_steps;
    run.ask = ask_python;
    run.goes_on = no_signal;
    run.user = ask;
    found_matches found = {0};
    if (!automaton_find(a, &run, &found)) list = match_list(a, &found, with_steps);
    else if (!PyErr_Occurred()) PyErr_NoMemory();
    found_matches_free(&found);
    return list;
}

static PyMethodDef automaton_methods[] = {
    {"find", automaton_run_on, METH_VARARGS,
     "find($self, values, length, ask, with_steps, /)\n--\n\n[(key, start, end)], in spaCy's order. values: bytes, "
     "uint64[columns][tokens]. ask(predicate, token) gives a bool, or None where it does not know."},
    {0},
};

static PyType_Slot automaton_slots[] = {
    {Py_tp_doc, "Token patterns, compiled."},
    {Py_tp_new, automaton_make},
    {Py_tp_dealloc, automaton_dealloc},
    {Py_tp_methods, automaton_methods},
    {0},
};

static PyType_Spec automaton_spec = {.name = "tern_nlp._tern.TokenAutomaton",
                                     .basicsize = sizeof(automaton_object),
                                     .flags = Py_TPFLAGS_DEFAULT,
                                     .slots = automaton_slots};

int add_automaton_type(PyObject *module)
{
    PyObject *type = PyType_FromSpec(&automaton_spec);
    return type && !PyModule_AddObject(module, "TokenAutomaton", type) ? 0 : -1;
}
