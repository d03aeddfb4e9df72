/* table.c - the columns, and memory for them. */
#include "table.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define CHILDREN(fields) (fields), sizeof(fields) / sizeof *(fields)

static const table_field token_fields[] = {
    {"text", KIND_TEXT, NULL, 0},   {"start", KIND_NUMBER, NULL, 0}, {"end", KIND_NUMBER, NULL, 0},
    {"space", KIND_TRUTH, NULL, 0}, {"lemma", KIND_TEXT, NULL, 0},   {"norm", KIND_TEXT, NULL, 0},
    {"tag", KIND_TEXT, NULL, 0},    {"pos", KIND_TEXT, NULL, 0},     {"morph", KIND_TEXT, NULL, 0},
    {"dep", KIND_TEXT, NULL, 0},    {"head", KIND_NUMBER, NULL, 0},  {"ent_type", KIND_TEXT, NULL, 0},
    {"ent_iob", KIND_TEXT, NULL, 0}};

static const table_field entity_fields[] = {
    {"text", KIND_TEXT, NULL, 0},          {"start", KIND_NUMBER, NULL, 0},     {"end", KIND_NUMBER, NULL, 0},
    {"label", KIND_TEXT, NULL, 0},         {"id", KIND_TEXT, NULL, 0},          {"kb_id", KIND_TEXT, NULL, 0},
    {"token_start", KIND_NUMBER, NULL, 0}, {"token_end", KIND_NUMBER, NULL, 0}, {"score", KIND_REAL, NULL, 0}};

static const table_field piece_fields[] = {{"text", KIND_TEXT, NULL, 0},
                                           {"start", KIND_NUMBER, NULL, 0},
                                           {"end", KIND_NUMBER, NULL, 0},
                                           {"token_start", KIND_NUMBER, NULL, 0},
                                           {"token_end", KIND_NUMBER, NULL, 0}};

static const table_field span_fields[] = {{"group", KIND_TEXT, NULL, 0},       {"text", KIND_TEXT, NULL, 0},
                                          {"start", KIND_NUMBER, NULL, 0},     {"end", KIND_NUMBER, NULL, 0},
                                          {"label", KIND_TEXT, NULL, 0},       {"id", KIND_TEXT, NULL, 0},
                                          {"kb_id", KIND_TEXT, NULL, 0},       {"token_start", KIND_NUMBER, NULL, 0},
                                          {"token_end", KIND_NUMBER, NULL, 0}, {"score", KIND_REAL, NULL, 0}};

static const table_field cat_fields[] = {{"key", KIND_TEXT, NULL, 0}, {"value", KIND_REAL, NULL, 0}};

static const table_field columns[COLUMN_COUNT] = {
    [COLUMN_TEXT] = {"text", KIND_TEXT, NULL, 0},
    [COLUMN_TOKENS] = {"tokens", KIND_LIST, CHILDREN(token_fields)},
    [COLUMN_ENTS] = {"ents", KIND_LIST, CHILDREN(entity_fields)},
    [COLUMN_SENTS] = {"sents", KIND_LIST, CHILDREN(piece_fields)},
    [COLUMN_NOUN_CHUNKS] = {"noun_chunks", KIND_LIST, CHILDREN(piece_fields)},
    [COLUMN_SPANS] = {"spans", KIND_LIST, CHILDREN(span_fields)},
    [COLUMN_CATS] = {"cats", KIND_MAP, CHILDREN(cat_fields)},
    [COLUMN_ERROR] = {"error", KIND_TEXT, NULL, 0}};

const table_field table_fields = {"", KIND_STRUCT, CHILDREN(columns)};

/* A table and how many hold it. */
struct table {
    atomic_size_t holders;
    int failed;
    table_node root;
};

/* ---- making and ending ------------------------------------------------------------------------------------------- */

static void end_node(table_node *n)
{
    for (size_t i = 0; n->child && i < n->children; i++) end_node(&n->child[i]);
    free(n->child);
    free(n->valid.at);
    free(n->ends.at);
    free(n->data.at);
}

/* Bytes [used, used + more), zeroed; NULL when out of memory. */
static void *extend(table_node *n, table_buffer *b, size_t more)
{
    if (!b->at || b->room - b->used < more) {
        const size_t room = 2 * (b->room + more) + 64;
        char *moved = more < SIZE_MAX / 4 ? realloc(b->at, room) : NULL;
        if (!moved) {
            *n->failed = 1;
            return NULL;
        }
        memset(moved + b->used, 0, room - b->used);
        b->at = moved;
        b->room = room;
    }
    void *at = (char *)b->at + b->used;
    b->used += more;
    return at;
}

static int has_ends(table_kind kind) { return kind == KIND_TEXT || kind == KIND_LIST || kind == KIND_MAP; }

