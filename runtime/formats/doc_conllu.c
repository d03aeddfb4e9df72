#include "doc_conllu.h"

#include <stdlib.h>
#include <string.h>

#include "chars.h"
#include "doc_parts.h"

#define NONE ((size_t)-1)

typedef struct writer {
    bytes *out;
    const char *text;
    size_t len;
    const tern_doc *doc;
    size_t *word;    /* [tokens] number of the word in its sentence, from 1; 0: white space */
    size_t sentence; /* number of the last one written */
    size_t root;     /* of the sentence at hand: token, or NONE without dependencies */
} writer;

static tern_token token_at(const writer *w, size_t index)
{
    tern_token token;
    tern_doc_token(w->doc, index, &token);
    return token;
}

/* ---- words and heads --------------------------------------------------------------------------------------------- */

/* Numbers the words of the sentence; returns how many. */
static size_t number_words(writer *w, doc_part s)
{
    size_t count = 0;
    for (size_t i = s.begin; i < s.end; i++) {
        tern_token token = token_at(w, i);
        w->word[i] = token_is_space(w->text, &token) ? 0 : ++count;
    }
    return count;
}

/* The nearest ancestor that is a word of the sentence, or NONE. */
static size_t head_word(const writer *w, doc_part s, size_t index)
{
    size_t at = index;
    for (size_t steps = s.begin; steps < s.end; steps++) { /* no path is longer */
        size_t head = token_at(w, at).head;
        if (head == at || head < s.begin || head >= s.end) return NONE;
        if (w->word[head]) return head;
        at = head;
    }
    return NONE;
}

/* The parse's own root; where that is no word, the first that would hang on it. */
static size_t find_root(const writer *w, doc_part s)
{
    size_t first = NONE;
    if (!(tern_doc_annotations(w->doc) & TERN_DEPENDENCIES)) return NONE;
    for (size_t i = s.begin; i < s.end; i++) {
        if (!w->word[i] || head_word(w, s, i) != NONE) continue;
        if (token_at(w, i).head == i) return i;
        if (first == NONE) first = i;
    }
    return first;
}

/* ---- columns ----------------------------------------------------------------------------------------------------- */

/* Where a value stands decides which characters it may hold. */
typedef enum place { IN_WORD, IN_LABEL, IN_MISC } place;

static int is_kept(uint32_t c, place where)
{
    if (c == '\t' || c == '\n' || c == '\r') return 0;
    switch (where) {
    case IN_LABEL: return c != '\\' && !is_space_char(c);
    case IN_MISC: return c != '\\' && c != ' ' && c != '|';
    case IN_WORD: break;
    }
    return 1;
}

static void write_escape(bytes *out, uint32_t c)
{
    static const char plain[] = " \t\n\r|\\", escaped[] = "stnrp\\";
    const char *at = c && c < 0x80 ? strchr(plain, (int)c) : NULL;
    if (at) bytes_format(out, "\\%c", escaped[at - plain]);
    else bytes_format(out, "\\u%04x", (unsigned)c);
}

static void write_value(bytes *out, const char *value, size_t len, place where)
{
    const char *end = value + len, *written = value;
    for (const char *p = value; p < end;) {
        const char *at = p;
        uint32_t c = next_char(&p, end);
        if (is_kept(c, where)) continue;
        bytes_append(out, written, (size_t)(at - written));
        write_escape(out, c);
        written = p;
    }
    bytes_append(out, written, (size_t)(end - written));
}

static void write_field(writer *w, const char *value, size_t len, place where)
{
    bytes_text(w->out, "\t");
    if (len) write_value(w->out, value, len, where);
    else bytes_text(w->out, "_");
}

static void write_label(writer *w, const char *label) { write_field(w, label, strlen(label), IN_LABEL); }

