"""The engine in C and the converter in Python agree on every number that both have, and neither has one that the other lacks."""

from __future__ import annotations

import re
from enum import IntEnum

import pytest
from c_constants import constants_below, read_constants
from common import ROOT
from convert import constants
from convert.container import KNOWN_FEATURES
from convert.factories import FACTORIES, kind_of

PREFIXES: dict[type[IntEnum], str] = {
    constants.SectionKind: "TERN_KIND_",
    constants.Dtype: "TERN_DTYPE_",
    constants.Feature: "TERN_FEATURE_",
    constants.Char: "CHAR_",
    constants.Attr: "ATTR_",
    constants.NerAction: "NER_",
    constants.ArcAction: "ARC_",
    constants.RulerAttr: "RULER_",
    constants.PatternAttr: "PATTERN_",
    constants.Predicate: "PREDICATE_",
    constants.SpanFilter: "SPAN_FILTER_",
    constants.Quantifier: "QUANTIFIER_",
    constants.LemmatizerKind: "LEMMATIZER_",
    constants.SpanishList: "LIST_",
    constants.Pool: "POOL_",
    constants.Activation: "ACTIVATION_",
    constants.TextcatPart: "TEXTCAT_",
    constants.SpancatPart: "SPANCAT_",
    constants.NounChunks: "NOUN_CHUNKS_",
    constants.Role: "ROLE_",
}
"""What the names of an enumeration begin with in C."""

KINDS = {name: factory for name, factory in FACTORIES.items() if kind_of(name) == name}
"""The others share their numbers with these."""

COUNTS = {
    "COMPONENT_COUNT": len(KINDS),
    "ATTR_COUNT": len(constants.Attr),
    "RULER_ATTRS": len(constants.RulerAttr),
    "PATTERN_ATTRS": len(constants.PatternAttr),
    "PREDICATE_KINDS": len(constants.Predicate),
    "QUANTIFIERS": len(constants.Quantifier),
    "SPAN_FILTERS": len(constants.SpanFilter),
    "LEMMATIZER_KINDS": len(constants.LemmatizerKind),
    "ACTIVATIONS": len(constants.Activation),
    "TEXTCAT_PARTS": sum(constants.TextcatPart),
    "SPANCAT_PARTS": sum(constants.SpancatPart),
    "NOUN_CHUNK_KINDS": len(constants.NounChunks),
    "ROLE_BITS": len(constants.Role),
    "KNOWN_FEATURES": KNOWN_FEATURES,
}
"""What C says of a whole enumeration."""

C_ONLY = {
    "TERN_MAX_CHARS": "a limit of the text, not of the file",
    "TRANSITION_MAX_SLOTS": "room for any of the four numbers of slots",
    "DOC_MAX_SPANS": "a limit of the document, not of the file",
    "ARC_TO_NEIGHBOUR": "what the parser knows of an action, beside the actions of the file",
    "RULER_MAX_MATCHES": "a limit of what is found in a text, not of the file",
}
"""Names of the kinds compared here that the converter has no use for, and why."""

ENGINE = constants_below(ROOT / "engine", "*.h", "*.c")
LIMIT = re.compile(r"(^|_)MAX(_|$)")


def of_enumerations() -> dict[str, int]:
    found = [value for value in vars(constants).values() if isinstance(value, type) and issubclass(value, IntEnum)]
    enumerations = [enumeration for enumeration in found if enumeration is not IntEnum]
    return {PREFIXES[each] + member.name: int(member) for each in enumerations for member in each}


def of_the_module() -> dict[str, int]:
    return {name: value for name, value in vars(constants).items() if name.isupper() and isinstance(value, int)}


def of_components() -> dict[str, int]:
    return {f"COMPONENT_{name.upper()}": factory.number for name, factory in KINDS.items()}


def public_bits() -> dict[str, int]:
    return {f"TERN_{name.upper()}": 1 << factory.number for name, factory in KINDS.items()}


CONVERTER = {**of_enumerations(), **of_the_module(), **of_components(), **public_bits(), **COUNTS}


@pytest.mark.parametrize("name", sorted(CONVERTER))
def test_a_number_of_the_converter_is_the_engines(name: str) -> None:
    assert ENGINE.values.get(name) == {CONVERTER[name]}


def test_the_converter_lacks_no_name_of_the_engines_enumerations() -> None:
    prefixes = (*PREFIXES.values(), "COMPONENT_")
    found = {name for name in ENGINE.values if name.startswith(prefixes)}
    assert found - set(CONVERTER) - set(C_ONLY) == set()


def test_the_converter_lacks_no_limit_of_the_engines_headers() -> None:
    """Those of a .c file bound its own work."""
    found = {name for name in constants_below(ROOT / "engine", "*.h").values if LIMIT.search(name)}
    assert found - set(CONVERTER) - set(C_ONLY) == set()


def test_the_converter_lacks_no_component_of_the_public_header() -> None:
    (bits,) = (enum for enum in ENGINE.enums if "TERN_TOK2VEC" in enum)
    assert bits == public_bits()


def test_what_only_c_has_is_there_and_only_there() -> None:
    assert set(C_ONLY) - set(ENGINE.values) == set() and set(C_ONLY) & set(CONVERTER) == set()


def test_factories_that_the_engine_knows_by_another_name_have_its_number() -> None:
    assert all(factory.number == KINDS[kind_of(name)].number for name, factory in FACTORIES.items())


def test_c_is_read_however_it_is_laid_out() -> None:
    header = """
        enum kind
        {
            KIND_A,   /* , KIND_GONE = 7 */
            KIND_B = 1u
                     << 4, // 5
            KIND_C,
        };
        typedef enum { ONE = FAR - 2 } one;
        #define MASK (KIND_A | \\
                      KIND_B)
        #define  MANY  UINT32_C(40)   // , "
        #define ADDRESS "http://x" /* "not a number */
        #define TWICE(x) ((x) * 2)
        #define LEFT TWICE(3)
    """
    found = read_constants([header, "enum { FAR = sizeof(int) };", "#define FAR ((size_t)3 * 1024)"])
    assert found.values == {
        "KIND_A": {0},
        "KIND_B": {16},
        "KIND_C": {17},
        "ONE": {3070},
        "MASK": {16},
        "MANY": {40},
        "FAR": {3072},
    }
    assert {"KIND_A": 0, "KIND_B": 16, "KIND_C": 17} in found.enums


def test_a_name_with_two_values_has_both() -> None:
    assert read_constants(["enum { A = 1 };", "#define A 2"]).values == {"A": {1, 2}}
