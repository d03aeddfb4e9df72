#include "arcs.h"

#include <stdlib.h>
#include <string.h>

#include "chars.h"
#include "html_out.h"

/* All lengths in CSS pixels. */
#define MARGIN 12
#define WORD_GAP 18 /* between two words */
#define NAME_GAP 8  /* beside the name of an arc */
#define MIN_WORD 20
#define WORD_SIZE 17 /* font sizes, as in the page's style */
#define SMALL_SIZE 12
#define PORT_FIRST 5 /* from the middle of a word to its first arc */
#define PORT_STEP 5  /* from arc to arc */
#define LEVEL_STEP 25
#define LEVEL_STEP_MIN 15 /* a name still fits between two arcs */
#define ARCS_HEIGHT 500   /* above which levels move closer together */
#define CORNER 9
#define BELOW 52       /* words and parts of speech */
#define SHOWN_CHARS 40 /* of a word; longer ones are cut */

typedef struct arc {
    size_t low, high; /* columns, low < high */
    int head_is_low;
    const char *dep;
    size_t level; /* from 1 */
    size_t x_low, x_high;
} arc;

typedef struct column {
    tern_token token;
    int is_space;
    size_t left, right; /* how far it reaches from its middle */
    size_t gap;         /* before it */
    size_t middle;
    size_t arcs_left, arcs_right; /* that leave to the left and to the right */
} column;

typedef struct drawing {
    bytes *out;
    const char *text;
    column *column;                     /* [columns] */
    arc *arc;                           /* [arcs] */
    size_t *open;                       /* [arcs] */
    size_t columns, arcs, levels, root; /* root: column, or columns if there is none */
    unsigned annotations;
    size_t base; /* y where arcs end */
    size_t step; /* from level to level */
} drawing;

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

/* ---- what is drawn ----------------------------------------------------------------------------------------------- */

/* Width of a text in a usual sans-serif typeface, rather too wide than too narrow. */
static size_t text_width(const char *text, size_t len, size_t font_size)
{
    size_t sixteenths = 0, count = 0; /* of the font size */
    for (const char *p = text, *end = text + len; p < end && count < SHOWN_CHARS; count++) {
        uint32_t c = next_char(&p, end);
        if (c < 0x80)
            sixteenths += strchr("iIjlt.,:;'!|()[] ", (int)c) ? 6 : strchr("mwMW@%", (int)c) ? 15 : c < 'a' ? 11 : 10;
        else sixteenths += char_cells(c) == 2 ? 19 : 11 * char_cells(c);
    }
    return (sixteenths * font_size + 15) / 16;
}

static void measure_column(drawing *d, column *c)
{
    size_t len;
    const char *word = token_text(d->text, &c->token, &len);
    c->is_space = token_is_space(d->text, &c->token);
    size_t width = larger(text_width(word, len, WORD_SIZE), MIN_WORD);
    width = larger(width, text_width(c->token.pos, strlen(c->token.pos), SMALL_SIZE));
    c->left = c->right = (width + 1) / 2;
    c->gap = WORD_GAP;
}

static void add_arc(drawing *d, size_t head, size_t dependent, const char *dep)
{
    arc a = {.low = head, .high = dependent, .head_is_low = head < dependent, .dep = dep};
    if (!a.head_is_low) {
        a.low = dependent;
        a.high = head;
    }
    d->column[a.low].arcs_right++;
    d->column[a.high].arcs_left++;
    d->arc[d->arcs++] = a;
}

static void collect(drawing *d, const tern_doc *doc, doc_part part)
{
    d->root = d->columns;
    for (size_t i = 0; i < d->columns; i++) {
        column *c = &d->column[i];
        tern_doc_token(doc, part.begin + i, &c->token);
        measure_column(d, c);
    }
    for (size_t i = 0; i < d->columns && (d->annotations & TERN_DEPENDENCIES); i++) {
        size_t head = d->column[i].token.head;
        if (head == part.begin + i) d->root = i;
        else if (head >= part.begin && head < part.end) add_arc(d, head - part.begin, i, d->column[i].token.dep);
    }
}

/* ---- where it goes ----------------------------------------------------------------------------------------------- */

static int compare(size_t a, size_t b) { return a < b ? -1 : a > b; }

/* Inner arcs before those around them, for arcs that end in the same column. */
static int by_high_then_inner(const void *a, const void *b)
{
    const arc *p = a, *q = b;
    int order = compare(p->high, q->high);
    return order ? order : compare(q->low, p->low);
}

