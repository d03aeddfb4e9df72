/* reason.h - the name of an HTTP status (RFC 9110 section 15) that tern answers with. */
#ifndef TERN_REASON_H
#define TERN_REASON_H

const char *reason_phrase(int status);

#endif
