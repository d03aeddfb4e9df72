/* doc_rows.c - a document's rows: strings, attributes by number, children and edges. */
#include <stdlib.h>
#include <string.h>

#include "doc_object.h"
#include "lexicon.h"
#include "store.h"

token_row *doc_row(PyObject *object, Py_ssize_t i)
{
    doc_object *doc = (doc_object *)object;
    if (i >= 0 && i < doc->count) return &doc->row[i];
    PyErr_Format(PyExc_IndexError, "the document has %zd tokens: there is no token %zd any more", doc->count, i);
    return NULL;
}

/* ---- strings ----------------------------------------------------------------------------------------------------- */

PyObject *doc_word(doc_object *doc, const token_row *row)
{
    if (!doc->own_words) return store_string(doc->store, row->id[ID_ORTH]);
    return PyUnicode_Substring(doc->text, row->idx, row->idx + row->length);
}

static PyObject *own_string(const doc_object *doc, string_ref ref)
{
    return PyUnicode_DecodeUTF8(doc->strings + ref.start, (Py_ssize_t)ref.length, NULL);
}

PyObject *doc_lemma(doc_object *doc, const token_row *row)
{
    PyObject *text = store_get(doc->store, row->id[ID_LEMMA]);
    if (!text) return row->lemma.length ? own_string(doc, row->lemma) : store_string(doc->store, row->id[ID_LEMMA]);
    Py_INCREF(text);
    return text;
}

PyObject *doc_norm(doc_object *doc, const token_row *row)
{
    if (row->id[ID_NORM]) {
        PyObject *text = store_get(doc->store, row->id[ID_NORM]);
        if (!text && !row->norm.length) return store_string(doc->store, row->id[ID_NORM]);
        if (!text) return own_string(doc, row->norm);
        Py_INCREF(text);
        return text;
    }
    if (row->norm.length) return own_string(doc, row->norm);
    lexeme *lex = doc_lexeme(doc, row);
    return lex ? lexicon_form(doc->lexicon, lex, FORM_NORM) : NULL;
}

lexeme *doc_lexeme(doc_object *doc, const token_row *row)
{
    if (!doc->own_words) return lexicon_find(doc->lexicon, row->id[ID_ORTH], NULL);
    lexeme *known = lexicon_known(doc->lexicon, row->id[ID_ORTH]);
    if (known) return known;
    PyObject *word = doc_word(doc, row);
    lexeme *lex = word ? lexicon_find(doc->lexicon, row->id[ID_ORTH], word) : NULL;
    Py_XDECREF(word);
    return lex;
}

/* Steals text, which may be NULL with an exception. */
static int share(doc_object *doc, uint64_t id, PyObject *text)
{
    int failed = text ? store_put(doc->store, id, text) : -1;
    Py_XDECREF(text);
    return failed;
}

int doc_share_strings(doc_object *doc)
{
    for (Py_ssize_t i = 0; doc->own_words && i < doc->count; i++) {
        const token_row *row = &doc->row[i];
        if (!store_get(doc->store, row->id[ID_ORTH]) && share(doc, row->id[ID_ORTH], doc_word(doc, row))) return -1;
        if (row->lemma.length && !store_get(doc->store, row->id[ID_LEMMA])
            && share(doc, row->id[ID_LEMMA], own_string(doc, row->lemma)))
            return -1;
        if (row->norm.length && row->id[ID_NORM] && !store_get(doc->store, row->id[ID_NORM])
            && share(doc, row->id[ID_NORM], own_string(doc, row->norm)))
            return -1;
    }
    doc->own_words = 0;
    return 0;
}

/* Of words and blanks as they are now. */
static PyObject *joined(doc_object *doc, Py_ssize_t start, Py_ssize_t end)
{
    PyObject *parts = PyList_New(0), *blank = PyUnicode_FromString(" "), *empty = PyUnicode_FromString("");
    PyObject *text = NULL;
    for (Py_ssize_t i = start; parts && blank && i < end; i++) {
        PyObject *word = doc_word(doc, &doc->row[i]);
        if (!word || PyList_Append(parts, word) || (doc->row[i].space && PyList_Append(parts, blank))) Py_CLEAR(parts);
        Py_XDECREF(word);
    }
    if (parts && empty) text = PyUnicode_Join(empty, parts);
    Py_XDECREF(parts);
    Py_XDECREF(blank);
    Py_XDECREF(empty);
    return text;
}

