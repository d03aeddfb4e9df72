/* tern.h - the only public header of libtern: spaCy's CNN pipelines in C.
 *
 *     tern_model *model; tern_ctx *ctx; const tern_doc *doc; tern_error err;
 *     if (tern_model_open("weights/en_core_web_sm.tern", &model, &err)) { puts(err.msg); return 1; }
 *     if (tern_ctx_new(model, &ctx, &err)) { puts(err.msg); return 1; }
 *     const char *text = "Alan Turing was born in London.";
 *     if (tern_run(ctx, text, strlen(text), NULL, &doc, &err)) { puts(err.msg); return 1; }
 *     for (size_t i = 0; i < tern_doc_entity_count(doc); i++) {
 *         tern_entity e; tern_doc_entity(doc, i, &e);
 *         printf("%.*s %s\n", (int)(e.span.byte_end - e.span.byte_start), text + e.span.byte_start, e.label);
 *     }
 *     tern_ctx_free(ctx); tern_model_close(model);
 *
 * A tern_model never changes once it is open: any number of threads may share it. A tern_ctx is the scratch memory of
 * one thread. A tern_doc belongs to its context and is valid until the context's next run or its end. Every function
 * that can fail returns a tern_status; its result comes by out-parameter, which is NULL (or zeroed) on failure. The
 * tern_error argument may always be NULL. NULL elsewhere, where not allowed, is TERN_E_ARGUMENT, not a crash. The
 * library never prints, never exits, never reads the environment and never starts a thread.
 */
#ifndef TERN_H
#define TERN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TERN_VERSION "0.1.0"

typedef enum tern_status {
    TERN_OK = 0,
    TERN_E_ARGUMENT,    /* NULL or out-of-range argument */
    TERN_E_MEMORY,      /* out of memory */
    TERN_E_IO,          /* the model file cannot be opened, read or mapped */
    TERN_E_FORMAT,      /* not a .tern file, or a malformed one */
    TERN_E_VERSION,     /* a .tern file of another major version, or one that needs a feature this library lacks */
    TERN_E_CHECKSUM,    /* header, table or section checksum differs */
    TERN_E_UNSUPPORTED, /* the model has no component for what is wanted, or no tokenizer for a text */
    TERN_E_UTF8,        /* the text is not valid UTF-8; tern_error.pos is the byte */
    TERN_E_TOO_LONG,    /* the text has more code points than allowed; tern_error.pos is their number */
    TERN_E_TOO_COMPLEX, /* the text was made to keep its analysis busy; tern_error.pos is its number of tokens */
    TERN_E_INTERRUPTED, /* tern_options.interrupt said so; the context is as usable as before */
    TERN_E_MEMORY_LIMIT /* the run needs more than tern_options.memory; tern_error.pos is the text's number of code
                           points */
} tern_status;

typedef struct tern_error {
    tern_status code;
    size_t pos;    /* where: byte offset in the text or in the file; 0 if it does not apply */
    char msg[232]; /* what was wrong, where, what to do: one English sentence, no newline */
} tern_error;

typedef struct tern_model tern_model;
typedef struct tern_ctx tern_ctx;
typedef struct tern_doc tern_doc;

/* The matrix arithmetic of this process, to be chosen before the first model is opened; without a choice it is the
 * fastest that this CPU runs. name: "native", that; "avx512", "avx2", "portable" (NEON on arm64), "openblas", to
 * compare. "openblas" loads OpenBLAS (dlopen) and sets it, which the process may share, to one thread.
 * TERN_E_UNSUPPORTED if this library has no such kernel set, if it cannot run here (the sentence says what it needs),
 * or if another one is in use already. */
tern_status tern_use_kernels(const char *name, tern_error *err);

/* Name of the set in use; NULL before the choice. */
const char *tern_kernels(void);

