#include "hash.h"

/* Compilers turn these into one load on little-endian machines. */
static inline uint32_t load32(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t load64(const unsigned char *p) { return (uint64_t)load32(p) | (uint64_t)load32(p + 4) << 32; }

uint64_t murmur64a(const void *data, size_t len, uint64_t seed)
{
    const uint64_t m = 0xc6a4a7935bd1e995u;
    const unsigned char *p = data;
    size_t left = len;
    uint64_t h = seed ^ ((uint64_t)len * m);
    for (; left >= 8; left -= 8, p += 8) {
        uint64_t k = load64(p) * m;
        h = (h ^ ((k ^ (k >> 47)) * m)) * m;
    }
    if (left > 0) {
        uint64_t tail = 0;
        for (size_t i = 0; i < left; i++) tail |= (uint64_t)p[i] << (8 * i);
        h = (h ^ tail) * m;
    }
    h = (h ^ (h >> 47)) * m;
    return h ^ (h >> 47);
}

static inline uint64_t rotate_left(uint64_t x, int bits) { return x << bits | x >> (64 - bits); }

static inline uint64_t murmur3_mix(uint64_t k)
{
    k = (k ^ (k >> 33)) * 0xff51afd7ed558ccdu;
    k = (k ^ (k >> 33)) * 0xc4ceb9fe1a85ec53u;
    return k ^ (k >> 33);
}

static inline uint64_t murmur3_half1(uint64_t k)
{
    return rotate_left(k * 0x87c37b91114253d5u, 31) * 0x4cf5ad432745937fu;
}
static inline uint64_t murmur3_half2(uint64_t k)
{
    return rotate_left(k * 0x4cf5ad432745937fu, 33) * 0x87c37b91114253d5u;
}

static inline void murmur3_finish(uint64_t h1, uint64_t h2, uint64_t len, uint32_t out[4])
{
    h1 ^= len;
    h2 ^= len;
    h1 += h2;
    h2 += h1;
    h1 = murmur3_mix(h1);
    h2 = murmur3_mix(h2);
    h1 += h2;
    h2 += h1;
    out[0] = (uint32_t)h1;
    out[1] = (uint32_t)(h1 >> 32);
    out[2] = (uint32_t)h2;
    out[3] = (uint32_t)(h2 >> 32);
}

/* Eight bytes are less than a 16-byte block: only the tail and the finish of the general algorithm are left of it. */
void murmur3_u64(uint64_t key, uint32_t seed, uint32_t out[4])
{
    murmur3_finish(seed ^ murmur3_half1(key), seed, sizeof key, out);
}

void murmur3_128(const void *data, size_t len, uint32_t seed, uint32_t out[4])
{
    const unsigned char *p = data;
    unsigned char tail[16] = {0};
    uint64_t h1 = seed, h2 = seed;
    for (size_t left = len; left >= 16; left -= 16, p += 16) {
        h1 = (rotate_left(h1 ^ murmur3_half1(load64(p)), 27) + h2) * 5 + 0x52dce729;
        h2 = (rotate_left(h2 ^ murmur3_half2(load64(p + 8)), 31) + h1) * 5 + 0x38495ab5;
    }
    for (size_t i = 0; i < len % 16; i++) tail[i] = p[i];
    /* what the tail lacks is zero, which changes nothing */
    murmur3_finish(h1 ^ murmur3_half1(load64(tail)), h2 ^ murmur3_half2(load64(tail + 8)), len, out);
}

static inline uint32_t rotate_left32(uint32_t x, int bits) { return x << bits | x >> (32 - bits); }

static inline uint32_t murmur3_32_block(uint32_t h, uint32_t k)
{
    h ^= rotate_left32(k * 0xcc9e2d51u, 15) * 0x1b873593u;
    return rotate_left32(h, 13) * 5 + 0xe6546b64u;
}

uint32_t murmur3_32_u64(uint64_t key, uint32_t seed)
{
    uint32_t h = murmur3_32_block(murmur3_32_block(seed, (uint32_t)key), (uint32_t)(key >> 32)) ^ (uint32_t)sizeof key;
    h = (h ^ (h >> 16)) * 0x85ebca6bu;
    h = (h ^ (h >> 13)) * 0xc2b2ae35u;
    return h ^ (h >> 16);
}

/* CRC-32C of the sixteen half bytes, polynomial 0x82F63B78 (reflected). */
static const uint32_t crc_nibble[16] = {
    0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
    0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

static inline uint32_t crc_byte(uint32_t crc, unsigned char byte)
{
    crc ^= byte;
    crc = crc >> 4 ^ crc_nibble[crc & 15];
    return crc >> 4 ^ crc_nibble[crc & 15];
}

/* table[k][b]: CRC of byte b followed by k zero bytes. Made on the stack at each call, so that there is no global
 * state. */
static void crc_tables(uint32_t table[8][256])
{
    for (uint32_t b = 0; b < 256; b++) table[0][b] = crc_byte(0, (unsigned char)b);
    for (int k = 1; k < 8; k++)
        for (uint32_t b = 0; b < 256; b++) table[k][b] = table[k - 1][b] >> 8 ^ table[0][table[k - 1][b] & 255];
}

/* Slicing by 8 (Kounavis and Berry 2005). */
static uint32_t crc_long(uint32_t crc, const unsigned char *p, size_t blocks)
{
    uint32_t t[8][256];
    crc_tables(t);
    for (; blocks > 0; blocks--, p += 8) {
        uint32_t low = crc ^ load32(p), high = load32(p + 4);
        crc = t[7][low & 255] ^ t[6][low >> 8 & 255] ^ t[5][low >> 16 & 255] ^ t[4][low >> 24] ^ t[3][high & 255]
              ^ t[2][high >> 8 & 255] ^ t[1][high >> 16 & 255] ^ t[0][high >> 24];
    }
    return crc;
}

#define CRC_LONG_FROM 1024 /* bytes: from here on the tables earn what they cost */

uint32_t crc32c(const void *data, size_t len)
{
    const unsigned char *p = data;
    uint32_t crc = ~(uint32_t)0;
    if (len >= CRC_LONG_FROM) {
        size_t blocks = len / 8;
        crc = crc_long(crc, p, blocks);
        p += 8 * blocks;
        len -= 8 * blocks;
    }
    for (size_t i = 0; i < len; i++) crc = crc_byte(crc, p[i]);
    return ~crc;
}
