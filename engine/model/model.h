/* model.h - a .tern file as typed, checked, constant structs. Each is filled by the file that reads it, which checks
 * every shape and every index once, so that the rest of the engine indexes without asking (model_bind.c calls them in
 * order). Pointers lead into the mapping. docs/file-format.md describes the sections. */
#ifndef TERN_MODEL_H
#define TERN_MODEL_H

#include "kernels.h"
#include "map.h"
#include "model_file.h"

#define NO_STRING UINT32_MAX
#define CODE_POINTS 0x110000u

/* chars/flags; the tests of Python's str on one code point, and what final sigma needs (Unicode 3.13, Final_Sigma). */
enum {
    CHAR_ALPHA = 1 << 0,
    CHAR_DIGIT = 1 << 1,
    CHAR_UPPER = 1 << 2,
    CHAR_LOWER = 1 << 3,
    CHAR_TITLE = 1 << 4,
    CHAR_SPACE = 1 << 5,
    CHAR_PUNCT = 1 << 6,
    CHAR_CURRENCY = 1 << 7,
    CHAR_CASED = 1 << 8,
    CHAR_CASE_IGNORABLE = 1 << 9
};

/* Features of a token that embeddings read. */
enum {
    ATTR_NORM = 0,
    ATTR_PREFIX,
    ATTR_SUFFIX,
    ATTR_SHAPE,
    ATTR_SPACY,
    ATTR_IS_SPACE,
    ATTR_LOWER,
    ATTR_ORTH,
    ATTR_COUNT
};

/* In a file, a feature that is none of these: this and PATTERN_*. */
#define ATTR_OF_PATTERNS 64

/* What the patterns of the attribute ruler test. */
enum {
    RULER_TAG = 0,
    RULER_POS,
    RULER_MORPH,
    RULER_LEMMA,
    RULER_DEP,
    RULER_LOWER,
    RULER_IS_SPACE,
    RULER_ORTH,
    RULER_ATTRS
};

/* What token patterns test of a token (engine/patterns). */
enum {
    PATTERN_ORTH = 0,
    PATTERN_NORM,
    PATTERN_LOWER,
    PATTERN_SHAPE,
    PATTERN_PREFIX,
    PATTERN_SUFFIX,
    PATTERN_LENGTH,
    PATTERN_SPACY,
    PATTERN_LEMMA,
    PATTERN_POS,
    PATTERN_TAG,
    PATTERN_DEP,
    PATTERN_MORPH,
    PATTERN_ENT_TYPE,
    PATTERN_ENT_IOB,
    PATTERN_ENT_ID,
    PATTERN_ENT_KB_ID,
    PATTERN_SENT_START,
    PATTERN_IS_ALPHA,
    PATTERN_IS_ASCII,
    PATTERN_IS_DIGIT,
    PATTERN_IS_LOWER,
    PATTERN_IS_UPPER,
    PATTERN_IS_TITLE,
    PATTERN_IS_PUNCT,
    PATTERN_IS_SPACE,
    PATTERN_IS_CURRENCY,
    PATTERN_ID,
    PATTERN_HEAD,
    PATTERN_IDX,
    PATTERN_ATTRS
};

/* Behind them, a flag that a language gives its words by lists and expressions: this and spaCy's number of it
 * (spacy/attrs.pxd). Embeddings and phrases look at such; of token patterns these are tests like others. */
#define PATTERN_FLAGS 64
#define WORD_FLAGS 64

/* How a flag is told, besides PREDICATE_AMONG and PREDICATE_FOUND: the word looks like a web address (lex_attrs.py
 * like_url) by top-level domains and the tokenizer's url_match. */
#define FLAG_URL 7

/* Added to the attribute of phrases whose values may be 0. From 64 on it is what the hash of a sequence begins with:
 * one that began with 0 would not tell a 0 from two. */
#define PHRASE_SEEDED 128

/* What has to be there before a value is asked for. A flag is one of the word's text. */
static inline uint32_t pattern_attr_bit(uint32_t attr) { return 1u << (attr < PATTERN_ATTRS ? attr : PATTERN_ORTH); }

/* How: the value is among ids, or between two numbers; MORPH's features are a subset or a superset of ids, or share
 * one; an expression is found in the value's text; the text is near to another. */