/* What a run produces. Only the components it needs are run; tokens are always included. */
enum {
    TERN_TOKENS = 0u,
    TERN_ENTITIES = 1u << 0,
    TERN_SENTENCES = 1u << 1,
    TERN_DEPENDENCIES = 1u << 2, /* head and dep */
    TERN_TAGS = 1u << 3,
    TERN_POS = 1u << 4,
    TERN_MORPHS = 1u << 5,
    TERN_LEMMAS = 1u << 6,
    /* categories of the whole text; of a model without a classifier none, and no error */
    TERN_CATS = 1u << 7,
    TERN_NORMS = 1u << 8, /* of the tokens: any model has them, and no component runs for them */
    TERN_SPANS = 1u << 9, /* groups of spans (spaCy's Doc.spans); the same of a model without a component for them */
    TERN_NOUN_CHUNKS = 1u << 10, /* of a model with a parser whose language has them */
    TERN_EVERYTHING = (1u << 11) - 1,
    /* Not among everything, for it takes memory: the rows that the last tok2vec of the run made (spaCy's Doc.tensor);
     * of a model without one none, and no error. */
    TERN_TENSOR = 1u << 11
};

/* Components by spaCy's factory names. */
enum {
    TERN_TOK2VEC = 1u << 0,
    TERN_TAGGER = 1u << 1,
    TERN_PARSER = 1u << 2,
    TERN_SENTER = 1u << 3,
    TERN_ATTRIBUTE_RULER = 1u << 4,
    TERN_LEMMATIZER = 1u << 5,
    TERN_NER = 1u << 6,
    TERN_MORPHOLOGIZER = 1u << 7,
    TERN_TRAINABLE_LEMMATIZER = 1u << 8,
    TERN_SENTENCIZER = 1u << 9,
    TERN_TEXTCAT = 1u << 10,
    TERN_TEXTCAT_MULTILABEL = 1u << 11,
    TERN_SPANCAT = 1u << 12,
    TERN_SPANCAT_SINGLELABEL = 1u << 13,
    TERN_SPAN_FINDER = 1u << 14,
    TERN_ENTITY_RULER = 1u << 15,
    TERN_SPAN_RULER = 1u << 16,
    TERN_MERGE_ENTITIES = 1u << 17,
    TERN_MERGE_NOUN_CHUNKS = 1u << 18,
    TERN_MERGE_SUBTOKENS = 1u << 19,
    TERN_TOKEN_SPLITTER = 1u << 20,
    TERN_DOC_CLEANER = 1u << 21
};

/* spaCy's nlp.max_length (language.py): longer texts are refused, never cut. */
#define TERN_MAX_CHARS 1000000u

/* An entity that the tokens have before a run (of spaCy's Doc.ents). Strings are UTF-8 and NUL-terminated. */
typedef struct tern_preset_entity {
    size_t token_start, token_end; /* half open, not empty */
    const char *label;             /* any: the model need not know it. "": its tokens are blocked (Doc.set_ents) */
    const char *id;                /* spaCy's Span.id_; NULL or "" without one */
} tern_preset_entity;

typedef struct tern_options {
    /* Mask of TERN_ENTITIES, ...; what the components do not give stays unset. */
    unsigned want;
    /* Mask of components that may run, each for all that their factory made; 0: those that the pipeline enables by
     * default. Leaving one out means what spaCy's exclude means: without the parser, entities may differ. */
    unsigned components;
    /* Limit in code points; 0 means TERN_MAX_CHARS, more than that is TERN_MAX_CHARS. */
    size_t max_chars;
    /* Preset sentence starts, one per token (1 starts a sentence, -1 does not, 0 unknown) as spaCy's
     * Token.is_sent_start; NULL for none. Entities never cross a 1. */
    const signed char *sent_starts;
    /* Length of sent_starts; must be the number of tokens when sent_starts is set. */
    size_t sent_start_count;
    /* If not NULL, asked now and then by the running thread whether to give up: anything but 0 ends the run with
     * TERN_E_INTERRUPTED. At the start, between components and, within them, after each millisecond or so of work (up
     * to 40 in a text of a million tokens, the most there can be): it should take microseconds at most. */
    int (*interrupt)(void *user);
    /* Its argument. */
    void *interrupt_user;
    /* 1: besides the text's, the categories of each sentence, scored as a document of its own tokens (spaCy's
     * Span.as_doc). Needs TERN_CATS and TERN_SENTENCES in want. */
    int sentence_cats;
    /* Bytes that the context may hold during the run, what it kept included; a run that needs more ends with
     * TERN_E_MEMORY_LIMIT before it has taken them. 0: no limit. */
    size_t memory;
    /* The same as components by places in the pipeline (tern_model_component): bit 1 << place. Not together with
     * components; 0: as they say. */
    uint64_t places;
    /* Preset entities, preset_entity_count of them in the order of the text, none with a token of another; every other
     * token is outside. NULL: nothing is known of any token. To ner they are what spaCy's take a document's entities
     * for: they stay, with label and id, new ones come beside them, and a blocked token gets none. Rulers do with them
     * as they are set up to; where one sets entities, blocked tokens are blocked no longer. They come out by
     * tern_doc_entity, blocked tokens each with an empty label. Need not outlive the call. TERN_E_ARGUMENT for tokens
     * that are not there, for another order, for a label of NULL, for what is not UTF-8. */
    const tern_preset_entity *preset_entities;
    size_t preset_entity_count;
    /* 1: entities get scores (tern_entity). Changes nothing else; 0 takes no time. */
    int entity_scores;
    /* 0 to 1: entities with a lower score are not in the document, after all components have seen them. Above 0 it
     * needs entity_scores. */
    double min_score;
} tern_options;

