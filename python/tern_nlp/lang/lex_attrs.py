"""Lexical attributes of words by functions, as spaCy's vocabularies take them. The engine has them all at once: Model.lexeme. What
Python's str or unicodedata say is here; the rest asks the engine."""

from __future__ import annotations

import unicodedata

from ..attrs import IDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Set
    from typing import Any

_LONG = 100  # characters from which on the shape is "LONG"
_RUN = 4  # equal characters of a shape that are kept


class WordFlag:
    """A flag of words that a language's file knows, as a function of the word. Compares and pickles by value."""

    def __init__(self, code: str, name: str) -> None:
        self.code = code
        self.name = name
        self.__name__ = name.lower()

    def __call__(self, text: str) -> bool:
        from ._data import model

        return bool(model(self.code).lexeme(text)[0] >> IDS[self.name] & 1)

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, WordFlag) and (self.code, self.name) == (other.code, other.name)

    def __hash__(self) -> int:
        return hash((self.code, self.name))

    def __repr__(self) -> str:
        return f"<{self.__name__} of {self.code}>"


def is_punct(text: str) -> bool:
    """Has it punctuation alone?"""
    return all(unicodedata.category(char)[0] == "P" for char in text)


def is_currency(text: str) -> bool:
    """Has it signs of currencies alone?"""
    return all(unicodedata.category(char) == "Sc" for char in text)


def is_ascii(text: str) -> bool:
    return text.isascii()


def word_shape(text: str) -> str:
    """The word as X, x and d for upper and lower case and digits, at most four of a kind in a row."""
    if len(text) >= _LONG:
        return "LONG"
    shape: list[str] = []
    for char in text:
        kind = ("X" if char.isupper() else "x") if char.isalpha() else "d" if char.isdigit() else char
        shape.append(kind)
    return "".join(kind for at, kind in enumerate(shape) if at < _RUN or shape[at - _RUN : at] != [kind] * _RUN)


def lower(string: str) -> str:
    return string.lower()


def prefix(string: str) -> str:
    return string[0]


def suffix(string: str) -> str:
    return string[-3:]


def is_alpha(string: str) -> bool:
    return string.isalpha()


def is_digit(string: str) -> bool:
    return string.isdigit()


def is_lower(string: str) -> bool:
    return string.islower()


def is_space(string: str) -> bool:
    return string.isspace()


def is_title(string: str) -> bool:
    return string.istitle()


def is_upper(string: str) -> bool:
    return string.isupper()


def is_stop(string: str, stops: Set[str] = frozenset()) -> bool:
    return string.lower() in stops


def get_lang(text: str, lang: str | None = "") -> str | None:
    return lang


is_bracket = WordFlag("xx", "IS_BRACKET")
is_quote = WordFlag("xx", "IS_QUOTE")
is_left_punct = WordFlag("xx", "IS_LEFT_PUNCT")
is_right_punct = WordFlag("xx", "IS_RIGHT_PUNCT")
like_email = WordFlag("xx", "LIKE_EMAIL")
like_num = WordFlag("xx", "LIKE_NUM")
like_url = WordFlag("xx", "LIKE_URL")

LEX_ATTRS: dict[int, Callable[[str], Any]] = {
    IDS["LOWER"]: lower,
    IDS["NORM"]: lower,
    IDS["PREFIX"]: prefix,
    IDS["SUFFIX"]: suffix,
    IDS["IS_ALPHA"]: is_alpha,
    IDS["IS_DIGIT"]: is_digit,
    IDS["IS_LOWER"]: is_lower,
    IDS["IS_SPACE"]: is_space,
    IDS["IS_TITLE"]: is_title,
    IDS["IS_UPPER"]: is_upper,
    IDS["IS_STOP"]: is_stop,
    IDS["LIKE_EMAIL"]: like_email,
    IDS["LIKE_NUM"]: like_num,
    IDS["IS_PUNCT"]: is_punct,
    IDS["IS_ASCII"]: is_ascii,
    IDS["SHAPE"]: word_shape,
    IDS["IS_BRACKET"]: is_bracket,
    IDS["IS_QUOTE"]: is_quote,
    IDS["IS_LEFT_PUNCT"]: is_left_punct,
    IDS["IS_RIGHT_PUNCT"]: is_right_punct,
    IDS["IS_CURRENCY"]: is_currency,
    IDS["LIKE_URL"]: like_url,
}
