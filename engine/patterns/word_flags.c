#include "word_flags.h"

#include "automata.h"
#include "dfa.h"
#include "string_store.h"
#include "tern.h"
#include "unicode.h"

#include <string.h>

#define BY_CHARACTERS                                                                                                  \
    (TERN_WORD_ALPHA | TERN_WORD_ASCII | TERN_WORD_DIGIT | TERN_WORD_LOWER | TERN_WORD_PUNCT | TERN_WORD_SPACE         \
     | TERN_WORD_TITLE | TERN_WORD_UPPER | TERN_WORD_LIKE_EMAIL)
#define BY_LISTS                                                                                                       \
    (TERN_WORD_BRACKET | TERN_WORD_QUOTE | TERN_WORD_LEFT_PUNCT | TERN_WORD_RIGHT_PUNCT | TERN_WORD_CURRENCY)
#define WWW_LENGTH 5 /* code points from which on "www." begins an address (lex_attrs.py like_url) */

/* ---- e-mail addresses -------------------------------------------------------------------------------------------- */

static int is_alphanumeric(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static size_t skip(const unsigned char *text, size_t at, size_t len, const char *others)
{
    while (at < len && (is_alphanumeric(text[at]) || (text[at] && strchr(others, text[at])))) at++;
    return at;
}

/* lex_attrs.py _like_email: begins with name@domain.more */
static int like_email(const unsigned char *text, size_t len)
{
    size_t name = skip(text, 0, len, "_.+-");
    if (!name || name == len || text[name] != '@') return 0;
    size_t domain = skip(text, name + 1, len, "-");
    return domain > name + 1 && domain < len && text[domain] == '.' && skip(text, domain + 1, len, "-.") > domain + 1;
}

/* ---- web addresses ----------------------------------------------------------------------------------------------- */

static int begins(const unsigned char *text, size_t len, const char *with)
{
    size_t n = strlen(with);
    return len >= n && !memcmp(text, with, n);
}

static const unsigned char *last_dot(const unsigned char *text, size_t len)
{
    while (len && text[len - 1] != '.') len--;
    return len ? text + len - 1 : NULL;
}

static uint32_t listed(const tern_model *model, uint64_t id)
{
    uint32_t flags = id_table_get(&model->words.listed, id);
    return flags == ID_ABSENT ? 0 : flags;
}

/* What follows the last dot, up to a colon: ends with a slash, or is a top-level domain. */
static int ends_like_url(const tern_model *model, const unsigned char *ending, const unsigned char *end)
{
    const unsigned char *colon = memchr(ending, ':', (size_t)(end - ending));
    size_t len = (size_t)((colon ? colon : end) - ending);
    if (len && ending[len - 1] == '/') return 1;
    return len && listed(model, string_id(model, ending, len)) & TERN_WORD_LIKE_URL;
}

static int is_url(const tern_doc *doc, const token_span *s)
{
    return dfa_matches_once(&doc->model->tokenizer.url_match, doc->text->char_class, s->char_start, s->char_end);
}

static int like_url(const tern_doc *doc, const token_span *s)
{
    const unsigned char *text = doc->text->bytes + s->byte_start, *end = doc->text->bytes + s->byte_end;
    const size_t len = s->byte_end - s->byte_start;
    if (begins(text, len, "http://") || begins(text, len, "https://")) return 1;
    if (begins(text, len, "www.") && s->char_end - s->char_start >= WWW_LENGTH) return 1;
    if (text[0] == '.' || end[-1] == '.' || memchr(text, '@', len)) return 0;
    const unsigned char *dot = last_dot(text, len);
    return dot && (ends_like_url(doc->model, dot + 1, end) || is_url(doc, s));
}

/* ---- all of them ------------------------------------------------------------------------------------------------- */

static uint32_t flags_of_characters(const token_values *v, size_t token)
{
    static const struct {
        uint32_t attr, flag;
    } tests[] = {{PATTERN_IS_ALPHA, TERN_WORD_ALPHA},      {PATTERN_IS_ASCII, TERN_WORD_ASCII},
                 {PATTERN_IS_DIGIT, TERN_WORD_DIGIT},      {PATTERN_IS_LOWER, TERN_WORD_LOWER},
                 {PATTERN_IS_UPPER, TERN_WORD_UPPER},      {PATTERN_IS_TITLE, TERN_WORD_TITLE},
                 {PATTERN_IS_PUNCT, TERN_WORD_PUNCT},      {PATTERN_IS_SPACE, TERN_WORD_SPACE},
                 {PATTERN_IS_CURRENCY, TERN_WORD_CURRENCY}};
    uint32_t flags = 0;
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        if (token_value(v, tests[i].attr, token)) flags |= tests[i].flag;
    return flags;
}

uint32_t word_flags(const token_values *v, size_t token, uint32_t *known)
{
    const tern_doc *doc = v->doc;
    const tern_model *model = doc->model;
    const token_span *s = &doc->span[token];
    const unsigned char *text = doc->text->bytes + s->byte_start;
    const size_t len = s->byte_end - s->byte_start;
    uint32_t flags = flags_of_characters(v, token);
    *known = BY_CHARACTERS;
    if (like_email(text, len)) flags |= TERN_WORD_LIKE_EMAIL;
    if (!model->words.listed.count) return flags & BY_CHARACTERS;
    *known = TERN_WORD_EVERYTHING;
    flags |= listed(model, doc->attr[ATTR_ORTH][token]) & BY_LISTS;
    flags |= listed(model, doc->attr[ATTR_LOWER][token]) & TERN_WORD_STOP;
    if (like_url(doc, s)) flags |= TERN_WORD_LIKE_URL;
    if (automaton_finds(&model->words.number, 0, text, len)) flags |= TERN_WORD_LIKE_NUM;
    return flags;
}

void bind_word_flags(binder *b, tern_model *model)
{
    static const char *const flags = "words/values";
    word_tables *w = &model->words;
    if (b->status || !bind_has(b, "words/")) return;
    w->listed.keys = bind_vector(b, "words/keys", TERN_DTYPE_U64, &w->listed.count);
    w->listed.values = bind_vector(b, flags, TERN_DTYPE_U32, &w->listed.count);
    for (uint32_t i = 0; i < w->listed.count && !b->status; i++)
        if (w->listed.values[i] & ~(uint32_t)(BY_LISTS | TERN_WORD_STOP | TERN_WORD_LIKE_URL))
            bind_refuse(b, flags, "holds a value that is out of range");
    bind_automata(b, "words/number", &w->number);
}
