#define _POSIX_C_SOURCE 200809L /* posix_memalign */
#include "model_edits.h"

#include "fuzz.h"
#include "hash.h"

#include <string.h>

enum { HEADER_SIZE = 64, RECORD_SIZE = 128, ALIGNMENT = 64, MAX_FILE = 1 << 19 };

static uint64_t number(const unsigned char *p, size_t width)
{
    uint64_t value = 0;
    for (size_t i = 0; i < width; i++) value |= (uint64_t)p[i] << (8 * i);
    return value;
}

static void put(unsigned char *p, size_t width, uint64_t value)
{
    for (size_t i = 0; i < width; i++) p[i] = (unsigned char)(value >> (8 * i));
}

/* ---- the sections of a file, whose table may have been edited ---------------------------------------------------- */

typedef struct span {
    unsigned char *record, *data;
    size_t size, width; /* width: of its dtype's numbers */
} span;

static size_t dtype_width(uint64_t dtype)
{
    static const size_t widths[] = {1, 1, 2, 4, 8, 4, 4, 2};
    return dtype < sizeof widths / sizeof *widths ? widths[dtype] : 1;
}

/* Nothing of one that lies outside the file. */
static span section_at(unsigned char *file, size_t file_size, size_t index)
{
    unsigned char *record = file + HEADER_SIZE + index * RECORD_SIZE;
    uint64_t offset = number(record + 56, 8), size = number(record + 64, 8);
    span s = {.record = record, .data = file, .width = dtype_width(number(record + 72, 4))};
    if (offset > file_size || size > file_size - offset) return s;
    s.data = file + offset;
    s.size = (size_t)size;
    return s;
}

static void seal_section(const span *s) { put(s->record + 112, 4, crc32c(s->data, s->size)); }

void edits_seal(unsigned char *file, size_t size)
{
    if (size < HEADER_SIZE) return;
    size_t table = (size_t)number(file + 24, 4) * RECORD_SIZE;
    if (table <= size - HEADER_SIZE) put(file + 48, 4, crc32c(file + HEADER_SIZE, table));
    put(file + 52, 4, crc32c(file, 52));
}

/* ---- edits ------------------------------------------------------------------------------------------------------- */

typedef struct edit {
    unsigned kind;
    size_t width, section, position;
    uint64_t value;
} edit;

static edit read_edit(const uint8_t *p, size_t sections)
{
    static const size_t widths[] = {1, 2, 4, 8};
    return (edit){.kind = p[0] % EDIT_KINDS,
                  .width = widths[p[1] & 3],
                  .section = p[2] % sections,
                  .position = (size_t)number(p + 4, 4),
                  .value = number(p + 8, 8)};
}

static void set_number(unsigned char *data, size_t size, const edit *e)
{
    if (size >= e->width) put(data + e->position % (size / e->width) * e->width, e->width, e->value);
}

static void swap_numbers(const span *s, const edit *e)
{
    unsigned char kept[8];
    size_t count = s->size / e->width;
    if (!count) return;
    unsigned char *a = s->data + e->position % count * e->width, *b = s->data + (size_t)(e->value % count) * e->width;
    memcpy(kept, a, e->width);
    memmove(a, b, e->width);
    memcpy(b, kept, e->width);
}

static void copy_beginning(const span *to, span from)
{
    memmove(to->data, from.data, to->size < from.size ? to->size : from.size);
}

/* The size that the section's dimensions give; 0 also where it is too large. */
static size_t shaped_size(const span *s)
{
    uint64_t size = s->width, rank = number(s->record + 76, 4);
    for (uint64_t i = 0; i < rank && i < 4; i++) {
        uint64_t dim = number(s->record + 80 + 8 * i, 8);
        if (dim > MAX_FILE || (size *= dim) > MAX_FILE) return 0;
    }
    return (size_t)size;
}

