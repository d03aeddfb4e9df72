"""Numbers that the converter shares with the engine, under the names that they have in its C sources.

A file is full of these numbers, so the two languages must agree: tests/convert/test_constants.py reads the C sources and compares
every one, in both directions. The numbers of the components are in factories.py.
"""

from __future__ import annotations

from enum import IntEnum

# ---- the container (model_file) --------------------------------------------------------------------------------------

MAJOR_VERSION = 2
ENDIAN_TAG = 0x01020304
HEADER_SIZE, RECORD_SIZE, NAME_SIZE, ALIGNMENT = 64, 128, 48, 64
"""Bytes."""
MAX_SECTIONS, MAX_RANK = 4096, 4


class SectionKind(IntEnum):
    """TERN_KIND_*: how the bytes of a section are to be read."""

    TENSOR = 1
    MAP = 2
    TEXT = 3


class Dtype(IntEnum):
    """TERN_DTYPE_*: the type of a section's elements."""

    U8 = 1
    U16 = 2
    U32 = 3
    U64 = 4
    I32 = 5
    F32 = 6
    F16 = 7


class Feature(IntEnum):
    """TERN_FEATURE_*: bits of what a reader must know to read a file correctly."""

    STEMS = 1 << 0
    OWN_ENCODERS = 1 << 1
    NAMES = 1 << 2
    FEATURES = 1 << 3
    GIVEN_WORDS = 1 << 4
    PATTERNS = 1 << 5
    SPANS = 1 << 6
    LAYERS = 1 << 7
    RETOKENIZE = 1 << 8
    BEAM = 1 << 9


MAP_ABSENT = 0xFFFFFFFFFFFFFFFF
"""Value of a map's empty slot."""
ID_ABSENT = 0xFFFFFFFF
"""Value of an id that an id table lacks."""

# ---- text ------------------------------------------------------------------------------------------------------------

NO_STRING = 0xFFFFFFFF
"""Stands where the number of a string may be missing."""
CODE_POINTS = 0x110000
STEMS_MAX, TOKENIZER_MAX_RULE, TOKENIZER_MAX_PHRASE = 1024, 4096, 256
"""Suffixes that a language cuts for NORM; bytes of a special case; tokens of one that the second pass looks for."""


class Char(IntEnum):
    """CHAR_*: bits of what is known of a code point."""

    ALPHA = 1 << 0
    DIGIT = 1 << 1
    UPPER = 1 << 2
    LOWER = 1 << 3
    TITLE = 1 << 4
    SPACE = 1 << 5
    PUNCT = 1 << 6
    CURRENCY = 1 << 7
    CASED = 1 << 8
    CASE_IGNORABLE = 1 << 9


# ---- networks --------------------------------------------------------------------------------------------------------

PANEL = 16
"""Columns of a panel of weights."""
MAX_PIECES = 8
"""Of a maxout layer."""
TOK2VEC_MAX_FEATURES, TOK2VEC_MAX_DEPTH, TOK2VEC_MAX_WINDOW, TOK2VEC_MAX_WIDTH = 16, 64, 32, 4096
TOK2VEC_MAX_CHARS = 16384
"""Floats that the bytes of a word become."""
CHAR_VALUES = 256
"""Of a byte of a word, and 255 where there is none."""


class Attr(IntEnum):
    """ATTR_*: features of a token that an embedding may read."""

    NORM = 0
    PREFIX = 1
    SUFFIX = 2
    SHAPE = 3
    SPACY = 4
    IS_SPACE = 5
    LOWER = 6
    ORTH = 7


ATTR_OF_PATTERNS = 64
"""In a file, a feature that is none of these: this and PATTERN_*."""
MAX_VECTOR_BITS = 31
"""Of the number of a static vector."""
FLORET_MAX_PIECE, FLORET_MAX_MARK = 32, 64
"""Code points of a piece of a word; bytes of what is put before and after a word."""

# ---- components ------------------------------------------------------------------------------------------------------

