/* lexicon.h - the type Lexicon: what a vocabulary knows of words. Lexical attributes are computed by the vocabulary
 * when a word is first asked about, and kept; when very many are kept, those that nobody changed are forgotten. */
#ifndef TERN_PYTHON_LEXICON_H
#define TERN_PYTHON_LEXICON_H

#include "tern_python.h"

enum { FORM_LOWER = 0, FORM_NORM, FORM_SHAPE, FORM_PREFIX, FORM_SUFFIX, FORM_LANG, FORM_COUNT };

typedef struct lexeme {
    uint64_t orth;
    uint64_t flags; /* bit: number of spaCy's attribute, IS_ALPHA ... */
    uint64_t rank;
    uint64_t id[FORM_COUNT];    /* 0 while form is set: not asked for yet */
    uint64_t value[FORM_COUNT]; /* the same id before the store has been given the form; 0: not asked for yet */
    PyObject *form[FORM_COUNT]; /* str, or NULL: the store has it */
    unsigned char computed, kept, asked;
} lexeme;

int is_lexicon(PyObject *object);

/* The computed lexeme of a word. word may be NULL: the store has it. Valid until Python runs. NULL with an exception.
 */
lexeme *lexicon_find(PyObject *lexicon, uint64_t orth, PyObject *word);

/* The same, or NULL without an exception where it has to be computed. */
lexeme *lexicon_known(PyObject *lexicon, uint64_t orth);

/* Notes that the vocabulary was given a word. 0 or -1 with an exception. */
int lexicon_ask(PyObject *lexicon, uint64_t orth);

/* A form as a new str, or its id, which the store knows from then on. NULL, or -1, with an exception. */
PyObject *lexicon_form(PyObject *lexicon, lexeme *lex, int form);
int lexicon_form_id(PyObject *lexicon, lexeme *lex, int form, uint64_t *id);

/* A form's id, which the store may not know. 0 or -1 with an exception. */
int lexeme_form_value(lexeme *lex, int form, uint64_t *id);

int add_lexicon_type(PyObject *module);

#endif