static int by_low_then_outer(const void *a, const void *b)
{
    const arc *p = a, *q = b;
    int order = compare(p->low, q->low);
    return order ? order : compare(q->high, p->high);
}

/* One more than the highest arc inside or across. open: arcs that no later one has inside so far. */
static void find_levels(drawing *d)
{
    size_t open = 0;
    qsort(d->arc, d->arcs, sizeof *d->arc, by_high_then_inner);
    for (size_t i = 0; i < d->arcs; i++) {
        arc *a = &d->arc[i];
        a->level = 1;
        for (; open && d->arc[d->open[open - 1]].low >= a->low; open--)
            a->level = larger(a->level, d->arc[d->open[open - 1]].level + 1);
        if (open && d->arc[d->open[open - 1]].high > a->low) /* they cross */
            a->level = larger(a->level, d->arc[d->open[open - 1]].level + 1);
        d->open[open++] = i;
        d->levels = larger(d->levels, a->level);
    }
}

/* Of count arcs that leave a word on one side, the innermost. */
static size_t last_port(size_t count) { return PORT_FIRST + (count - 1) * PORT_STEP; }

/* Neighbours with an arc between them are far enough from each other for its name. */
static void make_room_for_names(drawing *d)
{
    for (size_t i = 0; i < d->arcs; i++) {
        const arc *a = &d->arc[i];
        const column *low = &d->column[a->low];
        column *high = &d->column[a->high];
        size_t needed = last_port(low->arcs_right) + text_width(a->dep, strlen(a->dep), SMALL_SIZE) + NAME_GAP
                        + last_port(high->arcs_left);
        if (a->high == a->low + 1 && needed > low->right + high->left)
            high->gap = larger(high->gap, needed - low->right - high->left);
    }
}

static void place_columns(drawing *d)
{
    for (size_t i = 0; i < d->columns; i++) {
        column *c = &d->column[i];
        c->left = larger(c->left, c->arcs_left ? last_port(c->arcs_left) : 0);
        c->right = larger(c->right, c->arcs_right ? last_port(c->arcs_right) : 0);
    }
    make_room_for_names(d);
    size_t x = MARGIN;
    for (size_t i = 0; i < d->columns; i++) {
        column *c = &d->column[i];
        c->middle = x + (i ? c->gap : 0) + c->left;
        x = c->middle + c->right;
    }
}

/* Where on its two words each arc ends: the outermost nearest to the middle. */
static void place_ports(drawing *d)
{
    size_t before = 0;
    qsort(d->arc, d->arcs, sizeof *d->arc, by_low_then_outer);
    for (size_t i = 0; i < d->arcs; i++) {
        before = i && d->arc[i - 1].low == d->arc[i].low ? before + 1 : 0;
        d->arc[i].x_low = d->column[d->arc[i].low].middle + PORT_FIRST + before * PORT_STEP;
    }
    qsort(d->arc, d->arcs, sizeof *d->arc, by_high_then_inner);
    for (size_t i = d->arcs; i-- > 0;) { /* backwards: outer before inner */
        before = i + 1 < d->arcs && d->arc[i + 1].high == d->arc[i].high ? before + 1 : 0;
        d->arc[i].x_high = d->column[d->arc[i].high].middle - PORT_FIRST - before * PORT_STEP;
    }
}

static void lay_out(drawing *d)
{
    find_levels(d);
    place_columns(d);
    place_ports(d);
    size_t fitting = ARCS_HEIGHT / (d->levels + 1);
    d->step = fitting > LEVEL_STEP ? LEVEL_STEP : larger(fitting, LEVEL_STEP_MIN);
    int drawn = d->root < d->columns || d->arcs;
    d->base = MARGIN + (drawn ? (d->levels + 1) * d->step + SMALL_SIZE : 0);
}

/* ---- SVG --------------------------------------------------------------------------------------------------------- */

/* The word, cut if it is long; white space by two arrows and an open box. */
static void write_word(bytes *out, const char *text, size_t len, int is_space)
{
    const char *p = text, *end = text + len;
    for (size_t count = 0; p < end; count++) {
        const char *at = p;
        uint32_t c = next_char(&p, end);
        if (count == SHOWN_CHARS) {
            bytes_text(out, "\xE2\x80\xA6"); /* ... */
            return;
        }
        if (!is_space) html_out_text(out, at, (size_t)(p - at));
        else bytes_text(out, c == '\n' ? "\xE2\x86\xB5" : c == '\t' ? "\xE2\x87\xA5" : "\xE2\x90\xA3");
    }
}

