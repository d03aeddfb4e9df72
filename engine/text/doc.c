#include "doc.h"

#include <string.h>

#include "error.h"
#include "string_store.h"

int doc_reserve_tokens(tern_doc *doc, size_t tokens)
{
    if (buffer_reserve(&doc->span_memory, tokens, sizeof *doc->span) || buffer_reserve(&doc->space_memory, tokens, 1)
        || buffer_reserve(&doc->norm_memory, tokens, sizeof *doc->norm_override)
        || buffer_reserve(&doc->sent_memory, tokens, 1))
        return -1;
    doc->span = doc->span_memory.data;
    doc->space = doc->space_memory.data;
    doc->norm_override = doc->norm_memory.data;
    doc->sent_start = doc->sent_memory.data;
    return 0;
}

int doc_reserve_features(tern_doc *doc, size_t tokens, int with_lower, int with_vectors)
{
    for (size_t a = 0; a < ATTR_COUNT; a++) {
        if (a == ATTR_SPACY || a == ATTR_IS_SPACE || (a == ATTR_LOWER && !with_lower)) continue;
        if (buffer_reserve(&doc->attr_memory[a], tokens, sizeof *doc->attr[a])) return -1;
        doc->attr[a] = doc->attr_memory[a].data;
    }
    if (buffer_reserve(&doc->is_space_memory, tokens, 1)
        || (with_vectors && buffer_reserve(&doc->vector_memory, tokens, sizeof *doc->vector)))
        return -1;
    doc->is_space = doc->is_space_memory.data;
    doc->vector = doc->vector_memory.data;
    return 0;
}

int doc_reserve_annotations(tern_doc *doc, size_t tokens)
{
    if (buffer_reserve(&doc->head_memory, tokens, sizeof *doc->head)
        || buffer_reserve(&doc->lemma_memory, tokens, sizeof *doc->lemma))
        return -1;
    doc->head = doc->head_memory.data;
    doc->lemma = doc->lemma_memory.data;
    for (size_t c = 0; c < COLUMN_COUNT; c++) {
        if (buffer_reserve(&doc->column_memory[c], tokens, sizeof *doc->column[c])) return -1;
        doc->column[c] = doc->column_memory[c].data;
    }
    return 0;
}

int doc_reserve_norms(tern_doc *doc, size_t tokens)
{
    if (buffer_reserve(&doc->norm_text_memory, tokens, sizeof *doc->norm)) return -1;
    doc->norm = doc->norm_text_memory.data;
    return 0;
}

int doc_reserve_entities(tern_doc *doc, size_t entities)
{
    if (buffer_reserve(&doc->entity_memory, entities, sizeof *doc->entity)) return -1;
    doc->entity = doc->entity_memory.data;
    return 0;
}

int doc_reserve_entity_ids(tern_doc *doc)
{
    if (doc->entity_id) return 0;
    if (buffer_reserve(&doc->entity_id_memory, doc->token_count, sizeof *doc->entity_id)) return -1;
    doc->entity_id = doc->entity_id_memory.data;
    for (size_t i = 0; i < doc->token_count; i++) doc->entity_id[i] = NO_STRING;
    return 0;
}

int doc_reserve_tensor(tern_doc *doc, size_t width)
{
    if (buffer_reserve(&doc->tensor_memory, doc->token_count, width * sizeof *doc->tensor)) return -1;
    doc->tensor = doc->tensor_memory.data;
    doc->tensor_width = width;
    return 0;
}

void doc_forget_tensor(tern_doc *doc)
{
    doc->tensor = NULL;
    doc->tensor_width = 0;
}

int doc_reserve_cats(tern_doc *doc, size_t cats)
{
    if (buffer_reserve(&doc->cat_memory, cats, sizeof *doc->cat)) return -1;
    doc->cat = doc->cat_memory.data;
    return 0;
}

int doc_reserve_sentence_cats(tern_doc *doc, size_t sentences)
{
    if (buffer_reserve(&doc->sentence_cat_memory, sentences, doc->cat_count * sizeof *doc->sentence_cat)) return -1;
    doc->sentence_cat = doc->sentence_cat_memory.data;
    return 0;
}

