/* sqs.h - a batch of messages that Lambda has received from an SQS queue: each is answered like a request of its own,
 * its result is sent to the output queue, and Lambda is told which messages have failed ("ReportBatchItemFailures"), so
 * that it deletes the others. A message counts as done only when the output queue has accepted its result: delivery is
 * at least once.
 *
 *   body of a message   begins with "{": JSON, {"text": ...} or {"input": ...} with the fields of request.h; or a
 *                       notification of SNS, whose "Message" is answered as if it were the body
 *                       plain text: the text itself, for the default model
 *   result              {"messageId": "...", "entities": [...]} or what else answers the request; in between
 *                       "correlationId" if the message has an attribute of this name or, if not, the notification has,
 *                       or the request a member of this name (a string)
 *   failed messages     {"batchItemFailures": [{"itemIdentifier": "..."}]}; each is logged with its id, type and
 *                       cause, never with its text. Lambda gives it out again and, after maxReceiveCount, SQS moves it
 *                       to the queue's DLQ
 *
 * Plain text is what is no JSON; also a sentence in quotes, and a number. What is not, fails rather than counts as a
 * text without entities: an array; true, false and null; a string with escapes, as JSON that was encoded twice has
 * them; JSON behind a byte order mark or other characters that nobody sees; base64 of JSON or of gzip; an event of a
 * service that sends no texts (event_names.h).
 *
 * What is wrong with one of several "texts" is part of the result, as in handler.h; anything else that is wrong with a
 * message fails it. A message that is in the batch twice is answered once. From a FIFO queue, nothing behind a failed
 * message of the same group counts as done, so that the order stays. When time runs short, the messages that are left
 * fail untried. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html */
#ifndef TERN_SQS_H
#define TERN_SQS_H

#include "event_context.h"

/* The records of such a batch: "Records", or the event itself where EventBridge Pipes send it. NULL: it is none. */
const json_node *sqs_records(const json_node *event);

/* Answers them. output may be NULL: then there are no results, only failures. out->error_type as in event.h. */
void sqs_handle(const event_context *context, const json_node *records, response *out);

#endif
