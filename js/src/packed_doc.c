#include "packed_doc.h"

#include <stdlib.h>
#include <string.h>

/* The piece, which grows and is kept; the next free places in it. */
static char *block;
static size_t room;

typedef struct places {
    double *score;
    uint32_t *word;
    char *string;
} places;

static uint32_t put_string(places *at, const char *text, size_t length)
{
    const uint32_t begin = (uint32_t)(at->string - block);
    memcpy(at->string, text, length);
    at->string += length;
    return begin;
}

static void put_span(places *at, const tern_span *span, size_t token_start, size_t token_end)
{
    at->word[PACKED_SPAN_START] = (uint32_t)span->utf16_start;
    at->word[PACKED_SPAN_END] = (uint32_t)span->utf16_end;
    at->word[PACKED_TOKEN_START] = (uint32_t)token_start;
    at->word[PACKED_TOKEN_END] = (uint32_t)token_end;
    at->word += PACKED_PLAIN_SPAN;
}

static uint32_t address(const char *text) { return (uint32_t)(uintptr_t)text; }

static void put_label(places *at, const char *label, const char *id)
{
    *at->word++ = address(label);
    *at->word++ = address(id);
}

static void put_tokens(places *at, const tern_doc *doc, size_t count)
{
    tern_token t;
    for (size_t i = 0; i < count; i++, at->word += PACKED_TOKEN) {
        tern_doc_token(doc, i, &t);
        const uint32_t words[PACKED_TOKEN] = {
            [PACKED_START] = (uint32_t)t.span.utf16_start,
            [PACKED_END] = (uint32_t)t.span.utf16_end,
            [PACKED_SPACE] = (uint32_t)t.space,
            [PACKED_SENT_START] = (uint32_t)t.sent_start,
            [PACKED_HEAD] = (uint32_t)t.head,
            [PACKED_TAG] = address(t.tag),
            [PACKED_POS] = address(t.pos),
            [PACKED_MORPH] = address(t.morph),
            [PACKED_DEP] = address(t.dep),
            [PACKED_LEMMA] = put_string(at, t.lemma, t.lemma_len),
            [PACKED_LEMMA_LENGTH] = (uint32_t)t.lemma_len,
            [PACKED_NORM] = put_string(at, t.norm, t.norm_len),
            [PACKED_NORM_LENGTH] = (uint32_t)t.norm_len,
        };
        memcpy(at->word, words, sizeof words);
    }
}

static void put_entities(places *at, const tern_doc *doc, size_t count)
{
    tern_entity e;
    for (size_t i = 0; i < count; i++) {
        tern_doc_entity(doc, i, &e);
        put_span(at, &e.span, e.token_start, e.token_end);
        put_label(at, e.label, e.id);
        *at->score++ = e.score;
    }
}

static void put_spans(places *at, const tern_doc *doc, size_t groups)
{
    tern_span_group group;
    tern_group_span s;
    for (size_t g = 0; g < groups; g++) {
        tern_doc_span_group(doc, g, &group);
        for (size_t i = 0; i < group.span_count; i++) {
            tern_doc_group_span(doc, g, i, &s);
            put_span(at, &s.span, s.token_start, s.token_end);
            put_label(at, s.label, "");
            *at->score++ = s.score;
        }
    }
}

static void put_groups(places *at, const tern_doc *doc, size_t groups)
{
    tern_span_group group;
    for (size_t g = 0; g < groups; g++) {
        tern_doc_span_group(doc, g, &group);
        *at->word++ = address(group.key);
        *at->word++ = (uint32_t)group.span_count;
        *at->word++ = (uint32_t)group.has_scores;
    }
}

static void put_sentences(places *at, const tern_doc *doc, size_t count)
{
    tern_sentence s;
    for (size_t i = 0; i < count; i++) {
        tern_doc_sentence(doc, i, &s);
        put_span(at, &s.span, s.token_start, s.token_end);
    }
}

static void put_noun_chunks(places *at, const tern_doc *doc, size_t count)
{
    tern_noun_chunk c;
    for (size_t i = 0; i < count; i++) {
        tern_doc_noun_chunk(doc, i, &c);
        put_span(at, &c.span, c.token_start, c.token_end);
    }
}

static void put_categories(places *at, const tern_doc *doc, size_t count)
{
    tern_cat cat;
    for (size_t i = 0; i < count; i++) {
        tern_doc_cat(doc, i, &cat);
        *at->word++ = address(cat.label);
        *at->score++ = cat.score;
    }
}

static size_t count_spans(const tern_doc *doc, size_t groups)
{
    size_t count = 0;
    tern_span_group group;
    for (size_t g = 0; g < groups; g++)
        if (tern_doc_span_group(doc, g, &group) == TERN_OK) count += group.span_count;
    return count;
}

static size_t string_bytes(const tern_doc *doc, size_t tokens)
{
    size_t bytes = 0;
    tern_token t;
    for (size_t i = 0; i < tokens; i++) {
        tern_doc_token(doc, i, &t);
        bytes += t.lemma_len + t.norm_len;
    }
    return bytes;
}

/* 0 or -1 */
static int reserve(size_t bytes)
{
    if (bytes <= room) return 0;
    free(block);
    room = bytes + bytes / 2;
    block = malloc(room);
    if (!block) room = 0;
    return block ? 0 : -1;
}

const uint32_t *pack_doc(const tern_doc *doc, int with_tokens)
{
    const size_t tokens = tern_doc_token_count(doc), entities = tern_doc_entity_count(doc),
                 sentences = tern_doc_sentence_count(doc), categories = tern_doc_cat_count(doc),
                 groups = tern_doc_span_group_count(doc), spans = count_spans(doc, groups),
                 chunks = tern_doc_noun_chunk_count(doc), shown = with_tokens ? tokens : 0;
    const size_t words = shown * PACKED_TOKEN + (entities + spans) * PACKED_SPAN
                         + (sentences + chunks) * PACKED_PLAIN_SPAN + categories + groups * 3;
    const size_t strings =
        PACKED_HEADER * sizeof(uint32_t) + (entities + categories + spans) * sizeof(double) + words * sizeof(uint32_t);
    const size_t all = strings + string_bytes(doc, shown);
    if (reserve(all)) return NULL;
    const uint32_t header[PACKED_HEADER] = {
        (uint32_t)all,    (uint32_t)tokens, (uint32_t)entities, (uint32_t)sentences,       (uint32_t)categories,
        (uint32_t)groups, (uint32_t)spans,  (uint32_t)chunks,   tern_doc_annotations(doc), (uint32_t)with_tokens};
    memcpy(block, header, sizeof header);
    places at = {.score = (double *)(block + sizeof header), .string = block + strings};
    at.word = (uint32_t *)(at.score + entities + categories + spans);
    put_tokens(&at, doc, shown);
    put_entities(&at, doc, entities);
    const places behind_entities = at;
    at.score += categories; /* theirs come before the spans' */
    put_spans(&at, doc, groups);
    put_sentences(&at, doc, sentences);
    put_noun_chunks(&at, doc, chunks);
    at.score = behind_entities.score;
    put_categories(&at, doc, categories);
    put_groups(&at, doc, groups);
    return (const uint32_t *)block;
}