void doc_clear_annotations(tern_doc *doc)
{
    doc->annotations = 0;
    doc->entity_id = NULL;
    doc_forget_tensor(doc);
    doc->lemma_bytes = doc->entity_count = doc->cat_count = doc->sentence_count = doc->scored_sentences = 0;
    doc->group_count = doc->group_span_count = doc->chunk_count = doc->given_string_count = 0;
    doc->has_presets = 0;
    doc->too_many_spans = 0;
    for (size_t c = 0; c < COLUMN_COUNT; c++)
        for (size_t i = 0; i < doc->token_count; i++) doc->column[c][i] = NO_STRING;
    for (size_t i = 0; i < doc->token_count; i++) {
        doc->head[i] = (uint32_t)i;
        doc->lemma[i] = (lemma_ref){.string = NO_STRING};
    }
}

int doc_keep_text(tern_doc *doc, const void *text, size_t len, lemma_ref *ref)
{
    if (len > UINT32_MAX - 1 - doc->lemma_bytes
        || buffer_reserve(&doc->lemma_text_memory, doc->lemma_bytes + len + 1, 1))
        return -1;
    doc->lemma_text = doc->lemma_text_memory.data;
    memcpy(doc->lemma_text + doc->lemma_bytes, text, len);
    doc->lemma_text[doc->lemma_bytes + len] = '\0';
    *ref = (lemma_ref){.string = NO_STRING, .start = (uint32_t)doc->lemma_bytes, .length = (uint32_t)len};
    doc->lemma_bytes += len + 1;
    return 0;
}

int doc_set_lemma(tern_doc *doc, size_t token, const void *text, size_t len)
{
    return doc_keep_text(doc, text, len, &doc->lemma[token]);
}

int doc_set_norm(tern_doc *doc, size_t token, const void *text, size_t len)
{
    return doc_keep_text(doc, text, len, &doc->norm[token]);
}

/* ---- labels and ids of entities ---------------------------------------------------------------------------------- */

int doc_give_string(tern_doc *doc, const void *text, size_t len, uint32_t *number)
{
    const size_t count = doc->given_string_count, next = doc->model->strings.count + count;
    lemma_ref ref;
    if (next >= NO_STRING || buffer_reserve(&doc->given_string_memory, count + 1, sizeof *doc->given_string)
        || doc_keep_text(doc, text, len, &ref))
        return -1;
    doc->given_string = doc->given_string_memory.data;
    doc->given_string[doc->given_string_count++] =
        (given_string){.id = string_id(doc->model, text, len), .start = ref.start, .length = ref.length};
    *number = (uint32_t)next;
    return 0;
}

static const given_string *given_string_of(const tern_doc *doc, uint32_t number)
{
    const uint32_t known = doc->model->strings.count;
    return number < known || number == NO_STRING ? NULL : &doc->given_string[number - known];
}

uint64_t doc_entity_string_id(const tern_doc *doc, uint32_t number)
{
    const given_string *given = given_string_of(doc, number);
    return given ? given->id : doc_id(doc, number);
}

const char *doc_entity_string(const tern_doc *doc, uint32_t number, size_t *len)
{
    const given_string *given = given_string_of(doc, number);
    if (!given) return string_get(doc->model, number, len);
    if (len) *len = given->length;
    return doc->lemma_text + given->start;
}

void doc_drop_entities(tern_doc *doc, double least)
{
    size_t kept = 0;
    for (size_t i = 0; i < doc->entity_count; i++)
        if ((double)doc->entity[i].score >= least) doc->entity[kept++] = doc->entity[i];
    doc->entity_count = kept;
}

void doc_unblock_tokens(tern_doc *doc)
{
    size_t kept = 0;
    for (size_t i = 0; i < doc->entity_count; i++)
        if (doc->entity[i].label != NO_STRING) doc->entity[kept++] = doc->entity[i];
    doc->entity_count = kept;
}

/* ---- ids ----------------------------------------------------------------------------------------------------- */

