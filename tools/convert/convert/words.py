"""What is known of a language's words, for files of languages: which are stop words, marks, numbers (engine/patterns/word_flags).

Whatever characters or a common expression decide is the engine's own. A language with a function that does something else is
refused.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from spacy.attrs import IDS
from spacy.lang import lex_attrs
from spacy.lang.tokenizer_exceptions import URL_PATTERN
from spacy.strings import get_string_id

from .constants import WordFlag
from .container import Section, tensor
from .errors import ConvertError
from .pattern_flags import MARKS, OF_CHARACTERS, OF_LISTS
from .pattern_numbers import number_pattern
from .pattern_regex import automata_sections

_OF_ENGINE = {**OF_CHARACTERS, "LIKE_URL": lex_attrs.like_url, "LIKE_EMAIL": lex_attrs.like_email}
"""Flags that the engine computes, and the only function that each may be."""
_LISTS = {
    "IS_BRACKET": WordFlag.BRACKET,
    "IS_QUOTE": WordFlag.QUOTE,
    "IS_LEFT_PUNCT": WordFlag.LEFT_PUNCT,
    "IS_RIGHT_PUNCT": WordFlag.RIGHT_PUNCT,
}


_OTHER = ["", "a", "$", "€€", "a$", "1", "dollar", "EUR", "\u0bf9", "("]
"""Texts of which a language's names of currencies are none."""


def _own_function(name: str) -> ConvertError:
    return ConvertError(f"the language has a function of its own for {name}, which is Python: use spaCy's")


def _own_currencies(function: Any) -> list[str]:
    """Of a language that has names of currencies, besides signs (spacy/lang/id/lex_attrs.py)."""
    names = getattr(function, "__globals__", {})
    texts = list(names.get("LIST_CURRENCY", names.get("_currency_words", ())))
    if (
        not texts
        or not all(map(function, texts))
        or not all(map(lex_attrs.is_currency, filter(function, set(_OTHER) - set(texts))))
    ):
        raise _own_function("IS_CURRENCY")
    return texts


def _check(getters: Any) -> None:
    for name, function in {**_OF_ENGINE, **OF_LISTS}.items():
        if getters.get(IDS[name]) is not function and name != "IS_CURRENCY":
            raise _own_function(name)


def _listed(vocab: Any) -> dict[int, int]:
    """Id of a text -> its flags, ascending."""
    getters = vocab.lex_attr_getters
    flags: dict[int, int] = {}

    def add(texts: Any, flag: WordFlag) -> None:
        for text in texts:
            flags[get_string_id(text)] = flags.get(get_string_id(text), 0) | flag

    for name, flag in _LISTS.items():
        add(filter(OF_LISTS[name], MARKS), flag)
    if getters[IDS["IS_CURRENCY"]] is not lex_attrs.is_currency:
        add(_own_currencies(getters[IDS["IS_CURRENCY"]]), WordFlag.CURRENCY)
    stop = getters[IDS["IS_STOP"]]
    if not isinstance(stop, functools.partial) or stop.func is not lex_attrs.is_stop:
        raise _own_function("IS_STOP")
    add(stop.keywords["stops"], WordFlag.STOP)
    add(lex_attrs._tlds, WordFlag.LIKE_URL)
    return dict(sorted(flags.items()))


def word_sections(vocab: Any, url_pattern: str | None) -> list[Section]:
    """words/. url_pattern: the tokenizer's url_match, by which the engine knows web addresses."""
    _check(vocab.lex_attr_getters)
    if (url_pattern or "").removeprefix("(?u)") != URL_PATTERN:
        raise ConvertError("the tokenizer's url_match is not spaCy's own, by which LIKE_URL is told: use spaCy's")
    flags = _listed(vocab)
    return [
        Section("words/keys", np.array(list(flags), dtype="<u8")),
        tensor("words/values", list(flags.values()), "u4"),
        *automata_sections("words/number", [number_pattern(vocab.lex_attr_getters[IDS["LIKE_NUM"]])]),
    ]
