/* table_object.c - the type Table: a record batch, for whoever reads Arrow's C data interface; streams of such; and
 * Model.annotate, which fills them without the interpreter's lock. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "jobs.h"
#include "table.h"

typedef struct table_object {
    PyObject_HEAD table *table;
    table_choice choice;
} table_object;

static PyObject *table_type;

/* Takes the table over; NULL with an exception. */
static PyObject *object_of(table *t, const table_choice *choice)
{
    allocfunc alloc = (allocfunc)PyType_GetSlot((PyTypeObject *)table_type, Py_tp_alloc);
    table_object *self = (table_object *)alloc((PyTypeObject *)table_type, 0);
    if (self) {
        self->table = t;
        self->choice = *choice;
    } else {
        table_release(t);
    }
    return (PyObject *)self;
}

static void table_dealloc(PyObject *self)
{
    table_release(((table_object *)self)->table);
    free_object(self);
}

static Py_ssize_t table_length(PyObject *self) { return (Py_ssize_t)table_rows(((table_object *)self)->table)->length; }

/* masks: a tuple with an int for each column. 0 or -1 with an exception. */
static int take_choice(PyObject *masks, table_choice *choice)
{
    if (!PyTuple_Check(masks) || PyTuple_Size(masks) != COLUMN_COUNT) {
        PyErr_Format(PyExc_TypeError, "a table's columns are a tuple of %d masks", COLUMN_COUNT);
        return -1;
    }
    for (Py_ssize_t i = 0; i < COLUMN_COUNT; i++) {
        choice->mask[i] = (uint32_t)PyLong_AsUnsignedLong(PyTuple_GetItem(masks, i));
        if (PyErr_Occurred()) return -1;
    }
    return 0;
}

/* ---- rows out of Python ------------------------------------------------------------------------------------------ */

static int put(table_node *n, PyObject *value);

static int put_text(table_node *n, PyObject *value)
{
    PyObject *utf8 = PyUnicode_AsUTF8String(value);
    if (!utf8) return -1;
    add_text(n, PyBytes_AsString(utf8), (size_t)PyBytes_Size(utf8));
    Py_DECREF(utf8);
    return 0;
}

static int put_struct(table_node *n, PyObject *dict)
{
    for (size_t i = 0; i < n->children; i++) {
        if (!n->child[i].field) continue;
        PyObject *name = PyUnicode_FromString(n->child[i].name), *value = name ? PyObject_GetItem(dict, name) : NULL;
        const int failed = !value || put(&n->child[i], value);
        Py_XDECREF(name);
        Py_XDECREF(value);
        if (failed) return -1;
    }
    end_struct(n);
    return 0;
}

static int put_list(table_node *n, PyObject *value)
{
    PyObject *list = PySequence_List(value);
    int failed = !list;
    for (Py_ssize_t i = 0; !failed && i < PyList_Size(list); i++)
        failed = put_struct(n->child, PyList_GetItem(list, i));
    Py_XDECREF(list);
    if (failed) return -1;
    end_list(n);
    return 0;
}

static int put_map(table_node *n, PyObject *value)
{
    PyObject *items = PyMapping_Items(value);
    int failed = !items;
    for (Py_ssize_t i = 0; !failed && i < PyList_Size(items); i++) {
        PyObject *item = PyList_GetItem(items, i);
        failed =
            put(&n->child->child[0], PyTuple_GetItem(item, 0)) || put(&n->child->child[1], PyTuple_GetItem(item, 1));
        end_struct(n->child);
    }
    Py_XDECREF(items);
    if (failed) return -1;
    end_list(n);
    return 0;
}

/* 0 or -1 with an exception. */
static int put(table_node *n, PyObject *value)
{
    if (!n->field) return 0;
    if (value == Py_None) {
        add_null(n);
        return 0;
    }
    switch (n->kind) {
    case KIND_TEXT: return put_text(n, value);
    case KIND_NUMBER: add_number(n, (int32_t)PyLong_AsLong(value)); break;
    case KIND_REAL: add_real(n, PyFloat_AsDouble(value)); break;
    case KIND_TRUTH: add_truth(n, PyObject_IsTrue(value) == 1); break;
    case KIND_LIST: return put_list(n, value);
    case KIND_MAP: return put_map(n, value);
    case KIND_STRUCT: return put_struct(n, value);
    }
    return PyErr_Occurred() ? -1 : 0;
}

