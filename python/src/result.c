/* result.c - the type Result: an annotated document that owns its data. Strings and lists are made when asked for. */
#include "tern_python.h"

#include <stdlib.h>
#include <string.h>

typedef struct result_object {
    PyObject_HEAD doc_columns *columns;
    PyObject *text; /* str */
} result_object;

static PyObject *result_type;

PyObject *result_new(doc_columns *columns, PyObject *text)
{
    allocfunc alloc = (allocfunc)PyType_GetSlot((PyTypeObject *)result_type, Py_tp_alloc);
    result_object *self = (result_object *)alloc((PyTypeObject *)result_type, 0);
    if (!self) {
        columns_free(columns);
        return NULL;
    }
    self->columns = columns;
    Py_INCREF(text);
    self->text = text;
    return (PyObject *)self;
}

static void result_dealloc(PyObject *self)
{
    columns_free(((result_object *)self)->columns);
    Py_XDECREF(((result_object *)self)->text);
    free_object(self);
}

const doc_columns *result_columns(PyObject *result)
{
    if (PyObject_IsInstance(result, result_type) == 1) return ((result_object *)result)->columns;
    if (!PyErr_Occurred()) PyErr_SetString(PyExc_TypeError, "a Result is wanted, as Model.run gives it");
    return NULL;
}

PyObject *result_text(PyObject *result) { return ((result_object *)result)->text; }

static const doc_columns *columns_of(PyObject *self) { return ((result_object *)self)->columns; }

static Py_ssize_t result_length(PyObject *self) { return (Py_ssize_t)columns_of(self)->token_count; }

static PyObject *string_of(const doc_columns *c, string_ref ref)
{
    return PyUnicode_DecodeUTF8(ref.length ? c->strings + ref.start : "", (Py_ssize_t)ref.length, NULL);
}

/* ---- lists ------------------------------------------------------------------------------------------------------- */

/* Item i of a column, as a new object. */
typedef PyObject *(*item_maker)(PyObject *self, size_t i);

static PyObject *list_of(PyObject *self, size_t count, item_maker make)
{
    PyObject *list = PyList_New((Py_ssize_t)count);
    for (size_t i = 0; list && i < count; i++) {
        PyObject *item = make(self, i);
        if (!item || PyList_SetItem(list, (Py_ssize_t)i, item)) Py_CLEAR(list);
    }
    return list;
}

static PyObject *word(PyObject *self, size_t i)
{
    const token_columns *t = &columns_of(self)->token[i];
    return PyUnicode_Substring(((result_object *)self)->text, (Py_ssize_t)t->char_start, (Py_ssize_t)t->char_end);
}

static PyObject *orth(PyObject *self, size_t i) { return PyLong_FromUnsignedLongLong(columns_of(self)->token[i].orth); }

static PyObject *space(PyObject *self, size_t i) { return PyBool_FromLong(columns_of(self)->token[i].space); }

static PyObject *entity(PyObject *self, size_t i)
{
    const doc_columns *c = columns_of(self);
    const span_columns *e = &c->entity[i];
    return Py_BuildValue("(IINN)", e->start, e->end, string_of(c, e->label), string_of(c, e->id));
}

static PyObject *group_span(PyObject *self, size_t i)
{
    const doc_columns *c = columns_of(self);
    const span_columns *s = &c->group_span[i];
    return Py_BuildValue("(IINd)", s->start, s->end, string_of(c, s->label), s->score);
}

static PyObject *words(PyObject *self, PyObject *unused)
{
    (void)unused;
    return list_of(self, columns_of(self)->token_count, word);
}

static PyObject *orths(PyObject *self, PyObject *unused)
{
    (void)unused;
    return list_of(self, columns_of(self)->token_count, orth);
}

static PyObject *spaces(PyObject *self, PyObject *unused)
{
    (void)unused;
    return list_of(self, columns_of(self)->token_count, space);
}

/* [(token, norm)], of the tokenizer's special cases */
static PyObject *special_norms(PyObject *self, PyObject *unused)
{
    (void)unused;
    const doc_columns *c = columns_of(self);
    PyObject *found = PyList_New(0);
    for (size_t i = 0; found && i < c->token_count; i++) {
        if (!c->token[i].ids.norm) continue;
        PyObject *item = Py_BuildValue("(nN)", (Py_ssize_t)i, string_of(c, c->token[i].string[STRING_NORM]));
        if (!item || PyList_Append(found, item)) Py_CLEAR(found);
        Py_XDECREF(item);
    }
    return found;
}

static PyObject *entities(PyObject *self, PyObject *unused)
{
    (void)unused;
    return list_of(self, columns_of(self)->entity_count, entity);
}

