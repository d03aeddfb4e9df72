#include "doc_conllu.h"

#include <stdlib.h>
#include <string.h>

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

/* ---- words and heads -------------------------------------------------------------------------------------------------- */

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
    for (size_t steps = s.begin; steps < s.end; steps++) {   /* no path is longer */
        size_t head = token_at(w, at).head;
        if (head == at || head < s.begin || head >= s.end)
            return NONE;
        if (w->word[head])
            return head;
        at = head;
    }
    return NONE;
}

/* The parse's own root; where that is no word, the first that would hang on it. */
static size_t find_root(const writer *w, doc_part s)
{
    size_t first = NONE;
    if (!(tern_doc_annotations(w->doc) & TERN_DEPENDENCIES))
        return NONE;
    for (size_t i = s.begin; i < s.end; i++) {
        if (!w->word[i] || head_word(w, s, i) != NONE)
            continue;
        if (token_at(w, i).head == i)
            return i;
        if (first == NONE)
            first = i;
    }
    return first;
}

/* ---- columns ---------------------------------------------------------------------------------------------------------- */

static void write_field(writer *w, const char *value, size_t len)
{
    bytes_text(w->out, "\t");
    if (len)
        bytes_append(w->out, value, len);
    else
        bytes_text(w->out, "_");
}

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
    bytes_format(w->out, "\t%zu", w->word[head == NONE ? w->root : head]);
    write_field(w, second_root ? "dep" : token->dep, second_root ? 3 : strlen(token->dep));
}

static void write_spaces(writer *w, const char *name, size_t begin, size_t end)
{
    bytes_format(w->out, "%s=", name);
    for (size_t i = begin; i < end; i++)
        switch (w->text[i]) {
        case ' ': bytes_text(w->out, "\\s"); break;
        case '\t': bytes_text(w->out, "\\t"); break;
        case '\n': bytes_text(w->out, "\\n"); break;
        case '\r': bytes_text(w->out, "\\r"); break;
        case '|': bytes_text(w->out, "\\p"); break;
        case '\\': bytes_text(w->out, "\\\\"); break;
        default: bytes_append(w->out, w->text + i, 1);
        }
}

/* First byte of the next word, or the end of the text. Next to a word there is at most a token or two of white space. */
static size_t next_word_at(const writer *w, size_t index)
{
    tern_token token;
    while (!tern_doc_token(w->doc, ++index, &token))
        if (!token_is_space(w->text, &token))
            return token.span.byte_start;
    return w->len;
}

static void write_misc(writer *w, const tern_token *token, size_t next, size_t before)
{
    size_t end = token->span.byte_end;
    int plain = next == end + 1 && w->text[end] == ' ';
    bytes_text(w->out, "\t");
    if (next == end)
        bytes_text(w->out, "SpaceAfter=No");
    else if (!plain)
        write_spaces(w, "SpacesAfter", end, next);
    if (before) {
        bytes_text(w->out, plain ? "" : "|");
        write_spaces(w, "SpacesBefore", 0, before);
    } else if (plain) {
        bytes_text(w->out, "_");
    }
    bytes_text(w->out, "\n");
}

static void write_word(writer *w, doc_part s, size_t index)
{
    tern_token token = token_at(w, index);
    size_t len;
    const char *form = token_text(w->text, &token, &len);
    int is_first = w->sentence == 1 && w->word[index] == 1;
    bytes_format(w->out, "%zu", w->word[index]);
    write_field(w, form, len);
    write_field(w, token.lemma, token.lemma_len);
    write_field(w, token.pos, strlen(token.pos));
    write_field(w, token.tag, strlen(token.tag));
    write_field(w, token.morph, strlen(token.morph));
    write_arc(w, s, index, &token);
    bytes_text(w->out, "\t_");
    write_misc(w, &token, next_word_at(w, index), is_first ? token.span.byte_start : 0);
}

/* ---- sentences -------------------------------------------------------------------------------------------------------- */

/* As validators of the format rebuild it from forms and SpaceAfter: any white space is one space. */
static void write_text(writer *w, doc_part s, size_t words)
{
    bytes_text(w->out, "# text = ");
    for (size_t i = s.begin; i < s.end; i++) {
        tern_token token = token_at(w, i);
        size_t len;
        const char *form = token_text(w->text, &token, &len);
        if (!w->word[i])
            continue;
        bytes_append(w->out, form, len);
        if (w->word[i] < words && next_word_at(w, i) > token.span.byte_end)
            bytes_text(w->out, " ");
    }
    bytes_text(w->out, "\n");
}

static void write_sentence(writer *w, doc_part s)
{
    size_t words = number_words(w, s);
    if (!words)
        return;
    w->root = find_root(w, s);
    bytes_format(w->out, "# sent_id = %zu\n", ++w->sentence);
    write_text(w, s, words);
    for (size_t i = s.begin; i < s.end; i++)
        if (w->word[i])
            write_word(w, s, i);
    bytes_text(w->out, "\n");
}

void doc_conllu(bytes *out, const char *text, size_t len, const tern_doc *doc)
{
    writer w = {.out = out, .text = text, .len = len, .doc = doc};
    size_t tokens = tern_doc_token_count(doc);
    w.word = tokens ? malloc(tokens * sizeof *w.word) : NULL;
    if (tokens && !w.word)
        out->failed = 1;
    for (size_t i = 0; i < doc_part_count(doc) && !out->failed; i++)
        write_sentence(&w, doc_part_at(doc, i));
    free(w.word);
}
