#include "binder.h"

#include "error.h"
#include "utf8.h"

#include <stdio.h>
#include <stdlib.h>

/* The name in the file. full: room for it. */
static const char *full_name(const binder *b, const char *name, section_name full)
{
    if (*name && *name != '/') return name;
    snprintf(full, sizeof(section_name), "%s%s", b->component, name);
    return full;
}

int bind_has(const binder *b, const char *beginning)
{
    section_name full;
    return model_file_has(b->file, full_name(b, beginning, full));
}

void bind_refuse(binder *b, const char *name, const char *what)
{
    section_name full;
    if (!b->status) b->status = fail(b->err, TERN_E_FORMAT, 0, "section %s: %s", full_name(b, name, full), what);
}

int bind_find(binder *b, const char *name, uint32_t kind, section *s)
{
    section_name room;
    if (b->status) return 0;
    const char *full = full_name(b, name, room);
    if (!model_file_find(b->file, full, s)) {
        b->status = fail(b->err, TERN_E_FORMAT, 0, "the model has no section %s", full);
        return 0;
    }
    if (s->kind != kind) bind_refuse(b, name, "has the wrong kind");
    return !b->status;
}

static const float *expand(binder *b, const section *s)
{
    size_t count = (size_t)s->size / sizeof(uint16_t);
    expanded_floats *block = aligned_alloc(sizeof *block, sizeof *block + (count * sizeof(float) + 63) / 64 * 64);
    if (!block) {
        b->status = fail(b->err, TERN_E_MEMORY, 0, "out of memory for the model's weights");
        return NULL;
    }
    block->next = *b->expanded;
    *b->expanded = block;
    expand_halves(block->value, s->data, count);
    return block->value;
}

const void *bind_array(binder *b, const char *name, uint32_t dtype, uint32_t rank, uint32_t *dims)
{
    section s;
    if (!bind_find(b, name, TERN_KIND_TENSOR, &s)) return NULL;
    int is_half = dtype == TERN_DTYPE_F32 && s.dtype == TERN_DTYPE_F16;
    if (s.dtype != dtype && !is_half) bind_refuse(b, name, "has the wrong dtype");
    else if (s.rank != rank) bind_refuse(b, name, "has the wrong rank");
    for (uint32_t i = 0; i < rank && !b->status; i++) {
        if (!s.dims[i] || s.dims[i] > INT32_MAX) bind_refuse(b, name, "has a dimension that is 0 or too large");
        else if (dims[i] && dims[i] != s.dims[i])
            bind_refuse(b, name, "has a shape that does not fit the other sections");
        else dims[i] = (uint32_t)s.dims[i];
    }
    if (b->status) return NULL;
    return is_half ? expand(b, &s) : s.data;
}

const void *bind_vector(binder *b, const char *name, uint32_t dtype, uint32_t *n)
{
    return bind_array(b, name, dtype, 1, n);
}

const void *bind_matrix(binder *b, const char *name, uint32_t dtype, uint32_t *rows, uint32_t *cols)
{
    uint32_t dims[2] = {*rows, *cols};
    const void *data = bind_array(b, name, dtype, 2, dims);
    *rows = dims[0];
    *cols = dims[1];
    return data;
}

void bind_id_table(binder *b, const char *prefix, id_table *t)
{
    section_name name;
    bind_name(name, prefix, "keys");
    t->keys = bind_vector(b, name, TERN_DTYPE_U64, &t->count);
    bind_name(name, prefix, "values");
    t->values = bind_vector(b, name, TERN_DTYPE_U32, &t->count);
}

const float *bind_vector_f32(binder *b, const char *name, uint32_t *n)
{
    return bind_vector(b, name, TERN_DTYPE_F32, n);
}

uint32_t bind_switch(binder *b, const char *name)
{
    uint32_t one = 1;
    const uint32_t *value = bind_vector(b, name, TERN_DTYPE_U32, &one);
    if (!b->status && *value > 1) bind_refuse(b, name, "holds a value that is out of range");
    return b->status ? 0 : *value;
}

uint32_t bind_option(binder *b, const char *name)
{
    section s;
    section_name full;
    return model_file_find(b->file, full_name(b, name, full), &s) ? bind_switch(b, name) : 0;
}

int bind_all_below(const uint16_t *v, size_t n, size_t limit)
{
    uint16_t max = 0;
    for (size_t i = 0; i < n; i++) max = v[i] > max ? v[i] : max;
    return max < limit;
}

void bind_check_below(binder *b, const char *name, const uint16_t *v, size_t n, size_t limit)
{
    if (!b->status && !bind_all_below(v, n, limit)) bind_refuse(b, name, "holds an index that is out of range");
}

map bind_map(binder *b, const char *name)
{
    section s;
    if (!bind_find(b, name, TERN_KIND_MAP, &s)) return (map){0};
    if (s.dtype != TERN_DTYPE_U64 || s.rank != 2 || s.dims[1] != 2)
        bind_refuse(b, name, "is not an array of pairs of u64");
    else if (!s.dims[0] || s.dims[0] & (s.dims[0] - 1))
        bind_refuse(b, name, "has a capacity that is not a power of two");
    return b->status ? (map){0} : (map){s.data, s.dims[0]};
}

void bind_name(section_name name, const char *prefix, const char *suffix)
{
    snprintf(name, sizeof(section_name), "%.35s/%.11s", prefix, suffix);
}

void bind_check_strings(binder *b, const char *name, const uint32_t *v, size_t n, uint32_t count, int may_be_absent)
{
    for (size_t i = 0; i < n && !b->status; i++)
        if (v[i] >= count && !(may_be_absent && v[i] == NO_STRING))
            bind_refuse(b, name, "holds a string number that is out of range");
}

void bind_check_labels(binder *b, const char *name, const uint32_t *v, size_t n, const string_table *strings,
                       int may_be_absent)
{
    bind_check_strings(b, name, v, n, strings->count, may_be_absent);
    for (size_t i = 0; i < n && !b->status; i++) {
        if (v[i] == NO_STRING) continue;
        uint32_t start = strings->start[v[i]], len = strings->start[v[i] + 1] - start - 1;
        if (utf8_has_controls((const unsigned char *)strings->bytes + start, len))
            bind_refuse(b, name, "names a label that has a control character");
    }
}

void bind_check_starts(binder *b, const char *name, const uint32_t *start, uint32_t lists, uint32_t total,
                       uint32_t longest)
{
    if (b->status) return;
    if (start[0] || start[lists] != total) return bind_refuse(b, name, "does not cover its lists");
    for (uint32_t i = 0; i < lists; i++)
        if (start[i] > start[i + 1] || start[i + 1] - start[i] > longest)
            return bind_refuse(b, name, "is falling, or has a list that is too long");
}
