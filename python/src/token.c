/* token.c - the type Token: a document and an index; what is read for every token. tern_nlp.tokens.Token adds the rest.
 */
#include <string.h>

#include "doc_object.h"
#include "lexicon.h"
#include "store.h"

typedef struct token_object {
    PyObject_HEAD PyObject *doc;
    Py_ssize_t i;
} token_object;

static PyObject *token_type;

/* ---- making and ending ------------------------------------------------------------------------------------------- */

static PyObject *new_token(PyTypeObject *type, PyObject *doc, Py_ssize_t i)
{
    allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    token_object *self = (token_object *)alloc(type, 0);
    if (!self) return NULL;
    Py_INCREF(doc);
    self->doc = doc;
    self->i = i;
    return (PyObject *)self;
}

PyObject *doc_token(PyObject *doc, Py_ssize_t i)
{
    return new_token((PyTypeObject *)(made_types.token ? made_types.token : token_type), doc, i);
}

/* Token(vocab, doc, offset) */
static PyObject *token_make(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"vocab", "doc", "offset", NULL};
    PyObject *vocab, *doc;
    Py_ssize_t i;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOn:Token", names, &vocab, &doc, &i)) return NULL;
    if (!is_doc(doc)) {
        PyErr_SetString(PyExc_TypeError, "Token: a Doc is wanted");
        return NULL;
    }
    return doc_row(doc, i) ? new_token(type, doc, i) : NULL;
}

static int token_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((token_object *)self)->doc);
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static void token_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(((token_object *)self)->doc);
    free_object(self);
}

static doc_object *doc_of(PyObject *self) { return (doc_object *)((token_object *)self)->doc; }

static token_row *row_of(PyObject *self) { return doc_row(((token_object *)self)->doc, ((token_object *)self)->i); }

/* ---- text -------------------------------------------------------------------------------------------------------- */

static PyObject *get_text(PyObject *self, void *unused)
{
    (void)unused;
    const token_row *row = row_of(self);
    return row ? doc_word(doc_of(self), row) : NULL;
}

static PyObject *get_text_with_ws(PyObject *self, void *unused)
{
    (void)unused;
    const token_row *row = row_of(self);
    if (!row || !row->space) return row ? doc_word(doc_of(self), row) : NULL;
    if (!doc_of(self)->odd_spaces)
        return doc_text_of(doc_of(self), ((token_object *)self)->i, ((token_object *)self)->i + 1, 1);
    PyObject *word = doc_word(doc_of(self), row), *blank = PyUnicode_FromString(" ");
    PyObject *text = word && blank ? PyUnicode_Concat(word, blank) : NULL;
    Py_XDECREF(word);
    Py_XDECREF(blank);
    return text;
}

static PyObject *get_whitespace(PyObject *self, void *unused)
{
    (void)unused;
    const token_row *row = row_of(self);
    return row ? PyUnicode_FromString(row->space ? " " : "") : NULL;
}

static Py_ssize_t token_length(PyObject *self)
{
    const token_row *row = row_of(self);
    return row ? row->length : -1;
}

/* ---- ids and their strings --------------------------------------------------------------------------------------- */

static int column_of(void *closure) { return (int)(intptr_t)closure; }

static PyObject *get_id(PyObject *self, void *closure)
{
    const token_row *row = row_of(self);
    return row ? PyLong_FromUnsignedLongLong(row->id[column_of(closure)]) : NULL;
}

/* An id that others may look up in the store, so that must have it. */
static PyObject *get_shared_id(PyObject *self, void *closure)
{
    if (!row_of(self) || doc_share_strings(doc_of(self))) return NULL;
    return get_id(self, closure);
}

static PyObject *get_string(PyObject *self, void *closure)
{
    const token_row *row = row_of(self);
    return row ? store_string(doc_of(self)->store, row->id[column_of(closure)]) : NULL;
}

static int is_deletion(PyObject *value)
{
    if (!value) PyErr_SetString(PyExc_TypeError, "a token's attribute cannot be deleted");
    return !value;
}

static int set_column(PyObject *self, int column, uint64_t id)
{
    token_row *row = row_of(self);
    if (!row) return -1;
    row->id[column] = id;
    if (column == ID_LEMMA) row->lemma.length = 0;
    if (column == ID_NORM) row->norm.length = 0;
    return 0;
}

