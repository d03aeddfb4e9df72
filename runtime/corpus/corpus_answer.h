/* corpus_answer.h - a batch of records -> their documents, in one of the formats, or what is wrong with them. */
#ifndef TERN_CORPUS_ANSWER_H
#define TERN_CORPUS_ANSWER_H

#include "corpus_batch.h"
#include "handler.h"

/* jsonl: the record with the members of Doc.to_json() added. conllu: CoNLL-U, each document after "# newdoc id".
 * tsv: a line for each entity. spacy: spaCy's DocBin, the members that stay as user data; what is written meanwhile is
 * its spool (docbin.h). */
typedef enum answer_kind { ANSWER_JSONL, ANSWER_CONLLU, ANSWER_TSV, ANSWER_DOCBIN, ANSWER_KINDS } answer_kind;

const char *answer_kind_name(answer_kind kind);
answer_kind answer_kind_from_name(const char *name); /* ANSWER_KINDS: it is none */
/* By the end of a file's name; ANSWER_JSONL where it says nothing. */
answer_kind answer_kind_of_file(const char *path);

/* What the command says of all documents. */
typedef struct corpus_answers {
    const tern_model *model;
    handler_settings settings;
    record_rules rules;
    answer_kind kind;
    unsigned fields;  /* of jsonl: bits of doc_json.h, and ANSWER_TEXT; of tsv: DOC_JSON_SCORES */
    int errors_apart; /* 1: wrong records go to corpus_batch.errors, with what they say and where they stand */
} corpus_answers;

#define ANSWER_TEXT (1u << 31)

/* What the output begins with, if it does. */
void corpus_answer_prologue(const corpus_answers *how, bytes *out);

/* Makes the file of a DocBin out of what was written (output_options.assemble). */
int corpus_answer_assemble(const char *part, uint64_t size, const char *path, problem *why);

/* The task; how is borrowed. In jsonl a record that is wrong is answered in its place, in other formats nowhere but in
 * errors: as {"where": FILE:LINE, its members, "error": ...}. */
corpus_task corpus_answer_task(corpus_answers *how);

#endif