enum {
    PREDICATE_AMONG = 0,
    PREDICATE_RANGE,
    PREDICATE_SUBSET,
    PREDICATE_SUPERSET,
    PREDICATE_INTERSECTS,
    PREDICATE_FOUND,
    PREDICATE_NEAR,
    PREDICATE_KINDS
};

/* How often a token of a pattern may be there (matcher.pxd quantifier_t); QUANTIFIER_END is behind the last. */
enum { QUANTIFIER_NOT = 0, QUANTIFIER_OPTIONAL, QUANTIFIER_STAR, QUANTIFIER_ONE, QUANTIFIER_END, QUANTIFIERS };

/* Components in the numbering of the section pipeline; bit 1 << n is TERN_TOK2VEC, ... of tern.h. */
enum {
    COMPONENT_TOK2VEC = 0,
    COMPONENT_TAGGER,
    COMPONENT_PARSER,
    COMPONENT_SENTER,
    COMPONENT_ATTRIBUTE_RULER,
    COMPONENT_LEMMATIZER,
    COMPONENT_NER,
    COMPONENT_MORPHOLOGIZER,
    COMPONENT_TRAINABLE_LEMMATIZER,
    COMPONENT_SENTENCIZER,
    COMPONENT_TEXTCAT,
    COMPONENT_TEXTCAT_MULTILABEL,
    COMPONENT_SPANCAT,
    COMPONENT_SPANCAT_SINGLELABEL,
    COMPONENT_SPAN_FINDER,
    COMPONENT_ENTITY_RULER,
    COMPONENT_SPAN_RULER,
    COMPONENT_MERGE_ENTITIES,
    COMPONENT_MERGE_NOUN_CHUNKS,
    COMPONENT_MERGE_SUBTOKENS,
    COMPONENT_TOKEN_SPLITTER,
    COMPONENT_DOC_CLEANER,
    COMPONENT_COUNT
};

/* Components that change what the tokens of a document are. */
#define TERN_RETOKENIZERS (TERN_MERGE_ENTITIES | TERN_MERGE_NOUN_CHUNKS | TERN_MERGE_SUBTOKENS | TERN_TOKEN_SPLITTER)

/* Components that classify texts. */
#define TERN_TEXTCATS (TERN_TEXTCAT | TERN_TEXTCAT_MULTILABEL)

#define PIPELINE_MAX_LENGTH 64

/* Components by their places in the pipeline: bit 1 << place. */
typedef uint64_t place_set;
#define AT_PLACE(place) ((place_set)1 << (place))

/* Components that make groups of spans. */
#define TERN_SPAN_MAKERS (TERN_SPANCAT | TERN_SPANCAT_SINGLELABEL | TERN_SPAN_FINDER)

/* Which algorithm the lemmatizer follows: lang/en/lemmatizer.py, pipeline/lemmatizer.py rule_lemmatize, lang/mk,
 * lang/fr (and ca), pipeline/lemmatizer.py lookup_lemmatize, lang/es, lang/el, lang/nl rule_lemmatize, lang/nl
 * lookup_lemmatize (and ht), lang/pl, lang/it. */
enum {
    LEMMATIZER_ENGLISH = 0,
    LEMMATIZER_RULES,
    LEMMATIZER_MACEDONIAN,
    LEMMATIZER_FRENCH,
    LEMMATIZER_LOOKUP,
    LEMMATIZER_SPANISH,
    LEMMATIZER_GREEK,
    LEMMATIZER_DUTCH,
    LEMMATIZER_LOWER_LOOKUP,
    LEMMATIZER_POLISH,
    LEMMATIZER_ITALIAN,
    LEMMATIZER_KINDS
};

/* Added to a lemma that spaCy's table has as a text, not as a list of texts: where lang/fr takes the first of the list,
 * it takes the first character of such a text. */
#define LEMMA_IS_TEXT (1u << 31)

/* Actions of the BILUO move table in spaCy's numbering (ner.pyx). */
enum { NER_MISSING = 0, NER_BEGIN, NER_IN, NER_LAST, NER_UNIT, NER_OUT };

