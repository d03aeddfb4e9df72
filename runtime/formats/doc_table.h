/* doc_table.h - documents as tables for a terminal. colour: with SGR sequences. Control characters and
 * backslashes of text and labels are escaped (chars.h); of tokens that are white space, spaces show as an open box,
 * others as \uXXXX. */
#ifndef TERN_DOC_TABLE_H
#define TERN_DOC_TABLE_H

#include "bytes.h"
#include "tern.h"

/* A line for each token, an empty line between sentences; columns that no component has set are left out. Entities as
 * B-LABEL and I-LABEL. */
void doc_table(bytes *out, const char *text, const tern_doc *doc, int colour);

/* The token's text as tables and trees show it. */
void show_token(bytes *out, const char *text, const tern_token *token);

#endif
