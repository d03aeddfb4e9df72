#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "model_file.h"

#include "error.h"
#include "hash.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEADER_SIZE = 64, RECORD_SIZE = 128, NAME_SIZE = 48, ALIGNMENT = 64, MAX_SECTIONS = 4096, MAX_RANK = 4 };
#define MAJOR_VERSION 2u
#define ENDIAN_TAG 0x01020304u
#define KNOWN_FEATURES                                                                                                 \
    (TERN_FEATURE_STEMS | TERN_FEATURE_OWN_ENCODERS | TERN_FEATURE_NAMES | TERN_FEATURE_FEATURES                       \
     | TERN_FEATURE_GIVEN_WORDS | TERN_FEATURE_PATTERNS | TERN_FEATURE_SPANS | TERN_FEATURE_LAYERS                     \
     | TERN_FEATURE_RETOKENIZE | TERN_FEATURE_BEAM)

static const unsigned char magic[8] = {0x89, 'T', 'R', 'N', '\r', '\n', 0x1a, '\n'};

static uint16_t read_u16(const unsigned char *p)
{
    uint16_t v;
    memcpy(&v, p, sizeof v);
    return v;
}
static uint32_t read_u32(const unsigned char *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}
static uint64_t read_u64(const unsigned char *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static const unsigned char *record_at(const model_file *file, size_t index)
{
    return file->data + HEADER_SIZE + index * RECORD_SIZE;
}

static size_t dtype_size(uint32_t dtype)
{
    switch (dtype) {
    case TERN_DTYPE_U8: return 1;
    case TERN_DTYPE_U16:
    case TERN_DTYPE_F16: return 2;
    case TERN_DTYPE_U32:
    case TERN_DTYPE_I32:
    case TERN_DTYPE_F32: return 4;
    case TERN_DTYPE_U64: return 8;
    default: return 0;
    }
}

const char *model_file_dtype_name(uint32_t dtype)
{
    static const char *const names[] = {"?", "u8", "u16", "u32", "u64", "i32", "f32", "f16"};
    return names[dtype_size(dtype) ? dtype : 0];
}

const char *model_file_kind_name(uint32_t kind)
{
    static const char *const names[] = {"?", "tensor", "map", "text"};
    return names[kind <= TERN_KIND_TEXT ? kind : 0];
}

/* ---- header ------------------------------------------------------------------------------------------------------ */

static tern_status check_identity(const unsigned char *h, size_t size, tern_error *err)
{
    if (size < sizeof magic || memcmp(h, magic, 4))
        return fail(err, TERN_E_FORMAT, 0, "this is not a .tern model file (wrong magic bytes)");
    if (memcmp(h, magic, sizeof magic))
        return fail(err, TERN_E_FORMAT, 4,
                    "the file's magic bytes are damaged: it was copied in text mode; copy it again in binary mode");
    if (size < HEADER_SIZE)
        return fail(err, TERN_E_FORMAT, size, "the file is cut off: %zu bytes, less than its %d-byte header", size,
                    HEADER_SIZE);
    if (read_u32(h + 12) != ENDIAN_TAG)
        return fail(err, TERN_E_FORMAT, 12, "the file's byte order (endian tag) is not that of this machine");
    if (read_u16(h + 8) != MAJOR_VERSION)
        return fail(err, TERN_E_VERSION, 8,
                    "the file has format version %u, this library reads version %u: convert the model again",
                    read_u16(h + 8), MAJOR_VERSION);
    return TERN_OK;
}

static tern_status check_header(const unsigned char *h, size_t size, tern_error *err)
{
    tern_status status = check_identity(h, size, err);
    if (status) return status;
    if (read_u32(h + 52) != crc32c(h, 52))
        return fail(err, TERN_E_CHECKSUM, 52, "the header's checksum differs: the file is damaged");
    if (read_u64(h + 16) != size)
        return fail(err, TERN_E_FORMAT, 16,
                    "the header says the file size is %llu bytes, it is %zu: the file is cut off or was appended to",
                    (unsigned long long)read_u64(h + 16), size);
    if (read_u64(h + 40) & ~(uint64_t)KNOWN_FEATURES)
        return fail(err, TERN_E_VERSION, 40,
                    "the file needs a feature that this library lacks (required features %#llx): use a newer version",
                    (unsigned long long)read_u64(h + 40));
    if (read_u64(h + 56)) return fail(err, TERN_E_FORMAT, 56, "a reserved field of the header is not 0");
    if (read_u32(h + 28) != RECORD_SIZE)
        return fail(err, TERN_E_FORMAT, 28, "the record size is %u, not %d", read_u32(h + 28), RECORD_SIZE);
    if (read_u64(h + 32) != HEADER_SIZE)
        return fail(err, TERN_E_FORMAT, 32, "the section table's offset is not %d", HEADER_SIZE);
    uint32_t count = read_u32(h + 24);
    if (!count || count > MAX_SECTIONS)
        return fail(err, TERN_E_FORMAT, 24, "the section count is %u, not 1 to %d", count, MAX_SECTIONS);
    if ((size - HEADER_SIZE) / RECORD_SIZE < count)
        return fail(err, TERN_E_FORMAT, 24, "the section table does not fit into the file");
    if (read_u32(h + 48) != crc32c(h + HEADER_SIZE, (size_t)count * RECORD_SIZE))
        return fail(err, TERN_E_CHECKSUM, 48, "the section table's checksum differs: the file is damaged");
    return TERN_OK;
}

/* ---- table ------------------------------------------------------------------------------------------------------- */

static int name_is_valid(const unsigned char *name)
{
    size_t n = 0;
    while (n < NAME_SIZE && name[n] > ' ' && name[n] < 127) n++;
    if (n == 0 || n == NAME_SIZE) return 0;
    for (; n < NAME_SIZE; n++)
        if (name[n]) return 0;
    return 1;
}

/* Product of the dims times the element size; -1 on overflow or unused dims that are set. */
static int shape_size(const unsigned char *r, uint32_t rank, uint32_t dtype, uint64_t *size)
{
    *size = dtype_size(dtype);
    for (uint32_t i = 0; i < MAX_RANK; i++) {
        uint64_t dim = read_u64(r + 80 + 8 * i);
        if (i >= rank) {
            if (dim) return -1;
            continue;
        }
        if (dim && *size > UINT64_MAX / dim) return -1;
        *size *= dim;
    }
    return 0;
}

static tern_status check_record(const model_file *file, size_t index, tern_error *err)
{
    const unsigned char *r = record_at(file, index);
    size_t at = (size_t)(r - file->data);
    if (!name_is_valid(r)) return fail(err, TERN_E_FORMAT, at, "section %zu has an invalid name", index);
    const char *name = (const char *)r;
    if (index && strcmp((const char *)record_at(file, index - 1), name) >= 0)
        return fail(err, TERN_E_FORMAT, at, "section %s is not in the order of names, or is there twice", name);
    uint32_t kind = read_u32(r + 48), dtype = read_u32(r + 72), rank = read_u32(r + 76);
    if (kind < TERN_KIND_TENSOR || kind > TERN_KIND_TEXT)
        return fail(err, TERN_E_FORMAT, at + 48, "section %s has the unknown kind %u", name, kind);
    if (!dtype_size(dtype))
        return fail(err, TERN_E_FORMAT, at + 72, "section %s has the unknown dtype %u", name, dtype);
    if (!rank || rank > MAX_RANK)
        return fail(err, TERN_E_FORMAT, at + 76, "section %s has rank %u, not 1 to %d", name, rank, MAX_RANK);
    if (read_u32(r + 52) || read_u32(r + 116) || read_u64(r + 120))
        return fail(err, TERN_E_FORMAT, at + 52, "section %s has a reserved field that is not 0", name);
    uint64_t offset = read_u64(r + 56), size = read_u64(r + 64), shaped;
    if (shape_size(r, rank, dtype, &shaped))
        return fail(err, TERN_E_FORMAT, at + 80, "section %s has dimensions that overflow or are not allowed", name);
    if (shaped != size)
        return fail(err, TERN_E_FORMAT, at + 64, "section %s has a size of %llu bytes, its dimensions give %llu", name,
                    (unsigned long long)size, (unsigned long long)shaped);
    if (offset % ALIGNMENT)
        return fail(err, TERN_E_FORMAT, at + 56, "section %s is misaligned: its offset is not a multiple of %d", name,
                    ALIGNMENT);
    if (offset < HEADER_SIZE + file->section_count * RECORD_SIZE)
        return fail(err, TERN_E_FORMAT, at + 56, "section %s begins inside the header or the table", name);
    if (offset > file->size || size > file->size - offset)
        return fail(err, TERN_E_FORMAT, at + 56, "section %s ends outside the file", name);
    return TERN_OK;
}

static tern_status check_overlap(const model_file *file, tern_error *err)
{
    for (size_t i = 0; i < file->section_count; i++) {
        section a = model_file_section(file, i);
        for (size_t j = 0; j < i; j++) {
            section b = model_file_section(file, j);
            if (a.size && b.size && a.offset < b.offset + b.size && b.offset < a.offset + a.size)
                return fail(err, TERN_E_FORMAT, (size_t)a.offset, "sections %s and %s overlap", b.name, a.name);
        }
    }
    return TERN_OK;
}

static tern_status check_file(model_file *file, tern_error *err)
{
    tern_status status = check_header(file->data, file->size, err);
    if (status) return status;
    file->section_count = read_u32(file->data + 24);
    file->features = read_u64(file->data + 40);
    for (size_t i = 0; i < file->section_count; i++)
        if ((status = check_record(file, i, err))) return status;
    return check_overlap(file, err);
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

tern_status model_file_memory(const void *data, size_t size, model_file *file, tern_error *err)
{
    *file = (model_file){.data = data, .size = size};
    tern_status status = (uintptr_t)data % ALIGNMENT
                             ? fail(err, TERN_E_ARGUMENT, 0,
                                    "the model's bytes must begin at an address that is a multiple of %d", ALIGNMENT)
                             : check_file(file, err);
    if (status) *file = (model_file){0};
    return status;
}

/* 0 with a descriptor that is the caller's to close, and the size. */
static tern_status open_regular(const char *path, int *fd, size_t *size, tern_error *err)
{
    struct stat info;
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not block */
    if (*fd < 0) return fail(err, TERN_E_IO, 0, "cannot open the model file %.120s: %s", path, strerror(errno));
    tern_status status = TERN_OK;
    if (fstat(*fd, &info))
        status = fail(err, TERN_E_IO, 0, "cannot read the model file %.120s: %s", path, strerror(errno));
    else if (!S_ISREG(info.st_mode))
        status = fail(err, TERN_E_IO, 0, "the model file %.120s is not a regular file", path);
    else if (info.st_size == 0) status = fail(err, TERN_E_FORMAT, 0, "the model file %.120s is empty", path);
    if (status) close(*fd);
    else *size = (size_t)info.st_size;
    return status;
}

/* fd < 0: memory that may be written to. */
static tern_status map(int fd, size_t size, const char *path, model_file *file, tern_error *err)
{
    void *mapping = mmap(NULL, size, fd < 0 ? PROT_READ | PROT_WRITE : PROT_READ,
                         MAP_PRIVATE | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);
    if (mapping == MAP_FAILED)
        return fail(err, errno == ENOMEM ? TERN_E_MEMORY : TERN_E_IO, 0, "cannot map the model file %.120s: %s", path,
                    strerror(errno));
    *file = (model_file){.data = mapping, .size = size, .mapping = mapping};
    return TERN_OK;
}

tern_status model_file_map(const char *path, model_file *file, tern_error *err)
{
    int fd;
    size_t size;
    *file = (model_file){0};
    tern_status status = open_regular(path, &fd, &size, err);
    if (status) return status;
    status = map(fd, size, path, file, err);
    close(fd);
    if (!status) status = check_file(file, err);
    if (status) model_file_unmap(file);
    return status;
}

static tern_status read_all(int fd, const char *path, const model_file *file, tern_error *err)
{
    for (size_t at = 0; at < file->size;) {
        ssize_t got = read(fd, (unsigned char *)file->mapping + at, file->size - at);
        if (got == 0)
            return fail(err, TERN_E_IO, at,
                        "the model file %.120s became shorter while it was read: try again when it is complete", path);
        if (got < 0 && errno != EINTR)
            return fail(err, TERN_E_IO, at, "cannot read the model file %.120s: %s", path, strerror(errno));
        if (got > 0) at += (size_t)got;
    }
    mprotect(file->mapping, file->size, PROT_READ); /* as a mapped file is: a stray write shall not pass unseen */
    return TERN_OK;
}

tern_status model_file_load(const char *path, model_file *file, tern_error *err)
{
    int fd;
    size_t size;
    *file = (model_file){0};
    tern_status status = open_regular(path, &fd, &size, err);
    if (status) return status;
    status = map(-1, size, path, file, err);
    if (!status) status = read_all(fd, path, file, err);
    close(fd);
    if (!status) status = check_file(file, err);
    if (!status) status = model_file_verify(file, err);
    if (status) model_file_unmap(file);
    return status;
}

void model_file_unmap(model_file *file)
{
    if (file->mapping) munmap(file->mapping, file->size);
    *file = (model_file){0};
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

section model_file_section(const model_file *file, size_t index)
{
    const unsigned char *r = record_at(file, index);
    section s = {.name = (const char *)r,
                 .kind = read_u32(r + 48),
                 .dtype = read_u32(r + 72),
                 .rank = read_u32(r + 76),
                 .crc = read_u32(r + 112),
                 .offset = read_u64(r + 56),
                 .size = read_u64(r + 64)};
    s.data = file->data + s.offset;
    for (size_t i = 0; i < MAX_RANK; i++) s.dims[i] = read_u64(r + 80 + 8 * i);
    return s;
}

/* Index of the first section whose name is not below that one. */
static size_t lower_bound(const model_file *file, const char *name)
{
    size_t low = 0, high = file->section_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (strcmp((const char *)record_at(file, mid), name) < 0) low = mid + 1;
        else high = mid;
    }
    return low;
}

int model_file_find(const model_file *file, const char *name, section *out)
{
    size_t index = lower_bound(file, name);
    if (index == file->section_count || strcmp((const char *)record_at(file, index), name)) return 0;
    *out = model_file_section(file, index);
    return 1;
}

int model_file_has(const model_file *file, const char *prefix)
{
    size_t index = lower_bound(file, prefix);
    return index < file->section_count && !strncmp((const char *)record_at(file, index), prefix, strlen(prefix));
}

tern_status model_file_verify(const model_file *file, tern_error *err)
{
    for (size_t i = 0; i < file->section_count; i++) {
        section s = model_file_section(file, i);
        if (crc32c(s.data, (size_t)s.size) != s.crc)
            return fail(err, TERN_E_CHECKSUM, (size_t)s.offset,
                        "section %s has a checksum that differs: the file is damaged", s.name);
    }
    return TERN_OK;
}