/* mask: of the chosen children. */
static void begin_node(table_node *n, const table_field *field, table_kind kind, const char *name, uint32_t mask,
                       int *failed)
{
    *n = (table_node){.field = field, .kind = kind, .name = name, .failed = failed};
    if (has_ends(kind)) extend(n, &n->ends, sizeof(int32_t));
    extend(n, &n->data, 0);
    if (!field->children) return;
    n->children = kind == KIND_STRUCT ? field->children : 1;
    n->child = calloc(n->children, sizeof *n->child);
    if (!n->child) {
        *failed = 1;
        return;
    }
    if (kind != KIND_STRUCT) {
        begin_node(n->child, field, KIND_STRUCT, kind == KIND_MAP ? "entries" : "item", mask, failed);
        return;
    }
    for (size_t i = 0; i < n->children; i++) {
        const table_field *f = &field->child[i];
        if (mask >> i & 1) begin_node(&n->child[i], f, f->kind, f->name, 1, failed);
    }
}

table *table_new(const table_choice *choice)
{
    table *t = calloc(1, sizeof *t);
    if (!t) return NULL;
    atomic_init(&t->holders, 1);
    begin_node(&t->root, &table_fields, KIND_STRUCT, "", 0, &t->failed);
    for (size_t i = 0; t->root.child && i < COLUMN_COUNT; i++)
        if (choice->mask[i])
            begin_node(&t->root.child[i], &columns[i], columns[i].kind, columns[i].name, choice->mask[i], &t->failed);
    if (!t->failed) return t;
    table_release(t);
    return NULL;
}

void table_release(table *t)
{
    if (!t || atomic_fetch_sub(&t->holders, 1) > 1) return;
    end_node(&t->root);
    free(t);
}

table_node *table_rows(table *t) { return &t->root; }

int table_failed(const table *t) { return t->failed; }

static size_t node_bytes(const table_node *n)
{
    size_t bytes = n->valid.used + n->ends.used + n->data.used;
    for (size_t i = 0; i < n->children; i++) bytes += node_bytes(&n->child[i]);
    return bytes;
}

size_t table_bytes(const table *t) { return node_bytes(&t->root); }

/* ---- values ------------------------------------------------------------------------------------------------------ */

/* Bit i of a buffer that has the bits before it. */
static void add_bit(table_node *n, table_buffer *b, size_t i, int bit)
{
    if (b->used <= i / 8 && !extend(n, b, i / 8 + 1 - b->used)) return;
    if (bit) ((unsigned char *)b->at)[i / 8] |= (unsigned char)(1u << i % 8);
}

/* One more value, which is there or not. Before the first null nothing is written down. */
static void count_value(table_node *n, int is_there)
{
    if (!is_there && !n->nulls++)
        for (size_t i = 0; i < n->length; i++) add_bit(n, &n->valid, i, 1);
    if (n->nulls) add_bit(n, &n->valid, n->length, is_there);
    n->length++;
}

static void add_end(table_node *n, size_t end)
{
    const int32_t value = (int32_t)end;
    void *to = extend(n, &n->ends, sizeof value);
    if (to) memcpy(to, &value, sizeof value);
    if (end > INT32_MAX) *n->failed = 1;
}

void add_text(table_node *n, const char *bytes, size_t length)
{
    if (!n->field) return;
    void *to = extend(n, &n->data, length);
    if (to && length) memcpy(to, bytes, length);
    add_end(n, n->data.used);
    count_value(n, 1);
}

void add_number(table_node *n, int32_t value)
{
    if (!n->field) return;
    void *to = extend(n, &n->data, sizeof value);
    if (to) memcpy(to, &value, sizeof value);
    count_value(n, 1);
}

void add_real(table_node *n, double value)
{
    if (!n->field) return;
    void *to = extend(n, &n->data, sizeof value);
    if (to) memcpy(to, &value, sizeof value);
    count_value(n, 1);
}

void add_truth(table_node *n, int value)
{
    if (!n->field) return;
    add_bit(n, &n->data, n->length, value);
    count_value(n, 1);
}

void add_null(table_node *n)
{
    if (!n->field) return;
    if (n->kind == KIND_TEXT) add_end(n, n->data.used);
    else if (n->kind == KIND_NUMBER) extend(n, &n->data, sizeof(int32_t));
    else if (n->kind == KIND_REAL) extend(n, &n->data, sizeof(double));
    else if (n->kind == KIND_TRUTH) add_bit(n, &n->data, n->length, 0);
    else add_end(n, n->child->length);
    count_value(n, 0);
}

void end_list(table_node *n)
{
    if (!n->field) return;
    add_end(n, n->child->length);
    count_value(n, 1);
}

void end_struct(table_node *n)
{
    if (n->field) n->length++;
}

/* ---- arrays for others ------------------------------------------------------------------------------------------- */

/* What an exported array points to, besides the table's memory. */
typedef struct array_block {
    table *owner;
    const void *buffer[3];
    struct ArrowArray **pointer, *child; /* [children] */
} array_block;