/* What a state looks at, without and with extra_state_tokens (_state.pxd set_context_tokens). */
enum { NER_SLOTS = 3, NER_EXTRA_SLOTS = 6, PARSER_SLOTS = 8, PARSER_EXTRA_SLOTS = 13 };
#define TRANSITION_MAX_CLASSES 65536
#define BEAM_MAX_WIDTH 1024
#define TEMPERATURE_LEAST 0.01F
#define TEMPERATURE_MOST 100.0F

/* Actions of the arc-eager move table in spaCy's numbering (arc_eager.pyx). */
enum { ARC_SHIFT = 0, ARC_REDUCE, ARC_LEFT, ARC_RIGHT, ARC_BREAK };

typedef struct char_table {
    const uint16_t *block, *class_of, *flags;
    const int32_t *lower;
    uint32_t class_count;
} char_table;

typedef struct string_table {
    const char *bytes;
    const uint32_t *start;
    const uint64_t *id;
    uint32_t count;
} string_table;

typedef struct stem_table {
    const uint32_t *rows; /* [count][3] string number of a suffix, characters to cut, longer than */
    uint32_t count;       /* 0: NORM is str.lower() */
} stem_table;

#define STEMS_MAX 1024

typedef struct dfa {
    const uint16_t *column, *next, *start, *tracker;
    const uint8_t *accept;
    uint32_t cols, states, trackers; /* states 0: there is no such expression */
    int anchored;                    /* a match can only begin at the beginning of the text */
    /* if not: elsewhere it begins in one and the same state, and never ends by the text's end */
    int steady;
} dfa;

#define TOKENIZER_MAX_RULE 4096  /* bytes; with the next it keeps the tokenizer linear, whatever a file says */
#define TOKENIZER_MAX_PHRASE 256 /* tokens */

typedef struct tokenizer_tables {
    dfa prefix, suffix, infix, url_match, token_match;
    map rules, phrases;
    const uint32_t *rule_start, *rule_pieces;
    uint32_t rule_count, suffix_reversed, longest_rule_bytes, longest_phrase;
} tokenizer_tables;

/* word_vectors.h; bits (B) 0: no text has a vector. */
typedef struct vector_keys {
    const uint32_t *start;
    const uint64_t *keys;
    uint32_t bits, count;
} vector_keys;

/* Limits that keep the vector of a word linear in its length, whatever a file says. */
#define FLORET_MAX_PIECE 32 /* code points */
#define FLORET_MAX_MARK 64  /* bytes */

typedef struct floret_settings {
    uint32_t minn, maxn, hash_count, seed; /* hash_count 0: vectors have keys, or there are none */
    const char *bow, *eow;                 /* what is put before and after a word */
    size_t bow_len, eow_len;
} floret_settings;

/* A maxout layer and the layer norm after it. */
typedef struct maxout_weights {
    packed_layer layer;
    const float *G, *beta; /* [layer.nO] */
} maxout_weights;

#define TOK2VEC_MAX_FEATURES 16
#define TOK2VEC_MAX_DEPTH 64
#define TOK2VEC_MAX_WINDOW 32
#define TOK2VEC_MAX_WIDTH 4096
#define TOK2VEC_MAX_CHARS 16384 /* floats that the bytes of a word become */
#define CHAR_VALUES 256         /* of a byte of a word, and 255 where there is none */

typedef struct tok2vec_weights {
    uint32_t features, width, depth;
    uint32_t attr[TOK2VEC_MAX_FEATURES], seed[TOK2VEC_MAX_FEATURES], rows[TOK2VEC_MAX_FEATURES];
    /* pattern_attr_bit of the features that are read when the encoder's turn comes, into the columns from ATTR_COUNT on
     */
    uint32_t reads, read[TOK2VEC_MAX_FEATURES];
    const float *embed[TOK2VEC_MAX_FEATURES]; /* [rows][width] */
    uint32_t static_rows;                     /* 0: the encoder reads no static vectors */
    const float *static_floats;               /* [static_rows][width]; NULL: static_halves */
    const uint16_t *static_halves;
    uint32_t unknown_row;          /* 1 + that of a text without a vector; 0: zeros */
    const floret_settings *floret; /* what finds the rows of a word; NULL: its key */
    const float *chars;            /* [char_places][CHAR_VALUES][char_width] rows of a word's bytes */
    uint32_t char_places, char_width;
    maxout_weights join; /* of the embeddings, ahead of mix; layer.nO 0: there is none */
    maxout_weights mix, conv[TOK2VEC_MAX_DEPTH];
    uint32_t window, mish; /* rows on either side that a layer sees; 1: mish in place of the largest piece */
    uint32_t cuts_edges;   /* 1: rows beyond the document are zero before every layer, not only the first, */
    uint32_t edges;        /* but for so many at each end */
    const float *edge_row; /* [width] rows beyond the document, before the first layer; NULL: zeros */
} tok2vec_weights;

