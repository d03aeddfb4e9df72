/* docbin.h - spaCy's DocBin (spacy/tokens/_serialize.py), the format of .spacy files: MessagePack in zlib, as
 * DocBin().to_bytes() has it, with user data as DocBin(store_user_data=True). Such a file holds one column after the
 * other, so documents are kept in a temporary file (docbin_spool.h) until the last one is there. */
#ifndef TERN_DOCBIN_H
#define TERN_DOCBIN_H

#include <stdint.h>
#include <stdio.h>

#include "problem.h"

/* The most tokens in a file: spaCy keeps the attributes of all tokens in one piece of MessagePack, which has up to 4 GB
 * (spaCy's error E870). */
#define DOCBIN_MAX_TOKENS 41297762u

/* Reads the records in bytes [0, size) of spool, which can be sought in, several times over, and writes the file to
 * out, from where that stands. In memory are each different string once, and of the documents one's strings, cats and
 * spans. The file has user data if one of the documents has. 0, with out flushed; -1 with a sentence in why: spool
 * cannot be read, is damaged or ends too early; out cannot be written; more than a file can hold; no memory. */
int docbin_assemble(FILE *spool, uint64_t size, FILE *out, problem *why);

#endif
