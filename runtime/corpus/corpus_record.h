/* corpus_record.h - a record as it was read -> the text or the words to run, and the members that stay in its answer.
 *
 * JSON Lines: {"text": "..."} or {"tokens": [...], "spaces": [...]}, with any other members. Lines: the text. CSV, TSV:
 * the column of the text, and the others as strings. */
#ifndef TERN_CORPUS_RECORD_H
#define TERN_CORPUS_RECORD_H

#include "corpus_input.h"
#include "json_in.h"
#include "request_words.h"
#include "text_of.h"

/* Bytes of a record: a text at the engine's limit fits, every character written as \uXXXX. */
#define CORPUS_MAX_RECORD 16777216
#define CORPUS_TOO_LONG "the record is longer than " TEXT_OF(CORPUS_MAX_RECORD) " bytes"

/* As it was read. data must stay as long as what is made of it. */
typedef struct raw_record {
    const char *data;
    size_t len;
    int too_long; /* 1: it was skipped, and data is empty */
    record_place place;
} raw_record;

/* What the command says of all records. */
typedef struct record_rules {
    const char *text; /* the member, or column, that has the text: "text" */
    const char *keep; /* the other members that stay, separated by commas; NULL: all */
} record_rules;

/* Zero it first. */
typedef struct corpus_record {
    const raw_record *raw;
    json_doc *doc; /* NULL: it is no JSON */
    bytes text;
    request_words given;
    int of_words;
} corpus_record;

/* Reads the text, which may be empty, or the words. 0; or 400 or 500 with a sentence in why that does not repeat the
 * caller's text. raw is borrowed. */
int corpus_record_read(const raw_record *raw, const record_rules *rules, corpus_record *out, problem *why);

/* Appends the members that stay to an object of JSON that is open, each as it came; of CSV as strings. with_text: also
 * the text's. What this file's answers call their own (ents, tokens, ...) does not stay. None of what is no record. */
void corpus_record_members(const corpus_record *record, const record_rules *rules, int with_text, bytes *out);

/* Appends the value of "id", if it is a string, a number, true or false; else FILE:LINE, of standard input LINE. */
void corpus_record_id(const corpus_record *record, bytes *out);
/* FILE:LINE, of standard input LINE. */
void corpus_record_place(const raw_record *raw, bytes *out);

/* For the next one; some memory stays. */
void corpus_record_clear(corpus_record *record);
void corpus_record_free(corpus_record *record);

#endif
