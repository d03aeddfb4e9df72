/* given_words.h - a document of words that the caller has cut: spaCy's Doc(vocab, words, spaces)
 * (spacy/tokens/doc.pyx). */
#ifndef TERN_GIVEN_WORDS_H
#define TERN_GIVEN_WORDS_H

#include "doc.h"

/* The text that the words make, into doc->given_text: each word and, where its space is set, a blank. *view gets its
 * length for whoever reports a failure. TERN_E_ARGUMENT for what spaCy refuses and for NULL, TERN_E_UTF8,
 * TERN_E_TOO_LONG (err->pos: all code points), TERN_E_MEMORY, or TERN_E_INTERRUPTED by doc->interruption. */
tern_status given_words_join(tern_doc *doc, const tern_words *words, size_t max_chars, text_view *view,
                             tern_error *err);

/* The document's tokens, as tokenize fills them: each word is one, whatever is in it. view: of the text that they make.
 * TERN_E_MEMORY or TERN_E_INTERRUPTED. */
tern_status given_words_cut(tern_doc *doc, const tern_words *words, const text_view *view, tern_error *err);

#endif
