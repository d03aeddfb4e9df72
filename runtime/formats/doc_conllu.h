/* doc_conllu.h - a document in CoNLL-U (https://universaldependencies.org/format.html).
 *
 * White space tokens of spaCy are no words there: they are left out, the others counted anew. What stood between a word
 * and the next is in MISC: nothing SpaceAfter=No, one space needs no mention, else SpacesAfter=..., and before the
 * first word SpacesBefore=..., with \s \t \n \r \p \\ for space, tab, line feed, carriage return, | and backslash, as
 * UDPipe has it. Forms and these give back the text exactly, unless it is white space alone, which has no words and
 * gives nothing.
 *
 * In UPOS, XPOS, FEATS and DEPREL, which must not hold white space, a label's is escaped in the same way, its backslash
 * too; other white space by its number, as \u00a0. FORM, LEMMA and the comment # text keep all but \t \n \r. Where the
 * run wanted TERN_NORMS, MISC begins with Norm=..., escaped as SpacesAfter.
 *
 * DEPREL is the model's own label, save that the one word with HEAD 0 has "root", which the format demands. A word
 * whose head was left out gets the next one up; if there is none in the sentence, that of the sentence's root. UPOS,
 * XPOS, LEMMA, FEATS, HEAD and DEPREL are _ where no component set them. Sentences are spaCy's; without any the
 * document is one. */
#ifndef TERN_DOC_CONLLU_H
#define TERN_DOC_CONLLU_H

#include "bytes.h"
#include "tern.h"

void doc_conllu(bytes *out, const char *text, size_t len, const tern_doc *doc);

#endif
