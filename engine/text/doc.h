/* doc.h - the annotated document: columns by token, as spaCy's TokenC read column-wise. All memory is the context's. */
#ifndef TERN_DOC_H
#define TERN_DOC_H

#include "buffer.h"
#include "interrupt.h"
#include "model.h"

/* The text with every code point decoded and classified once. length = number of code points. */
typedef struct text_view {
    const unsigned char *bytes;
    size_t byte_count, length;
    uint32_t *code_point; /* [length] */
    uint16_t *char_class; /* [length] chars/class */
    uint32_t *byte_at;    /* [length + 1] */
} text_view;

typedef struct token_span {
    uint32_t byte_start, byte_end, char_start, char_end, utf16_start, utf16_end;
} token_span;

typedef struct entity_span {
    uint32_t token_start, token_end, label; /* label: string number; NO_STRING: the one token is blocked */
    float score;                            /* 1, unless ner found it and doc->entity_scores asked for its score */
} entity_span;

/* A string of the caller's, which the model may lack: bytes [start, start + length) of doc->lemma_text. It is no number
 * of the model's even if the model has it, so labels and ids of entities are compared by their ids. */
typedef struct given_string {
    uint64_t id;
    uint32_t start, length;
} given_string;

/* An entry of Doc.cats. label: string number. */
typedef struct cat_score {
    uint32_t label;
    float score;
} cat_score;

/* A span of a group. label: string number or NO_STRING. */
typedef struct group_span {
    uint32_t token_start, token_end, label;
    float score; /* 0 in a group without scores */
} group_span;

/* An entry of Doc.spans: doc->group_span[first, first + count). key: string number. */
typedef struct span_group {
    uint32_t key;
    int has_scores;
    size_t first, count;
} span_group;

typedef struct noun_chunk {
    uint32_t token_start, token_end;
} noun_chunk;

/* Spans that a run may make, those that a later group has replaced included. */
#define DOC_MAX_SPANS ((size_t)1 << 24)

/* A lemma or norm: string number in the model, or, when that is NO_STRING, bytes [start, start + length) of
 * doc->lemma_text. */
typedef struct lemma_ref {
    uint32_t string, start, length;
} lemma_ref;

/* Columns of string numbers that components set; NO_STRING: unset. */
enum { COLUMN_TAG = 0, COLUMN_POS, COLUMN_MORPH, COLUMN_DEP, COLUMN_COUNT };