/* Blocks of width inputs that the mixing layer has: the features, then the static vectors. */
static inline uint32_t tok2vec_blocks(const tok2vec_weights *w) { return w->features + (w->static_rows > 0); }

/* Inputs of the first layer: those blocks, behind the rows of the word's bytes. */
static inline size_t tok2vec_chars(const tok2vec_weights *w) { return (size_t)w->char_places * w->char_width; }
static inline size_t tok2vec_inputs(const tok2vec_weights *w)
{
    return tok2vec_chars(w) + (size_t)tok2vec_blocks(w) * w->width;
}

typedef struct transition_weights {
    uint32_t slots, width, hidden, classes; /* slots: state features */
    packed_layer linear;                    /* width -> hidden */
    /* hidden -> hidden maxout, of slot 0; layer_floats(&lower) on: of slot 1 ... */
    packed_layer lower;
    /* hidden -> classes; no panels: the lower layer has classes outputs, the scores */
    packed_layer upper;
    const float *lower_pad; /* [slots][layer_sums(&lower)] */
} transition_weights;

/* width 0: there is no search, and the best class is taken in every state. */
typedef struct beam_settings {
    uint32_t width; /* states that are kept */
    float density;  /* of what a state must be worth, as a part of the best one */
} beam_settings;

typedef struct ner_model {
    transition_weights net;
    beam_settings beam;
    const uint32_t *moves; /* [classes][2] action, label */
    float temperature;     /* by which scores are divided before they become probabilities */
} ner_model;

typedef struct parser_model {
    transition_weights net;
    beam_settings beam;
    const uint32_t *moves; /* [classes][3] action, label, label of the head to look for */
    uint32_t root_label;
} parser_model;

typedef struct tagger_model {
    packed_layer output;
    uint32_t normalize;     /* 1: scores are probabilities, which may be equal where sums are not */
    const uint32_t *labels; /* [output.nO] */
    uint32_t keeps;         /* 1: what is set already stays; the same below */
} tagger_model;

typedef struct morphologizer_model {
    packed_layer output;
    uint32_t normalize;
    const uint32_t *labels; /* [output.nO][2] MORPH, POS */
    uint32_t keeps;
} morphologizer_model;

#define EDIT_TREE_MAX_EDITS 256 /* at one end of a word */
#define EDIT_TREE_TOP_K_GUARDRAIL                                                                                      \
    20 /* with a larger top_k spaCy takes numpy's argsort (TOP_K_GUARDRAIL), which leaves the order of                 \
        * equal scores to the CPU: the last comes first, as where it keeps their order */

typedef struct trainable_lemmatizer_model {
    packed_layer output;
    const uint32_t *trees; /* [output.nO][6] */
    const uint32_t *edits; /* [n][3] */
    uint32_t normalize, top_k, text_if_none_applies, keeps;
} trainable_lemmatizer_model;

/* How rows of an encoder become one vector, in the order in which the parts stand there; POOL_ATTENTION stands
 * alone. */
enum {
    POOL_FIRST = 1 << 0,
    POOL_LAST = 1 << 1,
    POOL_MAX = 1 << 2,
    POOL_MEAN = 1 << 3,
    POOL_ATTENTION = 1 << 4,
    POOL_SUM = 1 << 5 /* of spans only */
};

enum {
    TEXTCAT_BOW = 1 << 0,
    TEXTCAT_KEYS = 1 << 1,
    TEXTCAT_SAME = 1 << 2,
    TEXTCAT_PLAIN = 1 << 3, /* no norm after the hidden layer */
    TEXTCAT_PARTS = (1 << 4) - 1
};

#define BOW_MAX_NGRAM 16
#define BOW_MAX_BUCKETS (1u << 28)