static int set_id(PyObject *self, PyObject *value, void *closure)
{
    uint64_t id;
    if (is_deletion(value) || id_of_int(value, &id)) return -1;
    return set_column(self, column_of(closure), id);
}

static int set_string(PyObject *self, PyObject *value, void *closure)
{
    uint64_t id;
    if (is_deletion(value) || !row_of(self)) return -1;
    if (value == Py_None) return set_column(self, column_of(closure), 0);
    if (!PyUnicode_Check(value)) {
        PyErr_Format(PyExc_TypeError, "[E017] a str is wanted, and this is %R", (PyObject *)Py_TYPE(value));
        return -1;
    }
    return store_add(doc_of(self)->store, value, &id) ? -1 : set_column(self, column_of(closure), id);
}

static PyObject *get_lemma(PyObject *self, void *unused)
{
    (void)unused;
    const token_row *row = row_of(self);
    return row ? doc_lemma(doc_of(self), row) : NULL;
}

static PyObject *get_norm(PyObject *self, void *unused)
{
    (void)unused;
    const token_row *row = row_of(self);
    return row ? doc_norm(doc_of(self), row) : NULL;
}

static PyObject *get_norm_id(PyObject *self, void *unused)
{
    (void)unused;
    uint64_t id;
    if (!row_of(self) || doc_share_strings(doc_of(self))) return NULL;
    if (doc_get_attr(doc_of(self), ((token_object *)self)->i, ATTR_NORM, &id)) return NULL;
    return PyLong_FromUnsignedLongLong(id);
}

/* ---- the word's attributes --------------------------------------------------------------------------------------- */

static lexeme *lexeme_of(PyObject *self)
{
    const token_row *row = row_of(self);
    return row ? doc_lexeme(doc_of(self), row) : NULL;
}

static PyObject *get_form(PyObject *self, void *closure)
{
    lexeme *lex = lexeme_of(self);
    return lex ? lexicon_form(doc_of(self)->lexicon, lex, column_of(closure)) : NULL;
}

static PyObject *get_form_id(PyObject *self, void *closure)
{
    uint64_t id;
    lexeme *lex = lexeme_of(self);
    if (!lex || lexicon_form_id(doc_of(self)->lexicon, lex, column_of(closure), &id)) return NULL;
    return PyLong_FromUnsignedLongLong(id);
}

/* flag: the bit TERN_WORD_*, or one that a program has added. */
static PyObject *flag_of(PyObject *self, uint64_t flag)
{
    const lexeme *lex = lexeme_of(self);
    return lex ? PyBool_FromLong((lex->flags & flag) != 0) : NULL;
}

static PyObject *get_flag(PyObject *self, void *closure) { return flag_of(self, (uint64_t)(uintptr_t)closure); }

static PyObject *get_rank(PyObject *self, void *unused)
{
    (void)unused;
    const lexeme *lex = lexeme_of(self);
    return lex ? PyLong_FromUnsignedLongLong(lex->rank) : NULL;
}

