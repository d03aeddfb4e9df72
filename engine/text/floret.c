#include "floret.h"

#include <string.h>

#include "hash.h"
#include "utf8.h"

/* Where the code point ends that begins there. */
static size_t after(const floret_pieces *p, size_t at)
{
    do at++;
    while (at < p->len && utf8_continues(p->word[at]));
    return at;
}

/* The first piece of p->n code points; if it is too long, so are all that follow. */
static void first_of_length(floret_pieces *p)
{
    p->begin = p->end = 0;
    p->is_over = p->n > p->settings->maxn;
    for (uint32_t i = 0; i < p->n && !p->is_over; i++) {
        if (p->end == p->len) p->is_over = 1;
        else p->end = after(p, p->end);
    }
}

static void step(floret_pieces *p)
{
    if (p->is_whole) {
        p->is_whole = 0;
        p->n = p->settings->minn;
        first_of_length(p);
    } else if (p->end < p->len) {
        p->begin = after(p, p->begin);
        p->end = after(p, p->end);
    } else {
        p->n++;
        first_of_length(p);
    }
}

int floret_begin(floret_pieces *p, const floret_settings *settings, const unsigned char *text, size_t len, buffer *word)
{
    size_t marked = settings->bow_len + len + settings->eow_len;
    if (buffer_reserve(word, marked, 1)) return -1;
    unsigned char *to = word->data;
    memcpy(to, settings->bow, settings->bow_len);
    memcpy(to + settings->bow_len, text, len);
    memcpy(to + settings->bow_len + len, settings->eow, settings->eow_len);
    *p = (floret_pieces){.settings = settings, .word = to, .len = marked, .end = marked, .is_whole = 1};
    return 0;
}

size_t floret_count(const floret_pieces *p)
{
    size_t length = 0, count = 1;
    for (size_t i = 0; i < p->len; i++) length += !utf8_continues(p->word[i]);
    for (size_t n = p->settings->minn; n <= p->settings->maxn && n <= length; n++) count += length - n + 1;
    return count;
}

int floret_next(floret_pieces *p, uint32_t hash[4])
{
    if (p->is_over) return 0;
    murmur3_128(p->word + p->begin, p->end - p->begin, p->settings->seed, hash);
    step(p);
    return 1;
}

/* ---- sections -> tables ------------------------------------------------------------------------------------------ */

/* What is put before or after a word. Its length, or 0 after a failure. */
static size_t bind_mark(binder *b, const string_table *strings, uint32_t number, const char **mark)
{
    if (number >= strings->count) bind_refuse(b, "vectors/floret", "holds a string number that is out of range");
    if (b->status) return 0;
    size_t len = strings->start[number + 1] - strings->start[number] - 1;
    if (len > FLORET_MAX_MARK)
        bind_refuse(b, "vectors/floret", "puts a longer text before or after a word than this library supports");
    *mark = strings->bytes + strings->start[number];
    return len;
}

void bind_floret(binder *b, floret_settings *f, const string_table *strings)
{
    uint32_t six = 6;
    const uint32_t *settings = bind_vector(b, "vectors/floret", TERN_DTYPE_U32, &six);
    if (b->status) return;
    *f = (floret_settings){.minn = settings[0], .maxn = settings[1], .hash_count = settings[2], .seed = settings[3]};
    if (f->minn > f->maxn || f->maxn > FLORET_MAX_PIECE || f->hash_count < 1 || f->hash_count > 4)
        bind_refuse(b, "vectors/floret", "holds a value that is out of range");
    f->bow_len = bind_mark(b, strings, settings[4], &f->bow);
    f->eow_len = bind_mark(b, strings, settings[5], &f->eow);
}