/* A piece of the text, half open, in the three units that callers count in. */
typedef struct tern_span {
    size_t byte_start, byte_end;   /* UTF-8 bytes */
    size_t char_start, char_end;   /* code points: Python, spaCy */
    size_t utf16_start, utf16_end; /* UTF-16 units: JavaScript, Java, C# */
} tern_span;

/* Strings are UTF-8 and NUL-terminated, "" where a component did not set them; those of the model live as long as it
 * does. */
typedef struct tern_token {
    tern_span span;
    int space;      /* 1 if one U+0020 that belongs to no token follows (spaCy's Token.whitespace_) */
    int sent_start; /* 1 begins a sentence, -1 does not, 0 unknown */
    size_t head;    /* index of the syntactic head; the token's own for a root and where there is no parse */
    const char *tag, *pos, *morph, *dep; /* owned by the model */
    const char *lemma;                   /* owned by the document; holds lemma_len bytes, among which U+0000 may be */
    size_t lemma_len;
    /* spaCy's Token.norm_, unless TERN_NORMS was not wanted; owned by the document, U+0000 may be in it */
    const char *norm;
    size_t norm_len; /* bytes */
} tern_token;

/* The same as the ids of spaCy's StringStore: a symbol's number, or a hash of the text; 0 where a component set
 * nothing. A MORPH that was set, if to nothing, is the id of "_". */
typedef struct tern_token_ids {
    uint64_t tag, pos, morph, dep, lemma;
    uint64_t norm; /* of the tokenizer's special case that made the token; 0 where the norm is the word's own */
    const char
        *norm_text; /* the same as text, whatever was wanted; owned by the model; "" where it is the word's own */
} tern_token_ids;

typedef struct tern_entity {
    tern_span span;
    size_t token_start, token_end; /* half open */
    const char *label;             /* NUL-terminated, owned by the model, or by the document if it was preset */
    const char *id;                /* spaCy's Span.id_, from an entity ruler's pattern; the same, "" without one */
    /* 0 to 1: how probable ner's network says it is (docs/parity.md, Scores of entities); 1 of one that a rule or the
     * caller has set; 0 of all where tern_options.entity_scores did not ask for scores */
    double score;
} tern_entity;

typedef struct tern_sentence {
    tern_span span;
    size_t token_start, token_end; /* half open */
} tern_sentence;

/* What a text classifier says of one category (an entry of spaCy's Doc.cats). */
typedef struct tern_cat {
    const char *label; /* NUL-terminated, owned by the model */
    double score;      /* a probability, unless the model was trained without an output layer */
} tern_cat;

/* An entry of spaCy's Doc.spans. */
typedef struct tern_span_group {
    const char *key; /* NUL-terminated, owned by the model */
    size_t span_count;
    int has_scores; /* 1: its spans have scores (SpanGroup.attrs["scores"]) */
} tern_span_group;

/* A span of a group; spans of one group may overlap. */
typedef struct tern_group_span {
    tern_span span;
    size_t token_start, token_end; /* half open, never empty */
    const char *label;             /* NUL-terminated, owned by the model; "" without one */
    double score;                  /* of its label; 0 in a group without scores */
} tern_group_span;

/* A base noun phrase (of spaCy's Doc.noun_chunks). */
typedef struct tern_noun_chunk {
    tern_span span;
    size_t token_start, token_end; /* half open; empty in rare Catalan chunks */
} tern_noun_chunk;

/* ---- model ------------------------------------------------------------------------------------------------------- */

