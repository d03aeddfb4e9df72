/* comprehend_error.h - errors as AWS's protocol JSON 1.1 has them: {"__type": "TextSizeLimitExceededException",
 * "Message": "..."}, with the HTTP status that the service model says (botocore, comprehend/2017-11-27) where it has
 * the error, and the names common to AWS's services where it has not.
 *
 *   what was refused                                 __type                           status
 *   a member that is missing, empty, out of its set  ValidationException              400
 *   no JSON, a member of another type, no gzip       SerializationException           400
 *   an operation that is not there                   UnknownOperationException        400
 *   what the operation cannot take                   InvalidRequestException          400
 *   a language without a model                       UnsupportedLanguageException     400
 *   a text that is too long, takes too much          TextSizeLimitExceededException   400
 *   more than 25 texts                               BatchSizeLimitExceededException  400
 *   a body or an answer that is too large            RequestEntityTooLargeException   413
 *   another compression                              UnsupportedMediaTypeException    415
 *   too many requests, the end of the server         ServiceUnavailable               503
 *   no memory, a deadline                            InternalServerException          500, 504 */
#ifndef TERN_COMPREHEND_ERROR_H
#define TERN_COMPREHEND_ERROR_H

#include "response.h"

#define ERROR_VALIDATION "ValidationException"
#define ERROR_SERIALIZATION "SerializationException"
#define ERROR_UNKNOWN_OPERATION "UnknownOperationException"
#define ERROR_INVALID_REQUEST "InvalidRequestException"
#define ERROR_LANGUAGE "UnsupportedLanguageException"
#define ERROR_TEXT_SIZE "TextSizeLimitExceededException"
#define ERROR_BATCH_SIZE "BatchSizeLimitExceededException"

/* The __type of an answer that is an error: its error_type if that is one of these, else what stands for that of
 * another part of tern. NULL for a 200. */
const char *comprehend_error_type(const response *out);

/* Gives an error its form, whoever made it: the body, and the status of a text that is too long. An answer stays. */
void comprehend_error_form(response *out);

#endif