static PyObject *check_flag(PyObject *self, PyObject *number)
{
    const long flag = PyLong_AsLong(number);
    if (flag == -1 && PyErr_Occurred()) return NULL;
    if (flag < 1 || flag > 63) Py_RETURN_FALSE;
    return flag_of(self, (uint64_t)1 << flag);
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

static PyObject *get_i(PyObject *self, void *unused)
{
    (void)unused;
    return PyLong_FromSsize_t(((token_object *)self)->i);
}

#define GET_NUMBER(name, field)                                                                                        \
    static PyObject *get_##name(PyObject *self, void *unused)                                                          \
    {                                                                                                                  \
        (void)unused;                                                                                                  \
        const token_row *row = row_of(self);                                                                           \
        return row ? PyLong_FromLong(row->field) : NULL;                                                               \
    }

GET_NUMBER(idx, idx)
GET_NUMBER(n_lefts, l_kids)
GET_NUMBER(n_rights, r_kids)
GET_NUMBER(ent_iob, ent_iob)

static PyObject *get_ent_iob_string(PyObject *self, void *unused)
{
    static const char *const names[] = {"", "I", "O", "B"};
    (void)unused;
    const token_row *row = row_of(self);
    return row ? PyUnicode_FromString(names[row->ent_iob & 3]) : NULL;
}

/* None, False or True for 0, -1 or 1. */
static PyObject *get_is_sent_start(PyObject *self, void *unused)
{
    (void)unused;
    const token_row *row = row_of(self);
    if (!row) return NULL;
    if (!row->sent_start) Py_RETURN_NONE;
    return PyBool_FromLong(row->sent_start > 0);
}

static PyObject *get_sent_start(PyObject *self, void *unused)
{
    (void)unused;
    const token_row *row = row_of(self);
    if (!row) return NULL;
    if (!((token_object *)self)->i) Py_RETURN_FALSE;
    return PyLong_FromLong(row->sent_start);
}

static PyObject *get_is_sent_end(PyObject *self, void *unused)
{
    (void)unused;
    const token_object *token = (const token_object *)self;
    if (!row_of(self)) return NULL;
    if (token->i + 1 == doc_of(self)->count) Py_RETURN_TRUE;
    const int next = doc_of(self)->row[token->i + 1].sent_start;
    if (!next) Py_RETURN_NONE;
    return PyBool_FromLong(next > 0);
}

/* ---- other objects ----------------------------------------------------------------------------------------------- */

static PyObject *get_doc(PyObject *self, void *unused)
{
    (void)unused;
    Py_INCREF(((token_object *)self)->doc);
    return ((token_object *)self)->doc;
}

static PyObject *get_vocab(PyObject *self, void *unused)
{
    (void)unused;
    Py_INCREF(doc_of(self)->vocab);
    return doc_of(self)->vocab;
}

static PyObject *other_token(PyObject *self, Py_ssize_t i)
{
    if (i == ((token_object *)self)->i) {
        Py_INCREF(self);
        return self;
    }
    return doc_row(((token_object *)self)->doc, i) ? doc_token(((token_object *)self)->doc, i) : NULL;
}

static PyObject *get_head(PyObject *self, void *unused)
{
    (void)unused;
    const token_row *row = row_of(self);
    if (!row) return NULL;
    return other_token(self, ((token_object *)self)->i + (row->id[ID_DEP] ? row->head : 0));
}

static PyObject *get_left_edge(PyObject *self, void *unused)
{
    (void)unused;
    const token_row *row = row_of(self);
    return row ? other_token(self, row->l_edge) : NULL;
}

static PyObject *get_right_edge(PyObject *self, void *unused)
{
    (void)unused;
    const token_row *row = row_of(self);
    return row ? other_token(self, row->r_edge) : NULL;
}

static PyObject *has_head(PyObject *self, PyObject *unused)
{
    (void)unused;
    const token_row *row = row_of(self);
    return row ? PyBool_FromLong(row->id[ID_DEP] != 0) : NULL;
}

static PyObject *has_morph(PyObject *self, PyObject *unused)
{
    (void)unused;
    const token_row *row = row_of(self);
    return row ? PyBool_FromLong(row->id[ID_MORPH] != 0) : NULL;
}

static PyObject *get_morph(PyObject *self, void *unused)
{
    (void)unused;
    const token_row *row = row_of(self);
    return row ? morph_of(doc_of(self)->vocab, row->id[ID_MORPH]) : NULL;
}

/* ---- what the type of Python's sets: by its method of this name -------------------------------------------------- */

static int set_by_method(PyObject *self, PyObject *value, void *name)
{
    if (is_deletion(value)) return -1;
    PyObject *done = PyObject_CallMethod(self, (const char *)name, "O", value);
    Py_XDECREF(done);
    return done ? 0 : -1;
}

static PyObject *get_pos_string(PyObject *self, void *unused)
{
    (void)unused;
    return get_string(self, (void *)(intptr_t)ID_POS);
}

/* ---- comparing: by place in the text, as in spaCy ---------------------------------------------------------------- */

static PyObject *token_compare(PyObject *self, PyObject *other, int op)
{
    if (other == Py_None) return PyBool_FromLong(op == Py_NE || op == Py_GT || op == Py_GE);
    if (PyObject_IsInstance(other, token_type) != 1) {
        if (PyErr_Occurred()) return NULL;
        return PyBool_FromLong(op == Py_NE);
    }
    const token_row *mine = row_of(self), *its = row_of(other);
    if (!mine || !its) return NULL;
    const int same = ((token_object *)self)->doc == ((token_object *)other)->doc;
    switch (op) {
    case Py_LT: return PyBool_FromLong(mine->idx < its->idx);
    case Py_LE: return PyBool_FromLong(mine->idx <= its->idx);
    case Py_EQ: return PyBool_FromLong(same && mine->idx == its->idx);
    case Py_NE: return PyBool_FromLong(!same || mine->idx != its->idx);
    case Py_GT: return PyBool_FromLong(mine->idx > its->idx);
    default: return PyBool_FromLong(mine->idx >= its->idx);
    }
}

static Py_hash_t token_hash(PyObject *self)
{
    const uint64_t place = (uint64_t)(uintptr_t)((token_object *)self)->doc >> 4;
    const Py_hash_t hash = (Py_hash_t)(place * 1000003u ^ (uint64_t)((token_object *)self)->i);
    return hash == -1 ? -2 : hash;
}

/* ---- the type ---------------------------------------------------------------------------------------------------- */

#define COLUMN(c) ((void *)(intptr_t)(c))
#define ID(name, column) {name, get_id, set_id, "The id of " name "_.", COLUMN(column)}
#define STRING(name, column, doc) {name, get_string, set_string, doc, COLUMN(column)}
#define FORM(name, form, doc)                                                                                          \
    {name, get_form_id, NULL, "The id of " name "_.", COLUMN(form)}, { name "_", get_form, NULL, doc, COLUMN(form) }
#define SET_BY(name, get, method, doc) {name, get, set_by_method, doc, (void *)(method)}
#define FLAG(name, flag, doc) {name, get_flag, NULL, doc, COLUMN(flag)}

static PyObject *token_repr(PyObject *self) { return get_text(self, NULL); }

static PyGetSetDef token_properties[] = {
    {"i", get_i, NULL, "Its index in the document.", NULL},
    {"idx", get_idx, NULL, "Where it begins in the document's text.", NULL},
    {"doc", get_doc, NULL, "The document.", NULL},
    {"vocab", get_vocab, NULL, "The vocabulary.", NULL},
    {"text", get_text, NULL, "The text.", NULL},
    {"orth_", get_text, NULL, "The text.", NULL},
    {"text_with_ws", get_text_with_ws, NULL, "The text, with the blank after it.", NULL},
    {"whitespace_", get_whitespace, NULL, "The blank after it, or nothing.", NULL},
    {"orth", get_shared_id, NULL, "The id of its text.", COLUMN(ID_ORTH)},
    {"lemma", get_shared_id, set_id, "The id of lemma_.", COLUMN(ID_LEMMA)},
    {"lemma_", get_lemma, set_string, "The base form.", COLUMN(ID_LEMMA)},
    {"norm", get_norm_id, set_id, "The id of norm_.", COLUMN(ID_NORM)},
    {"norm_", get_norm, set_string, "The normalised form.", COLUMN(ID_NORM)},
    ID("tag", ID_TAG),
    STRING("tag_", ID_TAG, "The fine part of speech."),
    ID("pos", ID_POS),
    SET_BY("pos_", get_pos_string, "_set_pos", "The coarse part of speech, of Universal Dependencies."),
    ID("dep", ID_DEP),
    STRING("dep_", ID_DEP, "The label of the arc from its head."),
    ID("ent_type", ID_ENT_TYPE),
    STRING("ent_type_", ID_ENT_TYPE, "The label of the entity that it belongs to."),
    ID("ent_kb_id", ID_ENT_KB_ID),
    STRING("ent_kb_id_", ID_ENT_KB_ID, "That entity's id in a knowledge base."),
    ID("ent_id", ID_ENT_ID),
    STRING("ent_id_", ID_ENT_ID, "That entity's id, from a ruler's pattern."),
    ID("_morph_id", ID_MORPH),
    SET_BY("morph", get_morph, "_set_morph", "The morphological analysis."),
    FORM("lower", FORM_LOWER, "The word in lower case."),
    FORM("shape", FORM_SHAPE, "The word's shape: Xxxx, dd, X.X."),
    FORM("prefix", FORM_PREFIX, "The word's first character."),
    FORM("suffix", FORM_SUFFIX, "The word's last three characters."),
    FORM("lang", FORM_LANG, "Code of the vocabulary's language."),
    {"rank", get_rank, NULL, "The word's rank.", NULL},
    {"lex_id", get_rank, NULL, "The same.", NULL},
    FLAG("is_alpha", TERN_WORD_ALPHA, "Does the word consist of letters?"),
    FLAG("is_ascii", TERN_WORD_ASCII, "Does it consist of ASCII characters?"),
    FLAG("is_digit", TERN_WORD_DIGIT, "Does it consist of digits?"),
    FLAG("is_lower", TERN_WORD_LOWER, "Is it in lower case?"),
    FLAG("is_punct", TERN_WORD_PUNCT, "Is it punctuation?"),
    FLAG("is_space", TERN_WORD_SPACE, "Does it consist of white space?"),
    FLAG("is_title", TERN_WORD_TITLE, "Is it in title case?"),
    FLAG("is_upper", TERN_WORD_UPPER, "Is it in upper case?"),
    FLAG("like_url", TERN_WORD_LIKE_URL, "Does it look like a web address?"),
    FLAG("like_num", TERN_WORD_LIKE_NUM, "Does it look like a number, in digits or words?"),
    FLAG("like_email", TERN_WORD_LIKE_EMAIL, "Does it look like an email address?"),
    FLAG("is_stop", TERN_WORD_STOP, "Is it among the language's stop words?"),
    FLAG("is_bracket", TERN_WORD_BRACKET, "Is it a bracket?"),
    FLAG("is_quote", TERN_WORD_QUOTE, "Is it a quotation mark?"),
    FLAG("is_left_punct", TERN_WORD_LEFT_PUNCT, "Is it punctuation that opens, as \"(\"?"),
    FLAG("is_right_punct", TERN_WORD_RIGHT_PUNCT, "Is it punctuation that closes, as \")\"?"),
    FLAG("is_currency", TERN_WORD_CURRENCY, "Is it a sign of a currency?"),
    {"ent_iob", get_ent_iob, NULL, "0 unset, 1 inside, 2 outside, 3 begins an entity.", NULL},
    {"ent_iob_", get_ent_iob_string, NULL, "The same as a letter.", NULL},
    SET_BY("is_sent_start", get_is_sent_start, "_set_sent_start", "Does it begin a sentence? None: nobody has said."),
    SET_BY("sent_start", get_sent_start, "_set_sent_start", "Deprecated: is_sent_start."),
    SET_BY("is_sent_end", get_is_sent_end, "_set_sent_end", "Does it end a sentence?"),
    SET_BY("head", get_head, "_set_head", "The token that this one depends on; itself for a root."),
    {"left_edge", get_left_edge, NULL, "The leftmost token of its subtree.", NULL},
    {"right_edge", get_right_edge, NULL, "The rightmost token of its subtree.", NULL},
    {"n_lefts", get_n_lefts, NULL, "How many children are left of it.", NULL},
    {"n_rights", get_n_rights, NULL, "How many children are right of it.", NULL},
    {0},
};

static PyMethodDef token_methods[] = {
    {"check_flag", check_flag, METH_O, "check_flag($self, flag_id, /)\n--\n\nIs that flag of its word set?"},
    {"has_head", has_head, METH_NOARGS, "has_head($self)\n--\n\nIs there a parse?"},
    {"has_dep", has_head, METH_NOARGS, "has_dep($self)\n--\n\nIs there a parse?"},
    {"has_morph", has_morph, METH_NOARGS, "has_morph($self)\n--\n\nWas a morphology set?"},
    {0},
};

static PyType_Slot token_slots[] = {
    {Py_tp_doc, "Token(vocab, doc, offset)\n--\n\nA token of a document."},
    {Py_tp_new, token_make},
    {Py_tp_dealloc, token_dealloc},
    {Py_tp_traverse, token_traverse},
    {Py_tp_methods, token_methods},
    {Py_tp_getset, token_properties},
    {Py_tp_richcompare, token_compare},
    {Py_tp_hash, token_hash},
    {Py_tp_repr, token_repr},
    {Py_sq_length, token_length},
    {0},
};

static PyType_Spec token_spec = {.name = "tern_nlp._tern.Token",
                                 .basicsize = sizeof(token_object),
                                 .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
                                 .slots = token_slots};

int add_token_type(PyObject *module)
{
    token_type = PyType_FromSpec(&token_spec);
    if (!token_type) return -1;
    Py_INCREF(token_type);
    return PyModule_AddObject(module, "Token", token_type);
}