PyObject *doc_text(doc_object *doc)
{
    if (doc->odd_spaces) return joined(doc, 0, doc->count);
    if (!doc->text) doc->text = joined(doc, 0, doc->count);
    Py_XINCREF(doc->text);
    return doc->text;
}

PyObject *doc_text_of(doc_object *doc, Py_ssize_t start, Py_ssize_t end, int with_space)
{
    if (start >= end) return PyUnicode_FromString("");
    const token_row *first = &doc->row[start], *last = &doc->row[end - 1];
    if (doc->odd_spaces) {
        PyObject *text = joined(doc, start, end);
        if (!text || with_space || !last->space) return text;
        PyObject *cut = PyUnicode_Substring(text, 0, PyUnicode_GetLength(text) - 1);
        Py_DECREF(text);
        return cut;
    }
    PyObject *text = doc_text(doc);
    if (!text) return NULL;
    PyObject *part = PyUnicode_Substring(text, first->idx, last->idx + last->length + (with_space ? last->space : 0));
    Py_DECREF(text);
    return part;
}

/* ---- attributes by number ---------------------------------------------------------------------------------------- */

int doc_id_column(int attr)
{
    switch (attr) {
    case ATTR_LEMMA: return ID_LEMMA;
    case ATTR_POS: return ID_POS;
    case ATTR_TAG: return ID_TAG;
    case ATTR_MORPH: return ID_MORPH;
    case ATTR_DEP: return ID_DEP;
    case ATTR_ENT_TYPE: return ID_ENT_TYPE;
    case ATTR_ENT_KB_ID: return ID_ENT_KB_ID;
    case ATTR_ENT_ID: return ID_ENT_ID;
    case ATTR_ORTH: return ID_ORTH;
    default: return -1;
    }
}

static int form_of(int attr)
{
    switch (attr) {
    case ATTR_LOWER: return FORM_LOWER;
    case ATTR_NORM: return FORM_NORM;
    case ATTR_SHAPE: return FORM_SHAPE;
    case ATTR_PREFIX: return FORM_PREFIX;
    case ATTR_SUFFIX: return FORM_SUFFIX;
    case ATTR_LANG: return FORM_LANG;
    default: return -1;
    }
}

static int get_norm(doc_object *doc, const token_row *row, int share, uint64_t *value)
{
    if (row->id[ID_NORM] || !row->norm.length) return 1;
    PyObject *text = own_string(doc, row->norm);
    int failed = !text ? -1 : share ? store_add(doc->store, text, value) : id_of_str(text, value);
    Py_XDECREF(text);
    return failed;
}

/* Of the word, whatever the document. */
static int get_lexical(doc_object *doc, const token_row *row, int attr, int share, uint64_t *value)
{
    const int form = form_of(attr);
    *value = 0;
    if (form < 0 && attr != ATTR_ID && (attr < 1 || attr > 63)) return 0;
    lexeme *lex = doc_lexeme(doc, row);
    if (!lex) return -1;
    if (form >= 0 && !share) return lexeme_form_value(lex, form, value);
    if (form >= 0) return lexicon_form_id(doc->lexicon, lex, form, value);
    *value = attr == ATTR_ID ? lex->rank : lex->flags >> attr & 1;
    return 0;
}

static int get_number(const token_row *row, int attr, uint64_t *value)
{
    switch (attr) {
    case ATTR_HEAD: *value = (uint64_t)(int64_t)row->head; return 1;
    case ATTR_SENT_START: *value = (uint64_t)(int64_t)row->sent_start; return 1;
    case ATTR_SPACY: *value = (uint64_t)row->space; return 1;
    case ATTR_ENT_IOB: *value = (uint64_t)row->ent_iob; return 1;
    case ATTR_IDX: *value = (uint64_t)row->idx; return 1;
    case ATTR_LENGTH: *value = (uint64_t)row->length; return 1;
    default: return 0;
    }
}

