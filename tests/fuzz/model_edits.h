/* model_edits.h - an input of fuzz_model that is no file: a list of edits of a small model. A few bytes so reach behind
 * the checks of table and checksums: what an edit changes in a section gets its checksum anew.
 *
 * Byte 0: number of the model. Then edits of 16 bytes; what is left over is ignored:
 *   u8 kind (EDIT_*), u8 width (of a number: 1, 2, 4, 8 bytes), u8 section, u8, u32 position, u64 value
 * Numbers that are too large are taken modulo what there is; an edit that cannot be made is left out. */
#ifndef TERN_MODEL_EDITS_H
#define TERN_MODEL_EDITS_H

#include <stddef.h>
#include <stdint.h>

enum { EDIT_SIZE = 16 };

enum {
    EDIT_NUMBER, /* number `position` of the section becomes value */
    EDIT_TABLE,  /* number `position` of header and table becomes value */
    EDIT_SWAP,   /* numbers `position` and value of the section change places */
    /* dimension `position` of the section becomes value: its content is repeated, at the end of the file */
    EDIT_RESIZE,
    EDIT_COPY,    /* the section begins as section value does */
    EDIT_REMOVE,  /* the section is not in the table any more */
    EDIT_TEXT,    /* `width` bytes, at most 12, from position on, are added to the text that is run */
    EDIT_OPTIONS, /* how that text is run */
    EDIT_KINDS
};

typedef struct small_model {
    unsigned char *data;
    size_t size, sections;
} small_model;

/* What the edits made. options: the last EDIT_OPTIONS, 16 bytes, or NULL. */
typedef struct edited_model {
    unsigned char *data; /* 64-byte alignment; owned */
    size_t size, sections, text_len;
    const uint8_t *options;
    char text[512];
} edited_model;

/* size: without byte 0. Ends with free(out->data). */
void edits_apply(const small_model *model, const uint8_t *edits, size_t size, edited_model *out);

/* Makes the checksums of header and table right, of any bytes that have a header. */
void edits_seal(unsigned char *file, size_t size);

/* One step from such an input to another, in place; its new size, at most max. Another edit of values that matter
 * (limits, numbers of strings, lengths), one less, one changed, another model. count: of models. */
size_t edits_mutate(const small_model *models, size_t count, uint8_t *data, size_t size, size_t max, unsigned seed);

#endif
