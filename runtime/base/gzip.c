#include "gzip.h"

#include <limits.h>
#include <string.h>
#define ZLIB_CONST /* next_in may be constant */
#include <zlib.h>

#define GZIP_ONLY (MAX_WBITS + 16) /* inflateInit2: neither zlib's own format nor a bare deflate stream */
#define BAD "Content-Encoding is gzip, but the body "

static int refuse_size(size_t limit, problem *why)
{
    return problem_set(why, 413, "the body is larger than %zu bytes when it is decompressed: send less text at a time",
                       limit);
}

/* Why zlib stopped before the end of a member. */
static int refuse_status(int status, const z_stream *z, problem *why)
{
    if (status == Z_MEM_ERROR) return problem_set(why, 500, "out of memory");
    if (status == Z_BUF_ERROR) return problem_set(why, 400, BAD "ends too early: send all of it");
    return problem_set(why, 400, BAD "is damaged (%s): compress it again", z->msg ? z->msg : "no data");
}

/* Whether a member, or as much of one as there is, begins here. */
static int is_member(const z_stream *z)
{
    static const unsigned char magic[] = {0x1F, 0x8B};
    size_t len = z->avail_in < sizeof magic ? z->avail_in : sizeof magic;
    return !memcmp(z->next_in, magic, len);
}

/* 0 at the end of the member, or as gzip_inflate. */
static int inflate_member(z_stream *z, size_t limit, bytes *out, problem *why)
{
    unsigned char block[16384];
    int status;
    do {
        z->next_out = block;
        z->avail_out = sizeof block;
        status = inflate(z, Z_NO_FLUSH);
        size_t made = sizeof block - z->avail_out;
        if (made > limit - out->len) return refuse_size(limit, why);
        bytes_append(out, block, made);
    } while (status == Z_OK && !out->failed);
    return out->failed              ? refuse_status(Z_MEM_ERROR, z, why)
           : status == Z_STREAM_END ? 0
                                    : refuse_status(status, z, why);
}

static int inflate_members(z_stream *z, size_t limit, bytes *out, problem *why)
{
    if (!is_member(z)) return problem_set(why, 400, BAD "is not: compress it, or leave the header out");
    for (;;) {
        int status = inflate_member(z, limit, out, why);
        if (status || !z->avail_in) return status;
        if (!is_member(z)) return problem_set(why, 400, BAD "does not end with it: send nothing behind");
        inflateReset(z);
    }
}

int gzip_inflate(const char *data, size_t len, size_t limit, bytes *out, problem *why)
{
    if (len > UINT_MAX) return refuse_size(limit, why);
    z_stream z = {.next_in = (const Bytef *)data, .avail_in = (uInt)len};
    if (inflateInit2(&z, GZIP_ONLY) != Z_OK) return refuse_status(Z_MEM_ERROR, &z, why);
    int status = inflate_members(&z, limit, out, why);
    inflateEnd(&z);
    return status;
}

size_t gzip_announced_size(const char *data, size_t len)
{
    size_t size = 0;
    for (size_t i = 0; len >= 4 && i < 4; i++) size |= (size_t)(unsigned char)data[len - 4 + i] << (8 * i);
    return size;
}