uint64_t morph_id(const tern_doc *doc, uint32_t string)
{
    uint64_t id = doc_id(doc, string);
    return string != NO_STRING && !id ? string_id(doc->model, "_", 1) : id;
}

uint64_t lemma_id(const tern_doc *doc, const lemma_ref *lemma)
{
    if (lemma->string != NO_STRING) return doc_id(doc, lemma->string);
    return lemma->length ? string_id(doc->model, doc->lemma_text + lemma->start, lemma->length) : 0;
}

/* ---- what the document carries ----------------------------------------------------------------------------------- */

int doc_has_strings(const tern_doc *doc, int column)
{
    for (size_t i = 0; i < doc->token_count; i++)
        if (doc_id(doc, doc->column[column][i])) return 1;
    return 0;
}

/* MORPH is set, if to nothing, when a component set it: its id is that of "_" then, not 0. */
static int has_numbers(const tern_doc *doc, const uint32_t *column)
{
    for (size_t i = 0; i < doc->token_count; i++)
        if (column[i] != NO_STRING) return 1;
    return 0;
}

static int has_lemmas(const tern_doc *doc)
{
    for (size_t i = 0; i < doc->token_count; i++)
        if (doc_has_lemma(doc, i)) return 1;
    return 0;
}

/* The first token does not count, and a document of one token is a sentence by itself. */
static int has_sentence_starts(const tern_doc *doc)
{
    for (size_t i = 1; i < doc->token_count; i++)
        if (doc->sent_start[i]) return 1;
    return doc->token_count == 1;
}

/* What an empty document does not have by itself. */
#define NOT_OF_TOKENS (TERN_CATS | TERN_NORMS | TERN_SPANS | TERN_NOUN_CHUNKS)

static void note_annotations(tern_doc *doc)
{
    if (has_sentence_starts(doc)) doc->annotations |= TERN_SENTENCES;
    if (doc_has_strings(doc, COLUMN_DEP)) doc->annotations |= TERN_DEPENDENCIES;
    if (doc_has_strings(doc, COLUMN_TAG)) doc->annotations |= TERN_TAGS;
    if (doc_has_strings(doc, COLUMN_POS)) doc->annotations |= TERN_POS;
    if (has_numbers(doc, doc->column[COLUMN_MORPH])) doc->annotations |= TERN_MORPHS;
    if (has_lemmas(doc)) doc->annotations |= TERN_LEMMAS;
    if (!doc->token_count) doc->annotations |= TERN_EVERYTHING & ~(unsigned)NOT_OF_TOKENS;
    if (doc->cat_count) doc->annotations |= TERN_CATS;
    if (doc->group_count) doc->annotations |= TERN_SPANS;
}

int doc_finish(tern_doc *doc)
{
    note_annotations(doc);
    if (!(doc->annotations & TERN_SENTENCES) || !doc->token_count) return 0;
    size_t count = 1;
    for (size_t i = 1; i < doc->token_count; i++) count += doc->sent_start[i] == 1;
    if (buffer_reserve(&doc->sentence_memory, count, sizeof *doc->sentence_start)) return -1;
    doc->sentence_start = doc->sentence_memory.data;
    for (size_t i = 0; i < doc->token_count; i++)
        if (i == 0 || doc->sent_start[i] == 1) doc->sentence_start[doc->sentence_count++] = (uint32_t)i;
    return 0;
}

tern_status doc_gave_up(const tern_doc *doc, tern_error *err)
{
    if (doc->interruption && doc->interruption->requested) return fail_interrupted(err);
    if (doc->too_many_spans)
        return fail(err, TERN_E_TOO_COMPLEX, doc->token_count,
                    "this text of %zu tokens has more than %zu spans; send a shorter text", doc->token_count,
                    DOC_MAX_SPANS);
    return fail(err, TERN_E_MEMORY, 0, "out of memory; send a shorter text");
}