/* share: give the store the strings of ids that it may lack. */
static int get_attr(doc_object *doc, Py_ssize_t i, int attr, int share, uint64_t *value)
{
    const token_row *row = &doc->row[i];
    const int column = doc_id_column(attr);
    if (column >= 0) {
        *value = row->id[column];
        return 0;
    }
    if (get_number(row, attr, value)) return 0;
    if (attr != ATTR_NORM) return get_lexical(doc, row, attr, share, value);
    *value = row->id[ID_NORM];
    int found = get_norm(doc, row, share, value);
    if (found != 1) return found;
    return *value ? 0 : get_lexical(doc, row, attr, share, value);
}

int doc_get_attr(doc_object *doc, Py_ssize_t i, int attr, uint64_t *value) { return get_attr(doc, i, attr, 1, value); }

int doc_get_value(doc_object *doc, Py_ssize_t i, int attr, uint64_t *value) { return get_attr(doc, i, attr, 0, value); }

void doc_set_attr(doc_object *doc, token_row *row, int attr, uint64_t value)
{
    const int column = attr == ATTR_ORTH ? -1 : attr == ATTR_NORM ? ID_NORM : doc_id_column(attr);
    if (column == ID_LEMMA) row->lemma.length = 0;
    if (column == ID_NORM) row->norm.length = 0;
    if (column >= 0) row->id[column] = value;
    else if (attr == ATTR_HEAD) row->head = (int32_t)value;
    else if (attr == ATTR_SENT_START) row->sent_start = (int32_t)value;
    else if (attr == ATTR_ENT_IOB) row->ent_iob = (int32_t)value;
    else if (attr == ATTR_SPACY) {
        if (row->space != (value != 0)) doc->odd_spaces = 1;
        row->space = value != 0;
    }
}

/* ---- children and edges ------------------------------------------------------------------------------------------ */

static void widen(token_row *head, const token_row *child)
{
    if (child->l_edge < head->l_edge) head->l_edge = child->l_edge;
    if (child->r_edge > head->r_edge) head->r_edge = child->r_edge;
}

/* Does each sentence hold the heads of its tokens? As doc.pyx has it: the last token is not looked at. starts: a mark
 * for each token. */
static int heads_are_within(const token_row *row, Py_ssize_t start, Py_ssize_t end, const unsigned char *starts)
{
    Py_ssize_t first = 0;
    for (Py_ssize_t i = start; i < end; i++) {
        if (!(i > 0 && starts[i]) && i != end - 1) continue;
        for (Py_ssize_t j = first; j < i; j++)
            if (row[j].head + j < first || row[j].head + j >= i + 1) return 0;
        first = i;
    }
    return 1;
}

static int set_edges(token_row *row, Py_ssize_t start, Py_ssize_t end, int first_loop, unsigned char *starts)
{
    for (Py_ssize_t i = start; i < end; i++) {
        token_row *head = &row[i + row[i].head];
        if (first_loop && row[i].head > 0) head->l_kids++;
        widen(head, &row[i]);
    }
    for (Py_ssize_t i = end - 1; i >= start; i--) {
        token_row *head = &row[i + row[i].head];
        if (first_loop && row[i].head < 0) head->r_kids++;
        widen(head, &row[i]);
    }
    memset(starts, 0, (size_t)end);
    for (Py_ssize_t i = start; i < end; i++)
        if (!row[i].head) starts[row[i].l_edge] = 1;
    return heads_are_within(row, start, end, starts);
}

void doc_set_children(doc_object *doc, Py_ssize_t start, Py_ssize_t end)
{
    token_row *row = doc->row;
    unsigned char *starts = malloc((size_t)end + 1);
    for (Py_ssize_t i = start; i < end; i++) {
        row[i].l_kids = row[i].r_kids = 0;
        row[i].l_edge = row[i].r_edge = (int32_t)i;
        if (i + row[i].head < 0 || i + row[i].head >= doc->count) row[i].head = 0;
    }
    for (int loop = 0; starts && !set_edges(row, start, end, loop == 0, starts) && loop <= 10; loop++) continue;
    free(starts);
    for (Py_ssize_t i = start; i < end; i++) row[i].sent_start = -1;
    for (Py_ssize_t i = start; i < end; i++)
        if (!row[i].head && row[i].id[ID_DEP]) row[row[i].l_edge].sent_start = 1;
}
