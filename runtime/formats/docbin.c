#define _POSIX_C_SOURCE 200809L /* fseeko */

#include "docbin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <zlib.h>

#include "docbin_spool.h"
#include "msgpack_out.h"
#include "string_set.h"

#define BLOCK 65536u

typedef struct assembly {
    FILE *spool, *out;
    uint64_t size, at; /* of the spool: its bytes, and how many of them have been read */
    uint64_t documents, tokens;
    int has_user_data;
    string_set strings;
    z_stream zip;
    bytes packed; /* what is to be compressed next */
    char block[BLOCK];
    unsigned char zipped[BLOCK];
    problem *why;
} assembly;

/* ---- reading the spool ------------------------------------------------------------------------------------------- */

static int damaged(const assembly *a, const char *what)
{
    return problem_set(a->why, -1,
                       "the temporary file of documents is damaged near byte %llu: %s; it has to be written anew",
                       (unsigned long long)a->at, what);
}

static int no_memory(const assembly *a)
{
    return problem_set(a->why, -1, "there is not enough memory for the strings and spans of the documents");
}

static int take(assembly *a, void *to, size_t len)
{
    if (fread(to, 1, len, a->spool) != len) {
        if (ferror(a->spool))
            return problem_set(a->why, -1, "the temporary file of documents cannot be read: %s", strerror(errno));
        return damaged(a, "it ends too early");
    }
    a->at += len;
    return 0;
}

static int seek(assembly *a, uint64_t to)
{
    if (fseeko(a->spool, (off_t)to, SEEK_SET))
        return problem_set(a->why, -1, "the temporary file of documents cannot be read: %s", strerror(errno));
    a->at = to;
    return 0;
}

/* Short parts are read over: to seek would throw the buffer of the file away. */
static int skip(assembly *a, uint64_t len)
{
    if (len > BLOCK) return seek(a, a->at + len);
    return take(a, a->block, (size_t)len);
}

/* The next header, whose parts lie in the spool. */
static int take_header(assembly *a, docbin_header *header)
{
    if (a->size - a->at < sizeof *header) return damaged(a, "a record is cut");
    if (take(a, header, sizeof *header)) return -1;
    if (header->magic != DOCBIN_MAGIC) return damaged(a, "no record begins here");
    uint64_t left = a->size - a->at;
    for (docbin_part part = DOCBIN_TOKENS; part < DOCBIN_PARTS; part++) {
        if (header->size[part] > left) return damaged(a, "a record is cut");
        left -= header->size[part];
    }
    if (header->size[DOCBIN_TOKENS] != header->size[DOCBIN_SPACES] * DOCBIN_ATTRS * sizeof(uint64_t))
        return damaged(a, "tokens and spaces differ in number");
    for (docbin_part part = DOCBIN_CATS; part < DOCBIN_PARTS; part++)
        if (header->size[part] > MSGPACK_MOST) return damaged(a, "a part is too long");
    return 0;
}

static int take_bytes(assembly *a, uint64_t len, bytes *to)
{
    bytes_clear(to);
    while (len) {
        const size_t piece = len < BLOCK ? (size_t)len : BLOCK;
        if (take(a, a->block, piece)) return -1;
        bytes_append(to, a->block, piece);
        if (to->failed) return no_memory(a);
        len -= piece;
    }
    return 0;
}

/* ---- the first pass: counts, strings, checksums ------------------------------------------------------------------ */

static int check_part(assembly *a, uint64_t len, uint32_t *crc)
{
    while (len) {
        const size_t piece = len < BLOCK ? (size_t)len : BLOCK;
        if (take(a, a->block, piece)) return -1;
        *crc = (uint32_t)crc32_z(*crc, (const unsigned char *)a->block, piece);
        len -= piece;
    }
    return 0;
}

static int add_strings(assembly *a, const bytes *strings)
{
    uint64_t id;
    uint32_t len;
    for (size_t at = 0; at < strings->len; at += len) {
        if (strings->len - at < sizeof id + sizeof len) return damaged(a, "a string is cut");
        memcpy(&id, strings->data + at, sizeof id);
        memcpy(&len, strings->data + at + sizeof id, sizeof len);
        at += sizeof id + sizeof len;
        if (strings->len - at < len) return damaged(a, "a string is cut");
        string_set_add(&a->strings, id, strings->data + at, len);
        if (a->strings.failed) return no_memory(a);
    }
    return 0;
}

