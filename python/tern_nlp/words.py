"""What Unicode alone says of a word, for vocabularies whose language has no file: Model.lexeme's tuple."""

from __future__ import annotations

import unicodedata
from typing import Any

from . import attrs as _attrs

_TESTS = {
    "IS_ALPHA": str.isalpha,
    "IS_ASCII": str.isascii,
    "IS_DIGIT": str.isdigit,
    "IS_LOWER": str.islower,
    "IS_PUNCT": lambda word: all(unicodedata.category(char)[0] == "P" for char in word),
    "IS_SPACE": str.isspace,
    "IS_TITLE": str.istitle,
    "IS_UPPER": str.isupper,
    "IS_CURRENCY": lambda word: all(unicodedata.category(char) == "Sc" for char in word),
}


def shape(word: str) -> str:
    """X, x and d for capitals, other letters and digits; no more than four of a kind after each other."""
    if len(word) >= 100:
        return "LONG"
    found: list[str] = []
    for char in word:
        kind = ("X" if char.isupper() else "x") if char.isalpha() else "d" if char.isdigit() else char
        if found[-4:] != [kind] * 4:
            found.append(kind)
    return "".join(found)


def unicode_word(word: str) -> tuple[Any, ...]:
    """(flags, flags that are known, lower, norm, shape, prefix, suffix)"""
    flags = sum(1 << _attrs.IDS[name] for name, test in _TESTS.items() if test(word))
    known = sum(1 << _attrs.IDS[name] for name in _TESTS)
    return (flags, known, word.lower(), word.lower(), shape(word), word[:1], word[-3:])