/* Maps the file read-only and checks its header, table and every shape. Section checksums are left to
 * tern_model_verify. The file must stay as it is while the model is open: what is written into it would be read
 * unchecked, and where it is cut short the process dies of SIGBUS. To replace it, write a new file and rename that; the
 * open model keeps the old one. */
tern_status tern_model_open(const char *path, tern_model **out, tern_error *err);

/* The same from a copy in memory, with every section's checksum compared: what happens to the file afterwards does not
 * matter, and a file that is just being written is refused. For programs that live long; it takes the file's size in
 * memory, and time with it. */
tern_status tern_model_load(const char *path, tern_model **out, tern_error *err);

/* The same on bytes already in memory, which must be 64-byte aligned, stay unchanged and outlive the model. */
tern_status tern_model_open_memory(const void *data, size_t size, tern_model **out, tern_error *err);

/* Unmaps the file, or frees the copy. No context of the model may be in use any more. NULL is allowed. */
void tern_model_close(tern_model *model);

/* Compares every section with its CRC-32C: reads the whole file. Any thread. */
tern_status tern_model_verify(const tern_model *model, tern_error *err);

/* The model's description (JSON, UTF-8, not NUL-terminated, owned by the model): source package, versions, licence. */
tern_status tern_model_meta(const tern_model *model, const char **json, size_t *len);

/* Mask of what this model can produce (TERN_ENTITIES, ...). 0 for NULL. */
unsigned tern_model_offers(const tern_model *model);

/* Mask of the components that it has, and of those that run by default (spaCy's nlp.pipe_names), by factory: a bit may
 * stand for several components. 0 for NULL. */
unsigned tern_model_components(const tern_model *model);
unsigned tern_model_default_components(const tern_model *model);

/* A component of the pipeline. Strings are NUL-terminated and owned by the model. */
typedef struct tern_component {
    const char *name;    /* its own, unique in the pipeline */
    const char *factory; /* of spaCy's that made it: "ner" */
    unsigned component;  /* the same as a bit: TERN_NER */
    int is_default;      /* 1 if it runs by default */
} tern_component;

/* The components in the order in which they run, at most 64. TERN_E_ARGUMENT for a place beyond the last. */
size_t tern_model_component_count(const tern_model *model);
tern_status tern_model_component(const tern_model *model, size_t place, tern_component *out);

/* 1 if it cuts texts into words; 0 if it was converted without its tokenizer and takes words only (tern_run_words;
 * tern_run is TERN_E_UNSUPPORTED). 0 for NULL. */
int tern_model_has_tokenizer(const tern_model *model);

/* One component's bit for its name ("ner") and back; 0 and NULL when unknown. */
unsigned tern_component_from_name(const char *name, size_t len);
const char *tern_component_name(unsigned component);

typedef struct tern_section {
    const char *name, *kind, *dtype; /* owned by the model */
    uint64_t offset, size;           /* bytes */
    uint32_t rank, crc;
    uint64_t dims[4];
} tern_section;

/* For tools: the sections of the file in the order of their names. */
size_t tern_model_section_count(const tern_model *model);
tern_status tern_model_section(const tern_model *model, size_t index, tern_section *out);

/* spaCy's id of any text, as its StringStore gives it: 0 for "". 0 for NULL, too. */
uint64_t tern_model_string_id(const tern_model *model, const char *text, size_t len);

/* ---- running ----------------------------------------------------------------------------------------------------- */

/* A context for one thread at a time. The model must outlive it. */
tern_status tern_ctx_new(const tern_model *model, tern_ctx **out, tern_error *err);
void tern_ctx_free(tern_ctx *ctx); /* NULL is allowed; its document goes with it */

/* Ends the document and, if it was a long one, gives its memory back: for a context that waits for its next run. */
void tern_ctx_trim(tern_ctx *ctx); /* NULL is allowed */

/* Bytes that the context holds now, and the most that it held during its last run; besides, each encoder has up to 2 MB
 * for a memo of embeddings and a third of the size of its window layers. 0 for NULL. */
size_t tern_ctx_memory(const tern_ctx *ctx);
size_t tern_ctx_peak_memory(const tern_ctx *ctx);

