"""The flags of a language's words, which are Python functions (spacy/lang/lex_attrs.py), as tests of a token."""

from __future__ import annotations

import functools
from typing import Any, Callable

from spacy.attrs import IDS
from spacy.lang import lex_attrs
from spacy.lang.tokenizer_exceptions import URL_PATTERN
from spacy.strings import get_string_id

from .constants import PatternAttr, Predicate
from .errors import ConvertError
from .pattern_numbers import number_pattern
from .pattern_test import Test

OF_CHARACTERS = {
    "IS_ALPHA": lex_attrs.is_alpha,
    "IS_ASCII": lex_attrs.is_ascii,
    "IS_DIGIT": lex_attrs.is_digit,
    "IS_LOWER": lex_attrs.is_lower,
    "IS_UPPER": lex_attrs.is_upper,
    "IS_TITLE": lex_attrs.is_title,
    "IS_PUNCT": lex_attrs.is_punct,
    "IS_SPACE": lex_attrs.is_space,
    "IS_CURRENCY": lex_attrs.is_currency,
}
"""Flags that the engine computes, and the only function that each may be."""
OF_LISTS = {
    "IS_BRACKET": lex_attrs.is_bracket,
    "IS_QUOTE": lex_attrs.is_quote,
    "IS_LEFT_PUNCT": lex_attrs.is_left_punct,
    "IS_RIGHT_PUNCT": lex_attrs.is_right_punct,
}
"""Flags of the texts in a list, and the only function that each may be."""
OF_WORDS = (*OF_LISTS, "IS_STOP", "LIKE_URL", "LIKE_EMAIL", "LIKE_NUM")
"""Flags that lists of words and expressions tell."""
FLAGS = (*OF_CHARACTERS, *OF_WORDS, "SPACY", "SENT_START")

MARKS = [*"()[]{}<>\"'`«»‘’‚‛“”„‟‹›❮❯", "''", "``"]
"""Texts of which the flags of lists hold, and no others."""
_EMAIL = r"^(?:[a-zA-Z0-9_.+-]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9-.]+)"


def _like_url() -> str:
    """like_url as one expression: each alternative is one of its returns of True."""
    domains = "|".join(sorted(lex_attrs._tlds))
    end = r"(?::[^.@]*)?\Z"
    plain = r"(?!\.)(?=[^@]*\Z)(?=[\s\S]*[^.]\Z)(?=[\s\S]*\.)"
    return rf"^(?:https?://|www\.[\s\S]|(?!\.)[^@]*\.(?:[^.@:]*/|(?:{domains})){end}|{plain}(?:{URL_PATTERN.strip()}))"


def among(attr: PatternAttr, texts: Any) -> Test:
    return Test(Predicate.AMONG, attr, False, tuple(sorted({int(get_string_id(text)) for text in texts})))


def _found(pattern: str) -> Test:
    return Test(Predicate.FOUND, PatternAttr.ORTH, False, (pattern,))


def _listed(function: Callable[[str], bool]) -> Test:
    return among(PatternAttr.ORTH, [mark for mark in MARKS if function(mark)])


def flag_test(name: str, vocab: Any) -> Test:
    """The test that holds where the flag is 1. Raises ConvertError with the reason if there is none."""
    if name in ("SPACY", "SENT_START"):
        return Test(Predicate.AMONG, PatternAttr[name], False, (1,))
    function = vocab.lex_attr_getters.get(IDS[name])
    if OF_CHARACTERS.get(name, OF_LISTS.get(name)) is function and function is not None:
        return _listed(function) if name in OF_LISTS else Test(Predicate.AMONG, PatternAttr[name], False, (1,))
    if name == "IS_STOP" and isinstance(function, functools.partial) and function.func is lex_attrs.is_stop:
        return among(PatternAttr.LOWER, function.keywords["stops"])
    if name == "LIKE_URL" and function is lex_attrs.like_url:
        return _found(_like_url())
    if name == "LIKE_EMAIL" and function is lex_attrs.like_email:
        return _found(_EMAIL)
    if name == "LIKE_NUM" and function is not None:
        return _found(number_pattern(function))
    raise ConvertError(f"the language has a function of its own for {name}, which is Python")
