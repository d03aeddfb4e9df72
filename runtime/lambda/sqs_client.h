/* sqs_client.h - sends results to an SQS queue: SendMessageBatch in the AWS JSON 1.0 protocol over libcurl, signed with
 * Signature Version 4 (CURLOPT_AWS_SIGV4). One client a thread, on one kept-alive connection.
 *
 *   transport errors, 5xx, throttling         4 tries in all, 100 ms * 2^n apart, as long as the deadline allows; each
 *                                             may be received in spite of the error, so a message can arrive twice
 *   entries in "Failed"                       the server's fault: tried again like that; the sender's: not accepted
 *   the request is refused for an entry       sent again in halves until the entry that is to blame is alone
 *   (too long, invalid)
 *   anything else (signature, no such queue)  not accepted
 *
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
#ifndef TERN_SQS_CLIENT_H
#define TERN_SQS_CLIENT_H

#include "problem.h"
#include "sqs_output.h"

typedef struct sqs_client sqs_client;

/* 1 if the URL begins with https: then curl_global_init must start TLS. */
int sqs_url_needs_tls(const char *queue_url);

/* queue_url: https://HOST/ACCOUNT/NAME as SQS gives it, or http: for an emulator; .fifo queues get the message's group
 * (of a message from a standard queue: one of its own) and its id as MessageGroupId and MessageDeduplicationId.
 * ca_file: certificate authorities (PEM), or NULL for the system's. Credentials are those of the environment
 * (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN); the region is that in the URL's host or, if it has
 * none, AWS_REGION or AWS_DEFAULT_REGION. The caller has called curl_global_init. NULL with a sentence in why when
 * something is missing. */
sqs_client *sqs_client_new(const char *queue_url, const char *ca_file, problem *why);
void sqs_client_free(sqs_client *client); /* NULL is allowed */

/* The client as a place for results; valid as long as it lives. */
sqs_output sqs_client_output(sqs_client *client);

#endif
