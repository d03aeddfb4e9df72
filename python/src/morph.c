/* morph.c - the type MorphAnalysis: a vocabulary and the id of features. tern_nlp.tokens.MorphAnalysis adds the rest.
 */
#include "doc_object.h"
#include "store.h"

typedef struct morph_object {
    PyObject_HEAD PyObject *vocab;
    uint64_t key;
} morph_object;

static PyObject *morph_type;

static PyObject *new_morph(PyTypeObject *type, PyObject *vocab, uint64_t key)
{
    allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    morph_object *self = (morph_object *)alloc(type, 0);
    if (!self) return NULL;
    Py_INCREF(vocab);
    self->vocab = vocab;
    self->key = key;
    return (PyObject *)self;
}

PyObject *morph_of(PyObject *vocab, uint64_t key)
{
    return new_morph((PyTypeObject *)(made_types.morph ? made_types.morph : morph_type), vocab, key);
}

/* from_id(vocab, key) */
static PyObject *morph_from_id(PyObject *type, PyObject *args)
{
    PyObject *vocab, *number;
    uint64_t key;
    if (!PyArg_ParseTuple(args, "OO:from_id", &vocab, &number) || id_of_int(number, &key)) return NULL;
    return new_morph((PyTypeObject *)type, vocab, key);
}

/* MorphAnalysis(vocab, features=None), which the vocabulary knows afterwards. */
static PyObject *morph_make(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"vocab", "features", NULL};
    PyObject *vocab, *features = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|O:MorphAnalysis", names, &vocab, &features)) return NULL;
    PyObject *morphology = PyObject_GetAttrString(vocab, "morphology"), *none = PyDict_New(), *number = NULL;
    uint64_t key;
    if (morphology && none) number = PyObject_CallMethod(morphology, "add", "O", features == Py_None ? none : features);
    PyObject *morph = number && !id_of_int(number, &key) ? new_morph(type, vocab, key) : NULL;
    Py_XDECREF(morphology);
    Py_XDECREF(none);
    Py_XDECREF(number);
    return morph;
}

static void morph_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(((morph_object *)self)->vocab);
    free_object(self);
}

static int morph_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((morph_object *)self)->vocab);
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static PyObject *get_vocab(PyObject *self, void *unused)
{
    (void)unused;
    Py_INCREF(((morph_object *)self)->vocab);
    return ((morph_object *)self)->vocab;
}

static PyObject *get_key(PyObject *self, void *unused)
{
    (void)unused;
    return PyLong_FromUnsignedLongLong(((morph_object *)self)->key);
}

static PyGetSetDef morph_properties[] = {
    {"vocab", get_vocab, NULL, "The vocabulary.", NULL},
    {"key", get_key, NULL, "The id of the features.", NULL},
    {0},
};

static PyMethodDef morph_methods[] = {
    {"from_id", morph_from_id, METH_VARARGS | METH_CLASS,
     "from_id($type, vocab, key, /)\n--\n\nThe one that the vocabulary knows by this id; 0 is none."},
    {0},
};

static PyType_Slot morph_slots[] = {
    {Py_tp_doc, "MorphAnalysis(vocab, features=None)\n--\n\nMorphological features of a vocabulary."},
    {Py_tp_new, morph_make},
    {Py_tp_dealloc, morph_dealloc},
    {Py_tp_traverse, morph_traverse},
    {Py_tp_methods, morph_methods},
    {Py_tp_getset, morph_properties},
    {0},
};

static PyType_Spec morph_spec = {.name = "tern_nlp._tern.MorphAnalysis",
                                 .basicsize = sizeof(morph_object),
                                 .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
                                 .slots = morph_slots};

int add_morph_type(PyObject *module)
{
    morph_type = PyType_FromSpec(&morph_spec);
    if (!morph_type) return -1;
    Py_INCREF(morph_type);
    return PyModule_AddObject(module, "MorphAnalysis", morph_type);
}
