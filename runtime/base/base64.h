/* base64.h - the inverse of base64. */
#ifndef TERN_BASE64_H
#define TERN_BASE64_H

#include "bytes.h"

/* Strict base64 (RFC 4648 section 4: padded, no white space, unused bits zero) of len characters, appended to out. 0,
 * or -1 if text is not that. */
int base64_decode(const char *text, size_t len, bytes *out);

#endif