struct tern_doc {
    const tern_model *model;
    interruption *interruption; /* of the run under way; NULL: nothing ends it early */
    const text_view *text;      /* of the run under way */
    buffer given_text;          /* the text of given words, which text points to */
    size_t given_bytes;         /* its length */
    int of_given_words;         /* 0: the text is the caller's */
    size_t token_count;
    token_span *span;        /* [token_count] */
    unsigned char *space;    /* [token_count] 1: one U+0020 follows that belongs to no token */
    uint32_t *norm_override; /* [token_count] string number from a tokenizer exception, or NO_STRING */
    signed char *sent_start; /* [token_count] 1, -1, 0; the tokenizer's or the caller's */
    /* [token_count] each: ids that the embeddings hash; NULL: doc_attr knows it otherwise, or nobody wants it. Behind
     * those of ATTR_*: what else the encoder at work embeds, in its memory */
    uint64_t *attr[ATTR_COUNT + TOK2VEC_MAX_FEATURES];
    int has_lower;           /* 1: attr[ATTR_LOWER] is of this run */
    unsigned char *is_space; /* [token_count] 1: str.isspace() */
    /* [token_count] row of its static vector or NO_VECTOR; NULL: the model has no such table */
    uint32_t *vector;
    uint32_t *column[COLUMN_COUNT]; /* [token_count] each */
    uint32_t *head;                 /* [token_count] index of the head; the token's own without one */
    lemma_ref *lemma;               /* [token_count] string NO_STRING and length 0: unset */
    lemma_ref *norm;                /* [token_count] where annotations have TERN_NORMS */
    size_t lemma_bytes;
    char *lemma_text; /* each lemma and norm there is followed by NUL */
    size_t entity_count;
    entity_span *entity; /* in the order of the text; none has a token of another */
    uint32_t *entity_id; /* [token_count] string number of Token.ent_id_ or NO_STRING; NULL: nobody has set one */
    int entity_scores;   /* 1: the run wants scores of entities */
    int has_presets;     /* 1: what tokens are in no entity is known, even before a component has set entities */
    size_t given_string_count;
    given_string *given_string; /* [given_string_count] their numbers go on behind those of the model */
    size_t cat_count;
    cat_score *cat; /* [cat_count] in the order in which the classifiers set them first */
    size_t group_count;
    span_group *group; /* [group_count] in the order in which their keys were set first */
    size_t group_span_count;
    group_span *group_span;    /* [group_span_count] of all groups */
    span_group *growing_group; /* the one begun last */
    int too_many_spans;        /* 1: the run ends because of DOC_MAX_SPANS */
    size_t chunk_count;
    noun_chunk *chunk;    /* in spaCy's order; where annotations have TERN_NOUN_CHUNKS */
    size_t tensor_width;  /* floats in a row; 0: nobody wants them, or there are none */
    float *tensor;        /* [token_count][tensor_width] rows of the last shared encoder that kept them */
    unsigned annotations; /* TERN_*, set when the run is complete */
    size_t sentence_count;
    uint32_t *sentence_start; /* [sentence_count] tokens */
    size_t scored_sentences;  /* sentence_count, or 0 */
    float *sentence_cat;      /* [scored_sentences][cat_count] scores of each as a document of its own */
    /* owners of the columns above */
    buffer span_memory, space_memory, norm_memory, sent_memory, attr_memory[ATTR_COUNT], is_space_memory, vector_memory,
        column_memory[COLUMN_COUNT], head_memory, lemma_memory, lemma_text_memory, entity_memory, cat_memory,
        sentence_memory, sentence_cat_memory, norm_text_memory, group_memory, group_span_memory, entity_id_memory,
        chunk_memory, tensor_memory, given_string_memory;
};

/* Room for tokens tokens in the columns that the tokenizer fills, in those of the features, and in those that
 * components fill. 0 or -1. Columns keep their content. */
int doc_reserve_tokens(tern_doc *doc, size_t tokens);
int doc_reserve_features(tern_doc *doc, size_t tokens, int with_lower, int with_vectors);
int doc_reserve_annotations(tern_doc *doc, size_t tokens);
int doc_reserve_norms(tern_doc *doc, size_t tokens);
int doc_reserve_entities(tern_doc *doc, size_t entities);
int doc_reserve_entity_ids(tern_doc *doc); /* for all tokens; those that were not there are unset */
int doc_reserve_tensor(tern_doc *doc, size_t width);
void doc_forget_tensor(tern_doc *doc);
int doc_reserve_cats(tern_doc *doc, size_t cats);
int doc_reserve_sentence_cats(tern_doc *doc, size_t sentences); /* of cat_count categories each */

/* The bytes of a lemma or norm, len of them; "" where none is set. */
const char *doc_text_of(const tern_doc *doc, const lemma_ref *ref, size_t *len);

/* Does any token carry a string of COLUMN_* that is not empty? */
int doc_has_strings(const tern_doc *doc, int column);

/* Unsets whatever components set: tokens, features and sent_start stay. */
void doc_clear_annotations(tern_doc *doc);

/* After the last component: notes what the document carries (Doc.has_annotation), lists the sentences. 0 or -1. Whoever
 * finds the entities, the norms or the noun chunks sets TERN_ENTITIES, TERN_NORMS or TERN_NOUN_CHUNKS. */
int doc_finish(tern_doc *doc);

/* Appends len bytes and a NUL to lemma_text; *ref is where. The others make that the token's lemma, or its norm. 0 or
 * -1. */
