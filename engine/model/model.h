/* model_bind.h - sections of a .tern file -> typed, checked, constant structs. Every shape and every index is checked
 * here, once, so that the rest of the engine indexes without asking. Pointers lead into the mapping.
 *
 * SECTIONS (dtype [shape]; C = character classes, S = strings, R = rules)
 *   meta                        text        JSON for people: source, versions, sha256 of the inputs, licence
 *   chars/block                 u16 [8704]  code point >> 7 -> block number
 *   chars/class                 u16 [blocks][128] -> character class; one partition of all code points that is fine
 * enough for the Unicode facts below and for every expression of the tokenizer chars/flags                 u16 [C]
 * CHAR_* bits, of the Python that converted chars/lower                 i32 [C]     what str.lower() adds to the code
 * point (U+0130 and the final sigma: unicode.c) strings/bytes               u8          all strings, UTF-8, each
 * followed by one NUL. What is a label has no control characters strings/start               u32 [S+1]   where each
 * begins; the last entry is the number of bytes strings/id                  u64 [S]     its spaCy id: 0 for "", else
 * the reserved symbol's number, else MurmurHash64A, seed 1 symbols                     map         MurmurHash64A(text,
 * 1) -> number of a reserved symbol (spacy/symbols.pyx) norms                       map         id of a text -> string
 * number of its NORM (lexeme_norm table, then BASE_NORMS) norms/stems                 u32 [n][3]  only where NORM is
 * not str.lower() of what norms lacks, but the text, without the last [1] characters if it ends with string [0] and has
 * more than [2]; the first that fits tokenizer/settings          u32 [3]     is suffix reversed (0/1); longest rule in
 * bytes; longest phrase in tokens tokenizer/rules             map         MurmurHash64A(text, 1) -> rule number
 * (tokenizer exceptions, "special cases") tokenizer/rule_start        u32 [R+1]   first piece of a rule in rule_pieces;
 * the last entry is the number of pieces tokenizer/rule_pieces       u32 [pieces][3]  bytes, code points, string number
 * of the NORM or NO_STRING tokenizer/phrases           map         phrase_hash of a token sequence -> 0: the beginning
 * of a phrase, 1: a phrase (tokenizer.pyx _special_matcher; phrase_hash: hash.h) dfa/NAME/...                NAME =
 * prefix, suffix, infix, url_match, token_match; absent where the pipeline has none column                    u16 [C]
 * character class -> column; the last column (cols - 1) is the end of the text next                      u16
 * [states][cols]  state 0 is dead accept                    u8  [states]  0: no; 1 + k: a match ended k symbols ago (k
 * > 0 after a look-ahead) start                     u16 [trackers][2]  start state where the text before looks like
 * this; [1]: empty match not allowed tracker                   u16 [trackers][cols]  look-behind automaton; 0 is the
 * beginning of the text pipeline                    u32 [n][2]  COMPONENT_*, 1 if it runs by default; in spaCy's order.
 * n is 0 for a tokenizer alone PREFIX/...                  PREFIX = tok2vec (the shared encoder), or COMPONENT/tok2vec:
 * a component's own. Of tagger, parser, senter, ner, morphologizer, trainable_lemmatizer and the text classifiers that
 * pool rows those without read the shared encoder's rows attrs, seeds              u32 [F]     ATTR_* and Murmur3 seed
 * of each embedding column embed/<f>                 f32 [rows][width] static                    f32 [rows][width]
 * static vectors after the encoder's projection, each distinct one once (floret: all); absent where the encoder reads
 * none mix/W G beta              maxout layer of F*width inputs, (F+1)*width with static, which comes last; f32
 * [width], [width]: then a layer norm conv/<d>/W G beta         maxout layer of 3*width inputs, ...        depth layers
 * with window 1 and residual vectors/start               u32 [2^B+1] first of the vectors/keys whose B highest bits say
 * this number; not below the one before; 1 <= B <= 31; the last entry is the number of keys vectors/keys u64 [keys]  id
 * of a text << B | row in each static; ascending within a start. There may be millions: these two and static are used
 * in place, unread when the model is opened vectors/floret              u32 [6]     instead of these two: static is
 * read by what the pieces of a word hash to (floret.h); minn and maxn in code points; hashes of a piece, 1 to 4; seed;
 * string numbers of bow and eow PREFIX/linear/W             PREFIX = parser, ner: linear layer of hidden outputs and
 * width inputs PREFIX/lower/W              f32 [slots][panels][1 + hidden][16]  a maxout layer of hidden outputs and
 * hidden inputs for each slot (NER_SLOTS, ...); the first has the biases of all PREFIX/lower/pad            f32
 * [slots][panels * 16]  what a slot without a token adds to a row of sums; as above PREFIX/upper/W              linear
 * layer of classes outputs and hidden inputs PREFIX/scores/W pad         instead of lower and upper: as lower, but of
 * classes outputs, which are the scores (use_upper false) ner/moves                   u32 [classes][2]  NER_* action,
 * string number of the label parser/moves                u32 [classes][3]  ARC_* action, string number of the label,
 * and, for a label X||Y of a projectivised arc, which is stored as X, the string number of Y; else NO_STRING
 *   parser/root                 u32 [1]     string number of "ROOT"
 *   tagger/W                    linear layer of labels outputs
 *   tagger/labels               u32 [labels]  string numbers
 *   morphologizer/W             linear layer of labels outputs
 *   morphologizer/labels        u32 [labels][2]  string numbers of MORPH and POS, of "" where a label has none
 *   trainable_lemmatizer/W      linear layer of labels outputs
 *   trainable_lemmatizer/settings  u32 [2]  how many labels, from the best one on, may be tried (top_k), all if there
 * are fewer; what a token gets to which none of them applies: 0: no lemma, 1: its text trainable_lemmatizer/trees  u32
 * [labels][6]  first edit, number of edits at the left end of the word, number at its right end, the code points that
 * these and those take, 1 if nothing may lie between them, else what does is kept. An edit tree, laid flat.
 *   trainable_lemmatizer/edits  u32 [n][3]  of a piece of the word: its length in code points, string number of what it
 * must be or NO_STRING: it is kept, string number of what it becomes senter/W                    linear layer of two
 * outputs; class 1 begins a sentence senter/settings             u32 [1]     1 if it overwrites sentence starts that
 * are set; absent: 0 sentencizer/settings        u32 [1]     1 if it overwrites sentence starts that are set
 *   sentencizer/marks           u64 [n]     ids of the texts after which a sentence may begin, ascending
 *   attribute_ruler/rules       u32 [rules][8]  first token pattern, their number, index of the token that is changed,
 * and string numbers of the new TAG, POS, MORPH, LEMMA, DEP, or NO_STRING: unchanged. In spaCy's order: later rules
 * win. A rule of several patterns has several rows. attribute_ruler/tokens      u32 [T][2]  first test of a token
 * pattern, number of tests (all must hold) attribute_ruler/tests       u32 [X][4]  RULER_* attribute, 1 if negated
 * (NOT_IN), first value, number of values attribute_ruler/values      u64         ids (or 0/1 for IS_SPACE), ascending
 * within a test attribute_ruler/by_tag      map         id of a TAG -> list number; other tags (and none): list 0
 *   attribute_ruler/list_start  u32 [lists+1]
 *   attribute_ruler/lists       u32         numbers of the rules whose first token can have that tag, ascending
 *   lemmatizer/kind             u32 [1]     LEMMATIZER_*; absent: LEMMATIZER_ENGLISH
 *   lemmatizer/settings         u32 [1]     1 if it overwrites lemmas that are set; absent: 0
 *   lemmatizer/parts            u32 [parts][4]  string number of the POS ("NOUN"), first suffix rule, their number,
 * root edge of its index in lemmatizer/words (word_set.h) or NO_STRING; absent in the two kinds of LOOKUP. POLISH,
 * ITALIAN: those with a look-up table, without rules and index lemmatizer/suffix_rules     u32 [n][2]  string numbers:
 * old ending, new ending; in file order; absent if there are none lemmatizer/words            u32 [edges]  word_set.h:
 * minimal automaton of all index words lemmatizer/exceptions       map         phrase_hash(part number + 1,
 * murmur64a(word, 1)) -> list number lemmatizer/exception_start  u32 [lists+1] lemmatizer/exception_forms  u32 string
 * numbers, in file order lemmatizer/lists            u32 [lists][2]  LEMMATIZER_SPANISH, whose parts have no suffix
 * rules: first suffix rule of a list, number of rules. The first nine lists: LIST_* in lemma_spanish.c
 *   lemmatizer/groups           u32 [n][4]  string number of a POS, number of the list for its tokens with these
 * features, first feature, number of features; the first group that fits counts lemmatizer/features         u32 string
 * numbers: "Number=Plur" lemmatizer/forms/keys values  id_table  LEMMATIZER_FRENCH, SPANISH, GREEK and DUTCH, instead
 * of the exceptions, whose first form always wins there: the same key -> string number. LEMMATIZER_POLISH and ITALIAN:
 *                                           phrase_hash(phrase_hash(0, part number + 1), id of a text) -> string number
 * of its lemma lemmatizer/lookup/keys values  id_table  LEMMATIZER_FRENCH, DUTCH, LOOKUP, LOWER_LOOKUP, ITALIAN: id of
 * a text -> string number of its lemma. LEMMA_IS_TEXT may be added in FRENCH and LOOKUP An id_table T is T/keys     u64
 * [n]     ascending, and T/values       u32 [n]     the value of each; not checked when the file is opened: it would be
 * read in full P/...                       P = textcat, textcat_multilabel. Scores of all labels are those of the bag
 * of words or, where rows of a encoder are pooled, those of the output layer, which reads the bag's before the pooled
 * rows settings                  u32 [3]     POOL_* bits: what becomes of an encoder's rows (0: no encoder),
 * ACTIVATION_* of the output layer, TEXTCAT_* bits: which of the parts below there are labels                    u32
 * [L]     string numbers same                      u32 [L]     TEXTCAT_SAME: the other classifier, earlier in the
 * pipeline, has some of the labels too; the number there, or NO_STRING bow/settings              u32 [4] TEXTCAT_BOW:
 * longest n-gram, buckets, ACTIVATION_*, 1 if overlapping: weights of label c and bucket i are at position i + c, one
 * in a row; else at position i, L in a row (bow.c) bow/used                  u64 [n]     bit of each position: is there
 * a row? Where not, the weights are zero, as most are bow/before                u32 [n]     rows before those of each
 * 64 positions bow/rows                  f32 [rows][L or 1] bow/b                     f32 [L] query/W POOL_ATTENTION:
 * linear layer of one output, of rows or, with TEXTCAT_KEYS, of gelu of the outputs of key/W                     linear
 * layer of width outputs hidden/W G beta           POOL_ATTENTION: maxout layer of width inputs, whose norm is added to
 * the pooled row output/W                  linear layer of L outputs Wherever f32 stands, a file may have f16
 * (converted with --half): it is expanded when the model is opened, static when it is read. A maxout layer is f32
 * [blocks][pieces][1 + inputs][16], blocks = outputs / 16 rounded up, in the order that kernels.h describes under
 * packed_layer; a linear layer is one of a single piece.
 */
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
    COMPONENT_COUNT
};