static void write_arc(writer *w, doc_part s, size_t index, const tern_token *token)
{
    if (w->root == NONE) {
        bytes_text(w->out, "\t_\t_");
        return;
    }
    if (index == w->root) {
        bytes_text(w->out, "\t0\troot");
        return;
    }
    size_t head = head_word(w, s, index);
    int second_root = token->head == index;
    bytes_text(w->out, "\t");
    bytes_number(w->out, w->word[head == NONE ? w->root : head]);
    write_label(w, second_root ? "dep" : token->dep);
}

/* An item of MISC, of which *items stand there already. */
static void write_item(writer *w, size_t *items, const char *name, const char *value, size_t len)
{
    bytes_format(w->out, "%s%s=", (*items)++ ? "|" : "", name);
    write_value(w->out, value, len, IN_MISC);
}

/* First byte of the next word, or the end of the text. Next to a word there is at most a token or two of white
 * space. */
static size_t next_word_at(const writer *w, size_t index)
{
    tern_token token;
    while (!tern_doc_token(w->doc, ++index, &token))
        if (!token_is_space(w->text, &token)) return token.span.byte_start;
    return w->len;
}

static void write_misc(writer *w, const tern_token *token, size_t next, size_t before)
{
    size_t end = token->span.byte_end;
    size_t items = 0;
    bytes_text(w->out, "\t");
    if (tern_doc_annotations(w->doc) & TERN_NORMS) write_item(w, &items, "Norm", token->norm, token->norm_len);
    if (next == end) write_item(w, &items, "SpaceAfter", "No", 2);
    else if (next != end + 1 || w->text[end] != ' ') write_item(w, &items, "SpacesAfter", w->text + end, next - end);
    if (before) write_item(w, &items, "SpacesBefore", w->text, before);
    bytes_text(w->out, items ? "\n" : "_\n");
}

static void write_word(writer *w, doc_part s, size_t index)
{
    tern_token token = token_at(w, index);
    size_t len;
    const char *form = token_text(w->text, &token, &len);
    int is_first = w->sentence == 1 && w->word[index] == 1;
    bytes_number(w->out, w->word[index]);
    write_field(w, form, len, IN_WORD);
    write_field(w, token.lemma, token.lemma_len, IN_WORD);
    write_label(w, token.pos);
    write_label(w, token.tag);
    write_label(w, token.morph);
    write_arc(w, s, index, &token);
    bytes_text(w->out, "\t_");
    write_misc(w, &token, next_word_at(w, index), is_first ? token.span.byte_start : 0);
}

/* ---- sentences --------------------------------------------------------------------------------------------------- */

/* As validators of the format rebuild it from forms and SpaceAfter: any white space is one space. */
static void write_text(writer *w, doc_part s, size_t words)
{
    bytes_text(w->out, "# text = ");
    for (size_t i = s.begin; i < s.end; i++) {
        tern_token token = token_at(w, i);
        size_t len;
        const char *form = token_text(w->text, &token, &len);
        if (!w->word[i]) continue;
        write_value(w->out, form, len, IN_WORD);
        if (w->word[i] < words && next_word_at(w, i) > token.span.byte_end) bytes_text(w->out, " ");
    }
    bytes_text(w->out, "\n");
}

static void write_sentence(writer *w, doc_part s)
{
    size_t words = number_words(w, s);
    if (!words) return;
    w->root = find_root(w, s);
    bytes_text(w->out, "# sent_id = ");
    bytes_number(w->out, ++w->sentence);
    bytes_text(w->out, "\n");
    write_text(w, s, words);
    for (size_t i = s.begin; i < s.end; i++)
        if (w->word[i]) write_word(w, s, i);
    bytes_text(w->out, "\n");
}

void doc_conllu(bytes *out, const char *text, size_t len, const tern_doc *doc)
{
    writer w = {.out = out, .text = text, .len = len, .doc = doc};
    size_t tokens = tern_doc_token_count(doc);
    w.word = tokens ? malloc(tokens * sizeof *w.word) : NULL;
    if (tokens && !w.word) out->failed = 1;
    for (size_t i = 0; i < doc_part_count(doc) && !out->failed; i++) write_sentence(&w, doc_part_at(doc, i));
    free(w.word);
}
