/* corpus_output.h - where answers go: standard output, or files that get their names when they are complete. Until then
 * FILE.part has what is answered, and FILE.progress how much of it counts, so that a run that was broken off, whatever
 * by, goes on without repeating or losing a record. */
#ifndef TERN_CORPUS_OUTPUT_H
#define TERN_CORPUS_OUTPUT_H

#include <stdint.h>

#include "bytes.h"
#include "problem.h"

typedef struct corpus_output corpus_output;

/* What has been answered so far. */
typedef struct corpus_counts {
    uint64_t records, failed, tokens;
} corpus_counts;

typedef struct output_options {
    const char *path, *errors; /* NULL: standard output; standard error, or nowhere */
    int resume;                /* 1: goes on with what is there; needs path */
    const char *run;           /* what decides the answers, in one line: who resumes must ask for the same */
    /* writes to standard output */
    void (*write_out)(const bytes *data);
    /* Makes the file of path out of what was written, NULL: that is the file. 0, or -1 with a sentence in why. */
    int (*assemble)(const char *part, uint64_t size, const char *path, problem *why);
} output_options;

typedef enum output_status {
    OUTPUT_OK,
    OUTPUT_COMPLETE, /* of a run that is to be resumed: path is there, and nothing is to be done */
    OUTPUT_FAILED,   /* why says it */
    OUTPUT_CLOSED    /* nobody reads standard output any more */
} output_status;

/* *out; with resume *done is what the earlier run has answered, whose records are to be passed over. */
output_status corpus_output_open(const output_options *options, corpus_output **out, corpus_counts *done, problem *why);

output_status corpus_output_write(corpus_output *output, const bytes *answers, const bytes *errors, problem *why);

/* All that was written counts from now on. Without soon: that is on the disk when this returns; soon: now and then. */
output_status corpus_output_keep(corpus_output *output, const corpus_counts *done, int soon, problem *why);

/* To the reader of standard output. */
output_status corpus_output_flush(corpus_output *output, problem *why);

/* Everything has been written: the files get their names. */
output_status corpus_output_finish(corpus_output *output, problem *why);

/* Frees it; unfinished files stay under their temporary names. */
void corpus_output_close(corpus_output *output); /* NULL is allowed */

#endif
