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
