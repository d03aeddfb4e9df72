"""What is known of a language's words, for files of languages: all flags of token_flags.py, whatever looks at them.

A language with a function of its own for one of them is refused.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from spacy.attrs import IDS
from spacy.lang import lex_attrs
from spacy.lang.tokenizer_exceptions import URL_PATTERN

from .constants import FLAG_URL, PatternAttr
from .container import Section
from .errors import ConvertError
from .pattern_flags import OF_CHARACTERS, OF_WORDS, among, flag_test
from .pattern_test import Test
from .strings import StringTable
from .token_flags import flag_sections

_CURRENCY = "IS_CURRENCY"
_OTHER = ["", "a", "$", "€€", "a$", "1", "dollar", "EUR", "\u0bf9", "("]
"""Texts of which a language's names of currencies are none."""


def _own_currencies(function: Any) -> list[str]:
    """Names of currencies that a language has besides signs (spacy/lang/id/lex_attrs.py)."""
    if function is lex_attrs.is_currency:
        return []
    names = getattr(function, "__globals__", {})
    texts = list(names.get("LIST_CURRENCY", names.get("_currency_words", ())))
    if (
        not texts
        or not all(map(function, texts))
        or not all(map(lex_attrs.is_currency, filter(function, set(_OTHER) - set(texts))))
    ):
        raise ConvertError(f"the language has a function of its own for {_CURRENCY}, which is Python: use spaCy's")
    return texts


def _url(vocab: Any) -> Test:
    """By the tokenizer's url_match: an expression of its own would be larger than all else."""
    flag_test("LIKE_URL", vocab)
    return replace(among(PatternAttr.ORTH, lex_attrs._tlds), kind=FLAG_URL)


def word_sections(vocab: Any, url_pattern: str | None, strings: StringTable) -> list[Section]:
    """flags/. url_pattern: the tokenizer's url_match, by which the engine knows web addresses."""
    for name in set(OF_CHARACTERS) - {_CURRENCY}:
        flag_test(name, vocab)
    if (url_pattern or "").removeprefix("(?u)") != URL_PATTERN:
        raise ConvertError("the tokenizer's url_match is not spaCy's own, by which LIKE_URL is told: use spaCy's")
    flags = {name: _url(vocab) if name == "LIKE_URL" else flag_test(name, vocab) for name in OF_WORDS}
    flags[_CURRENCY] = among(PatternAttr.ORTH, _own_currencies(vocab.lex_attr_getters[IDS[_CURRENCY]]))
    return flag_sections(flags, strings)
