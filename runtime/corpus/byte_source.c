#define _POSIX_C_SOURCE 200809L /* O_CLOEXEC */
#include "byte_source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "names.h"

#define BLOCK 65536u

typedef struct compression compression;

struct byte_source {
    int fd;
    const compression *compressed; /* NULL: it is not */
    z_stream gzip;
    ZSTD_DStream *zstd;
    int inside; /* of a stream that has not ended */
    uint64_t consumed;
    size_t at, end; /* of block, what is not decompressed yet */
    unsigned char block[BLOCK];
};

/* One way of compressing, known by the end of a file's name. */
struct compression {
    const char *ending, *name;
    int (*begin)(byte_source *source); /* 0, or -1 without memory */
    /* Decompresses from the block: bytes written, or -1 where it is damaged. */
    long (*expand)(byte_source *source, char *data, size_t room);
    void (*end)(byte_source *source);
};

/* ---- waiting ----------------------------------------------------------------------------------------------------- */

static int wake[2] = {-1, -1}; /* a pipe; a byte in it ends every wait */

int byte_source_may_stop(void)
{
    char byte;
    if (wake[0] < 0 && pipe(wake) != 0) return -1;
    for (int i = 0; i < 2; i++)
        if (fcntl(wake[i], F_SETFD, FD_CLOEXEC) != 0 || fcntl(wake[i], F_SETFL, O_NONBLOCK) != 0) return -1;
    while (read(wake[0], &byte, 1) == 1) continue; /* of an earlier run */
    return 0;
}

void byte_source_stop(void)
{
    const int saved = errno;
    ssize_t ignored = write(wake[1], "", 1);
    (void)ignored;
    errno = saved;
}

/* Until there is something to read, or the end. */
static source_status wait_for_input(const byte_source *source)
{
    struct pollfd wanted[2] = {{.fd = source->fd, .events = POLLIN}, {.fd = wake[0], .events = POLLIN}};
    while (poll(wanted, 2, -1) < 0 && errno == EINTR) continue;
    return wanted[1].revents ? SOURCE_STOPPED : SOURCE_OK;
}

static source_status read_some(byte_source *source, void *data, size_t room, size_t *got, problem *why)
{
    ssize_t count;
    *got = 0;
    if (wait_for_input(source) == SOURCE_STOPPED) return SOURCE_STOPPED;
    do count = read(source->fd, data, room);
    while (count < 0 && errno == EINTR);
    if (count < 0) return (source_status)problem_set(why, SOURCE_FAILED, "cannot be read: %s", strerror(errno));
    source->consumed += (uint64_t)count;
    *got = (size_t)count;
    return count ? SOURCE_OK : SOURCE_END;
}

/* ---- compressions ------------------------------------------------------------------------------------------------ */

static int gzip_begin(byte_source *source) { return inflateInit2(&source->gzip, 15 + 16) == Z_OK ? 0 : -1; }

static long gzip_expand(byte_source *source, char *data, size_t room)
{
    z_stream *stream = &source->gzip;
    stream->next_in = source->block + source->at;
    stream->avail_in = (uInt)(source->end - source->at);
    stream->next_out = (Bytef *)data;
    stream->avail_out = (uInt)room;
    int status = inflate(stream, Z_NO_FLUSH);
    source->at = source->end - stream->avail_in;
    source->inside = status != Z_STREAM_END;
    if (status == Z_STREAM_END) inflateReset(stream); /* another member may follow */
    return status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR ? (long)(room - stream->avail_out) : -1;
}

static void gzip_end(byte_source *source) { inflateEnd(&source->gzip); }

static int zstd_begin(byte_source *source)
{
    source->zstd = ZSTD_createDStream();
    return source->zstd ? 0 : -1;
}

static long zstd_expand(byte_source *source, char *data, size_t room)
{
    ZSTD_inBuffer in = {source->block, source->end, source->at};
    ZSTD_outBuffer out = {data, room, 0};
    size_t left = ZSTD_decompressStream(source->zstd, &out, &in);
    source->at = in.pos;
    source->inside = left != 0;
    return ZSTD_isError(left) ? -1 : (long)out.pos;
}

static void zstd_end(byte_source *source) { ZSTD_freeDStream(source->zstd); }

static const compression compressions[] = {
    {".gz", "gzip", gzip_begin, gzip_expand, gzip_end},
    {".zst", "zstd", zstd_begin, zstd_expand, zstd_end},
};

static const compression *compression_of(const char *path)
{
    for (size_t i = 0; i < sizeof compressions / sizeof *compressions; i++)
        if (name_ends_in(path, strlen(path), compressions[i].ending)) return &compressions[i];
    return NULL;
}

size_t byte_source_ending(const char *path)
{
    const compression *found = compression_of(path);
    return found ? strlen(found->ending) : 0;
}

static source_status read_expanded(byte_source *source, char *data, size_t room, size_t *got, problem *why)
{
    const char *name = source->compressed->name;
    const size_t most = room < INT32_MAX ? room : INT32_MAX;
    for (;;) {
        long count = source->at < source->end || source->inside ? source->compressed->expand(source, data, most) : 0;
        if (count < 0)
            return (source_status)problem_set(why, SOURCE_FAILED, "is no %s, or damaged, near byte %llu", name,
                                              (unsigned long long)(source->consumed - (source->end - source->at)));
        *got = (size_t)count;
        if (count) return SOURCE_OK;
        if (source->at < source->end) continue;
        source->at = 0;
        source_status status = read_some(source, source->block, sizeof source->block, &source->end, why);
        if (status == SOURCE_END && source->inside)
            return (source_status)problem_set(why, SOURCE_FAILED,
                                              "is cut: it ends after %llu bytes in the middle of its %s stream",
                                              (unsigned long long)source->consumed, name);
        if (status != SOURCE_OK) return status;
    }
}

/* ---- the source -------------------------------------------------------------------------------------------------- */

byte_source *byte_source_open(const char *path, problem *why)
{
    byte_source *source = calloc(1, sizeof *source);
    if (!source) {
        problem_set(why, 0, "out of memory");
        return NULL;
    }
    source->fd = path ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    const compression *compressed = path ? compression_of(path) : NULL;
    if (source->fd < 0) problem_set(why, 0, "cannot be opened: %s", strerror(errno));
    else if (compressed && compressed->begin(source)) problem_set(why, 0, "out of memory");
    else {
        source->compressed = compressed;
        return source;
    }
    byte_source_close(source);
    return NULL;
}

void byte_source_close(byte_source *source)
{
    if (!source) return;
    if (source->compressed) source->compressed->end(source);
    if (source->fd > STDERR_FILENO) close(source->fd);
    free(source);
}

source_status byte_source_read(byte_source *source, char *data, size_t room, size_t *got, problem *why)
{
    return source->compressed ? read_expanded(source, data, room, got, why) : read_some(source, data, room, got, why);
}

uint64_t byte_source_consumed(const byte_source *source) { return source->consumed; }