void doc_free_columns(tern_doc *doc)
{
    buffer *owned[] = {
        &doc->span_memory,         &doc->space_memory,     &doc->norm_memory,   &doc->sent_memory,
        &doc->head_memory,         &doc->is_space_memory,  &doc->vector_memory, &doc->lemma_memory,
        &doc->lemma_text_memory,   &doc->entity_memory,    &doc->cat_memory,    &doc->sentence_memory,
        &doc->sentence_cat_memory, &doc->norm_text_memory, &doc->group_memory,  &doc->group_span_memory,
        &doc->entity_id_memory,    &doc->chunk_memory,     &doc->tensor_memory, &doc->given_string_memory};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) buffer_free(owned[i]);
    for (size_t a = 0; a < ATTR_COUNT; a++) buffer_free(&doc->attr_memory[a]);
    for (size_t c = 0; c < COLUMN_COUNT; c++) buffer_free(&doc->column_memory[c]);
    buffer_free(&doc->given_text);
}

/* ---- public accessors -------------------------------------------------------------------------------------------- */

unsigned tern_doc_annotations(const tern_doc *doc) { return doc ? doc->annotations : 0; }
size_t tern_doc_token_count(const tern_doc *doc) { return doc ? doc->token_count : 0; }
size_t tern_doc_sentence_count(const tern_doc *doc) { return doc ? doc->sentence_count : 0; }
size_t tern_doc_entity_count(const tern_doc *doc) { return doc ? doc->entity_count : 0; }
size_t tern_doc_noun_chunk_count(const tern_doc *doc) { return doc ? doc->chunk_count : 0; }
size_t tern_doc_cat_count(const tern_doc *doc) { return doc ? doc->cat_count : 0; }

static const char *column_string(const tern_doc *doc, int column, size_t token)
{
    const string_table *strings = &doc->model->strings;
    uint32_t number = doc->column[column][token];
    return number == NO_STRING ? "" : strings->bytes + strings->start[number];
}

const char *doc_text_of(const tern_doc *doc, const lemma_ref *ref, size_t *len)
{
    const string_table *strings = &doc->model->strings;
    if (ref->string != NO_STRING) {
        *len = strings->start[ref->string + 1] - strings->start[ref->string] - 1;
        return strings->bytes + strings->start[ref->string];
    }
    *len = ref->length;
    return ref->length ? doc->lemma_text + ref->start : "";
}

tern_status tern_doc_token(const tern_doc *doc, size_t index, tern_token *out)
{
    if (!out) return TERN_E_ARGUMENT;
    *out = (tern_token){0};
    if (!doc || index >= doc->token_count) return TERN_E_ARGUMENT;
    out->span = public_span(&doc->span[index], &doc->span[index]);
    out->space = doc->space[index];
    out->sent_start = doc->sent_start[index];
    out->head = doc->head[index];
    out->tag = column_string(doc, COLUMN_TAG, index);
    out->pos = column_string(doc, COLUMN_POS, index);
    out->morph = column_string(doc, COLUMN_MORPH, index);
    out->dep = column_string(doc, COLUMN_DEP, index);
    out->lemma = doc_text_of(doc, &doc->lemma[index], &out->lemma_len);
    out->norm = doc->annotations & TERN_NORMS ? doc_text_of(doc, &doc->norm[index], &out->norm_len) : "";
    return TERN_OK;
}

tern_status tern_doc_token_ids(const tern_doc *doc, size_t index, tern_token_ids *out)
{
    if (!out) return TERN_E_ARGUMENT;
    *out = (tern_token_ids){.norm_text = ""};
    if (!doc || index >= doc->token_count) return TERN_E_ARGUMENT;
    out->tag = doc_id(doc, doc->column[COLUMN_TAG][index]);
    out->pos = doc_id(doc, doc->column[COLUMN_POS][index]);
    out->morph = morph_id(doc, doc->column[COLUMN_MORPH][index]);
    out->dep = doc_id(doc, doc->column[COLUMN_DEP][index]);
    out->lemma = lemma_id(doc, &doc->lemma[index]);
    out->norm = doc_id(doc, doc->norm_override[index]);
    out->norm_text = string_get(doc->model, doc->norm_override[index], NULL);
    return TERN_OK;
}

