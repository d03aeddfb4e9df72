#include "doc_tree.h"

#include <stdlib.h>

#include "chars.h"
#include "doc_table.h"

#define NONE ((size_t)-1)
#define SHOWN_LEVELS 40 /* of indentation: deeper ones are marked, or a chain of n words would print n^2 characters */

typedef struct tree {
    bytes *out;
    const char *text;
    const tern_doc *doc;
    size_t *first, *next; /* [tokens] first dependent; next dependent of the same head. NONE: no more */
    int colour;
} tree;

/* Lists of dependents in the order of the text. */
static void link_tokens(tree *t, size_t tokens)
{
    tern_token token;
    for (size_t i = 0; i < tokens; i++) t->first[i] = t->next[i] = NONE;
    for (size_t i = tokens; i-- > 0;) {
        tern_doc_token(t->doc, i, &token);
        if (token.head == i) continue;
        t->next[i] = t->first[token.head];
        t->first[token.head] = i;
    }
}

static void put(tree *t, const char *sgr, const char *value)
{
    if (!*value) return;
    bytes_text(t->out, "  ");
    if (t->colour) bytes_format(t->out, "\033[%sm", sgr);
    escape_label(t->out, value);
    bytes_text(t->out, t->colour ? "\033[0m" : "");
}

/* more[k]: the ancestor at depth k has another sibling below it. */
static void write_indent(tree *t, size_t depth, const unsigned char *more)
{
    for (size_t k = 1; k < depth && k < SHOWN_LEVELS; k++)
        bytes_text(t->out, more[k] ? "\xE2\x94\x82  " : "   "); /* vertical line */
    if (depth >= SHOWN_LEVELS) bytes_format(t->out, "\xE2\x94\x86 (%zu) ", depth);
    else if (depth) bytes_text(t->out, more[depth] ? "\xE2\x94\x9C\xE2\x94\x80 " : "\xE2\x94\x94\xE2\x94\x80 ");
}

static void write_node(tree *t, size_t index, size_t depth, const unsigned char *more)
{
    tern_token token;
    tern_doc_token(t->doc, index, &token);
    write_indent(t, depth, more);
    bytes_text(t->out, t->colour ? "\033[1m" : "");
    show_token(t->out, t->text, &token);
    bytes_text(t->out, t->colour ? "\033[0m" : "");
    put(t, "36", token.dep);
    put(t, "32", token.pos);
    bytes_text(t->out, "\n");
}

/* Depth first without recursion: a parse may be as deep as the text is long. */
static void write_tree(tree *t, size_t root)
{
    unsigned char more[SHOWN_LEVELS] = {0};
    size_t depth = 0;
    for (size_t at = root; at != NONE;) {
        if (depth < SHOWN_LEVELS) more[depth] = at != root && t->next[at] != NONE;
        write_node(t, at, depth, more);
        if (t->first[at] != NONE) {
            at = t->first[at];
            depth++;
            continue;
        }
        for (tern_token token; at != root && t->next[at] == NONE; depth--) {
            tern_doc_token(t->doc, at, &token);
            at = token.head;
        }
        at = at == root ? NONE : t->next[at];
    }
}

void doc_tree(bytes *out, const char *text, const tern_doc *doc, int colour)
{
    size_t tokens = tern_doc_token_count(doc);
    tree t = {.out = out, .text = text, .doc = doc, .colour = colour};
    t.first = calloc(tokens + 1, sizeof *t.first);
    t.next = calloc(tokens + 1, sizeof *t.next);
    if (!t.first || !t.next) {
        out->failed = 1;
        tokens = 0;
    } else {
        link_tokens(&t, tokens);
    }
    int written = 0;
    for (size_t i = 0; i < tokens && !out->failed; i++) {
        tern_token token;
        tern_doc_token(doc, i, &token);
        if (token.head != i) continue;
        bytes_text(out, written++ ? "\n" : "");
        write_tree(&t, i);
    }
    free(t.first);
    free(t.next);
}