/* Components that classify texts. */
#define TERN_TEXTCATS (TERN_TEXTCAT | TERN_TEXTCAT_MULTILABEL)
enum { TEXTCATS = 2 };

/* Place of one of them in an array of both. */
static inline size_t textcat_place(uint32_t component) { return component - COMPONENT_TEXTCAT; }

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

#define TOK2VEC_MAX_FEATURES 8
#define TOK2VEC_MAX_DEPTH 8
#define TOK2VEC_MAX_WIDTH 4096

typedef struct tok2vec_weights {
    uint32_t features, width, depth;
    uint32_t attr[TOK2VEC_MAX_FEATURES], seed[TOK2VEC_MAX_FEATURES], rows[TOK2VEC_MAX_FEATURES];
    const float *embed[TOK2VEC_MAX_FEATURES]; /* [rows][width] */
    uint32_t static_rows;                     /* 0: the encoder reads no static vectors */
    const float *static_floats;               /* [static_rows][width]; NULL: static_halves */
    const uint16_t *static_halves;
    const floret_settings *floret; /* what finds the rows of a word; NULL: its key */
    maxout_weights mix, conv[TOK2VEC_MAX_DEPTH];
} tok2vec_weights;

/* Blocks of width inputs that the mixing layer has: the features, then the static vectors. */
static inline uint32_t tok2vec_blocks(const tok2vec_weights *w) { return w->features + (w->static_rows > 0); }