/* Table(columns, rows) */
static PyObject *table_make(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"columns", "rows", NULL};
    PyObject *masks, *rows;
    table_choice choice;
    (void)type;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO!:Table", names, &masks, &PyList_Type, &rows)) return NULL;
    if (take_choice(masks, &choice)) return NULL;
    table *t = table_new(&choice);
    if (!t) return PyErr_NoMemory();
    for (Py_ssize_t i = 0; i < PyList_Size(rows); i++)
        if (put_struct(table_rows(t), PyList_GetItem(rows, i))) {
            table_release(t);
            return NULL;
        }
    if (!table_failed(t)) return object_of(t, &choice);
    table_release(t);
    return PyErr_NoMemory();
}

/* ---- capsules ---------------------------------------------------------------------------------------------------- */

/* Structs of the interface that nobody took over are released with their capsules. */
#define CAPSULE_END(kind, capsule_name)                                                                                \
    static void end_##kind(PyObject *capsule)                                                                          \
    {                                                                                                                  \
        struct kind *held = PyCapsule_GetPointer(capsule, capsule_name);                                               \
        if (held && held->release) held->release(held);                                                                \
        free(held);                                                                                                    \
    }

#define SCHEMA_NAME "arrow_schema"
#define ARRAY_NAME "arrow_array"
#define STREAM_NAME "arrow_array_stream"

CAPSULE_END(ArrowSchema, SCHEMA_NAME)
CAPSULE_END(ArrowArray, ARRAY_NAME)
CAPSULE_END(ArrowArrayStream, STREAM_NAME)

/* Steals memory, which may be NULL. */
static PyObject *capsule_of(void *memory, const char *name, PyCapsule_Destructor end)
{
    return memory ? PyCapsule_New(memory, name, end) : PyErr_NoMemory();
}

static PyObject *schema_capsule(const table_choice *choice)
{
    struct ArrowSchema *schema = calloc(1, sizeof *schema);
    if (schema && table_export_schema(choice, schema)) schema->release = NULL;
    if (schema && schema->release) return capsule_of(schema, SCHEMA_NAME, end_ArrowSchema);
    free(schema);
    return PyErr_NoMemory();
}

static PyObject *array_capsule(table *t)
{
    struct ArrowArray *array = calloc(1, sizeof *array);
    if (array && table_export(t, array)) array->release = NULL;
    if (array && array->release) return capsule_of(array, ARRAY_NAME, end_ArrowArray);
    free(array);
    return PyErr_NoMemory();
}

/* __arrow_c_array__(requested_schema=None); another schema than its own is the reader's affair, as the interface
 * allows. */
static PyObject *table_arrow(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"requested_schema", NULL};
    PyObject *requested = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O:__arrow_c_array__", names, &requested)) return NULL;
    PyObject *schema = schema_capsule(&((table_object *)self)->choice);
    PyObject *array = schema ? array_capsule(((table_object *)self)->table) : NULL;
    if (array) return Py_BuildValue("(NN)", schema, array);
    Py_XDECREF(schema);
    return NULL;
}

static PyObject *table_schema(PyObject *self, PyObject *unused)
{
    (void)unused;
    return schema_capsule(&((table_object *)self)->choice);
}

/* ---- streams ----------------------------------------------------------------------------------------------------- */

/* Its consumer may be any thread, with the interpreter's lock or without. */
typedef struct stream_block {
    PyObject *tables; /* an iterator */
    table_choice choice;
    char *error; /* the last one, UTF-8 */
} stream_block;

static int stream_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    return table_export_schema(&((stream_block *)stream->private_data)->choice, out) ? ENOMEM : 0;
}

/* Python's exception as the stream's error: type and words. Its number. */
static int stream_failed(stream_block *block)
{
    PyObject *type, *value, *trace;
    PyErr_Fetch(&type, &value, &trace);
    PyErr_NormalizeException(&type, &value, &trace);
    PyObject *name = type ? PyObject_GetAttrString(type, "__name__") : NULL;
    PyObject *text = name ? PyUnicode_FromFormat("%U: %S", name, value) : NULL;
    PyObject *utf8 = text ? PyUnicode_AsEncodedString(text, "utf-8", "replace") : NULL;
    free(block->error);
    block->error = utf8 ? strdup(PyBytes_AsString(utf8)) : NULL;
    const int number = type && PyErr_GivenExceptionMatches(type, PyExc_KeyboardInterrupt) ? ECANCELED : EIO;
    PyErr_Clear();
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(trace);
    Py_XDECREF(name);
    Py_XDECREF(text);
    Py_XDECREF(utf8);
    return number;
}

