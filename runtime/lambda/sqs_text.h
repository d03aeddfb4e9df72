/* sqs_text.h - whether the body of an SQS message that does not begin with "{" is plain text. */
#ifndef TERN_SQS_TEXT_H
#define TERN_SQS_TEXT_H

#include <stddef.h>

#include "problem.h"

/* text is valid UTF-8, ended by NUL. 0: it is plain text; or an HTTP status (400, 500 for no memory) with a sentence in
 * error that says what it is and what to do, and never repeats the text. sqs.h has the rule. */
int sqs_text_check(const char *text, size_t len, problem *why);

#endif
