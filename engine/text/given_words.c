#include "given_words.h"

#include <string.h>

#include "error.h"
#include "utf8.h"

static size_t length_of(const tern_words *words, size_t i)
{
    return words->lengths ? words->lengths[i] : strlen(words->words[i]);
}

static int has_space(const tern_words *words, size_t i) { return !words->spaces || words->spaces[i]; }

/* Code points of valid UTF-8. */
static size_t count_code_points(const unsigned char *text, size_t len)
{
    size_t count = 0;
    for (size_t i = 0; i < len; i++) count += !utf8_continues(text[i]);
    return count;
}

/* doc.pyx push_back refuses an empty word, too. */
static tern_status check_word(const tern_words *words, size_t i, size_t pos, tern_error *err)
{
    const char *word = words->words[i];
    if (!word) return fail(err, TERN_E_ARGUMENT, 0, "tern_run_words: word %zu is NULL", i);
    const size_t len = length_of(words, i);
    if (!len) return fail(err, TERN_E_ARGUMENT, 0, "tern_run_words: word %zu is empty; leave it out", i);
    if (utf8_is_valid((const unsigned char *)word, len)) return TERN_OK;
    return fail(err, TERN_E_UTF8, pos, "word %zu is not valid UTF-8; encode it as UTF-8", i);
}

/* Bytes and code points of the text that the words make. */
static tern_status measure(const tern_doc *doc, const tern_words *words, size_t *bytes, size_t *chars, tern_error *err)
{
    *bytes = *chars = 0;
    for (size_t i = 0; i < words->count; i++) {
        if (interrupted_at(doc->interruption, i)) return fail_interrupted(err);
        tern_status status = check_word(words, i, *bytes, err);
        if (status) return status;
        const size_t len = length_of(words, i), space = (size_t)has_space(words, i);
        *chars += count_code_points((const unsigned char *)words->words[i], len) + space;
        *bytes += len + space;
    }
    return TERN_OK;
}

tern_status given_words_join(tern_doc *doc, const tern_words *words, size_t max_chars, text_view *view, tern_error *err)
{
    size_t bytes, chars;
    *view = (text_view){0};
    if (words->count && !words->words) return fail(err, TERN_E_ARGUMENT, 0, "tern_run_words: words is NULL");
    tern_status status = measure(doc, words, &bytes, &chars, err);
    if (status) return status;
    if (chars > max_chars)
        return fail(err, TERN_E_TOO_LONG, chars,
                    "the words make a text of %zu characters (code points), the limit is %zu; send fewer at a time",
                    chars, max_chars);
    view->length = chars;
    if (buffer_reserve(&doc->given_text, bytes, 1)) return doc_gave_up(doc, err);
    char *to = doc->given_text.data;
    for (size_t i = 0; i < words->count; i++) {
        const size_t len = length_of(words, i);
        memcpy(to, words->words[i], len);
        to += len;
        if (has_space(words, i)) *to++ = ' ';
    }
    doc->given_bytes = bytes;
    doc->of_given_words = 1;
    return TERN_OK;
}

tern_status given_words_cut(tern_doc *doc, const tern_words *words, const text_view *view, tern_error *err)
{
    size_t byte = 0, at = 0;
    doc->token_count = 0;
    if (doc_reserve_tokens(doc, words->count)) return doc_gave_up(doc, err);
    for (size_t i = 0; i < words->count; i++) {
        if (interrupted_at(doc->interruption, i)) return fail_interrupted(err);
        const size_t start = at;
        const int space = has_space(words, i);
        byte += length_of(words, i);
        while (view->byte_at[at] < byte) at++;
        doc_append_token(doc, view, (uint32_t)start, (uint32_t)at, space, NO_STRING);
        byte += (size_t)space;
        at += (size_t)space;
    }
    if (words->count) doc->sent_start[0] = 1; /* as Doc.push_back does */
    return TERN_OK;
}
