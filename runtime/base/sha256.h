/* sha256.h - SHA-256 (FIPS 180-4) and HMAC with it (RFC 2104), for marks that stand for a value without showing it.
 * Only the bootstrap is linked with a library that has them, and that one is dynamic in some builds: so they are here.
 */
#ifndef TERN_SHA256_H
#define TERN_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32u

typedef struct sha256 {
    uint32_t state[8];
    uint64_t len; /* bytes so far */
    unsigned char block[64];
} sha256;

void sha256_begin(sha256 *hash);
void sha256_add(sha256 *hash, const void *data, size_t len);
void sha256_end(sha256 *hash, unsigned char out[SHA256_SIZE]);

/* Any lengths, 0 too. */
void hmac_sha256(const void *key, size_t key_len, const void *data, size_t len, unsigned char out[SHA256_SIZE]);

#endif
