#include "pattern_tables.h"

#include "automata.h"

/* Attributes whose values are texts, which expressions and distances look at. */
#define TEXT_ATTRS                                                                                                     \
    (1u << PATTERN_ORTH | 1u << PATTERN_NORM | 1u << PATTERN_LOWER | 1u << PATTERN_SHAPE | 1u << PATTERN_PREFIX        \
     | 1u << PATTERN_SUFFIX | 1u << PATTERN_LEMMA | 1u << PATTERN_POS | 1u << PATTERN_TAG | 1u << PATTERN_DEP          \
     | 1u << PATTERN_MORPH | 1u << PATTERN_ENT_TYPE | 1u << PATTERN_ENT_ID | 1u << PATTERN_ENT_KB_ID)

/* How many of what a test's operands count. */
typedef struct operands {
    uint32_t values, near;
} operands;

/* Refuses PREFIX/suffix. */
static void refuse(binder *b, const char *prefix, const char *suffix, const char *what)
{
    section_name name;
    bind_name(name, prefix, suffix);
    bind_refuse(b, name, what);
}

static const void *part(binder *b, const char *prefix, const char *suffix, uint32_t dtype, uint32_t *rows,
                        uint32_t columns)
{
    section_name name;
    bind_name(name, prefix, suffix);
    return columns ? bind_matrix(b, name, dtype, rows, &columns) : bind_vector(b, name, dtype, rows);
}

static int test_fits(const pattern_tables *p, const uint32_t *test, const operands *has)
{
    if (test[0] >= PREDICATE_KINDS || test[1] >= PATTERN_ATTRS || test[2] > 1) return 0;
    switch (test[0]) {
    case PREDICATE_AMONG: return bind_in_range(test[3], test[4], has->values);
    case PREDICATE_RANGE: return test[4] == 2 && bind_in_range(test[3], test[4], has->values);
    case PREDICATE_FOUND: return TEXT_ATTRS >> test[1] & 1 && bind_in_range(test[3], test[4], p->automata.count);
    case PREDICATE_NEAR: return TEXT_ATTRS >> test[1] & 1 && bind_in_range(test[3], test[4], has->near);
    default: return test[1] == PATTERN_MORPH && bind_in_range(test[3], test[4], has->values);
    }
}

static int has_tests(const binder *b, const pattern_tables *p, uint32_t kind)
{
    for (uint32_t i = 0; i < p->test_count && !b->status; i++)
        if (p->tests[5 * (size_t)i] == kind) return 1;
    return 0;
}

static void bind_tests(binder *b, const char *prefix, const string_table *strings, pattern_tables *p)
{
    operands has = {0};
    section_name name;
    p->tests = part(b, prefix, "tests", TERN_DTYPE_U32, &p->test_count, 5);
    p->values = part(b, prefix, "values", TERN_DTYPE_U64, &has.values, 0);
    if (has_tests(b, p, PREDICATE_FOUND)) bind_automata(b, prefix, &p->automata);
    if (has_tests(b, p, PREDICATE_NEAR)) p->near = part(b, prefix, "near", TERN_DTYPE_U32, &has.near, 2);
    bind_name(name, prefix, "near");
    for (uint32_t i = 0; i < has.near && !b->status; i++)
        if (p->near[2 * i] >= strings->count || p->near[2 * i + 1] > PATTERN_MAX_EDITS)
            bind_refuse(b, name, "holds a value that is out of range");
    for (uint32_t i = 0; i < p->test_count && !b->status; i++) {
        const uint32_t *test = p->tests + 5 * (size_t)i;
        if (!test_fits(p, test, &has)) return refuse(b, prefix, "tests", "holds a test that is out of range");
        p->attrs |= 1u << test[1];
    }
}