typedef struct bow_model {
    uint32_t labels; /* 0: there is no bag of words */
    uint32_t longest, buckets, activation, overlaps;
    const uint64_t *used;   /* [positions / 64] */
    const uint32_t *before; /* [positions / 64] */
    const float *rows, *bias;
} bow_model;

static inline uint32_t bow_row_length(const bow_model *w) { return w->overlaps ? 1 : w->labels; }

typedef struct textcat_model {
    uint32_t label_count, pooling, activation, parts;
    uint32_t width;         /* of the rows; 0 without pooling */
    const uint32_t *labels; /* [label_count] */
    bow_model bow;
    packed_layer key, query, output; /* key.nO 0: the query looks at the rows themselves */
    maxout_weights hidden;           /* G NULL: there is no norm after it */
} textcat_model;

enum { SPANCAT_NEGATIVE = 1 << 0, SPANCAT_DISJOINT = 1 << 1, SPANCAT_PARTS = (1 << 2) - 1 };

#define SPANCAT_MAX_SIZE 512  /* tokens of a suggested n-gram */
#define SPANCAT_MAX_SIZES 512 /* of n-grams */
#define SPANCAT_MAX_HIDDEN 65536
#define SPANCAT_NO_LIMIT UINT32_MAX /* max_positive, max_length */

typedef struct spancat_model {
    uint32_t label_count, key, pooling, width, activation, max_positive, parts;
    float threshold;        /* -inf: none */
    const uint32_t *labels; /* [label_count]; with SPANCAT_NEGATIVE there is one more class, the last: no label */
    uint32_t size_count;    /* of suggested n-grams; 0: the spans of preset_key are suggested */
    const uint32_t *sizes;  /* [size_count][2] ascending size, its place among spaCy's sizes */
    uint32_t preset_key;
    maxout_weights hidden; /* what the output layer reads; nO 0: there is none */
    packed_layer output;
} spancat_model;

typedef struct span_finder_model {
    uint32_t key, min_length, max_length, activation;
    float threshold;
    packed_layer output; /* whether a span begins, whether one ends */
} span_finder_model;

typedef struct senter_model {
    packed_layer output;
    uint32_t normalize, overwrite;
} senter_model;

typedef struct sentencizer_tables {
    const uint64_t *marks; /* [mark_count] ascending */
    uint32_t mark_count, overwrite;
} sentencizer_tables;

/* Limits that keep every component linear, whatever a file says. */
#define RULER_MAX_LIST 4096    /* rules that may begin with one tag */
#define PATTERN_MAX_TESTS 256  /* of a token of a pattern */
#define PATTERN_MAX_EDITS 1000 /* that a text may be away from that of a test */
#define PHRASE_MAX_TOKENS 1024
#define PHRASE_MAX_KEYS 4096       /* of one phrase */
#define LEMMATIZER_MAX_RULES 1024  /* of one part of speech or list; also forms of one exception, and groups */
#define LEMMATIZER_MAX_FEATURES 64 /* of one group */

/* Regular expressions that are searched in a token's value: whether, not where. */
typedef struct pattern_automata {
    const uint32_t *head;  /* [count][7] first point, points, first cell, columns, first state, states, start */
    const uint32_t *point; /* first code point of each interval, ascending from 0 within an expression */
    const uint16_t *column;
    const uint16_t *next;
    const uint8_t *accept;
    uint32_t count;
} pattern_automata;

/* Token patterns: what spaCy's Matcher holds (docs/file-format.md, COMPONENT/patterns/...). */
typedef struct pattern_tables {
    uint32_t pattern_count, node_count, spec_count, test_count, list_count, indexed_count;
    const uint32_t *start;      /* [pattern_count] first node of each */
    const uint32_t *nodes;      /* [node_count][3] QUANTIFIER_*, spec (of an end: key), 1 if states may meet */
    const uint32_t *spec_start; /* [spec_count + 1] */
    const uint32_t *spec_tests; /* numbers of tests, all of which must hold */
    const uint32_t *tests;      /* [test_count][5] PREDICATE_*, PATTERN_*, negated, first operand, operands */
    const uint64_t *values;     /* ids and numbers */
    const uint32_t *near;       /* [n][2] string number, edits allowed */
    pattern_automata automata;
    const uint32_t *indexed;            /* [indexed_count] PATTERN_*: what first tells patterns apart */
    map by_first;                       /* phrase_hash(PATTERN_* + 1, value) -> list */
    const uint32_t *list_start, *lists; /* numbers of patterns, ascending; list 0: those that any token may begin */
    uint32_t attrs;                     /* bit 1 << PATTERN_*: what is tested */
} pattern_tables;

