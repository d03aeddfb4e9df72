#include "lexeme.h"

#include "string_store.h"
#include "unicode.h"
#include "utf8.h"
#include "word_vectors.h"

#include <string.h>

#define SHAPE_MAX_RUN 4     /* equal shape characters in a row that are kept (lex_attrs.py word_shape) */
#define SHAPE_LONG_FROM 100 /* code points: from here on the shape is "LONG" */
#define SUFFIX_LENGTH 3

static uint32_t shape_of(const char_table *chars, uint32_t code_point)
{
    unsigned flags = chars->flags[char_class(chars, code_point)];
    if (flags & CHAR_ALPHA) return flags & CHAR_UPPER ? 'X' : 'x';
    return flags & CHAR_DIGIT ? 'd' : code_point;
}

size_t lexeme_shape(const char_table *chars, const uint32_t *code_points, size_t n, unsigned char *out)
{
    static const unsigned char too_long[] = {'L', 'O', 'N', 'G'};
    size_t bytes = 0, run = 0;
    uint32_t last = 0;
    if (n >= SHAPE_LONG_FROM) {
        for (; bytes < sizeof too_long; bytes++) out[bytes] = too_long[bytes];
        return bytes;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t shape = shape_of(chars, code_points[i]);
        run = i > 0 && shape == last ? run + 1 : 1;
        last = shape;
        if (run <= SHAPE_MAX_RUN) bytes += utf8_encode(shape, out + bytes);
    }
    return bytes;
}

/* String number of a NORM that is not simply made from the text: the tokenizer exception's, else the norm table's. */
static uint64_t listed_norm(const tern_doc *doc, size_t token, uint64_t text_id)
{
    uint32_t number = doc->norm_override[token];
    return number != NO_STRING ? number : map_get(&doc->model->norms, text_id);
}

/* Code points of a token that are its NORM where a language cuts suffixes (spacy/lang/hi/lex_attrs.py norm). */
static size_t stem_length(const tern_model *model, const text_view *text, const token_span *s)
{
    size_t n = s->char_end - s->char_start, bytes = s->byte_end - s->byte_start;
    for (uint32_t i = 0; i < model->stems.count; i++) {
        const uint32_t *row = model->stems.rows + 3 * (size_t)i;
        size_t len;
        const char *suffix = string_get(model, row[0], &len);
        if (n > row[2] && bytes >= len && !memcmp(text->bytes + s->byte_end - len, suffix, len)) return n - row[1];
    }
    return n;
}

/* Is str.lower() the text itself? Decided for ASCII only; 0 is always right. */
static int is_lower_ascii(const unsigned char *text, size_t len)
{
    unsigned char other = 0;
    for (size_t i = 0; i < len; i++) other |= (unsigned char)((text[i] & 0x80) | (text[i] >= 'A' && text[i] <= 'Z'));
    return other == 0;
}

const unsigned char *lexeme_lower_of(const tern_model *model, const text_view *text, size_t begin, size_t end,
                                     lexeme_scratch *scratch, size_t *len)
{
    size_t n = end - begin, bytes = 0;
    if (buffer_reserve(&scratch->code_points, 2 * n + 1, sizeof(uint32_t)) != 0
        || buffer_reserve(&scratch->bytes, 2 * n + 1, 4) != 0)
        return NULL;
    uint32_t *lower = scratch->code_points.data;
    unsigned char *out = scratch->bytes.data;
    size_t count = unicode_lower(&model->chars, text->code_point + begin, n, lower);
    for (size_t i = 0; i < count; i++) bytes += utf8_encode(lower[i], out + bytes);
    *len = bytes;
    return out;
}

const unsigned char *lexeme_lower(const tern_doc *doc, const text_view *text, size_t token, lexeme_scratch *scratch,
                                  size_t *len)
{
    const token_span *s = &doc->span[token];
    return lexeme_lower_of(doc->model, text, s->char_start, s->char_end, scratch, len);
}

const char *lexeme_norm(const tern_doc *doc, const text_view *text, size_t token, lexeme_scratch *scratch, size_t *len)
{
    const token_span *s = &doc->span[token];
    uint64_t id = string_id(doc->model, text->bytes + s->byte_start, s->byte_end - s->byte_start);
    uint64_t number = listed_norm(doc, token, id);
    if (number != MAP_ABSENT) return string_get(doc->model, number, len);
    if (!doc->model->stems.count) return (const char *)lexeme_lower(doc, text, token, scratch, len);
    *len = text->byte_at[s->char_start + stem_length(doc->model, text, s)] - s->byte_start;
    return (const char *)text->bytes + s->byte_start;
}

int lexeme_norms(tern_doc *doc, const text_view *text, lexeme_scratch *scratch)
{
    if (doc_reserve_norms(doc, doc->token_count)) return -1;
    for (size_t i = 0; i < doc->token_count; i++) {
        size_t len = 0;
        const char *norm = interrupted_at(doc->interruption, i) ? NULL : lexeme_norm(doc, text, i, scratch, &len);
        if (!norm || doc_set_norm(doc, i, norm, len)) return -1;
    }
    doc->annotations |= TERN_NORMS;
    return 0;
}

