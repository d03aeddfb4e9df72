/* sqs_output.h - where the results of an SQS batch go: what sqs.c asks of sqs_client.c, or of a test in its place. */
#ifndef TERN_SQS_OUTPUT_H
#define TERN_SQS_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

/* Limits of SendMessageBatch (API reference). */
#define SQS_BATCH_ENTRIES 10u
#define SQS_BATCH_BYTES 1048576u /* of all bodies together, so also of one */

/* A result on its way. */
typedef struct sqs_entry {
    const char *body; /* UTF-8, only characters that SQS allows */
    size_t len;
    const char *group, *deduplication; /* for an output queue of type FIFO */
    int accepted;                      /* set by send: the queue has it */
    char problem[64];                  /* set by send if not accepted: a short cause without anyone's text */
} sqs_entry;

/* Where results go. */
typedef struct sqs_output {
    /* Sends at most SQS_BATCH_ENTRIES entries of together at most SQS_BATCH_BYTES; returns by deadline_ms (since 1970;
     * 0: whenever). Sets accepted, and problem where that is 0, of each. */
    void (*send)(void *client, sqs_entry *entries, size_t count, uint64_t deadline_ms);
    void *client;
} sqs_output;

#endif
