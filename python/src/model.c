/* model.c - the type Model: opens and describes a .tern file; its contexts. */
#include "model_object.h"

#include <stdlib.h>
#include <string.h>

/* ---- opening and closing ----------------------------------------------------------------------------------------- */

static PyObject *model_make(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    (void)args;
    (void)kwargs;
    allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    model_object *self = (model_object *)alloc(type, 0);
    if (self && !(self->lock = PyThread_allocate_lock())) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    return (PyObject *)self;
}

/* A copy of the bytes as tern_model_open_memory wants them. */
static tern_status open_bytes(model_object *self, PyObject *bytes, tern_error *err)
{
    const size_t size = (size_t)PyBytes_Size(bytes), whole = (size + 63) & ~(size_t)63;
    self->memory = aligned_alloc(64, whole ? whole : 64);
    if (!self->memory) {
        *err = (tern_error){.code = TERN_E_MEMORY, .msg = "out of memory"};
        return TERN_E_MEMORY;
    }
    memcpy(self->memory, PyBytes_AsString(bytes), size);
    tern_status status = tern_model_open_memory(self->memory, size, &self->model, err);
    return status ? status : tern_model_verify(self->model, err);
}

static void close_model(model_object *self, tern_model *model)
{
    tern_model_close(model);
    free(self->memory);
    self->memory = NULL;
}

static int model_init(PyObject *object, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"path", NULL};
    model_object *self = (model_object *)object;
    PyObject *source, *path;
    tern_error err;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:Model", names, &source)) return -1;
    if (self->model || self->ended) {
        PyErr_SetString(PyExc_ValueError, "the model is open already");
        return -1;
    }
    tern_status status;
    if (PyBytes_Check(source)) {
        status = open_bytes(self, source, &err);
    } else {
        if (!PyUnicode_FSConverter(source, &path)) return -1;
        status = tern_model_open(PyBytes_AsString(path), &self->model, &err);
        Py_DECREF(path);
    }
    if (!status) return 0;
    close_model(self, self->model);
    self->model = NULL;
    raise_tern(&err, 0);
    return -1;
}

/* What nobody uses any more, taken out under the lock. */
typedef struct remains {
    tern_model *model;
    tern_ctx *context[POOL];
    size_t contexts;
} remains;

static remains take_remains(model_object *self)
{
    remains r = {.model = self->runs ? NULL : self->ended};
    if (r.model) self->ended = NULL;
    if (!self->model) {
        r.contexts = self->waiting;
        memcpy(r.context, self->context, sizeof r.context);
        self->waiting = 0;
    }
    return r;
}

static void free_remains(model_object *self, remains r)
{
    for (size_t i = 0; i < r.contexts; i++) tern_ctx_free(r.context[i]);
    if (r.model) close_model(self, r.model);
}

static void end_model(model_object *self)
{
    PyThread_acquire_lock(self->lock, WAIT_LOCK);
    if (self->model) {
        self->ended = self->model;
        self->model = NULL;
    }
    remains r = take_remains(self);
    PyThread_release_lock(self->lock);
    free_remains(self, r);
}

static void model_dealloc(PyObject *object)
{
    model_object *self = (model_object *)object;
    if (self->lock) {
        end_model(self);
        PyThread_free_lock(self->lock);
    }
    free_object(object);
}

static PyObject *model_close(PyObject *self, PyObject *unused)
{
    (void)unused;
    end_model((model_object *)self);
    Py_RETURN_NONE;
}

tern_model *model_of(PyObject *self)
{
    tern_model *model = ((model_object *)self)->model;
    if (!model) PyErr_SetString(PyExc_ValueError, "the model is closed: open it again with Model(path)");
    return model;
}

/* ---- contexts ---------------------------------------------------------------------------------------------------- */

tern_ctx *model_begin_run(PyObject *object, const tern_model **running)
{
    model_object *self = (model_object *)object;
    tern_ctx *ctx = NULL;
    tern_error err;
    PyThread_acquire_lock(self->lock, WAIT_LOCK);
    const tern_model *model = *running = self->model;
    if (model) self->runs++;
    if (model && self->waiting) ctx = self->context[--self->waiting];
    PyThread_release_lock(self->lock);
    if (!model) {
        model_of(object);
        return NULL;
    }
    if (ctx || !tern_ctx_new(model, &ctx, &err)) return ctx;
    model_end_run(object, NULL);
    raise_tern(&err, 0);
    return NULL;
}

void model_end_run(PyObject *object, tern_ctx *ctx)
{
    model_object *self = (model_object *)object;
    tern_ctx_trim(ctx);
    PyThread_acquire_lock(self->lock, WAIT_LOCK);
    self->runs--;
    if (ctx && self->waiting < POOL) {
        self->context[self->waiting++] = ctx;
        ctx = NULL;
    }
    remains r = take_remains(self);
    PyThread_release_lock(self->lock);
    tern_ctx_free(ctx);
    free_remains(self, r);
}

/* ---- description ------------------------------------------------------------------------------------------------- */

static PyObject *get_meta(PyObject *self, void *unused)
{
    (void)unused;
    const tern_model *model = model_of(self);
    const char *json;
    size_t len;
    if (!model) return NULL;
    tern_model_meta(model, &json, &len);
    return PyUnicode_DecodeUTF8(json, (Py_ssize_t)len, NULL);
}