static void resize(edited_model *m, span s, const edit *e)
{
    uint64_t rank = number(s.record + 76, 4);
    size_t begin = (m->size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    put(s.record + 80 + 8 * (e->position % (rank >= 1 && rank <= 4 ? rank : 1)), 8, e->value);
    size_t size = shaped_size(&s);
    if (begin > MAX_FILE || size > MAX_FILE - begin) return;
    for (size_t i = 0; i < size; i++) m->data[begin + i] = s.size ? s.data[i % s.size] : 0;
    put(s.record + 56, 8, begin);
    put(s.record + 64, 8, size);
    m->size = begin + size;
    put(m->data + 16, 8, m->size);
    seal_section(&(span){.record = s.record, .data = m->data + begin, .size = size});
}

static void remove_section(edited_model *m, const span *s)
{
    if (m->sections == 1) return;
    unsigned char *end = m->data + HEADER_SIZE + m->sections * RECORD_SIZE;
    memmove(s->record, s->record + RECORD_SIZE, (size_t)(end - s->record) - RECORD_SIZE);
    put(m->data + 24, 4, --m->sections);
}

static void add_text(edited_model *m, const uint8_t *p)
{
    size_t len = p[1] % 13;
    if (len > sizeof m->text - m->text_len) return;
    memcpy(m->text + m->text_len, p + 4, len);
    m->text_len += len;
}

static void apply(edited_model *m, const uint8_t *p)
{
    edit e = read_edit(p, m->sections);
    span s = section_at(m->data, m->size, e.section);
    switch (e.kind) {
    case EDIT_NUMBER: set_number(s.data, s.size, &e); break;
    case EDIT_TABLE: set_number(m->data, HEADER_SIZE + m->sections * RECORD_SIZE, &e); return;
    case EDIT_SWAP: swap_numbers(&s, &e); break;
    case EDIT_RESIZE: resize(m, s, &e); return;
    case EDIT_COPY: copy_beginning(&s, section_at(m->data, m->size, (size_t)(e.value % m->sections))); break;
    case EDIT_REMOVE: remove_section(m, &s); return;
    case EDIT_TEXT: add_text(m, p); return;
    default: m->options = p; return;
    }
    seal_section(&s);
}

void edits_apply(const small_model *model, const uint8_t *edits, size_t size, edited_model *out)
{
    static _Alignas(ALIGNMENT) unsigned char file[MAX_FILE];
    void *exact; /* so that AddressSanitizer sees what is read behind the end */
    *out = (edited_model){.data = file, .size = model->size, .sections = model->sections};
    REQUIRE(model->size <= MAX_FILE);
    memcpy(file, model->data, model->size);
    for (size_t i = 0; i + EDIT_SIZE <= size; i += EDIT_SIZE) apply(out, edits + i);
    edits_seal(file, out->size);
    REQUIRE(!posix_memalign(&exact, ALIGNMENT, out->size));
    memcpy(exact, file, out->size);
    out->data = exact;
}

/* ---- mutation: edits that matter --------------------------------------------------------------------------------- */

static uint64_t random_number(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state >> 11;
}

static size_t below(uint64_t *state, size_t limit) { return (size_t)(random_number(state) % limit); }

/* Limits, lengths, a neighbour of what is there, a number of anything else in the section. */
static uint64_t value_that_matters(const span *s, size_t position, uint64_t *state)
{
    static const uint64_t limits[] = {0,      1,          2,          0x7F,       0xFF,       0x7FFF,    0xFFFF,
                                      0x7C00, 0x7FC00000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, UINT64_MAX};
    size_t count = s->size / s->width;
    uint64_t there = count ? number(s->data + position % count * s->width, s->width) : 0;
    switch (below(state, 6)) {
    case 0: return limits[below(state, sizeof limits / sizeof *limits)];
    case 1: return count + below(state, 3) - 1;
    case 2: return there + 1;
    case 3: return there - 1;
    case 4: return count ? number(s->data + below(state, count) * s->width, s->width) : 0;
    default: return below(state, 256);
    }
}

static void write_text(uint8_t *p, uint64_t *state)
{
    static const char *const pieces[] = {"left ",
                                         "was ",
                                         "axes ",
                                         "los ",
                                         "cats ",
                                         "D\xc3\xa1melos ",
                                         "comprandolo ",
                                         "1.234,56 ",
                                         "\xd1\x98\xd1\x9c\xd0\xb8 ",
                                         "\n\n ",
                                         ". ",
                                         "issues ",
                                         "\xe0\xa4\x95\xe0\xa5\x8b ",
                                         "The ",
                                         "can't ",
                                         "x/y's) ",
                                         "\xf0\x9f\x98\x80",
                                         "London "};
    const char *piece = pieces[below(state, sizeof pieces / sizeof *pieces)];
    p[1] = (uint8_t)strlen(piece);
    memcpy(p + 4, piece, p[1]);
}

static void write_edit(const small_model *model, uint8_t *p, uint64_t *state)
{
    static const uint8_t kinds[] = {EDIT_NUMBER, EDIT_NUMBER, EDIT_NUMBER, EDIT_NUMBER, EDIT_NUMBER,
                                    EDIT_NUMBER, EDIT_TABLE,  EDIT_SWAP,   EDIT_RESIZE, EDIT_RESIZE,
                                    EDIT_COPY,   EDIT_REMOVE, EDIT_TEXT,   EDIT_TEXT,   EDIT_OPTIONS};
    size_t section = below(state, model->sections), position = below(state, below(state, 3) ? 8 : 65536);
    span s = section_at(model->data, model->size, section);
    p[0] = kinds[below(state, sizeof kinds)];
    p[1] = (uint8_t)(s.width == 8 ? 3 : s.width / 2);
    p[2] = (uint8_t)section;
    p[3] = 0;
    put(p + 4, 4, position);
    put(p + 8, 8, value_that_matters(&s, position, state));
    if (p[0] == EDIT_TEXT) write_text(p, state);
    for (size_t i = 1; p[0] == EDIT_OPTIONS && i < EDIT_SIZE; i++) p[i] = (uint8_t)below(state, 256);
}

static size_t remove_edit(uint8_t *edits, size_t count, uint64_t *state)
{
    uint8_t *p = edits + below(state, count) * EDIT_SIZE;
    memmove(p, p + EDIT_SIZE, (size_t)(edits + count * EDIT_SIZE - p) - EDIT_SIZE);
    return count - 1;
}

static void change_edit(const small_model *model, uint8_t *p, uint64_t *state)
{
    switch (below(state, 4)) {
    case 0: p[below(state, EDIT_SIZE)] ^= (uint8_t)(1u << below(state, 8)); break;
    case 1: put(p + 4, 4, number(p + 4, 4) + below(state, 3) - 1); break;
    case 2: put(p + 8, 8, number(p + 8, 8) + below(state, 3) - 1); break;
    default: write_edit(model, p, state); break;
    }
}

size_t edits_mutate(const small_model *models, size_t count, uint8_t *data, size_t size, size_t max, unsigned seed)
{
    uint64_t state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    if (!size || max < 1 + EDIT_SIZE) return size;
    const small_model *model = &models[data[0] % count];
    size_t edits = (size - 1) / EDIT_SIZE, choice = below(&state, 8);
    uint8_t *first = data + 1;
    if (choice == 0) data[0] = (uint8_t)below(&state, count);
    else if (choice == 1 && edits > 1) edits = remove_edit(first, edits, &state);
    else if (choice < 5 && edits) change_edit(model, first + below(&state, edits) * EDIT_SIZE, &state);
    else if (1 + (edits + 1) * EDIT_SIZE <= max) write_edit(model, first + edits++ * EDIT_SIZE, &state);
    return 1 + edits * EDIT_SIZE;
}
