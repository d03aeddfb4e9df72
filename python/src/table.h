/* table.h - annotated documents as rows of an Arrow table: which columns there are, and memory that grows with each
 * row. No Python: rows are added, and memory is let go of, without the interpreter's lock. Offsets count code points.
 */
#ifndef TERN_PYTHON_TABLE_H
#define TERN_PYTHON_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "arrow.h"
#include "columns.h"

typedef enum table_kind {
    KIND_TEXT,   /* utf8 */
    KIND_NUMBER, /* int32 */
    KIND_REAL,   /* float64 */
    KIND_TRUTH,  /* bool */
    KIND_LIST,   /* of structs with the field's children */
    KIND_MAP,    /* of the two children: key, value */
    KIND_STRUCT
} table_kind;

typedef struct table_field {
    const char *name;
    table_kind kind;
    const struct table_field *child;
    size_t children;
} table_field;

enum {
    COLUMN_TEXT = 0,
    COLUMN_TOKENS,
    COLUMN_ENTS,
    COLUMN_SENTS,
    COLUMN_NOUN_CHUNKS,
    COLUMN_SPANS,
    COLUMN_CATS,
    COLUMN_ERROR, /* why there is nothing else but the text; null where all went well */
    COLUMN_COUNT
};

/* All columns, as children of a struct. */
extern const table_field table_fields;

/* Which of them: for each column the mask of its children, 1 for one that has none, 0: not the column. */
typedef struct table_choice {
    uint32_t mask[COLUMN_COUNT];
} table_choice;

typedef struct table_buffer {
    void *at;
    size_t used, room; /* bytes */
} table_buffer;

/* A field's values. What is added to a node that was not chosen is dropped. */
typedef struct table_node {
    const table_field *field; /* NULL: not chosen */
    table_kind kind;
    const char *name;
    size_t length, nulls, children;
    table_buffer valid, ends, data; /* bits, where there are nulls; int32; bytes, numbers or bits */
    struct table_node *child;       /* [children]; of a list or a map one struct */
    int *failed;                    /* of the table: out of memory, or beyond int32 */
} table_node;

typedef struct table table;

/* NULL when out of memory. The table goes with its last reference: that of its maker, or of an exported array. */
table *table_new(const table_choice *choice);
void table_release(table *t);
table_node *table_rows(table *t); /* the struct of columns */
size_t table_bytes(const table *t);
int table_failed(const table *t);

/* One value; null for any kind but a struct. A list or a map ends with what its child has by now; a struct's children
 * get theirs first. */
void add_text(table_node *n, const char *bytes, size_t length);
void add_number(table_node *n, int32_t value);
void add_real(table_node *n, double value);
void add_truth(table_node *n, int value);
void add_null(table_node *n);
void end_list(table_node *n);
void end_struct(table_node *n);

/* A document as a row (table_rows.c). text: its UTF-8. */
void table_add_document(table *t, const doc_columns *c, const char *text, size_t length);

/* A row without a document. text NULL: null; error NULL: null. */
void table_add_failure(table *t, const char *text, size_t length, const char *error);

/* For consumers; 0, or ENOMEM. What is exported is independent of the caller's reference. */
int table_export(table *t, struct ArrowArray *out);
int table_export_schema(const table_choice *choice, struct ArrowSchema *out);

#endif
