#include "automata.h"

#include "utf8.h"

/* Columns of PREFIX/regex. */
enum { HEAD_POINT = 0, HEAD_POINTS, HEAD_CELL, HEAD_COLUMNS, HEAD_STATE, HEAD_STATES, HEAD_START, HEAD_SIZE };

/* Column of a code point: that of the last interval that does not begin after it. */
static uint16_t column_of(const pattern_automata *a, const uint32_t *head, uint32_t code_point)
{
    const uint32_t *point = a->point + head[HEAD_POINT];
    size_t first = 0, left = head[HEAD_POINTS];
    while (left > 1) {
        size_t half = left / 2;
        if (point[first + half] <= code_point) first += half, left -= half;
        else left = half;
    }
    return a->column[head[HEAD_POINT] + first];
}

int automaton_finds(const pattern_automata *a, uint32_t number, const unsigned char *text, size_t len)
{
    const uint32_t *head = a->head + HEAD_SIZE * (size_t)number;
    const uint32_t columns = head[HEAD_COLUMNS];
    const uint16_t *next = a->next + head[HEAD_CELL];
    const uint8_t *accept = a->accept + head[HEAD_STATE];
    const unsigned char *end = text + len;
    uint32_t state = head[HEAD_START], code_point = 0;
    while (!accept[state] && state != 0 && text < end) {
        size_t step = utf8_decode(text, end, &code_point);
        if (!step) return 0;
        state = next[(size_t)state * columns + column_of(a, head, code_point)];
        text += step;
    }
    if (accept[state] || state == 0) return accept[state] != 0;
    return accept[next[(size_t)state * columns + columns - 1]] != 0;
}

/* ---- sections -> tables ------------------------------------------------------------------------------------------ */

static void check_automaton(binder *b, const char *prefix, const pattern_automata *a, const uint32_t *head)
{
    section_name name;
    const uint32_t *point = a->point + head[HEAD_POINT];
    bind_name(name, prefix, "points");
    if (point[0]) return bind_refuse(b, name, "holds an expression that does not begin with code point 0");
    for (uint32_t i = 1; i < head[HEAD_POINTS]; i++)
        if (point[i - 1] >= point[i]) return bind_refuse(b, name, "holds code points that do not ascend");
    bind_name(name, prefix, "columns");
    bind_check_below(b, name, a->column + head[HEAD_POINT], head[HEAD_POINTS], head[HEAD_COLUMNS]);
    size_t cells = (size_t)head[HEAD_STATES] * head[HEAD_COLUMNS];
    bind_name(name, prefix, "next");
    bind_check_below(b, name, a->next + head[HEAD_CELL], cells, head[HEAD_STATES]);
}

static int head_fits(const uint32_t *head, uint32_t points, uint32_t cells, uint32_t states)
{
    const uint32_t columns = head[HEAD_COLUMNS];
    return columns && columns <= UINT16_MAX && head[HEAD_POINTS] && head[HEAD_START] < head[HEAD_STATES]
           && bind_in_range(head[HEAD_POINT], head[HEAD_POINTS], points)
           && bind_in_range(head[HEAD_STATE], head[HEAD_STATES], states) && head[HEAD_STATES] <= cells / columns
           && bind_in_range(head[HEAD_CELL], head[HEAD_STATES] * columns, cells);
}

void bind_automata(binder *b, const char *prefix, pattern_automata *a)
{
    section_name name;
    uint32_t size = HEAD_SIZE, points = 0, cells = 0, states = 0;
    bind_name(name, prefix, "regex");
    a->head = bind_matrix(b, name, TERN_DTYPE_U32, &a->count, &size);
    bind_name(name, prefix, "points");
    a->point = bind_vector(b, name, TERN_DTYPE_U32, &points);
    bind_name(name, prefix, "columns");
    a->column = bind_vector(b, name, TERN_DTYPE_U16, &points);
    bind_name(name, prefix, "next");
    a->next = bind_vector(b, name, TERN_DTYPE_U16, &cells);
    bind_name(name, prefix, "accept");
    a->accept = bind_vector(b, name, TERN_DTYPE_U8, &states);
    for (uint32_t i = 0; i < a->count && !b->status; i++) {
        const uint32_t *head = a->head + HEAD_SIZE * (size_t)i;
        bind_name(name, prefix, "regex");
        if (head_fits(head, points, cells, states)) check_automaton(b, prefix, a, head);
        else bind_refuse(b, name, "holds an expression that is out of range");
    }
}
