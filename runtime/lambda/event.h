/* event.h - one Lambda event -> the function's result: finds out which shape the event has, takes the request out of
 * it, has the handler answer it, and wraps the answer as the sender of that shape expects it. The first line that fits
 * decides: what a gateway has marked is its event, whatever else it holds; then a request may have members "body",
 * "path", "Records", ... of its own, which it ignores.
 *
 *   shape                              recognised by                   answer
 *   HTTP API payload 2, Function URL   requestContext.http             {"statusCode", "headers", "body",
 *                                                                      "isBase64Encoded", "cookies"}
 *   Application Load Balancer          requestContext.elb              the same with "statusDescription" instead of
 *                                                                      "cookies"; where the event has
 *                                                                      "multiValueHeaders", so has the answer
 *   VPC Lattice 2                      requestContext                  {"statusCode", "statusDescription", "headers",
 *                                      .serviceNetworkArn              "body", "isBase64Encoded"}
 *   REST API, HTTP API payload 1       httpMethod,                     {"statusCode", "headers", "body",
 *                                      requestContext.apiId            "isBase64Encoded"}
 *   direct request (also async)        text, texts, input or tokens    {"entities"}, {"sentiment", ...} or
 *                                                                      {"results"}; errors are function errors
 *   WebSocket API                      requestContext.connectionId     none: a function error says what to use instead
 *   REST API, written by hand          httpMethod                      as above
 *   VPC Lattice 1                      raw_path, method                as VPC Lattice 2
 *   SQS batch                          Records[0].eventSource aws:sqs  {"batchItemFailures"}: sqs.h
 *   target of an EventBridge Pipe      the same records as an array    the same
 *   record of a Lambda destination     requestContext.functionArn,     that of responsePayload, which is a direct
 *                                      responsePayload                 request
 *   bare body                          body                            as REST
 *   what keeps a function warm         detail-type "Scheduled Event"   {"status": "ok"}
 *                                      of aws.events or aws.scheduler,
 *                                      ping, warmer or warmup true,
 *                                      source serverless-plugin-warmup
 *
 * Anything else is a function error that names it (event_names.h).
 *
 * A path says what is asked for (route.h), as "task" and "model" in a request do (request.h) where there is none.
 * A POST with the header X-Amz-Target is answered as Amazon Comprehend would (comprehend.h).
 * A body in base64 may be gzip, with the header Content-Encoding; an answer over the limit (response.h) is 413.
 * Answers with headers to these (a bare body included) say in server-timing how long the work took, as tern serve's do.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html leads to the shapes; those of VPC Lattice:
 * https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html */
#ifndef TERN_EVENT_H
#define TERN_EVENT_H

#include "event_context.h"

/* out->error_type NULL: out->body is the function's result, and out->fault says whether it tells of a fault of the
 * function (with out->message). Otherwise the invocation failed, with out->error_type and out->message. */
void event_handle(const event_context *context, const char *event, size_t len, response *out);

#endif