typedef struct transition_weights {
    uint32_t slots, width, hidden, classes; /* slots: state features */
    packed_layer linear;                    /* width -> hidden */
    /* hidden -> hidden maxout, of slot 0; layer_floats(&lower) on: of slot 1 ... */
    packed_layer lower;
    /* hidden -> classes; no panels: the lower layer has classes outputs, the scores */
    packed_layer upper;
    const float *lower_pad; /* [slots][layer_sums(&lower)] */
} transition_weights;

typedef struct ner_model {
    transition_weights net;
    const uint32_t *moves; /* [classes][2] action, label */
} ner_model;

typedef struct parser_model {
    transition_weights net;
    const uint32_t *moves; /* [classes][3] action, label, label of the head to look for */
    uint32_t root_label;
} parser_model;

typedef struct tagger_model {
    packed_layer output;
    const uint32_t *labels; /* [output.nO] */
} tagger_model;

typedef struct morphologizer_model {
    packed_layer output;
    const uint32_t *labels; /* [output.nO][2] MORPH, POS */
} morphologizer_model;

#define EDIT_TREE_MAX_EDITS 256 /* at one end of a word */
#define EDIT_TREE_TOP_K_GUARDRAIL                                                                                      \
    20 /* with a larger top_k spaCy takes numpy's argsort (TOP_K_GUARDRAIL), which leaves the order of                 \
        * equal scores to the CPU: the last comes first, as where it keeps their order */

