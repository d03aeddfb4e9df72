/* comprehend.h - POST / with X-Amz-Target: Comprehend_20171127.OPERATION, as the clients of Amazon Comprehend send it
 * (AWS's protocol JSON 1.1): {"Text": "...", "LanguageCode": "en"}, of a batch {"TextList": ["...", ...], ...}
 * -> what operations.h says of the text; of a batch {"ResultList": [{"Index", ...}, ...], "ErrorList": [{"Index",
 * "ErrorCode", "ErrorMessage"}, ...]}.
 *
 * The first model answers that can do the operation for the language. Offsets count code points. Members that the
 * operation does not have are ignored, as the service does. Nobody checks the signature of a request. */
#ifndef TERN_COMPREHEND_H
#define TERN_COMPREHEND_H

#include "json_in.h"
#include "model_run.h"

/* target: the header's value. 200, or an error, which comprehend_error.h still has to give its form. out->body is
 * replaced. One thread per contexts at a time. */
void comprehend_request(const model_contexts *contexts, const char *target, const char *body, size_t len,
                        const handler_settings *settings, response *out);

/* The same for a body that is parsed already. */
void comprehend_request_json(const model_contexts *contexts, const char *target, const json_node *body,
                             const handler_settings *settings, response *out);

#endif
