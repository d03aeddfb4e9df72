/* doc_tree.h - documents as trees for a terminal, shown as doc_table.h shows them. */
#ifndef TERN_DOC_TREE_H
#define TERN_DOC_TREE_H

#include "bytes.h"
#include "tern.h"

/* Each root with its dependents below and indented, in the order of the text: word, dep, pos. */
void doc_tree(bytes *out, const char *text, const tern_doc *doc, int colour);

#endif