static PyObject *entity_score(PyObject *self, size_t i)
{
    return PyFloat_FromDouble(columns_of(self)->entity[i].score);
}

static PyObject *entity_scores(PyObject *self, PyObject *unused)
{
    (void)unused;
    if (!columns_of(self)->entity_scores) Py_RETURN_NONE;
    return list_of(self, columns_of(self)->entity_count, entity_score);
}

static PyObject *cats(PyObject *self, PyObject *unused)
{
    (void)unused;
    const doc_columns *c = columns_of(self);
    PyObject *found = PyDict_New();
    for (size_t i = 0; found && i < c->cat_count; i++) {
        PyObject *label = string_of(c, c->cat[i].label), *score = PyFloat_FromDouble(c->cat[i].score);
        if (!label || !score || PyDict_SetItem(found, label, score)) Py_CLEAR(found);
        Py_XDECREF(label);
        Py_XDECREF(score);
    }
    return found;
}

/* ((key, has_scores, spans), ...) */
static PyObject *span_groups(PyObject *self, PyObject *unused)
{
    (void)unused;
    const doc_columns *c = columns_of(self);
    PyObject *all = list_of(self, c->group_span_count, group_span), *found = all ? PyList_New(0) : NULL;
    for (size_t g = 0; found && g < c->group_count; g++) {
        const group_columns *group = &c->group[g];
        const size_t end = group->first + group->count;
        PyObject *item = Py_BuildValue("(NNN)", string_of(c, group->key), PyBool_FromLong(group->has_scores),
                                       PyList_GetSlice(all, (Py_ssize_t)group->first, (Py_ssize_t)end));
        if (!item || PyList_Append(found, item)) Py_CLEAR(found);
        Py_XDECREF(item);
    }
    Py_XDECREF(all);
    return found;
}

/* ---- columns of strings ------------------------------------------------------------------------------------------ */

static const char *const string_names[] = {[STRING_TAG] = "TAG", [STRING_POS] = "POS",     [STRING_MORPH] = "MORPH",
                                           [STRING_DEP] = "DEP", [STRING_LEMMA] = "LEMMA", [STRING_NORM] = "NORM"};

static PyObject *unknown_column(PyObject *name)
{
    return PyErr_Format(PyExc_ValueError, "there is no column %R; names are those of spaCy's attributes, as LEMMA",
                        name);
}

static int is_named(PyObject *name, const char *known) { return !PyUnicode_CompareWithASCIIString(name, known); }

static PyObject *strings(PyObject *self, PyObject *name)
{
    const doc_columns *c = columns_of(self);
    size_t s = 0;
    if (!PyUnicode_Check(name)) return unknown_column(name);
    while (s < STRING_COUNT && !is_named(name, string_names[s])) s++;
    if (s == STRING_COUNT) return unknown_column(name);
    PyObject *list = PyList_New((Py_ssize_t)c->token_count);
    for (size_t i = 0; list && i < c->token_count; i++) {
        PyObject *item = string_of(c, c->token[i].string[s]);
        if (!item || PyList_SetItem(list, (Py_ssize_t)i, item)) Py_CLEAR(list);
    }
    return list;
}

/* ---- columns of numbers ------------------------------------------------------------------------------------------ */

/* Values of spaCy's attributes as Doc.from_array takes them: negative ones in two's complement. */
typedef void (*filler)(const doc_columns *c, uint64_t *out);

#define FILL_TOKENS(name, value)                                                                                       \
    static void fill_##name(const doc_columns *c, uint64_t *out)                                                       \
    {                                                                                                                  \
        for (size_t i = 0; i < c->token_count; i++) out[i] = (uint64_t)(value);                                        \
    }

FILL_TOKENS(orth, c->token[i].orth)
FILL_TOKENS(tag, c->token[i].ids.tag)
FILL_TOKENS(pos, c->token[i].ids.pos)
FILL_TOKENS(morph, c->token[i].ids.morph)
FILL_TOKENS(dep, c->token[i].ids.dep)
FILL_TOKENS(lemma, c->token[i].ids.lemma)
FILL_TOKENS(norm, c->token[i].ids.norm)
FILL_TOKENS(head, (int64_t)c->token[i].head - (int64_t)i)
FILL_TOKENS(sent_start, (int64_t)c->token[i].sent_start)
FILL_TOKENS(space, c->token[i].space)

/* Token.ent_iob: 0 where nobody looked for entities, 3 begins one, 1 goes on, 2 is outside. */
static void fill_ent_iob(const doc_columns *c, uint64_t *out)
{
    for (size_t i = 0; i < c->token_count; i++) out[i] = c->annotations & TERN_ENTITIES ? 2 : 0;
    for (size_t e = 0; e < c->entity_count; e++)
        for (size_t i = c->entity[e].start; i < c->entity[e].end; i++) out[i] = i == c->entity[e].start ? 3 : 1;
}