tern_status tern_doc_tensor(const tern_doc *doc, const float **rows, size_t *width)
{
    if (!rows || !width) return TERN_E_ARGUMENT;
    *rows = doc ? doc->tensor : NULL;
    *width = doc ? doc->tensor_width : 0;
    return doc ? TERN_OK : TERN_E_ARGUMENT;
}

tern_status tern_doc_sentence(const tern_doc *doc, size_t index, tern_sentence *out)
{
    if (!out) return TERN_E_ARGUMENT;
    *out = (tern_sentence){0};
    if (!doc || index >= doc->sentence_count) return TERN_E_ARGUMENT;
    out->token_start = doc->sentence_start[index];
    out->token_end = index + 1 < doc->sentence_count ? doc->sentence_start[index + 1] : doc->token_count;
    out->span = public_span(&doc->span[out->token_start], &doc->span[out->token_end - 1]);
    return TERN_OK;
}

tern_status tern_doc_entity(const tern_doc *doc, size_t index, tern_entity *out)
{
    if (!out) return TERN_E_ARGUMENT;
    *out = (tern_entity){0};
    if (!doc || index >= doc->entity_count) return TERN_E_ARGUMENT;
    const entity_span *e = &doc->entity[index];
    out->span = public_span(&doc->span[e->token_start], &doc->span[e->token_end - 1]);
    out->token_start = e->token_start;
    out->token_end = e->token_end;
    out->label = doc_entity_string(doc, e->label, NULL);
    out->id = doc_entity_string(doc, doc->entity_id ? doc->entity_id[e->token_start] : NO_STRING, NULL);
    out->score = doc->entity_scores ? (double)e->score : 0;
    return TERN_OK;
}

/* spaCy gives an empty chunk the place of the token that follows it (span.pyx). */
static tern_span empty_span(const tern_doc *doc, size_t token)
{
    const token_span *next = &doc->span[token];
    const token_span at = {.byte_start = next->byte_start,
                           .byte_end = next->byte_start,
                           .char_start = next->char_start,
                           .char_end = next->char_start,
                           .utf16_start = next->utf16_start,
                           .utf16_end = next->utf16_start};
    return public_span(&at, &at);
}

tern_status tern_doc_noun_chunk(const tern_doc *doc, size_t index, tern_noun_chunk *out)
{
    if (!out) return TERN_E_ARGUMENT;
    *out = (tern_noun_chunk){0};
    if (!doc || index >= doc->chunk_count) return TERN_E_ARGUMENT;
    const noun_chunk *chunk = &doc->chunk[index];
    out->token_start = chunk->token_start;
    out->token_end = chunk->token_end;
    out->span = chunk->token_start < chunk->token_end
                    ? public_span(&doc->span[chunk->token_start], &doc->span[chunk->token_end - 1])
                    : empty_span(doc, chunk->token_start);
    return TERN_OK;
}

tern_status tern_doc_cat(const tern_doc *doc, size_t index, tern_cat *out)
{
    if (!out) return TERN_E_ARGUMENT;
    *out = (tern_cat){0};
    if (!doc || index >= doc->cat_count) return TERN_E_ARGUMENT;
    const cat_score *c = &doc->cat[index];
    *out =
        (tern_cat){.label = doc->model->strings.bytes + doc->model->strings.start[c->label], .score = (double)c->score};
    return TERN_OK;
}

tern_status tern_doc_sentence_cat(const tern_doc *doc, size_t sentence, size_t index, tern_cat *out)
{
    tern_status status = tern_doc_cat(doc, index, out);
    if (status) return status;
    if (sentence < doc->scored_sentences) {
        out->score = (double)doc->sentence_cat[sentence * doc->cat_count + index];
        return TERN_OK;
    }
    *out = (tern_cat){0};
    return TERN_E_ARGUMENT;
}

tern_status tern_doc_text(const tern_doc *doc, const char **text, size_t *len)
{
    if (!text || !len) return TERN_E_ARGUMENT;
    const int known = doc && doc->of_given_words;
    *text = !known ? NULL : doc->given_bytes ? doc->given_text.data : "";
    *len = known ? doc->given_bytes : 0;
    return known ? TERN_OK : TERN_E_ARGUMENT;
}
