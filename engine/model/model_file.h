/* model_file.h - the .tern container: a header, a table, typed arrays. It knows no linguistics.
 *
 * BYTE LAYOUT (this is its only description; all numbers little-endian, all sections used in place)
 *
 * Header, 64 bytes at 0:
 *   0  u8[8]  magic 89 54 52 4E 0D 0A 1A 0A ("\x89TRN\r\n\x1a\n": as in PNG, notices text-mode damage)
 *   8  u16    major version (2): other majors are refused       10  u16  minor version (0): newer minors are read
 *  12  u32    endian tag 0x01020304
 *  16  u64    file size in bytes, exactly
 *  24  u32    number of sections (1..4096)                       28  u32  record size (128)
 *  32  u64    offset of the table (64)
 *  40  u64    required features: an unknown bit means the file cannot be read correctly. Bit 0: it has a section
 * norms/stems. Bit 1: a component other than senter and ner has an encoder of its own 48  u32    CRC-32C of the table
 * 52  u32  CRC-32C of bytes 0..51 56  u64    reserved, 0 Table, one 128-byte record per section, names strictly
 * increasing (bytewise): 0  char[48]  name, NUL-padded, at least one NUL, printable ASCII 48  u32  kind (TERN_KIND_*)
 * 52  u32  flags, 0 56  u64  offset, a multiple of 64, at or after the table's end 64  u64  size in bytes = product of
 * dims * element size 72  u32  dtype (TERN_DTYPE_*)                                 76  u32  rank 1..4 80  u64[4] dims,
 * the unused ones 0 112  u32  CRC-32C of the section's bytes                       116 u8[12] reserved, 0 Sections lie
 * in the file in any order, do not overlap, and end at or before the file's size. Sections of an unknown name are
 * skipped; a reader looks up those that it needs. Kinds: 1 tensor: an array of numbers; 2 map: u64[capacity][2], open
 * addressing (see map.h); 3 text: u8[n], UTF-8.
 */
#ifndef TERN_MODEL_FILE_H
#define TERN_MODEL_FILE_H

#include "tern.h"

enum { TERN_KIND_TENSOR = 1, TERN_KIND_MAP = 2, TERN_KIND_TEXT = 3 };
enum {
    TERN_DTYPE_U8 = 1,
    TERN_DTYPE_U16,
    TERN_DTYPE_U32,
    TERN_DTYPE_U64,
    TERN_DTYPE_I32,
    TERN_DTYPE_F32,
    TERN_DTYPE_F16
};

typedef struct model_file {
    const unsigned char *data;
    size_t size;
    size_t section_count;
    uint64_t features; /* TERN_FEATURE_* */
    void *mapping;     /* what munmap gets; NULL when the caller owns the bytes */
} model_file;

/* required features that this reader knows */
enum { TERN_FEATURE_STEMS = 1 << 0, TERN_FEATURE_OWN_ENCODERS = 1 << 1 };

typedef struct section {
    const char *name;
    const void *data;
    uint32_t kind, dtype, rank, crc;
    uint64_t offset, size, dims[4];
} section;

/* They validate header and table completely; *file is zeroed on failure. */
tern_status model_file_map(const char *path, model_file *file, tern_error *err);
/* Reads all of it into memory instead, and compares the sections' checksums. */
tern_status model_file_load(const char *path, model_file *file, tern_error *err);
tern_status model_file_memory(const void *data, size_t size, model_file *file, tern_error *err);
void model_file_unmap(model_file *file);

/* Index 0..section_count-1, in order of names. */
section model_file_section(const model_file *file, size_t index);

/* Binary search; returns 1 and fills *out, or 0. */
int model_file_find(const model_file *file, const char *name, section *out);

/* 1 if the name of any section begins with prefix. */
int model_file_has(const model_file *file, const char *prefix);

/* CRC of every section; TERN_E_CHECKSUM names the first that differs. */
tern_status model_file_verify(const model_file *file, tern_error *err);

const char *model_file_kind_name(uint32_t kind);
const char *model_file_dtype_name(uint32_t dtype);

#endif
