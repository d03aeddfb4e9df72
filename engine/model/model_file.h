/* model_file.h - the .tern container: a header, a table, typed arrays. It knows no linguistics. docs/file-format.md
 * describes every byte. */
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
enum {
    TERN_FEATURE_STEMS = 1 << 0,
    TERN_FEATURE_OWN_ENCODERS = 1 << 1,
    TERN_FEATURE_NAMES = 1 << 2,
    TERN_FEATURE_FEATURES = 1 << 3,
    TERN_FEATURE_GIVEN_WORDS = 1 << 4,
    TERN_FEATURE_PATTERNS = 1 << 5,
    TERN_FEATURE_SPANS = 1 << 6,
    TERN_FEATURE_LAYERS = 1 << 7,
    TERN_FEATURE_RETOKENIZE = 1 << 8,
    TERN_FEATURE_BEAM = 1 << 9
};

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