static int next_table(stream_block *block, struct ArrowArray *out)
{
    PyObject *item = PyIter_Next(block->tables);
    if (!item) return PyErr_Occurred() ? stream_failed(block) : 0;
    int failed = 0;
    if (PyObject_IsInstance(item, table_type) != 1) {
        PyErr_SetString(PyExc_TypeError, "a stream of Tables is wanted");
        failed = stream_failed(block);
    } else if (table_export(((table_object *)item)->table, out)) {
        out->release = NULL;
        failed = ENOMEM;
    }
    Py_DECREF(item);
    return failed;
}

static int stream_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    memset(out, 0, sizeof *out); /* without release: the end */
    PyGILState_STATE state = PyGILState_Ensure();
    const int failed = next_table(stream->private_data, out);
    PyGILState_Release(state);
    return failed;
}

static const char *stream_error(struct ArrowArrayStream *stream)
{
    return ((stream_block *)stream->private_data)->error;
}

static void stream_release(struct ArrowArrayStream *stream)
{
    stream_block *block = stream->private_data;
    PyGILState_STATE state = PyGILState_Ensure();
    Py_DECREF(block->tables);
    PyGILState_Release(state);
    free(block->error);
    free(block);
    stream->release = NULL;
}

/* Python's function: a stream's capsule. */
PyObject *python_table_stream(PyObject *module, PyObject *args)
{
    PyObject *masks, *tables;
    table_choice choice;
    (void)module;
    if (!PyArg_ParseTuple(args, "OO:table_stream", &masks, &tables) || take_choice(masks, &choice)) return NULL;
    if (!PyIter_Check(tables)) return PyErr_Format(PyExc_TypeError, "table_stream: an iterator is wanted");
    struct ArrowArrayStream *stream = calloc(1, sizeof *stream);
    stream_block *block = stream ? calloc(1, sizeof *block) : NULL;
    if (!block) {
        free(stream);
        return PyErr_NoMemory();
    }
    Py_INCREF(tables);
    *block = (stream_block){.tables = tables, .choice = choice};
    *stream = (struct ArrowArrayStream){stream_schema, stream_next, stream_error, stream_release, block};
    return capsule_of(stream, STREAM_NAME, end_ArrowArrayStream);
}

PyObject *python_table_schema(PyObject *module, PyObject *masks)
{
    table_choice choice;
    (void)module;
    return take_choice(masks, &choice) ? NULL : schema_capsule(&choice);
}

static PyObject *names_of(const table_field *field)
{
    PyObject *names = PyTuple_New((Py_ssize_t)field->children);
    for (size_t i = 0; names && i < field->children; i++) {
        PyObject *name = PyUnicode_FromString(field->child[i].name);
        if (!name || PyTuple_SetItem(names, (Py_ssize_t)i, name)) Py_CLEAR(names);
    }
    return names;
}

PyObject *python_table_columns(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    PyObject *columns = PyTuple_New(COLUMN_COUNT);
    for (Py_ssize_t i = 0; columns && i < COLUMN_COUNT; i++) {
        const table_field *field = &table_fields.child[i];
        PyObject *column = Py_BuildValue("(sN)", field->name, names_of(field));
        if (!column || PyTuple_SetItem(columns, i, column)) Py_CLEAR(columns);
    }
    return columns;
}

/* ---- Model.annotate ---------------------------------------------------------------------------------------------- */

/* Tables that are filled one after the other. */
typedef struct table_list {
    table_choice choice;
    size_t most_bytes, count, room;
    table **item;
} table_list;

/* The one to fill; NULL when out of memory. */
static table *open_table(table_list *l)
{
    if (l->count && table_bytes(l->item[l->count - 1]) < l->most_bytes) return l->item[l->count - 1];
    if (l->count == l->room) {
        const size_t room = l->room ? 2 * l->room : 4;
        table **moved = realloc(l->item, room * sizeof *moved);
        if (!moved) return NULL;
        l->item = moved;
        l->room = room;
    }
    return (l->item[l->count] = table_new(&l->choice)) ? l->item[l->count++] : NULL;
}

/* 0, or -1 when out of memory. */
static int fill_tables(table_list *l, job_list *jobs)
{
    for (Py_ssize_t i = 0; i < jobs->count; i++) {
        job *j = &jobs->job[i];
        table *t = open_table(l);
        if (!t) return -1;
        if (j->columns) table_add_document(t, j->columns, j->bytes, j->len);
        else table_add_failure(t, j->bytes, j->len, j->problem);
        if (table_failed(t)) return -1;
        columns_free(j->columns);
        j->columns = NULL;
    }
    return 0;
}

