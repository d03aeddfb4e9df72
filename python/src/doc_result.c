/* doc_result.c - the engine's results as a Doc's rows. */
#include <stdlib.h>
#include <string.h>

#include "doc_object.h"
#include "store.h"

/* A label's string, which the store is to have. 0 or -1 with an exception. */
static int know(PyObject *store, const doc_columns *c, string_ref ref, uint64_t id)
{
    if (store_get(store, id)) return 0;
    /* the only string whose id is not that of its text: an empty MORPH */
    PyObject *text = PyUnicode_DecodeUTF8(ref.length ? c->strings + ref.start : "_", ref.length ? ref.length : 1, NULL);
    int failed = text ? store_put(store, id, text) : -1;
    Py_XDECREF(text);
    return failed;
}

static int take_token(PyObject *store, const doc_columns *c, size_t i, token_row *row)
{
    const token_columns *t = &c->token[i];
    *row = (token_row){.id = {[ID_ORTH] = t->orth,
                              [ID_NORM] = t->ids.norm,
                              [ID_LEMMA] = t->ids.lemma,
                              [ID_TAG] = t->ids.tag,
                              [ID_POS] = t->ids.pos,
                              [ID_MORPH] = t->ids.morph,
                              [ID_DEP] = t->ids.dep},
                       .lemma = t->string[STRING_LEMMA],
                       .norm = t->string[STRING_NORM],
                       .head = (int32_t)t->head - (int32_t)i,
                       .idx = (int32_t)t->char_start,
                       .length = (int32_t)(t->char_end - t->char_start),
                       .sent_start = t->sent_start,
                       .ent_iob = c->annotations & TERN_ENTITIES ? 2 : 0,
                       .space = t->space,
                       .l_edge = (int32_t)i,
                       .r_edge = (int32_t)i};
    return know(store, c, t->string[STRING_TAG], row->id[ID_TAG])
                   || know(store, c, t->string[STRING_POS], row->id[ID_POS])
                   || know(store, c, t->string[STRING_MORPH], row->id[ID_MORPH])
                   || know(store, c, t->string[STRING_DEP], row->id[ID_DEP])
               ? -1
               : 0;
}

static int take_entity(PyObject *store, const doc_columns *c, const span_columns *e, token_row *rows)
{
    for (size_t i = e->start; i < e->end; i++) {
        rows[i].ent_iob = i == e->start ? 3 : 1;
        rows[i].id[ID_ENT_TYPE] = e->label_id;
        rows[i].id[ID_ENT_ID] = e->id_id;
    }
    return know(store, c, e->label, e->label_id) || know(store, c, e->id, e->id_id) ? -1 : 0;
}

/* The document's own strings, which its rows refer to. */
static int take_strings(doc_object *doc, const doc_columns *c)
{
    if (!c->string_bytes) return 0;
    doc->strings = malloc(c->string_bytes);
    if (!doc->strings) return -1;
    memcpy(doc->strings, c->strings, c->string_bytes);
    return 0;
}

PyObject *doc_take_result(PyObject *object, PyObject *result)
{
    doc_object *doc = (doc_object *)object;
    const doc_columns *c = result_columns(result);
    if (!c) return NULL;
    if (doc->count || doc->row) {
        PyErr_SetString(PyExc_ValueError, "the document has tokens already");
        return NULL;
    }
    doc->row = malloc((c->token_count + 1) * sizeof *doc->row);
    if (!doc->row || take_strings(doc, c)) return PyErr_NoMemory();
    doc->room = (Py_ssize_t)c->token_count + 1;
    doc->text = result_text(result);
    Py_INCREF(doc->text);
    doc->own_words = 1;
    for (size_t i = 0; i < c->token_count; i++)
        if (take_token(doc->store, c, i, &doc->row[i])) return NULL;
    for (size_t e = 0; e < c->entity_count; e++)
        if (take_entity(doc->store, c, &c->entity[e], doc->row)) return NULL;
    doc->count = (Py_ssize_t)c->token_count;
    if (c->annotations & TERN_DEPENDENCIES) doc_set_children(doc, 0, doc->count);
    Py_RETURN_NONE;
}