/* The flags of the language (docs/file-format.md, flags/...), and words' numbers among the vectors. */
typedef struct token_flag_tables {
    /* [count][5] as of token patterns: is ORTH or LOWER among ids, or is an expression found; or FLAG_URL, ids of
     * top-level domains */
    const uint32_t *tests;
    const uint64_t *values;
    pattern_automata automata;
    uint32_t count, value_count;
    uint8_t test[WORD_FLAGS]; /* 1 + number of the flag's test; 0: it has none */
    id_table ids;             /* id of a text -> number of its vector */
} token_flag_tables;

/* Sequences of tokens' values: what spaCy's PhraseMatcher holds. In place: there may be hundreds of thousands. */
typedef struct phrase_tables {
    uint32_t attr, longest; /* PATTERN_*; tokens of the longest, 0: there are none */
    uint32_t seed;          /* what the hash of a sequence begins with */
    /* phrase_hash over the values -> 0: the beginning of a phrase, 1 + list: a phrase of these keys */
    map paths;
    const uint32_t *list_start, *lists; /* [list_count + 1]; keys */
    uint32_t list_count;
} phrase_tables;

/* What entity rulers and span rulers look for. */
typedef struct labelled_patterns {
    pattern_tables patterns;
    phrase_tables phrases;
    const uint32_t *keys; /* [key_count][2] string numbers of a label, and of an id or NO_STRING */
    uint32_t key_count;
} labelled_patterns;

typedef struct entity_ruler_tables {
    labelled_patterns wanted;
    const uint64_t *ids; /* [wanted.key_count] id under which spaCy's matchers know the key */
    uint32_t overwrite;
} entity_ruler_tables;

/* How a span ruler puts its spans beside those that are there: all, or as filter_chain_spans,
 * prioritize_new_ents_filter and prioritize_existing_ents_filter say (spacy/util.py, spacy/pipeline/span_ruler.py). */
enum { SPAN_FILTER_NONE = 0, SPAN_FILTER_LONGEST, SPAN_FILTER_NEW, SPAN_FILTER_EXISTING, SPAN_FILTERS };

typedef struct span_ruler_tables {
    labelled_patterns wanted;
    uint32_t spans_key, spans_filter, sets_entities, ents_filter, overwrite; /* spans_key: or NO_STRING */
} span_ruler_tables;

typedef struct ruler_tables {
    const uint32_t *rules, *tokens, *tests, *list_start, *lists;
    const uint64_t *values;
    map by_tag;
    uint32_t rule_count, list_count;
    unsigned sets;                 /* mask of TERN_TAGS, ...: what some rule sets */
    int tests_lemmas, tests_lower; /* does some pattern test LEMMA, LOWER? */
    pattern_tables patterns;       /* instead of the tables above, for patterns that these cannot hold */
} ruler_tables;

typedef struct lemmatizer_tables {
    uint32_t kind, overwrite;
    id_table forms, lookup;
    const uint32_t *parts, *suffix_rules, *words, *exception_start, *exception_forms;
    map exceptions;
    const uint32_t *lists, *groups, *features;
    uint32_t list_count, group_count;
    uint32_t part_count, word_edges, exception_count;
} lemmatizer_tables;

/* How noun chunks are found (engine/components/noun_chunks.c), by the languages that do: en, fa; id, ms, nb, sv; el;
 * es, fr, it, pt; ht; ca; de; da, la; fi; nl; tr; ja. */
enum {
    NOUN_CHUNKS_WORD = 0,
    NOUN_CHUNKS_EDGE,
    NOUN_CHUNKS_GREEK,
    NOUN_CHUNKS_ROMANCE,
    NOUN_CHUNKS_HAITIAN,
    NOUN_CHUNKS_CATALAN,
    NOUN_CHUNKS_GERMAN,
    NOUN_CHUNKS_DANISH,
    NOUN_CHUNKS_FINNISH,
    NOUN_CHUNKS_DUTCH,
    NOUN_CHUNKS_TURKISH,
    NOUN_CHUNKS_JAPANESE,
    NOUN_CHUNK_KINDS
};