static int survey_record(assembly *a)
{
    docbin_header header;
    if (take_header(a, &header)) return -1;
    uint32_t crc = (uint32_t)crc32_z(0, (const unsigned char *)header.size, sizeof header.size);
    for (docbin_part part = DOCBIN_TOKENS; part < DOCBIN_PARTS; part++) {
        if (part != DOCBIN_STRINGS) {
            if (check_part(a, header.size[part], &crc)) return -1;
            continue;
        }
        if (take_bytes(a, header.size[part], &a->packed)) return -1;
        if (a->packed.len) crc = (uint32_t)crc32_z(crc, (const unsigned char *)a->packed.data, a->packed.len);
    }
    if (crc != header.crc) return damaged(a, "the checksum of a record differs");
    if (add_strings(a, &a->packed)) return -1;
    a->documents++;
    a->tokens += header.size[DOCBIN_SPACES];
    a->has_user_data |= header.size[DOCBIN_USER_DATA] > 0;
    return 0;
}

/* What a file can hold. */
static int check_totals(const assembly *a)
{
    if (a->tokens > DOCBIN_MAX_TOKENS)
        return problem_set(a->why, -1,
                           "the documents have %llu tokens, and a .spacy file holds at most %u (4 GB of attributes, as "
                           "spaCy's DocBin): write them into several files",
                           (unsigned long long)a->tokens, DOCBIN_MAX_TOKENS);
    if (a->documents > MSGPACK_MOST / sizeof(int32_t) || a->strings.count > MSGPACK_MOST)
        return problem_set(a->why, -1,
                           "there are more documents or strings than a .spacy file can hold: write several");
    return 0;
}