typedef struct trainable_lemmatizer_model {
    packed_layer output;
    const uint32_t *trees; /* [output.nO][6] */
    const uint32_t *edits; /* [n][3] */
    uint32_t top_k, text_if_none_applies;
} trainable_lemmatizer_model;

/* How rows of an encoder become one vector, in the order in which the parts stand there; POOL_ATTENTION stands
 * alone. */
enum { POOL_FIRST = 1 << 0, POOL_LAST = 1 << 1, POOL_MAX = 1 << 2, POOL_MEAN = 1 << 3, POOL_ATTENTION = 1 << 4 };

enum { TEXTCAT_BOW = 1 << 0, TEXTCAT_KEYS = 1 << 1, TEXTCAT_SAME = 1 << 2, TEXTCAT_PARTS = (1 << 3) - 1 };

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
    uint32_t width;                /* of the rows; 0 without pooling */
    const uint32_t *labels, *same; /* same: NULL, or [label_count] */
    bow_model bow;
    packed_layer key, query, output; /* key.nO 0: the query looks at the rows themselves */
    maxout_weights hidden;
} textcat_model;

typedef struct senter_model {
    packed_layer output;
    uint32_t overwrite;
} senter_model;

typedef struct sentencizer_tables {
    const uint64_t *marks; /* [mark_count] ascending */
    uint32_t mark_count, overwrite;
} sentencizer_tables;

/* Limits that keep every component linear, whatever a file says. */
#define RULER_MAX_LIST 4096        /* rules that may begin with one tag */
#define LEMMATIZER_MAX_RULES 1024  /* of one part of speech or list; also forms of one exception, and groups */
#define LEMMATIZER_MAX_FEATURES 64 /* of one group */

typedef struct ruler_tables {
    const uint32_t *rules, *tokens, *tests, *list_start, *lists;
    const uint64_t *values;
    map by_tag;
    uint32_t rule_count, list_count;
    unsigned sets;                 /* mask of TERN_TAGS, ...: what some rule sets */
    int tests_lemmas, tests_lower; /* does some pattern test LEMMA, LOWER? */
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

/* The floats of a section that holds halves, in a list; begins a cache line, as a section does. */
typedef struct expanded_floats {
    _Alignas(64) struct expanded_floats *next;
    _Alignas(64) float value[];
} expanded_floats;

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
    uint32_t pipeline[COMPONENT_COUNT], pipeline_length; /* COMPONENT_* in the order in which they run */
    unsigned components, default_components;             /* TERN_TOK2VEC, ... */
    /* of each component that has one; COMPONENT_TOK2VEC: the shared one */
    tok2vec_weights encoder[COMPONENT_COUNT];
    unsigned listeners;     /* TERN_TAGGER, ...: those that read the shared encoder */
    unsigned encoder_attrs; /* bit 1 << ATTR_*: what some encoder embeds */
    tagger_model tagger;
    morphologizer_model morphologizer;
    trainable_lemmatizer_model trainable_lemmatizer;
    parser_model parser;
    senter_model senter;
    sentencizer_tables sentencizer;
    ruler_tables ruler;
    lemmatizer_tables lemmatizer;
    ner_model ner;
    textcat_model textcat[TEXTCATS]; /* by textcat_place */
};

/* The encoder whose rows a component reads, its own or the shared one; of width 0 if it reads none. */
static inline const tok2vec_weights *model_encoder(const tern_model *model, uint32_t component)
{
    return &model->encoder[model->listeners >> component & 1 ? COMPONENT_TOK2VEC : component];
}

#endif
