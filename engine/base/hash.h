/* hash.h - the hash functions of spaCy and thinc (murmurhash), and the checksum of the file format. */
#ifndef TERN_HASH_H
#define TERN_HASH_H

#include <stddef.h>
#include <stdint.h>

/* MurmurHash64A: string ids (seed 1), spacy/strings.pyx. */
uint64_t murmur64a(const void *data, size_t len, uint64_t seed);

/* MurmurHash3_x64_128 of the 8 little-endian bytes of key: bucket hash of a hash embedding (thinc numpy_ops.pyx).
 * out: h1 low, h1 high, h2 low, h2 high. */
void murmur3_u64(uint64_t key, uint32_t seed, uint32_t out[4]);

/* MurmurHash3_x64_128 of any bytes: the rows of floret vectors (spacy/vectors.pyx). out: as above. */
void murmur3_128(const void *data, size_t len, uint32_t seed, uint32_t out[4]);

/* MurmurHash3_x86_32 of the 8 little-endian bytes of key: bucket hash of a bag of words (thinc sparselinear.pyx). */
uint32_t murmur3_32_u64(uint64_t key, uint32_t seed);

/* Hash of a token sequence, one token at a time, beginning with 0: the keys of tokenizer/phrases. token:
 * murmur64a(text, 1). */
static inline uint64_t phrase_hash(uint64_t sequence, uint64_t token)
{
    uint64_t h = (sequence ^ token) * 0xc6a4a7935bd1e995u;
    return h ^ (h >> 47);
}

/* CRC-32C (Castagnoli), reflected, initial and final ~0, as in RFC 3720. */
uint32_t crc32c(const void *data, size_t len);

#endif