static void fill_ent_type(const doc_columns *c, uint64_t *out)
{
    memset(out, 0, c->token_count * sizeof *out);
    for (size_t e = 0; e < c->entity_count; e++)
        for (size_t i = c->entity[e].start; i < c->entity[e].end; i++) out[i] = c->entity[e].label_id;
}

static void fill_ent_id(const doc_columns *c, uint64_t *out)
{
    memset(out, 0, c->token_count * sizeof *out);
    for (size_t e = 0; e < c->entity_count; e++)
        for (size_t i = c->entity[e].start; i < c->entity[e].end; i++) out[i] = c->entity[e].id_id;
}

static const struct {
    const char *name;
    filler fill;
} number_columns[] = {{"ORTH", fill_orth},    {"TAG", fill_tag},         {"POS", fill_pos},
                      {"MORPH", fill_morph},  {"DEP", fill_dep},         {"LEMMA", fill_lemma},
                      {"NORM", fill_norm},    {"HEAD", fill_head},       {"SENT_START", fill_sent_start},
                      {"SPACY", fill_space},  {"ENT_IOB", fill_ent_iob}, {"ENT_TYPE", fill_ent_type},
                      {"ENT_ID", fill_ent_id}};

static filler filler_of(PyObject *name)
{
    for (size_t i = 0; PyUnicode_Check(name) && i < sizeof number_columns / sizeof *number_columns; i++)
        if (is_named(name, number_columns[i].name)) return number_columns[i].fill;
    unknown_column(name);
    return NULL;
}

static PyObject *array(PyObject *self, PyObject *names)
{
    const doc_columns *c = columns_of(self);
    if (!PyTuple_Check(names)) {
        PyErr_SetString(PyExc_TypeError, "array: a tuple of names is wanted");
        return NULL;
    }
    const Py_ssize_t count = PyTuple_Size(names), tokens = (Py_ssize_t)c->token_count;
    if (count > (Py_ssize_t)(sizeof number_columns / sizeof *number_columns)) {
        PyErr_SetString(PyExc_ValueError, "array: more names than there are columns");
        return NULL;
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, count * tokens * (Py_ssize_t)sizeof(uint64_t));
    for (Py_ssize_t k = 0; bytes && k < count; k++) {
        filler fill = filler_of(PyTuple_GetItem(names, k));
        if (fill) fill(c, (uint64_t *)(void *)PyBytes_AsString(bytes) + k * tokens);
        else Py_CLEAR(bytes);
    }
    return bytes;
}

/* The numbers of one column, as ints. */
static PyObject *ids(PyObject *self, PyObject *name)
{
    const doc_columns *c = columns_of(self);
    filler fill = filler_of(name);
    uint64_t *numbers = fill ? malloc((c->token_count + 1) * sizeof *numbers) : NULL;
    if (!numbers) return fill ? PyErr_NoMemory() : NULL;
    fill(c, numbers);
    PyObject *list = PyList_New((Py_ssize_t)c->token_count);
    for (size_t i = 0; list && i < c->token_count; i++) {
        PyObject *number = PyLong_FromUnsignedLongLong(numbers[i]);
        if (!number || PyList_SetItem(list, (Py_ssize_t)i, number)) Py_CLEAR(list);
    }
    free(numbers);
    return list;
}

/* Are the tokens those of rows that spaCy's Doc.to_array gave, of which ORTH and SPACY are the first columns? */
static PyObject *agrees(PyObject *self, PyObject *args)
{
    const doc_columns *c = columns_of(self);
    const char *bytes;
    Py_ssize_t size, width;
    if (!PyArg_ParseTuple(args, "y#n", &bytes, &size, &width)) return NULL;
    const size_t row = width < 2 ? 0 : (size_t)width * sizeof(uint64_t);
    if (!row || row / sizeof(uint64_t) != (size_t)width) {
        PyErr_SetString(PyExc_ValueError, "agrees: rows of two numbers or more are wanted");
        return NULL;
    }
    if ((size_t)size / row != c->token_count || (size_t)size % row) Py_RETURN_FALSE;
    for (size_t i = 0; i < c->token_count; i++) {
        const uint64_t token[2] = {c->token[i].orth, c->token[i].space};
        if (memcmp(bytes + i * row, token, sizeof token)) Py_RETURN_FALSE;
    }
    Py_RETURN_TRUE;
}