PIPELINE_MAX_LENGTH = 64
"""Components."""
NER_SLOTS, NER_EXTRA_SLOTS, PARSER_SLOTS, PARSER_EXTRA_SLOTS = 3, 6, 8, 13
"""Tokens that a state looks at, without and with extra_state_tokens."""
BEAM_MAX_WIDTH = 1024
"""States that a search keeps."""
TEMPERATURE_LEAST, TEMPERATURE_MOST = 0.01, 100.0
"""By what scores may be divided before they become probabilities."""


TRANSITION_MAX_CLASSES = 65536


class NerAction(IntEnum):
    """NER_*, in spaCy's numbering (spacy/pipeline/_parser_internals/ner.pyx)."""

    MISSING = 0
    BEGIN = 1
    IN = 2
    LAST = 3
    UNIT = 4
    OUT = 5


class ArcAction(IntEnum):
    """ARC_*, in spaCy's numbering (spacy/pipeline/_parser_internals/arc_eager.pyx)."""

    SHIFT = 0
    REDUCE = 1
    LEFT = 2
    RIGHT = 3
    BREAK = 4


class RulerAttr(IntEnum):
    """RULER_*: what a pattern of the attribute ruler may test."""

    TAG = 0
    POS = 1
    MORPH = 2
    LEMMA = 3
    DEP = 4
    LOWER = 5
    IS_SPACE = 6
    ORTH = 7


class PatternAttr(IntEnum):
    """PATTERN_*: what a token pattern may test."""

    ORTH = 0
    NORM = 1
    LOWER = 2
    SHAPE = 3
    PREFIX = 4
    SUFFIX = 5
    LENGTH = 6
    SPACY = 7
    LEMMA = 8
    POS = 9
    TAG = 10
    DEP = 11
    MORPH = 12
    ENT_TYPE = 13
    ENT_IOB = 14
    ENT_ID = 15
    ENT_KB_ID = 16
    SENT_START = 17
    IS_ALPHA = 18
    IS_ASCII = 19
    IS_DIGIT = 20
    IS_LOWER = 21
    IS_UPPER = 22
    IS_TITLE = 23
    IS_PUNCT = 24
    IS_SPACE = 25
    IS_CURRENCY = 26
    ID = 27
    HEAD = 28
    IDX = 29


PHRASE_SEEDED = 128
"""Added to the attribute of phrases some of whose values are 0."""
PATTERN_FLAGS, WORD_FLAGS = 64, 64
"""Behind them, a flag that has a test in flags/tests: PATTERN_FLAGS and spaCy's number of it, of which there are WORD_FLAGS."""
FLAG_URL = 7
"""How LIKE_URL is told in files of languages, besides the predicates."""


class Predicate(IntEnum):
    """PREDICATE_*: how a value is tested."""

    AMONG = 0
    RANGE = 1
    SUBSET = 2
    SUPERSET = 3
    INTERSECTS = 4
    FOUND = 5
    NEAR = 6


class Quantifier(IntEnum):
    """QUANTIFIER_*: how often a token of a pattern may be there, in spaCy's numbering (spacy/matcher/matcher.pxd) but for END."""

    NOT = 0
    OPTIONAL = 1
    STAR = 2
    ONE = 3
    END = 4


RULER_MAX_LIST = 4096
"""Rules of an attribute ruler that may begin with one tag."""
PATTERN_MAX_TESTS, PATTERN_MAX_EDITS = 256, 1000
"""Of a token of a pattern; that a text may be away from that of a test."""
PHRASE_MAX_TOKENS, PHRASE_MAX_KEYS = 1024, 4096
"""Of a phrase."""


class SpanFilter(IntEnum):
    """SPAN_FILTER_*: how a span ruler puts its spans beside those that are there."""

    NONE = 0
    LONGEST = 1
    NEW = 2
    EXISTING = 3


