/* gzip.h - a body with the header Content-Encoding: gzip (RFC 1952) -> what was compressed, with zlib. */
#ifndef TERN_GZIP_H
#define TERN_GZIP_H

#include "bytes.h"
#include "problem.h"

/* Appends what was compressed, of one member or of several in a row, at most limit bytes, to out, which is empty. 0; or
 * an HTTP status with a sentence in why: 400 (it is no gzip, ends too early, is damaged, or something follows), 413
 * (it would be longer than limit), 500 (no memory). */
int gzip_inflate(const char *data, size_t len, size_t limit, bytes *out, problem *why);

/* How long the last four bytes say that the last member becomes, modulo 2^32: a hint, nobody has checked it; 0 if len
 * is below four. */
size_t gzip_announced_size(const char *data, size_t len);

#endif
