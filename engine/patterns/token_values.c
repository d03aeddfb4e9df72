#include "token_values.h"

#include "string_store.h"
#include "unicode.h"
#include "token_flags.h"

#include <string.h>

#define ENTITY_ATTRS (1u << PATTERN_ENT_TYPE | 1u << PATTERN_ENT_IOB | 1u << PATTERN_ENT_ID | 1u << PATTERN_ENT_KB_ID)
#define SUFFIX_LENGTH 3 /* code points (lex_attrs.py suffix) */

/* Token.ent_iob (spacy/tokens/token.pyx iob_strings) */
enum { IOB_MISSING = 0, IOB_INSIDE, IOB_OUTSIDE, IOB_BEGIN };

static int list_entities(token_values *v)
{
    const tern_doc *doc = v->doc;
    if (buffer_reserve(&v->entity_memory, doc->token_count + 1, sizeof(uint32_t))) return -1;
    uint32_t *entity = v->entity_memory.data;
    memset(entity, 0, (doc->token_count + 1) * sizeof *entity);
    for (size_t i = 0; i < doc->entity_count; i++)
        for (size_t t = doc->entity[i].token_start; t < doc->entity[i].token_end; t++) entity[t] = (uint32_t)i + 1;
    v->entity = entity;
    return 0;
}

int token_values_begin(token_values *v, const tern_doc *doc, uint32_t attrs, lexeme_scratch *lexeme)
{
    v->doc = doc;
    v->lexeme = lexeme;
    v->entity = NULL;
    return attrs & ENTITY_ATTRS ? list_entities(v) : 0;
}

void token_values_free(token_values *v)
{
    buffer_free(&v->entity_memory);
    v->entity = NULL;
}

/* ---- flags ------------------------------------------------------------------------------------------------------- */

static size_t token_length(const tern_doc *doc, size_t token)
{
    return doc->span[token].char_end - doc->span[token].char_start;
}

#define ONLY_TITLE (1u << 31) /* title case, and not upper case, of which str.istitle() is true as well */

/* Bits CHAR_* that all of a token's code points have, and that any has. */
static unsigned common_flags(const tern_doc *doc, size_t token, unsigned *any)
{
    const char_table *chars = &doc->model->chars;
    const uint16_t *classes = doc->text->char_class + doc->span[token].char_start;
    unsigned all = ~0u;
    *any = 0;
    for (size_t i = 0; i < token_length(doc, token); i++) {
        unsigned flags = chars->flags[classes[i]];
        if ((flags & (CHAR_TITLE | CHAR_UPPER)) == CHAR_TITLE) flags |= ONLY_TITLE;
        all &= flags;
        *any |= flags;
    }
    return all;
}

static int is_ascii(const tern_doc *doc, size_t token)
{
    const token_span *s = &doc->span[token];
    unsigned char bits = 0;
    for (size_t i = s->byte_start; i < s->byte_end; i++) bits |= doc->text->bytes[i];
    return bits < 0x80;
}

/* str.istitle(): upper and title case begin a word, lower case goes on with one. CHAR_TITLE: of upper case, too. */
static int is_title(const tern_doc *doc, size_t token)
{
    const char_table *chars = &doc->model->chars;
    const uint16_t *classes = doc->text->char_class + doc->span[token].char_start;
    int cased = 0, found = 0;
    for (size_t i = 0; i < token_length(doc, token); i++) {
        int begins = class_has(chars, classes[i], CHAR_UPPER | CHAR_TITLE),
            goes_on = class_has(chars, classes[i], CHAR_LOWER);
        if ((begins && cased) || (!begins && goes_on && !cased)) return 0;
        cased = begins || goes_on;
        found |= cased;
    }
    return found;
}

uint64_t token_character_flag(const tern_doc *doc, uint32_t attr, size_t token)
{
    unsigned any, all;
    if (attr == PATTERN_IS_SPACE) return doc->is_space[token];
    if (attr == PATTERN_IS_ASCII) return (uint64_t)is_ascii(doc, token);
    if (attr == PATTERN_IS_TITLE) return (uint64_t)is_title(doc, token);
    all = common_flags(doc, token, &any);
    switch (attr) {
    case PATTERN_IS_ALPHA: return (all & CHAR_ALPHA) != 0;
    case PATTERN_IS_DIGIT: return (all & CHAR_DIGIT) != 0;
    case PATTERN_IS_PUNCT: return (all & CHAR_PUNCT) != 0;
    case PATTERN_IS_CURRENCY: return (all & CHAR_CURRENCY) != 0;
    case PATTERN_IS_LOWER: return any & CHAR_LOWER && !(any & (CHAR_UPPER | CHAR_TITLE));
    default: return any & CHAR_UPPER && !(any & (CHAR_LOWER | ONLY_TITLE));
    }
}

/* ---- ids --------------------------------------------------------------------------------------------------------- */

static const entity_span *entity_of(const token_values *v, size_t token)
{
    return v->entity && v->entity[token] ? &v->doc->entity[v->entity[token] - 1] : NULL;
}

static uint64_t iob_of(const token_values *v, size_t token)
{
    const entity_span *entity = entity_of(v, token);
    if (entity) return entity->token_start == token ? IOB_BEGIN : IOB_INSIDE;
    return doc_knows_entities(v->doc) ? IOB_OUTSIDE : IOB_MISSING;
}