/* Annotates text (UTF-8, len bytes, U+0000 allowed, need not outlive the call). options NULL: everything the model
 * offers. *out is owned by ctx and valid until its next run. Memory is kept between runs, up to 8 MB; what a long text
 * needs besides is given back: working memory at the end of its run, the document at the next run or by tern_ctx_trim.
 * A run needs up to 16 MB and 250 bytes for each code point of the text: prose 50, a text that is a token for each code
 * point 150; with TERN_NORMS 20 more, with TERN_NOUN_CHUNKS 40, with TERN_TENSOR its rows besides. */
tern_status tern_run(tern_ctx *ctx, const char *text, size_t len, const tern_options *options, const tern_doc **out,
                     tern_error *err);

/* A hint: tern_run is going to get these texts one after the other, with these options (texts and lengths: count of
 * them; they need not outlive the call). The encoders of several short ones then run together, which is faster. Answers
 * are the same with or without, up to the last bits of scores and of TERN_TENSOR, and so are errors; it is only lost if
 * another text, or other components, come first. Returns how many of the texts have been looked at, for the next call
 * to begin with those behind them; 0 where it would be of no use: a long text, a text alone, a pipeline whose encoders
 * read what other components set. Ends the context's document. */
#define TERN_AHEAD_TEXTS 64u   /* it looks at no more */
#define TERN_AHEAD_BYTES 2048u /* nor at a longer text */
size_t tern_run_ahead(tern_ctx *ctx, const char *const *texts, const size_t *lengths, size_t count,
                      const tern_options *options);

/* Words that are cut already. */
typedef struct tern_words {
    size_t count;
    const char *const *words;    /* [count] UTF-8, none of them empty; U+0000 and white space are allowed */
    const size_t *lengths;       /* [count] bytes; NULL: each word ends with NUL */
    const unsigned char *spaces; /* [count] 1: one U+0020 follows the word; NULL: one follows each, as in spaCy */
} tern_words;

/* The same for words instead of a text, as spaCy's pipeline runs on Doc(vocab, words, spaces): each is a token,
 * whatever is in it, and the tokenizer with its norms is not asked. The words make a text (tern_doc_text), in which all
 * offsets count and to which max_chars applies. Nothing needs to outlive the call. TERN_E_ARGUMENT for an empty word.
 */
tern_status tern_run_words(tern_ctx *ctx, const tern_words *words, const tern_options *options, const tern_doc **out,
                           tern_error *err);

/* ---- words ------------------------------------------------------------------------------------------------------- */

/* spaCy's flags of words (Lexeme.is_alpha, ...): bit 1 << the number of its attribute (spacy/attrs.pxd). */
enum {
    TERN_WORD_ALPHA = 1u << 1,
    TERN_WORD_ASCII = 1u << 2,
    TERN_WORD_DIGIT = 1u << 3,
    TERN_WORD_LOWER = 1u << 4,
    TERN_WORD_PUNCT = 1u << 5,
    TERN_WORD_SPACE = 1u << 6,
    TERN_WORD_TITLE = 1u << 7,
    TERN_WORD_UPPER = 1u << 8,
    TERN_WORD_LIKE_URL = 1u << 9,
    TERN_WORD_LIKE_NUM = 1u << 10,
    TERN_WORD_LIKE_EMAIL = 1u << 11,
    TERN_WORD_STOP = 1u << 12,
    TERN_WORD_BRACKET = 1u << 14,
    TERN_WORD_QUOTE = 1u << 15,
    TERN_WORD_LEFT_PUNCT = 1u << 16,
    TERN_WORD_RIGHT_PUNCT = 1u << 17,
    TERN_WORD_CURRENCY = 1u << 18,
    TERN_WORD_EVERYTHING = 0x7dffeu
};

/* A text beside the one that was asked for; UTF-8, NUL-terminated, U+0000 may be in it; the context's. */
typedef struct tern_form {
    uint64_t id; /* of spaCy's StringStore */
    const char *text;
    size_t len; /* bytes */
} tern_form;

/* What spaCy's Lexeme knows of a word without being told. */
typedef struct tern_lexeme {
    uint32_t flags, known; /* TERN_WORD_*; known: those that the model can tell, the others are 0 */
    size_t chars;          /* code points */
    uint64_t orth;         /* id of the word itself */
    tern_form lower, norm, shape, prefix, suffix;
} tern_lexeme;

/* Of any text as one word (UTF-8, len bytes, need not outlive the call). Stop words, numbers, addresses, marks and
 * currencies only a file of a language alone knows (convert.languages). All is 0 and "" for the empty text. Ends the
 * context's document; *out is valid until the context's next run or word. */