static void release_array(struct ArrowArray *array)
{
    array_block *block = array->private_data;
    for (int64_t i = 0; i < array->n_children; i++)
        if (array->children[i]->release) array->children[i]->release(array->children[i]);
    table_release(block->owner);
    free(block->pointer);
    free(block->child);
    free(block);
    array->release = NULL;
}

static size_t chosen_children(const table_node *n)
{
    size_t count = 0;
    for (size_t i = 0; i < n->children; i++) count += n->child[i].field != NULL;
    return count;
}

/* The buffers, in the order of Arrow's layout of the kind. How many. */
static int64_t list_buffers(const table_node *n, const void **buffer)
{
    int64_t count = 0;
    buffer[count++] = n->nulls ? n->valid.at : NULL;
    if (has_ends(n->kind)) buffer[count++] = n->ends.at;
    if (!n->children) buffer[count++] = n->data.at;
    return count;
}

/* 0 or ENOMEM; then out holds nothing. */
static int export_node(table *t, const table_node *n, struct ArrowArray *out);

static int export_children(table *t, const table_node *n, array_block *block, struct ArrowArray *out)
{
    for (size_t i = 0; i < n->children; i++) {
        if (!n->child[i].field) continue;
        block->pointer[out->n_children] = &block->child[out->n_children];
        if (export_node(t, &n->child[i], &block->child[out->n_children])) return -1;
        out->n_children++;
    }
    return 0;
}

static int export_node(table *t, const table_node *n, struct ArrowArray *out)
{
    const size_t children = chosen_children(n);
    array_block *block = calloc(1, sizeof *block);
    if (!block) return -1;
    block->pointer = calloc(children + 1, sizeof(struct ArrowArray *));
    block->child = calloc(children + 1, sizeof *block->child);
    block->owner = t;
    atomic_fetch_add(&t->holders, 1);
    *out = (struct ArrowArray){.length = (int64_t)n->length,
                               .null_count = (int64_t)n->nulls,
                               .n_buffers = list_buffers(n, block->buffer),
                               .buffers = block->buffer,
                               .children = block->pointer,
                               .release = release_array,
                               .private_data = block};
    if (block->pointer && block->child && !export_children(t, n, block, out)) return 0;
    release_array(out);
    return -1;
}

int table_export(table *t, struct ArrowArray *out) { return export_node(t, &t->root, out); }

/* ---- their schema ------------------------------------------------------------------------------------------------ */

typedef struct schema_block {
    struct ArrowSchema **pointer, *child; /* [children] */
} schema_block;

static void release_schema(struct ArrowSchema *schema)
{
    schema_block *block = schema->private_data;
    for (int64_t i = 0; i < schema->n_children; i++)
        if (schema->children[i]->release) schema->children[i]->release(schema->children[i]);
    free(block->pointer);
    free(block->child);
    free(block);
    schema->release = NULL;
}

static const char *const formats[] = {[KIND_TEXT] = "u",  [KIND_NUMBER] = "i", [KIND_REAL] = "g",   [KIND_TRUTH] = "b",
                                      [KIND_LIST] = "+l", [KIND_MAP] = "+m",   [KIND_STRUCT] = "+s"};

static int export_node_schema(const table_node *n, int can_be_null, struct ArrowSchema *out);

static int export_child_schemas(const table_node *n, schema_block *block, struct ArrowSchema *out)
{
    const int is_entry = n->kind == KIND_STRUCT && n->field->kind == KIND_MAP;
    for (size_t i = 0; i < n->children; i++) {
        if (!n->child[i].field) continue;
        block->pointer[out->n_children] = &block->child[out->n_children];
        /* a map's entries and their keys are always there */
        const int can_be_null = n->kind != KIND_MAP && !(is_entry && i == 0);
        if (export_node_schema(&n->child[i], can_be_null, &block->child[out->n_children])) return -1;
        out->n_children++;
    }
    return 0;
}

static int export_node_schema(const table_node *n, int can_be_null, struct ArrowSchema *out)
{
    const size_t children = chosen_children(n);
    schema_block *block = calloc(1, sizeof *block);
    if (!block) return -1;
    block->pointer = calloc(children + 1, sizeof(struct ArrowSchema *));
    block->child = calloc(children + 1, sizeof *block->child);
    *out = (struct ArrowSchema){.format = formats[n->kind],
                                .name = n->name,
                                .flags = can_be_null ? ARROW_FLAG_NULLABLE : 0,
                                .children = block->pointer,
                                .release = release_schema,
                                .private_data = block};
    if (block->pointer && block->child && !export_child_schemas(n, block, out)) return 0;
    release_schema(out);
    return -1;
}

int table_export_schema(const table_choice *choice, struct ArrowSchema *out)
{
    table *t = table_new(choice);
    int failed = t ? export_node_schema(&t->root, 0, out) : -1;
    table_release(t);
    return failed;
}