/* Id of str.lower() of a token whose own id is known. 0, or -1 when out of memory. */
static int lower_id(const tern_doc *doc, const text_view *text, size_t token, uint64_t text_id, lexeme_scratch *scratch,
                    uint64_t *id)
{
    const token_span *s = &doc->span[token];
    const unsigned char *lower = text->bytes + s->byte_start;
    size_t len = s->byte_end - s->byte_start;
    *id = text_id;
    if (is_lower_ascii(lower, len)) return 0;
    if ((lower = lexeme_lower(doc, text, token, scratch, &len)) == NULL) return -1;
    *id = string_id(doc->model, lower, len);
    return 0;
}

static uint64_t id_of_chars(const tern_doc *doc, const text_view *text, size_t start, size_t end)
{
    uint32_t begin = text->byte_at[start];
    return string_id(doc->model, text->bytes + begin, text->byte_at[end] - begin);
}

/* NORM and, if lower is not NULL, LOWER of a token whose ORTH is there. 0, or -1 when out of memory. */
static int word_ids(const tern_doc *doc, const text_view *text, size_t token, lexeme_scratch *scratch, uint64_t *norm,
                    uint64_t *lower)
{
    const token_span *s = &doc->span[token];
    const int stems = doc->model->stems.count > 0;
    uint64_t text_id = doc->attr[ATTR_ORTH][token];
    uint64_t number = listed_norm(doc, token, text_id), lowered = 0;
    int lower_is_norm = number == MAP_ABSENT && !stems;
    if (number != MAP_ABSENT) *norm = string_id_of(doc->model, number);
    else if (stems) *norm = id_of_chars(doc, text, s->char_start, s->char_start + stem_length(doc->model, text, s));
    if (!lower_is_norm && !lower) return 0;
    if (lower_id(doc, text, token, text_id, scratch, &lowered)) return -1;
    if (lower_is_norm) *norm = lowered;
    if (lower) *lower = lowered;
    return 0;
}

static uint64_t shape_id(const tern_doc *doc, const text_view *text, size_t start, size_t end)
{
    unsigned char shape[4 * SHAPE_LONG_FROM + 5];
    size_t len = lexeme_shape(&doc->model->chars, text->code_point + start, end - start, shape);
    return string_id(doc->model, shape, len);
}

/* str.isspace() */
static int is_space(const char_table *chars, const uint16_t *classes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!class_has(chars, classes[i], CHAR_SPACE)) return 0;
    return n > 0;
}

static inline int fill_features(tern_doc *doc, const text_view *text, size_t i, int with_lower, lexeme_scratch *scratch)
{
    const vector_keys *vectors = &doc->model->vectors;
    size_t start = doc->span[i].char_start, end = doc->span[i].char_end;
    doc->attr[ATTR_ORTH][i] = id_of_chars(doc, text, start, end);
    uint64_t *lower = with_lower ? &doc->attr[ATTR_LOWER][i] : NULL;
    if (word_ids(doc, text, i, scratch, &doc->attr[ATTR_NORM][i], lower) != 0) return -1;
    doc->attr[ATTR_PREFIX][i] = id_of_chars(doc, text, start, start + 1);
    doc->attr[ATTR_SUFFIX][i] = id_of_chars(doc, text, end - start > SUFFIX_LENGTH ? end - SUFFIX_LENGTH : start, end);
    doc->attr[ATTR_SHAPE][i] = shape_id(doc, text, start, end);
    /* not by its NORM */
    if (vectors->bits) doc->vector[i] = word_vectors_find(vectors, doc->attr[ATTR_ORTH][i]);
    doc->is_space[i] = (unsigned char)is_space(&doc->model->chars, text->char_class + start, end - start);
    return 0;
}

int lexeme_features_of(tern_doc *doc, const text_view *text, size_t token, lexeme_scratch *scratch)
{
    return fill_features(doc, text, token, doc->has_lower, scratch);
}

int lexeme_features(tern_doc *doc, const text_view *text, int with_lower, lexeme_scratch *scratch)
{
    if (doc_reserve_features(doc, doc->token_count, with_lower, doc->model->vectors.bits > 0)) return -1;
    doc->has_lower = with_lower;
    for (size_t i = 0; i < doc->token_count; i++)
        if (interrupted_at(doc->interruption, i) || fill_features(doc, text, i, with_lower, scratch)) return -1;
    return 0;
}

void lexeme_scratch_free(lexeme_scratch *scratch)
{
    buffer_free(&scratch->code_points);
    buffer_free(&scratch->bytes);
}

void bind_stems(binder *b, stem_table *t, uint32_t strings)
{
    uint32_t three = 3;
    if (!(b->file->features & TERN_FEATURE_STEMS)) return;
    t->rows = bind_matrix(b, "norms/stems", TERN_DTYPE_U32, &t->count, &three);
    if (!b->status && t->count > STEMS_MAX) bind_refuse(b, "norms/stems", "has too many rows");
    for (uint32_t i = 0; i < t->count && !b->status; i++) {
        const uint32_t *row = t->rows + 3 * (size_t)i;
        if (row[0] >= strings || row[1] > row[2]) bind_refuse(b, "norms/stems", "holds a value that is out of range");
    }
}
