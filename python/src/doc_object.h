/* doc_object.h - a document's rows, for the files that define Doc, Token and Span. */
#ifndef TERN_PYTHON_DOC_OBJECT_H
#define TERN_PYTHON_DOC_OBJECT_H

#include "tern_python.h"

/* Numbers of spaCy's attributes (attrs.py, which a test compares with spaCy's). */
enum {
    ATTR_ID = 64,
    ATTR_ORTH = 65,
    ATTR_LOWER = 66,
    ATTR_NORM = 67,
    ATTR_SHAPE = 68,
    ATTR_PREFIX = 69,
    ATTR_SUFFIX = 70,
    ATTR_LENGTH = 71,
    ATTR_LEMMA = 73,
    ATTR_POS = 74,
    ATTR_TAG = 75,
    ATTR_DEP = 76,
    ATTR_ENT_IOB = 77,
    ATTR_ENT_TYPE = 78,
    ATTR_HEAD = 79,
    ATTR_SENT_START = 80,
    ATTR_SPACY = 81,
    ATTR_LANG = 83,
    ATTR_ENT_KB_ID = 452,
    ATTR_MORPH = 453,
    ATTR_ENT_ID = 454,
    ATTR_IDX = 455
};

/* Ids of a token. */
enum {
    ID_ORTH = 0,
    ID_NORM, /* 0: the word's own */
    ID_LEMMA,
    ID_TAG,
    ID_POS,
    ID_MORPH,
    ID_DEP,
    ID_ENT_TYPE,
    ID_ENT_KB_ID,
    ID_ENT_ID,
    ID_COUNT
};

typedef struct token_row {
    uint64_t id[ID_COUNT];
    string_ref lemma, norm; /* of the document's own strings, where the store may lack them; length 0: none */
    int32_t head;           /* offset */
    int32_t idx, length;    /* code points */
    int32_t sent_start, ent_iob, space;
    int32_t l_kids, r_kids, l_edge, r_edge; /* edges: indices */
} token_row;

typedef struct doc_object {
    PyObject_HEAD PyObject *vocab, *store, *lexicon;
    PyObject *text; /* str, or NULL: not made yet */
    token_row *row; /* [room] */
    Py_ssize_t count, room;
    char *strings;  /* the document's own, UTF-8; or NULL */
    int own_words;  /* 1: the store may lack the words, lemmas and norms; text is there */
    int odd_spaces; /* 1: spaces were changed, so that idx does not count in text any more (as in spaCy) */
} doc_object;

/* Makes what the types of Python's make: set by the package (set_types). Borrowed. */
typedef struct doc_types {
    PyObject *token, *span, *morph;
} doc_types;

extern doc_types made_types;

int is_doc(PyObject *object);

/* The row of a token; NULL with IndexError where the document has become shorter. */
token_row *doc_row(PyObject *doc, Py_ssize_t i);

/* New references; NULL with an exception. */
PyObject *doc_word(doc_object *doc, const token_row *row);
PyObject *doc_lemma(doc_object *doc, const token_row *row);
PyObject *doc_norm(doc_object *doc, const token_row *row);
PyObject *doc_text(doc_object *doc);
PyObject *doc_token(PyObject *doc, Py_ssize_t i);
PyObject *morph_of(PyObject *vocab, uint64_t key); /* a MorphAnalysis */
PyObject *doc_span(PyObject *doc, Py_ssize_t start, Py_ssize_t end, uint64_t label, uint64_t kb_id, uint64_t id);

/* Text of tokens [start, end), which are of the document, with or without the last one's blank. */
PyObject *doc_text_of(doc_object *doc, Py_ssize_t start, Py_ssize_t end, int with_space);

/* The word's lexeme. NULL with an exception. */
struct lexeme *doc_lexeme(doc_object *doc, const token_row *row);

/* An attribute by spaCy's number; signed ones in two's complement. 0 or -1 with an exception. set leaves alone what
 * cannot be set, as spaCy does. */
int doc_get_attr(doc_object *doc, Py_ssize_t i, int attr, uint64_t *value);
int doc_get_value(doc_object *doc, Py_ssize_t i, int attr, uint64_t *value); /* the store may not know the id */

/* The attribute's place among a row's ids, or -1. */
int doc_id_column(int attr);

/* The latter of tokens [start, end), into as many (doc_values.c). 0 or -1 with an exception. */
int doc_values(PyObject *doc, int attr, Py_ssize_t start, Py_ssize_t end, uint64_t *out);

void doc_set_attr(doc_object *doc, token_row *row, int attr, uint64_t value);

/* Gives the store all strings that only the document has. 0 or -1 with an exception. */
int doc_share_strings(doc_object *doc);

/* Children and edges of tokens [start, end) from their heads, and sentence starts from those (doc.pyx). */
void doc_set_children(doc_object *doc, Py_ssize_t start, Py_ssize_t end);

/* Methods (doc_tree.c). _root(start, end): the token of a span that is nearest to a root. _ancestors(i), _head(i): an
 * index. _sentence(i): the span of the sentence around a token. */
PyObject *doc_root(PyObject *self, PyObject *args);
PyObject *doc_ancestors(PyObject *self, PyObject *number);
PyObject *doc_sentence(PyObject *self, PyObject *number);
PyObject *doc_head(PyObject *self, PyObject *number);

/* Fills an empty document with what the engine found (doc_result.c). */
PyObject *doc_take_result(PyObject *doc, PyObject *result);

int add_doc_type(PyObject *module);
int add_token_type(PyObject *module);
int add_morph_type(PyObject *module);
int add_span_type(PyObject *module);

#endif