/* What a part of speech or a label of a dependency means there. */
enum {
    ROLE_POS_NOMINAL = 1 << 0, /* may head a chunk */
    ROLE_POS_NOUN = 1 << 1,    /* a noun that extends one */
    ROLE_POS_PRON = 1 << 2,
    ROLE_POS_VERB = 1 << 3,
    ROLE_POS_OUT = 1 << 4,      /* is left out where a chunk begins with it */
    ROLE_POS_OUT_CONJ = 1 << 5, /* the same of a coordinated noun */
    ROLE_POS_PUNCT = 1 << 6,
    ROLE_POS_DET = 1 << 7,
    ROLES_OF_POS = (1 << 8) - 1,
    ROLE_HEAD = 1 << 8, /* makes a chunk of a noun */
    ROLE_CONJ = 1 << 9,
    ROLE_RIGHT = 1 << 10, /* of a word that extends the chunk, to the right in most languages */
    ROLE_LEFT = 1 << 11,  /* to the left */
    ROLE_STOP = 1 << 12,  /* no chunk goes beyond it */
    ROLE_ADJECTIVE = 1 << 13,
    ROLE_DETERMINER = 1 << 14,
    ROLE_SUBJECT = 1 << 15,
    ROLE_BITS = 16
};

typedef struct noun_chunk_rules {
    uint32_t kind, count;  /* count 0: the file has none */
    const uint32_t *roles; /* [count][2] ascending string number, bits ROLE_* */
} noun_chunk_rules;

/* The floats of a section that holds halves, in a list; begins a cache line, as a section does. */
typedef struct expanded_floats {
    _Alignas(64) struct expanded_floats *next;
    _Alignas(64) float value[];
} expanded_floats;

/* min_length, piece_length: code points; a component with a 0 among them does nothing. */
typedef struct token_splitter_settings {
    uint32_t min_length, piece_length;
} token_splitter_settings;

/* A component of the pipeline. */
typedef struct component_model {
    uint32_t factory; /* COMPONENT_* */
    const char *name;
    /* of its sections: the factory's name; of the second, third, ... component of a factory, that and .2, .3, ... */
    char prefix[32];
    int listens;             /* 1: to a tok2vec of the pipeline (pipeline.c says to which) */
    uint32_t width;          /* of the encoder's rows that it reads, be the encoder its own or not; 0: it reads none */
    tok2vec_weights encoder; /* its own; of width 0: it has none */
    union {
        tagger_model tagger;
        morphologizer_model morphologizer;
        trainable_lemmatizer_model trainable_lemmatizer;
        parser_model parser;
        senter_model senter;
        sentencizer_tables sentencizer;
        ruler_tables ruler;
        entity_ruler_tables entity_ruler;
        span_ruler_tables span_ruler;
        lemmatizer_tables lemmatizer;
        ner_model ner;
        textcat_model textcat;
        spancat_model spancat;
        span_finder_model span_finder;
        uint32_t subtoken_label; /* string number */
        uint32_t empties_tensor; /* 1: it takes the rows of Doc.tensor away */
        token_splitter_settings splitter;
    };
} component_model;

struct tern_model {
    model_file file;
    expanded_floats *expanded;
    const char *meta;
    size_t meta_len;
    char_table chars;
    string_table strings;
    map symbols, norms;
    stem_table stems;
    tokenizer_tables tokenizer;
    vector_keys vectors;
    floret_settings floret;
    noun_chunk_rules noun_chunks;
    token_flag_tables flags;
    component_model *component; /* [pipeline_length] in the order in which they run; the model's own memory */
    uint32_t pipeline_length;
    place_set of_factory[COMPONENT_COUNT]; /* the components that a factory made */
    place_set default_places;              /* those that run unless others are asked for */
    unsigned encoder_attrs;                /* bit 1 << ATTR_*: what some encoder embeds */
    uint32_t pattern_attrs;                /* bit 1 << PATTERN_*: what some component's token patterns test */
    uint32_t encoder_reads;                /* the same of what encoders embed */
};

#endif
