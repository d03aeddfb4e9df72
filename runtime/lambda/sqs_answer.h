/* sqs_answer.h - what the answer to SendMessageBatch says of each of its entries: bytes in, without a network. */
#ifndef TERN_SQS_ANSWER_H
#define TERN_SQS_ANSWER_H

#include "sqs_output.h"

/* What a try says about all of its entries; each entry's own fate is in the entry. */
typedef enum sqs_verdict {
    SQS_EACH,  /* answered for each entry */
    SQS_AGAIN, /* none is known to be accepted, another try may help */
    SQS_SPLIT, /* refused, perhaps for one of them */
    SQS_REFUSED
} sqs_verdict;

/* status: of the answer; body may be NULL if it has no bytes. Entry number i of the request had the Id "i". Sets
 * accepted, and problem where that is 0. */
sqs_verdict sqs_read_answer(long status, const char *body, size_t len, sqs_entry *const *entries, size_t count);

/* After SQS_EACH: moves those that another try may help to the front; their number. */
size_t sqs_keep_open(sqs_entry **entries, size_t count);

/* The same problem for all, cut to its size. */
void sqs_set_problem(sqs_entry *const *entries, size_t count, const char *problem);

#endif