static uint64_t annotation_value(const token_values *v, uint32_t attr, size_t token)
{
    const tern_doc *doc = v->doc;
    const entity_span *entity;
    switch (attr) {
    case PATTERN_LEMMA: return lemma_id(doc, &doc->lemma[token]);
    case PATTERN_POS: return doc_id(doc, doc->column[COLUMN_POS][token]);
    case PATTERN_TAG: return doc_id(doc, doc->column[COLUMN_TAG][token]);
    case PATTERN_DEP: return doc_id(doc, doc->column[COLUMN_DEP][token]);
    case PATTERN_MORPH: return morph_id(doc, doc->column[COLUMN_MORPH][token]);
    case PATTERN_ENT_TYPE: return (entity = entity_of(v, token)) ? doc_entity_string_id(doc, entity->label) : 0;
    case PATTERN_ENT_IOB: return iob_of(v, token);
    case PATTERN_SENT_START: return (uint64_t)(int64_t)doc->sent_start[token];
    case PATTERN_ENT_ID: return doc->entity_id ? doc_entity_string_id(doc, doc->entity_id[token]) : 0;
    default: return 0; /* PATTERN_ENT_KB_ID: no component sets it */
    }
}

uint64_t token_value(const token_values *v, uint32_t attr, size_t token)
{
    const tern_doc *doc = v->doc;
    switch (attr) {
    case PATTERN_ORTH: return doc->attr[ATTR_ORTH][token];
    case PATTERN_NORM: return doc->attr[ATTR_NORM][token];
    case PATTERN_LOWER: return doc->attr[ATTR_LOWER][token];
    case PATTERN_SHAPE: return doc->attr[ATTR_SHAPE][token];
    case PATTERN_PREFIX: return doc->attr[ATTR_PREFIX][token];
    case PATTERN_SUFFIX: return doc->attr[ATTR_SUFFIX][token];
    case PATTERN_LENGTH: return token_length(doc, token);
    case PATTERN_SPACY: return doc->space[token];
    case PATTERN_ID: return token_vector_number(doc, token);
    case PATTERN_HEAD: return (uint64_t)doc->head[token] - token; /* a distance, which may be negative */
    case PATTERN_IDX: return doc->span[token].char_start;
    default: break;
    }
    if (attr >= PATTERN_FLAGS) return (uint64_t)token_flag(doc, attr - PATTERN_FLAGS, token);
    return attr < PATTERN_IS_ALPHA ? annotation_value(v, attr, token) : token_character_flag(doc, attr, token);
}

/* ---- texts ------------------------------------------------------------------------------------------------------- */

static const unsigned char *stored(const tern_doc *doc, uint32_t string, size_t *len)
{
    *len = 0;
    return (const unsigned char *)(string == NO_STRING ? "" : string_get(doc->model, string, len));
}

static const unsigned char *of_entity(const tern_doc *doc, uint32_t string, size_t *len)
{
    return (const unsigned char *)doc_entity_string(doc, string, len);
}

static const unsigned char *characters(const tern_doc *doc, size_t begin, size_t end, size_t *len)
{
    const text_view *text = doc->text;
    *len = text->byte_at[end] - text->byte_at[begin];
    return text->bytes + text->byte_at[begin];
}

static const unsigned char *shape_text(const token_values *v, size_t token, size_t *len)
{
    const tern_doc *doc = v->doc;
    size_t n = token_length(doc, token);
    if (buffer_reserve(&v->lexeme->bytes, n + 2, 4)) return NULL;
    *len =
        lexeme_shape(&doc->model->chars, doc->text->code_point + doc->span[token].char_start, n, v->lexeme->bytes.data);
    return v->lexeme->bytes.data;
}

static const unsigned char *morph_text(const tern_doc *doc, uint32_t string, size_t *len)
{
    const unsigned char *text = stored(doc, string, len);
    if (string == NO_STRING || *len) return text;
    *len = 1;
    return (const unsigned char *)"_";
}

static const unsigned char *lemma_text(const tern_doc *doc, const lemma_ref *lemma, size_t *len)
{
    if (lemma->string != NO_STRING || !lemma->length) return stored(doc, lemma->string, len);
    *len = lemma->length;
    return (const unsigned char *)doc->lemma_text + lemma->start;
}

static const unsigned char *annotation_text(const token_values *v, uint32_t attr, size_t token, size_t *len)
{
    const tern_doc *doc = v->doc;
    const entity_span *entity = entity_of(v, token);
    switch (attr) {
    case PATTERN_LEMMA: return lemma_text(doc, &doc->lemma[token], len);
    case PATTERN_POS: return stored(doc, doc->column[COLUMN_POS][token], len);
    case PATTERN_TAG: return stored(doc, doc->column[COLUMN_TAG][token], len);
    case PATTERN_DEP: return stored(doc, doc->column[COLUMN_DEP][token], len);
    case PATTERN_MORPH: return morph_text(doc, doc->column[COLUMN_MORPH][token], len);
    case PATTERN_ENT_TYPE: return of_entity(doc, entity ? entity->label : NO_STRING, len);
    case PATTERN_ENT_ID: return of_entity(doc, doc->entity_id ? doc->entity_id[token] : NO_STRING, len);
    default: return stored(doc, NO_STRING, len);
    }
}

const unsigned char *token_value_text(const token_values *v, uint32_t attr, size_t token, size_t *len)
{
    const tern_doc *doc = v->doc;
    size_t begin = doc->span[token].char_start, end = doc->span[token].char_end;
    switch (attr) {
    case PATTERN_ORTH: return characters(doc, begin, end, len);
    case PATTERN_PREFIX: return characters(doc, begin, begin + 1, len);
    case PATTERN_SUFFIX: return characters(doc, end - begin > SUFFIX_LENGTH ? end - SUFFIX_LENGTH : begin, end, len);
    case PATTERN_LOWER: return lexeme_lower(doc, doc->text, token, v->lexeme, len);
    case PATTERN_NORM: return (const unsigned char *)lexeme_norm(doc, doc->text, token, v->lexeme, len);
    case PATTERN_SHAPE: return shape_text(v, token, len);
    default: return annotation_text(v, attr, token, len);
    }
}