static PyObject *offsets(PyObject *self, PyObject *unused)
{
    (void)unused;
    const doc_columns *c = columns_of(self);
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(2 * c->token_count * sizeof(uint32_t)));
    uint32_t *out = bytes ? (uint32_t *)(void *)PyBytes_AsString(bytes) : NULL;
    for (size_t i = 0; out && i < c->token_count; i++) {
        out[2 * i] = c->token[i].char_start;
        out[2 * i + 1] = c->token[i].char_end;
    }
    return bytes;
}

static PyObject *tensor(PyObject *self, PyObject *unused)
{
    (void)unused;
    const doc_columns *c = columns_of(self);
    const size_t size = c->token_count * c->tensor_width * sizeof *c->tensor;
    return Py_BuildValue("(nN)", (Py_ssize_t)c->tensor_width,
                         PyByteArray_FromStringAndSize((const char *)c->tensor, (Py_ssize_t)size));
}

/* ---- the type ---------------------------------------------------------------------------------------------------- */

static PyObject *get_text(PyObject *self, void *unused)
{
    (void)unused;
    PyObject *text = ((result_object *)self)->text;
    Py_INCREF(text);
    return text;
}

static PyObject *get_annotations(PyObject *self, void *unused)
{
    (void)unused;
    return PyLong_FromUnsignedLong(columns_of(self)->annotations);
}

static PyGetSetDef result_properties[] = {
    {"text", get_text, NULL, "The text.", NULL},
    {"annotations", get_annotations, NULL, "Mask of what is set: ENTITIES, ...", NULL},
    {0},
};

static PyMethodDef result_methods[] = {
    {"words", words, METH_NOARGS, "words($self)\n--\n\nThe tokens' texts."},
    {"orths", orths, METH_NOARGS, "orths($self)\n--\n\nThe same as ids of spaCy's StringStore."},
    {"spaces", spaces, METH_NOARGS, "spaces($self)\n--\n\nFor each token: does one blank follow?"},
    {"strings", strings, METH_O, "strings($self, name, /)\n--\n\nTAG, POS, MORPH, DEP, LEMMA or NORM of each token."},
    {"array", array, METH_O,
     "array($self, names, /)\n--\n\nAttributes of the tokens as spaCy's Doc.from_array takes them: for each name the "
     "numbers of "
     "all "
     "tokens (uint64), as bytes."},
    {"ids", ids, METH_O, "ids($self, name, /)\n--\n\nOne such attribute as a list of ints."},
    {"agrees", agrees, METH_VARARGS,
     "agrees($self, rows, width, /)\n--\n\nAre its tokens those of rows (uint64, as bytes) that begin with ORTH and "
     "SPACY?"},
    {"offsets", offsets, METH_NOARGS,
     "offsets($self)\n--\n\nStart and end of each token in code points (uint32), as bytes."},
    {"special_norms", special_norms, METH_NOARGS,
     "special_norms($self)\n--\n\n[(token, norm), ...] of those that the tokenizer's special cases made."},
    {"entities", entities, METH_NOARGS, "entities($self)\n--\n\n[(first token, last token + 1, label, id), ...]"},
    {"entity_scores", entity_scores, METH_NOARGS,
     "entity_scores($self)\n--\n\nThe score of each entity; None where the run was not asked for them."},
    {"cats", cats, METH_NOARGS, "cats($self)\n--\n\nLabel -> score."},
    {"span_groups", span_groups, METH_NOARGS,
     "span_groups($self)\n--\n\n[(key, has scores, [(first token, last token + 1, label, score), ...]), ...]"},
    {"tensor", tensor, METH_NOARGS, "tensor($self)\n--\n\n(width, rows of float32 as a bytearray)"},
    {0},
};

/* object's own way would leave it without columns. */
static PyObject *result_refuse(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    (void)type;
    (void)args;
    (void)kwargs;
    PyErr_SetString(PyExc_TypeError, "a Result is what Model.run gives");
    return NULL;
}

static PyType_Slot result_slots[] = {
    {Py_tp_doc, "An annotated document, which owns its data."},
    {Py_tp_new, result_refuse},
    {Py_tp_dealloc, result_dealloc},
    {Py_sq_length, result_length},
    {Py_tp_methods, result_methods},
    {Py_tp_getset, result_properties},
    {0},
};

static PyType_Spec result_spec = {.name = "tern_nlp._tern.Result",
                                  .basicsize = sizeof(result_object),
                                  .flags = Py_TPFLAGS_DEFAULT,
                                  .slots = result_slots};

int add_result_type(PyObject *module)
{
    result_type = PyType_FromSpec(&result_spec);
    if (!result_type) return -1;
    Py_INCREF(result_type);
    return PyModule_AddObject(module, "Result", result_type);
}