/* What a pointer that rests on the word shows. */
static void write_details(bytes *out, const tern_token *token)
{
    bytes_text(out, "<title>");
    html_out_text(out, token->lemma, token->lemma_len);
    bytes_text(out, token->lemma_len && *token->tag ? ", " : "");
    html_out_cstring(out, token->tag);
    bytes_text(out, *token->morph ? ", " : "");
    html_out_cstring(out, token->morph);
    bytes_text(out, "</title>");
}

static void write_column(const drawing *d, const column *c)
{
    size_t len;
    const char *word = token_text(d->text, &c->token, &len);
    bytes_format(d->out, "<text class=\"word%s\" x=\"%zu\" y=\"%zu\">", c->is_space ? " space" : "", c->middle,
                 d->base + 22);
    if (c->token.lemma_len || *c->token.tag || *c->token.morph) write_details(d->out, &c->token);
    write_word(d->out, word, len, c->is_space);
    bytes_text(d->out, "</text>\n");
    if (!*c->token.pos) return;
    bytes_format(d->out, "<text class=\"pos\" x=\"%zu\" y=\"%zu\">", c->middle, d->base + 40);
    html_out_cstring(d->out, c->token.pos);
    bytes_text(d->out, "</text>\n");
}

static void write_tip(const drawing *d, size_t x)
{
    bytes_format(d->out, "<path class=\"tip\" d=\"M%zu,%zuh8l-4,8z\"/>\n", x - 4, d->base - 7);
}

static void write_dep(const drawing *d, const char *dep, size_t x, size_t y)
{
    bytes_format(d->out, "<text class=\"dep\" x=\"%zu\" y=\"%zu\">", x, y);
    html_out_cstring(d->out, dep);
    bytes_text(d->out, "</text>\n");
}

static void write_arc(const drawing *d, const arc *a)
{
    size_t top = d->base - SMALL_SIZE / 2 - a->level * d->step, corner = (a->x_high - a->x_low) / 2;
    if (corner > CORNER) corner = CORNER;
    bytes_format(d->out, "<path class=\"arc\" d=\"M%zu,%zuV%zuQ%zu,%zu,%zu,%zuH%zuQ%zu,%zu,%zu,%zuV%zu\"/>\n", a->x_low,
                 d->base - (a->head_is_low ? 0 : 5), top + corner, a->x_low, top, a->x_low + corner, top,
                 a->x_high - corner, a->x_high, top, a->x_high, top + corner, d->base - (a->head_is_low ? 5 : 0));
    write_tip(d, a->head_is_low ? a->x_high : a->x_low);
    write_dep(d, a->dep, (a->x_low + a->x_high) / 2, top - 4);
}

static void write_root(const drawing *d)
{
    const column *c = &d->column[d->root];
    size_t top = d->base - SMALL_SIZE / 2 - (d->levels + 1) * d->step + 8;
    bytes_format(d->out, "<path class=\"arc root\" d=\"M%zu,%zuV%zu\"/>\n", c->middle, top, d->base - 5);
    write_tip(d, c->middle);
    write_dep(d, c->token.dep, c->middle, top - 4);
}

static void write_svg(const drawing *d)
{
    const column *last = &d->column[d->columns - 1];
    size_t width = last->middle + last->right + MARGIN, height = d->base + BELOW;
    const char *begin = d->text + d->column[0].token.span.byte_start, *end = d->text + last->token.span.byte_end;
    bytes_format(d->out,
                 "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%zu\" height=\"%zu\" viewBox=\"0 0 %zu %zu\" "
                 "role=\"img\" aria-label=\"",
                 width, height, width, height);
    html_out_text(d->out, begin, (size_t)(end - begin));
    bytes_text(d->out, "\">\n");
    for (size_t i = 0; i < d->arcs; i++) write_arc(d, &d->arc[i]);
    if (d->root < d->columns) write_root(d);
    for (size_t i = 0; i < d->columns; i++) write_column(d, &d->column[i]);
    bytes_text(d->out, "</svg>\n");
}

int arcs_draw(bytes *out, const char *text, const tern_doc *doc, doc_part part)
{
    drawing d = {.out = out, .text = text, .columns = part.end - part.begin, .annotations = tern_doc_annotations(doc)};
    if (!d.columns) return 0;
    d.column = calloc(d.columns, sizeof *d.column);
    d.arc = calloc(d.columns, sizeof *d.arc);
    d.open = calloc(d.columns, sizeof *d.open);
    int failed = !d.column || !d.arc || !d.open;
    if (!failed) {
        collect(&d, doc, part);
        lay_out(&d);
        write_svg(&d);
    }
    free(d.column);
    free(d.arc);
    free(d.open);
    return failed ? -1 : 0;
}