static PyObject *objects_of(table_list *l)
{
    PyObject *tables = PyList_New(0);
    for (size_t i = 0; tables && i < l->count; i++) {
        PyObject *object = object_of(l->item[i], &l->choice);
        l->item[i] = NULL;
        if (!object || PyList_Append(tables, object)) Py_CLEAR(tables);
        Py_XDECREF(object);
    }
    return tables;
}

static PyObject *annotate_jobs(PyObject *self, job_list *jobs, table_list *l)
{
    const tern_model *model;
    tern_ctx *ctx = model_begin_run(self, &model);
    if (!ctx) return NULL;
    clock_gettime(CLOCK_MONOTONIC, &jobs->asked);
    tern_status status;
    int failed = 0;
    Py_BEGIN_ALLOW_THREADS status = run_all(ctx, model, jobs);
    if (!status) failed = fill_tables(l, jobs);
    Py_END_ALLOW_THREADS model_end_run(self, ctx);
    if (failed) return PyErr_NoMemory();
    if (!status) return objects_of(l);
    return PyErr_Occurred() ? NULL : raise_tern(&jobs->err, jobs->done);
}

/* A text, None, or what is none and says so in its row. */
static int take_any(job *j, PyObject *text)
{
    if (text == Py_None) return 0;
    if (!take_text(j, text)) return 0;
    PyObject *type, *value, *trace, *words, *utf8;
    PyErr_Fetch(&type, &value, &trace);
    PyErr_NormalizeException(&type, &value, &trace);
    words = PyObject_Str(value);
    utf8 = words ? PyUnicode_AsEncodedString(words, "utf-8", "backslashreplace") : NULL;
    j->problem = utf8 ? strdup(PyBytes_AsString(utf8)) : NULL;
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(trace);
    Py_XDECREF(words);
    Py_XDECREF(utf8);
    return j->problem ? 0 : -1;
}

PyObject *model_annotate(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"texts", "columns", "want", "places", "max_chars", "most_bytes", "scores", NULL};
    PyObject *texts, *masks, *tables = NULL;
    unsigned long want;
    unsigned long long places;
    Py_ssize_t max_chars, most_bytes;
    int scores = 0;
    table_list l = {0};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOkKnn|p:annotate", names, &texts, &masks, &want, &places,
                                     &max_chars, &most_bytes, &scores)
        || take_choice(masks, &l.choice))
        return NULL;
    l.most_bytes = (size_t)most_bytes;
    job_list jobs = {.keep_going = 1,
                     .options = {.want = (unsigned)want,
                                 .places = places,
                                 .max_chars = (size_t)max_chars,
                                 .interrupt = has_signal,
                                 .interrupt_user = &jobs,
                                 .entity_scores = scores}};
    if (!take_jobs(&jobs, texts, Py_None, take_any)) tables = annotate_jobs(self, &jobs, &l);
    free_jobs(&jobs);
    for (size_t i = 0; i < l.count; i++) table_release(l.item[i]);
    free(l.item);
    return tables;
}

/* ---- the type ---------------------------------------------------------------------------------------------------- */

static PyMethodDef table_methods[] = {
    {"__arrow_c_array__", (PyCFunction)(void (*)(void))table_arrow, METH_VARARGS | METH_KEYWORDS,
     "__arrow_c_array__($self, requested_schema=None)\n--\n\n(schema, array) as capsules of Arrow's C data interface."},
    {"__arrow_c_schema__", table_schema, METH_NOARGS,
     "__arrow_c_schema__($self)\n--\n\nThe schema as a capsule of Arrow's C data interface."},
    {0},
};

static PyType_Slot table_slots[] = {
    {Py_tp_doc,
     "Table(columns, rows)\n--\n\nAnnotated documents as rows in Arrow's memory layout. columns: masks of their "
     "children, 0: without; rows: a list of dicts."},
    {Py_tp_new, table_make},
    {Py_tp_dealloc, table_dealloc},
    {Py_sq_length, table_length},
    {Py_tp_methods, table_methods},
    {0},
};

static PyType_Spec table_spec = {.name = "tern_nlp._tern.Table",
                                 .basicsize = sizeof(table_object),
                                 .flags = Py_TPFLAGS_DEFAULT,
                                 .slots = table_slots};

int add_table_type(PyObject *module)
{
    table_type = PyType_FromSpec(&table_spec);
    if (!table_type) return -1;
    Py_INCREF(table_type);
    return PyModule_AddObject(module, "Table", table_type);
}