int doc_keep_text(tern_doc *doc, const void *text, size_t len, lemma_ref *ref);
int doc_set_lemma(tern_doc *doc, size_t token, const void *text, size_t len);
int doc_set_norm(tern_doc *doc, size_t token, const void *text, size_t len);

/* Makes len bytes a given string; *number is its own. 0 or -1. */
int doc_give_string(tern_doc *doc, const void *text, size_t len, uint32_t *number);

/* Id and text of an entity's label or id, given or not; 0 and "" for NO_STRING. len may be NULL. */
uint64_t doc_entity_string_id(const tern_doc *doc, uint32_t number);
const char *doc_entity_string(const tern_doc *doc, uint32_t number, size_t *len);

/* Is what every token is to entities known: 3, 1 or 2 of spaCy's Token.ent_iob, and not 0? */
static inline int doc_knows_entities(const tern_doc *doc)
{
    return doc->has_presets || doc->annotations & TERN_ENTITIES;
}

/* Blocked tokens become tokens that are outside (doc.pyx: what doc.ents = … does). */
void doc_unblock_tokens(tern_doc *doc);

/* Those whose score is below least. */
void doc_drop_entities(tern_doc *doc, double least);

/* A code point above U+FFFF has four bytes, three more than its share; no other has. */
static inline size_t utf16_length(const text_view *view, size_t start, size_t end)
{
    size_t units = end - start;
    if (view->byte_at[end] - view->byte_at[start] < units + 3) return units;
    for (size_t i = start; i < end; i++) units += view->code_point[i] > 0xffff;
    return units;
}

/* Appends the token of the code points [start, end), for which there is room. norm: of the tokenizer's exception, or
 * NO_STRING. The gap before a token is empty or one blank: one unit in every encoding. */
static inline void doc_append_token(tern_doc *doc, const text_view *view, uint32_t start, uint32_t end, int space,
                                    uint32_t norm)
{
    size_t i = doc->token_count++;
    const token_span *before = i > 0 ? &doc->span[i - 1] : NULL;
    uint32_t utf16 = before ? before->utf16_end + (start - before->char_end) : 0;
    doc->span[i] = (token_span){.byte_start = view->byte_at[start],
                                .byte_end = view->byte_at[end],
                                .char_start = start,
                                .char_end = end,
                                .utf16_start = utf16,
                                .utf16_end = utf16 + (uint32_t)utf16_length(view, start, end)};
    doc->space[i] = (unsigned char)space;
    doc->norm_override[i] = norm;
    doc->sent_start[i] = 0;
}

/* What an embedding hashes of a token. */
static inline uint64_t doc_attr(const tern_doc *doc, uint32_t attr, size_t token)
{
    if (attr == ATTR_SPACY) return doc->space[token];
    return attr == ATTR_IS_SPACE ? doc->is_space[token] : doc->attr[attr][token];
}

static inline tern_span public_span(const token_span *first, const token_span *last)
{
    return (tern_span){.byte_start = first->byte_start,
                       .byte_end = last->byte_end,
                       .char_start = first->char_start,
                       .char_end = last->char_end,
                       .utf16_start = first->utf16_start,
                       .utf16_end = last->utf16_end};
}

/* Id of a string number; 0 for NO_STRING. */
static inline uint64_t doc_id(const tern_doc *doc, uint32_t string)
{
    return string == NO_STRING ? 0 : doc->model->strings.id[string];
}

/* Id of an analysis's string number. One without features is "_" in spaCy's string store; one that nobody made is 0
 * (morphology.pyx). */
uint64_t morph_id(const tern_doc *doc, uint32_t string);
uint64_t lemma_id(const tern_doc *doc, const lemma_ref *lemma);

/* "" counts as unset, as LEMMA 0 does in spaCy. */
static inline int doc_has_lemma(const tern_doc *doc, size_t token)
{
    return doc_id(doc, doc->lemma[token].string) || doc->lemma[token].length;
}

/* Fails for a stage that gave up: because it was told to, or else for lack of memory. */
tern_status doc_gave_up(const tern_doc *doc, tern_error *err);

void doc_free_columns(tern_doc *doc);

#endif