static int survey(assembly *a)
{
    if (seek(a, 0)) return -1;
    while (a->at < a->size)
        if (survey_record(a)) return -1;
    return check_totals(a);
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static int squeeze(assembly *a, const void *data, size_t len, int flush)
{
    int status;
    a->zip.next_in = (Bytef *)data; /* zlib does not write there */
    a->zip.avail_in = (uInt)len;    /* at most BLOCK */
    do {
        a->zip.next_out = a->zipped;
        a->zip.avail_out = sizeof a->zipped;
        status = deflate(&a->zip, flush);
        const size_t made = sizeof a->zipped - a->zip.avail_out;
        if (fwrite(a->zipped, 1, made, a->out) != made)
            return problem_set(a->why, -1, "the .spacy file cannot be written: %s", strerror(errno));
    } while (!a->zip.avail_out || (flush == Z_FINISH && status != Z_STREAM_END));
    return 0;
}

/* What has been packed. */
static int write_packed(assembly *a)
{
    size_t done = 0;
    if (a->packed.failed) return no_memory(a);
    while (done < a->packed.len) {
        const size_t piece = a->packed.len - done < BLOCK ? a->packed.len - done : BLOCK;
        if (squeeze(a, a->packed.data + done, piece, Z_NO_FLUSH)) return -1;
        done += piece;
    }
    bytes_clear(&a->packed);
    return 0;
}

/* Bytes of the spool as they are. */
static int copy(assembly *a, uint64_t len)
{
    while (len) {
        const size_t piece = len < BLOCK ? (size_t)len : BLOCK;
        if (take(a, a->block, piece) || squeeze(a, a->block, piece, Z_NO_FLUSH)) return -1;
        len -= piece;
    }
    return 0;
}

/* The same as binary data in MessagePack; nothing is an empty map. */
static int copy_binary(assembly *a, uint64_t len)
{
    msgpack_binary(&a->packed, len ? (uint32_t)len : 1);
    if (!len) msgpack_map(&a->packed, 0);
    return write_packed(a) || copy(a, len) ? -1 : 0;
}

/* A pass: one part of each document. */
static int write_parts(assembly *a, docbin_part part, int (*write)(assembly *, uint64_t len))
{
    docbin_header header;
    if (write_packed(a) || seek(a, 0)) return -1;
    while (a->at < a->size) {
        uint64_t before = 0, behind = 0;
        if (take_header(a, &header)) return -1;
        for (docbin_part p = DOCBIN_TOKENS; p < part; p++) before += header.size[p];
        for (docbin_part p = part + 1; p < DOCBIN_PARTS; p++) behind += header.size[p];
        if (skip(a, before) || write(a, header.size[part]) || skip(a, behind)) return -1;
    }
    return 0;
}

/* Of a document, from its spaces, one byte for each token. */
static int write_length(assembly *a, uint64_t len)
{
    const int32_t tokens = (int32_t)len;
    bytes_append(&a->packed, &tokens, sizeof tokens);
    return write_packed(a) || skip(a, len) ? -1 : 0;
}

static void pack_attributes(bytes *out)
{
    static const unsigned numbers[DOCBIN_ATTRS] = {
        [DOCBIN_ORTH] = 65,   [DOCBIN_NORM] = 67,       [DOCBIN_LEMMA] = 73,      [DOCBIN_POS] = 74,
        [DOCBIN_TAG] = 75,    [DOCBIN_DEP] = 76,        [DOCBIN_ENT_IOB] = 77,    [DOCBIN_ENT_TYPE] = 78,
        [DOCBIN_HEAD] = 79,   [DOCBIN_SENT_START] = 80, [DOCBIN_ENT_KB_ID] = 452, [DOCBIN_MORPH] = 453,
        [DOCBIN_ENT_ID] = 454}; /* spacy/attrs.pxd and symbols.pxd */
    msgpack_array(out, DOCBIN_ATTRS);
    for (size_t i = 0; i < DOCBIN_ATTRS; i++) msgpack_unsigned(out, numbers[i]);
}

static int write_tokens(assembly *a)
{
    const uint32_t tokens = (uint32_t)a->tokens;
    msgpack_cstring(&a->packed, "tokens");
    msgpack_binary(&a->packed, (uint32_t)(tokens * DOCBIN_ATTRS * sizeof(uint64_t)));
    if (write_parts(a, DOCBIN_TOKENS, copy)) return -1;
    msgpack_cstring(&a->packed, "spaces");
    msgpack_binary(&a->packed, tokens);
    if (write_parts(a, DOCBIN_SPACES, copy)) return -1;
    msgpack_cstring(&a->packed, "lengths");
    msgpack_binary(&a->packed, (uint32_t)(a->documents * sizeof(int32_t)));
    return write_parts(a, DOCBIN_SPACES, write_length);
}

static int write_strings(assembly *a)
{
    int failed = 0;
    set_string *sorted = string_set_sorted(&a->strings);
    if (!sorted && a->strings.count) return no_memory(a);
    msgpack_cstring(&a->packed, "strings");
    msgpack_array(&a->packed, (uint32_t)a->strings.count);
    for (size_t i = 0; i < a->strings.count && !failed; i++) {
        msgpack_string(&a->packed, sorted[i].text, sorted[i].len);
        if (a->packed.len >= BLOCK || a->packed.failed) failed = write_packed(a);
    }
    free(sorted);
    return failed ? -1 : 0;
}

static int write_flags(assembly *a)
{
    msgpack_cstring(&a->packed, "flags");
    msgpack_array(&a->packed, (uint32_t)a->documents);
    for (uint64_t i = 0; i < a->documents; i++) {
        msgpack_map(&a->packed, 1);
        msgpack_cstring(&a->packed, "has_unknown_spaces");
        msgpack_bool(&a->packed, 0);
        if (a->packed.len >= BLOCK && write_packed(a)) return -1;
    }
    return 0;
}

static int write_list(assembly *a, const char *name, docbin_part part, int (*write)(assembly *, uint64_t len))
{
    msgpack_cstring(&a->packed, name);
    msgpack_array(&a->packed, (uint32_t)a->documents);
    return write_parts(a, part, write);
}

static int write_file(assembly *a)
{
    bytes_clear(&a->packed);
    msgpack_map(&a->packed, a->has_user_data ? 10 : 9);
    msgpack_cstring(&a->packed, "version");
    msgpack_cstring(&a->packed, "0.1");
    msgpack_cstring(&a->packed, "attrs");
    pack_attributes(&a->packed);
    if (write_tokens(a) || write_strings(a) || write_list(a, "cats", DOCBIN_CATS, copy) || write_flags(a)
        || write_list(a, "span_groups", DOCBIN_GROUPS, copy_binary))
        return -1;
    if (a->has_user_data && write_list(a, "user_data", DOCBIN_USER_DATA, copy_binary)) return -1;
    if (write_packed(a) || squeeze(a, NULL, 0, Z_FINISH)) return -1;
    return fflush(a->out) ? problem_set(a->why, -1, "the .spacy file cannot be written: %s", strerror(errno)) : 0;
}

int docbin_assemble(FILE *spool, uint64_t size, FILE *out, problem *why)
{
    assembly *a = calloc(1, sizeof *a);
    if (!a) return problem_set(why, -1, "there is not enough memory to write a .spacy file");
    a->spool = spool;
    a->out = out;
    a->size = size;
    a->why = why;
    int failed = survey(a);
    if (!failed) {
        if (deflateInit(&a->zip, Z_DEFAULT_COMPRESSION) != Z_OK) failed = no_memory(a);
        else failed = write_file(a);
        deflateEnd(&a->zip);
    }
    string_set_free(&a->strings);
    bytes_free(&a->packed);
    free(a);
    return failed;
}