tern_status tern_lexeme_of(tern_ctx *ctx, const char *text, size_t len, tern_lexeme *out, tern_error *err);

/* ---- a parse of the caller's ------------------------------------------------------------------------------------- */

/* Columns of [count] tokens: heads, each the index of a token, its own for a root, in Japanese without circles; ids of
 * labels and of coarse parts of speech (spaCy's StringStore), 0 where there is none. */
typedef struct tern_parse {
    size_t count;
    const uint32_t *heads;
    const uint64_t *deps, *pos;
} tern_parse;

/* Its noun chunks by the model's language, as tokens of a document for tern_doc_noun_chunk, which has nothing else.
 * TERN_E_UNSUPPORTED for a language without; TERN_E_ARGUMENT for other heads, and for the rare parse to
 * which spaCy answers with an error. *out as that of tern_run. */
tern_status tern_noun_chunks(tern_ctx *ctx, const tern_parse *parse, const tern_doc **out, tern_error *err);

/* ---- results (thread: the one that uses the context) ------------------------------------------------------------- */

size_t tern_doc_token_count(const tern_doc *doc);
tern_status tern_doc_token(const tern_doc *doc, size_t index, tern_token *out);

tern_status tern_doc_token_ids(const tern_doc *doc, size_t index, tern_token_ids *out);

/* Rows of TERN_TENSOR, one per token, of width floats; owned by the document. NULL without tokens; NULL and a width of
 * 0 where they were not wanted or no tok2vec ran. */
tern_status tern_doc_tensor(const tern_doc *doc, const float **rows, size_t *width);

/* The text of a document of tern_run_words (not NUL-terminated, owned by the document). TERN_E_ARGUMENT and NULL for
 * one of tern_run, whose text is the caller's. */
tern_status tern_doc_text(const tern_doc *doc, const char **text, size_t *len);

/* Mask of the annotations that at least one token carries (spaCy's Doc.has_annotation); everything for an empty
 * document. TERN_ENTITIES where a component has set entities: preset ones alone do not count. TERN_CATS where there are
 * categories, TERN_SPANS where there are groups of spans, TERN_NORMS where norms were wanted and TERN_NOUN_CHUNKS where
 * noun chunks were wanted and there is a parse, empty document or not. */
unsigned tern_doc_annotations(const tern_doc *doc);

/* Sentences: those that the sentence starts mark off; none when TERN_SENTENCES is not among the annotations. */
size_t tern_doc_sentence_count(const tern_doc *doc);
tern_status tern_doc_sentence(const tern_doc *doc, size_t index, tern_sentence *out);

size_t tern_doc_entity_count(const tern_doc *doc);
tern_status tern_doc_entity(const tern_doc *doc, size_t index, tern_entity *out);

/* Categories in the order of the classifier's labels; those of textcat and textcat_multilabel in the order of the
 * pipeline, of which the later one's score counts for a label of both. None where no classifier ran; all 0 for an empty
 * document. */
size_t tern_doc_cat_count(const tern_doc *doc);
tern_status tern_doc_cat(const tern_doc *doc, size_t index, tern_cat *out);

/* The same of a sentence, after a run with tern_options.sentence_cats. */
tern_status tern_doc_sentence_cat(const tern_doc *doc, size_t sentence, size_t index, tern_cat *out);

/* Groups of spans in the order in which the components set their keys first, the spans of each in spaCy's order. A
 * group may be empty; those of the pipeline's span components are there even in an empty document. */
size_t tern_doc_span_group_count(const tern_doc *doc);
tern_status tern_doc_span_group(const tern_doc *doc, size_t index, tern_span_group *out);
tern_status tern_doc_group_span(const tern_doc *doc, size_t group, size_t index, tern_group_span *out);

/* Noun chunks in spaCy's order, which is that of the text, but backwards in Turkish. None where TERN_NOUN_CHUNKS is not
 * among the annotations: where they were not wanted, without a parse, and for the rare parse to which spaCy answers
 * with an error. */
size_t tern_doc_noun_chunk_count(const tern_doc *doc);
tern_status tern_doc_noun_chunk(const tern_doc *doc, size_t index, tern_noun_chunk *out);

/* "0.1.0" */
const char *tern_version(void);

#ifdef __cplusplus
}
#endif
#endif