static PyObject *get_components(PyObject *self, void *unused)
{
    (void)unused;
    const tern_model *model = model_of(self);
    const size_t count = tern_model_component_count(model);
    PyObject *found = model ? PyTuple_New((Py_ssize_t)count) : NULL;
    for (size_t i = 0; found && i < count; i++) {
        tern_component c;
        tern_model_component(model, i, &c);
        PyObject *item = Py_BuildValue("(ssN)", c.name, c.factory, PyBool_FromLong(c.is_default));
        if (!item || PyTuple_SetItem(found, (Py_ssize_t)i, item)) Py_CLEAR(found);
    }
    return found;
}

static PyObject *get_offers(PyObject *self, void *unused)
{
    (void)unused;
    const tern_model *model = model_of(self);
    return model ? PyLong_FromUnsignedLong(tern_model_offers(model)) : NULL;
}

static PyObject *get_has_tokenizer(PyObject *self, void *unused)
{
    (void)unused;
    const tern_model *model = model_of(self);
    return model ? PyBool_FromLong(tern_model_has_tokenizer(model)) : NULL;
}

static PyObject *get_closed(PyObject *self, void *unused)
{
    (void)unused;
    return PyBool_FromLong(!((model_object *)self)->model);
}

static PyObject *string_id(PyObject *self, PyObject *text)
{
    const tern_model *model = model_of(self);
    PyObject *bytes = model ? PyUnicode_AsUTF8String(text) : NULL;
    if (!bytes) return NULL;
    const uint64_t id = tern_model_string_id(model, PyBytes_AsString(bytes), (size_t)PyBytes_Size(bytes));
    Py_DECREF(bytes);
    return PyLong_FromUnsignedLongLong(id);
}

/* ---- the type ---------------------------------------------------------------------------------------------------- */

static PyGetSetDef model_properties[] = {
    {"meta", get_meta, NULL, "The description, JSON.", NULL},
    {"components", get_components, NULL, "((name, factory, runs by default), ...) in the pipeline's order.", NULL},
    {"offers", get_offers, NULL, "Mask of what the model can produce: ENTITIES, ...", NULL},
    {"has_tokenizer", get_has_tokenizer, NULL, "False: it takes words only, run_words.", NULL},
    {"closed", get_closed, NULL, "Was it closed?", NULL},
    {0},
};

static PyMethodDef model_methods[] = {
    {"run", (PyCFunction)(void (*)(void))model_run, METH_VARARGS | METH_KEYWORDS,
     "run($self, documents, want, places=0, sent_starts=None, entities=None, scores=False)\n--\n\nAnnotates a list of "
     "texts; a list "
     "of Results. "
     "want: mask of "
     "ENTITIES, ...; places: mask of the components that may run by their places, 0: those that run by default; "
     "sent_starts: for each text None, or bytes with 1, 0 or 255 (-1) for each token; entities: for each text None, "
     "or [(start, end, label, id), ...] of entities that it has already, '' for the label of blocked tokens. Another "
     "thread may run meanwhile."},
    {"run_words", (PyCFunction)(void (*)(void))model_run_words, METH_VARARGS | METH_KEYWORDS,
     "run_words($self, documents, want, places=0, sent_starts=None, entities=None, scores=False)\n--\n\nThe same for "
     "documents that "
     "are cut into "
     "words: "
     "(words, bytes with 1 or 0 for each word: does a blank follow?)."},
    {"annotate", (PyCFunction)(void (*)(void))model_annotate, METH_VARARGS | METH_KEYWORDS,
     "annotate($self, texts, columns, want, places, max_chars, most_bytes, scores=False)\n--\n\nAnnotates a list of "
     "texts; a list of "
     "Tables, "
     "which end where they have grown to most_bytes. Of what is no text, or cannot be annotated, the row says why."},
    {"lexeme", model_lexeme, METH_O,
     "lexeme($self, word, /)\n--\n\n(flags, flags that the model can tell, lower, norm, shape, prefix, suffix) of any "
     "text as "
     "one "
     "word, as spaCy's Lexeme. A flag is the bit of its attribute's number."},
    {"noun_chunks", model_noun_chunks, METH_VARARGS,
     "noun_chunks($self, heads, deps, pos, /)\n--\n\n[(start, end), ...] of a parse: lists of indices of heads, of ids "
     "of labels "
     "and "
     "of parts of speech."},
    {"string_id", string_id, METH_O, "string_id($self, text, /)\n--\n\nThe id that spaCy's StringStore gives a text."},
    {"close", model_close, METH_NOARGS,
     "close($self)\n--\n\nLets go of the file, when the last run under way has ended. Results stay."},
    {0},
};

static PyType_Slot model_slots[] = {
    {Py_tp_doc, "Model(path)\n--\n\nAn open .tern file; path may also be the file's bytes. Threads may share it."},
    {Py_tp_new, model_make},
    {Py_tp_init, model_init},
    {Py_tp_dealloc, model_dealloc},
    {Py_tp_methods, model_methods},
    {Py_tp_getset, model_properties},
    {0},
};

static PyType_Spec model_spec = {.name = "tern_nlp._tern.Model",
                                 .basicsize = sizeof(model_object),
                                 .flags = Py_TPFLAGS_DEFAULT,
                                 .slots = model_slots};

int add_model_type(PyObject *module)
{
    PyObject *type = PyType_FromSpec(&model_spec);
    return type && !PyModule_AddObject(module, "Model", type) ? 0 : -1;
}