class LemmatizerKind(IntEnum):
    """LEMMATIZER_*: which algorithm a lemmatizer follows. A file that does not say is ENGLISH."""

    ENGLISH = 0
    RULES = 1
    MACEDONIAN = 2
    FRENCH = 3
    LOOKUP = 4
    SPANISH = 5
    GREEK = 6
    DUTCH = 7
    LOWER_LOOKUP = 8
    POLISH = 9
    ITALIAN = 10


LEMMA_IS_TEXT = 1 << 31
"""Added to a lemma in lemmatizer/lookup that is a text, not a list of texts."""
LEMMATIZER_MAX_RULES = 1024
"""Of one part of speech or list; also forms of an exception."""
LEMMATIZER_MAX_FEATURES = 64
"""Of a group of rules."""


class SpanishList(IntEnum):
    """LIST_*: numbers of the lists of rules that the Spanish lemmatizer asks for."""

    ADVERBS = 0
    DET = 1
    PRON = 2
    FIXED = 3
    GENERAL = 4
    NUM = 5
    VOWELS = 6
    DIPHTHONGS = 7
    ACCENTS = 8


LAST_EDGE, WORD_END, TARGET_SHIFT = 1 << 8, 1 << 9, 10
"""Of an edge in a set of words: two bits beside its byte, and where the number of the edge that it leads to begins."""
WORD_SET_LEAF, WORD_SET_EMPTY_WORD = 0x3FFFFF, 1 << 31

EDIT_TREE_MAX_EDITS = 256
"""At one end of a word."""


class Pool(IntEnum):
    """POOL_*: bits of how the rows of an encoder become one."""

    FIRST = 1 << 0
    LAST = 1 << 1
    MAX = 1 << 2
    MEAN = 1 << 3
    ATTENTION = 1 << 4
    SUM = 1 << 5


class Activation(IntEnum):
    """ACTIVATION_*: what turns the output of a text classifier into scores."""

    NONE = 0
    SOFTMAX = 1
    LOGISTIC = 2


class TextcatPart(IntEnum):
    """TEXTCAT_*: bits of what a text classifier has besides."""

    BOW = 1 << 0
    KEYS = 1 << 1
    SAME = 1 << 2
    PLAIN = 1 << 3


class SpancatPart(IntEnum):
    """SPANCAT_*: bits of how a spancat chooses."""

    NEGATIVE = 1 << 0
    DISJOINT = 1 << 1


SPANCAT_MAX_SIZE, SPANCAT_MAX_SIZES, SPANCAT_MAX_HIDDEN = 512, 512, 65536
"""Tokens of a suggested n-gram; sizes of n-grams; outputs of the hidden layer."""
SPANCAT_NO_LIMIT = 0xFFFFFFFF
"""As max_positive or max_length."""
BOW_MAX_NGRAM, BOW_MAX_BUCKETS = 16, 1 << 28


# ---- noun chunks -----------------------------------------------------------------------------------------------------


class NounChunks(IntEnum):
    """NOUN_CHUNKS_*: how a language finds them."""

    WORD = 0
    EDGE = 1
    GREEK = 2
    ROMANCE = 3
    HAITIAN = 4
    CATALAN = 5
    GERMAN = 6
    DANISH = 7
    FINNISH = 8
    DUTCH = 9
    TURKISH = 10
    JAPANESE = 11


class Role(IntEnum):
    """ROLE_*: what a part of speech or a label of a dependency means there."""

    POS_NOMINAL = 1 << 0
    POS_NOUN = 1 << 1
    POS_PRON = 1 << 2
    POS_VERB = 1 << 3
    POS_OUT = 1 << 4
    POS_OUT_CONJ = 1 << 5
    POS_PUNCT = 1 << 6
    POS_DET = 1 << 7
    HEAD = 1 << 8
    CONJ = 1 << 9
    RIGHT = 1 << 10
    LEFT = 1 << 11
    STOP = 1 << 12
    ADJECTIVE = 1 << 13
    DETERMINER = 1 << 14
    SUBJECT = 1 << 15
