"""Character classes: one partition of all code points for the Unicode facts and for every expression of the tokenizer.

The facts are those of the running Python: spaCy asks the same interpreter (str methods, unicodedata).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .constants import CODE_POINTS, Char
from .container import Section, tensor
from .errors import ConvertError

BLOCK = 128

_SIGMA, _FINAL_SIGMA = "\u03a3", "\u03c2"
_GROWS = "\u0130"  # str.lower() gives two code points: the engine knows (unicode.h), its class has delta 0


@dataclass(frozen=True)
class CharFacts:
    """flags u16[CODE_POINTS], lower i32[CODE_POINTS]: what str.lower() adds to the code point."""

    flags: np.ndarray
    lower: np.ndarray


@dataclass(frozen=True)
class CharClasses:
    """class_of u16[CODE_POINTS]; first [C]: the smallest code point of each class, increasing."""

    class_of: np.ndarray
    first: np.ndarray


def _sigma_flags(char: str) -> int:
    """CASED and CASE_IGNORABLE as str.lower() sees them: it is the only door to these two properties in Python.

    A capital sigma at the end becomes final iff, going left over ignorable characters, a cased one comes next
    (Objects/unicodeobject.c handle_capital_sigma; ignorable is tested first, so that no character is both).
    """
    if not (char + _SIGMA).lower().endswith(_FINAL_SIGMA):
        return Char.CASE_IGNORABLE if ("A" + char + _SIGMA).lower().endswith(_FINAL_SIGMA) else 0
    return Char.CASED


def char_flags(char: str) -> int:
    """The CHAR_* bits of one character."""
    category = unicodedata.category(char)
    facts = (
        (char.isalpha(), Char.ALPHA),
        (char.isdigit(), Char.DIGIT),
        (char.isupper(), Char.UPPER),
        (char.islower(), Char.LOWER),
        (char.istitle(), Char.TITLE),
        (char.isspace(), Char.SPACE),
        (category[0] == "P", Char.PUNCT),
        (category == "Sc", Char.CURRENCY),
    )
    return sum(bit for true, bit in facts if true) | _sigma_flags(char)


def lower_delta(char: str) -> int:
    """What str.lower() adds to a lone character's code point."""
    lowered = char.lower()
    if len(lowered) == 1:
        return ord(lowered) - ord(char)
    if char != _GROWS:
        raise ConvertError(
            f"str.lower() of U+{ord(char):04X} has {len(lowered)} characters in this Python's Unicode "
            f"{unicodedata.unidata_version}: only U+0130 may grow: convert with Python 3.11"
        )
    return 0


@lru_cache(maxsize=1)
def python_facts() -> CharFacts:
    """Facts of every code point in the running Python. The arrays are shared: not to be changed."""
    characters = [chr(code_point) for code_point in range(CODE_POINTS)]
    return CharFacts(
        np.fromiter(map(char_flags, characters), dtype="<u2", count=CODE_POINTS),
        np.fromiter(map(lower_delta, characters), dtype="<i4", count=CODE_POINTS),
    )


def spread(intervals: Sequence[tuple[int, int]]) -> np.ndarray:
    """[(first code point, value)], increasing and beginning with 0 -> i64[CODE_POINTS]."""
    starts = np.array([first for first, _ in intervals] + [CODE_POINTS])
    if starts[0] != 0 or np.any(np.diff(starts) <= 0):
        raise ConvertError("the intervals of an expression do not cover all code points in order: please report this")
    return np.repeat(np.array([value for _, value in intervals]), np.diff(starts))


def _ranks(values: np.ndarray) -> np.ndarray:
    """Each value's rank among the distinct ones: np.unique's inverse, without sorting, for integers of a small range."""
    shifted = values.astype(np.int64) - int(values.min())
    present = np.zeros(int(shifted.max()) + 1, dtype=bool)
    present[shifted] = True
    return (np.cumsum(present) - 1)[shifted]


def partition(columns: Sequence[np.ndarray]) -> CharClasses:
    """Coarsest partition of the code points on whose classes every column [CODE_POINTS] is constant."""
    labels = np.zeros(CODE_POINTS, dtype=np.int64)
    for column in columns:
        values = _ranks(column)
        labels = _ranks(labels * (int(values.max()) + 1) + values)
    first = np.zeros(int(labels.max()) + 1, dtype=np.int64)
    first[labels[::-1]] = np.arange(CODE_POINTS)[::-1]
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    if len(order) > 0xFFFF:
        raise ConvertError(
            f"the expressions need {len(order)} character classes; at most 65535 are possible: use simpler "
            "expressions in the tokenizer"
        )
    return CharClasses(rank[labels].astype("<u2"), first[order])


def two_stage(class_of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Block numbers [CODE_POINTS / BLOCK] and the distinct blocks [blocks][BLOCK], in the order of first use."""
    rows = class_of.reshape(-1, BLOCK)
    _, first, inverse = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return rank[inverse.reshape(-1)], rows[first[order]]


def char_sections(facts: CharFacts, classes: CharClasses) -> list[Section]:
    """chars/block, chars/class, chars/flags, chars/lower."""
    block, class_rows = two_stage(classes.class_of)
    return [
        tensor("chars/block", block, "u2"),
        tensor("chars/class", class_rows, "u2"),
        tensor("chars/flags", facts.flags[classes.first], "u2"),
        tensor("chars/lower", facts.lower[classes.first], "i4"),
    ]


def build_classes(facts: CharFacts, columns: Sequence[np.ndarray]) -> CharClasses:
    """The partition for the facts and for the columns [CODE_POINTS] of all expressions."""
    return partition([facts.flags, facts.lower, *columns])