static void bind_specs(binder *b, const char *prefix, pattern_tables *p)
{
    section_name name;
    uint32_t starts = 0, listed = 0;
    p->spec_start = part(b, prefix, "spec_start", TERN_DTYPE_U32, &starts, 0);
    p->spec_tests = part(b, prefix, "spec_tests", TERN_DTYPE_U32, &listed, 0);
    if (b->status) return;
    if (starts < 2) return refuse(b, prefix, "spec_start", "has no tokens");
    p->spec_count = starts - 1;
    bind_name(name, prefix, "spec_start");
    bind_check_starts(b, name, p->spec_start, p->spec_count, listed, PATTERN_MAX_TESTS);
    for (uint32_t i = 0; i < listed && !b->status; i++)
        if (p->spec_tests[i] >= p->test_count)
            refuse(b, prefix, "spec_tests", "holds the number of a test that is not there");
}

/* Every pattern has a token and an end; the next begins after it. */
static void check_patterns(binder *b, const char *prefix, const pattern_tables *p)
{
    uint32_t expected = 0;
    for (uint32_t i = 0; i < p->pattern_count; i++, expected++) {
        if (p->start[i] != expected) return refuse(b, prefix, "start", "has patterns that do not follow each other");
        while (expected < p->node_count && p->nodes[3 * (size_t)expected] != QUANTIFIER_END) expected++;
        if (expected == p->start[i] || expected == p->node_count)
            return refuse(b, prefix, "nodes", "has a pattern without tokens or without an end");
    }
    if (expected != p->node_count) refuse(b, prefix, "nodes", "has nodes that belong to no pattern");
}

static void bind_nodes(binder *b, const char *prefix, uint32_t keys, pattern_tables *p)
{
    p->start = part(b, prefix, "start", TERN_DTYPE_U32, &p->pattern_count, 0);
    p->nodes = part(b, prefix, "nodes", TERN_DTYPE_U32, &p->node_count, 3);
    for (uint32_t i = 0; i < p->node_count && !b->status; i++) {
        const uint32_t *node = p->nodes + 3 * (size_t)i;
        if (node[0] >= QUANTIFIERS || node[1] >= (node[0] == QUANTIFIER_END ? keys : p->spec_count) || node[2] > 1)
            refuse(b, prefix, "nodes", "holds a node that is out of range");
    }
    if (!b->status) check_patterns(b, prefix, p);
}

static void bind_index(binder *b, const char *prefix, pattern_tables *p)
{
    section_name name;
    uint32_t starts = 0, listed = 0;
    bind_name(name, prefix, "by_first");
    p->by_first = bind_map(b, name);
    p->indexed = part(b, prefix, "indexed", TERN_DTYPE_U32, &p->indexed_count, 0);
    p->list_start = part(b, prefix, "list_start", TERN_DTYPE_U32, &starts, 0);
    p->lists = part(b, prefix, "lists", TERN_DTYPE_U32, &listed, 0);
    if (b->status) return;
    if (starts < 2 || p->indexed_count > PATTERN_ATTRS)
        return refuse(b, prefix, "list_start", "has an index that does not fit");
    p->list_count = starts - 1;
    bind_name(name, prefix, "list_start");
    bind_check_starts(b, name, p->list_start, p->list_count, listed, p->pattern_count);
    for (uint32_t i = 0; i < listed && !b->status; i++)
        if (p->lists[i] >= p->pattern_count) refuse(b, prefix, "lists", "lists a pattern that is not there");
    for (uint32_t i = 0; i < p->indexed_count && !b->status; i++) {
        if (p->indexed[i] >= PATTERN_ATTRS) return refuse(b, prefix, "indexed", "has an index of an unknown attribute");
        p->attrs |= 1u << p->indexed[i];
    }
}

void bind_patterns(binder *b, const char *prefix, const string_table *strings, uint32_t keys, pattern_tables *p)
{
    if (b->status || !bind_has(b, prefix)) return;
    bind_tests(b, prefix, strings, p);
    bind_specs(b, prefix, p);
    bind_nodes(b, prefix, keys, p);
    bind_index(b, prefix, p);
}
