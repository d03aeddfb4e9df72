"""LIKE_NUM of a language, a Python function in spacy/lang/*/lex_attrs.py, as one regular expression.

These functions are much alike: they drop a sign and marks, and then ask whether digits are left, or a word of a list. Their
statements are read one by one; a function with another statement is refused. What comes out is compared with the function.
"""

from __future__ import annotations

import ast
import inspect
import random
import re
import textwrap
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any, Callable

from .constants import CODE_POINTS
from .errors import ConvertError
from .pattern_regex import compile_search
from .regex import UnsupportedPattern
from .regex_check import PatternTexts
from .regex_tables import Matcher

CHECKED_TEXTS = 3000
_SIGN = re.compile(r"^if text\.startswith\((?P<texts>.*)\):\n    text = text\[1:\]$")
_LAST = re.compile(r"^if text\.endswith\((?P<texts>'.')\):\n    text = text\[:-1\]$")
_DELETE = re.compile(r"^text = text(?:\.replace\(.*, ''\))+$")
_FRACTION = re.compile(
    r"^if text\.count\((?P<mark>'.')\) == 1:\n    num, denom = text\.split\((?P=mark)\)\n"
    r"    if num\.isdigit\(\) and denom\.isdigit\(\):\n        return True$"
)
_IF = re.compile(r"^if (?P<condition>.*):\n    return True$")
_ENDING = re.compile(
    r"^if (?P<text>text|text_lower)\.endswith\((?P<endings>.*)\):\n    if (?P<condition>.*):\n        return True$"
)
_DIGITS = re.compile(r"^text(?:_lower)?(?:\[:-(?P<cut>\d)\])?\.isdigit\(\)$")
_WORDS = re.compile(r"^(?P<text>text|text_lower|text\.lower\(\))(?:\[:-(?P<cut>\d)\])? in (?P<words>\w+)$")


def _unknown(statement: str) -> ConvertError:
    return ConvertError(f"the language's function for LIKE_NUM has a statement that is not known here: {statement!r}")


def char_class(characters: Iterable[str]) -> str:
    """A set of characters as an expression."""
    codes = sorted({ord(character) for character in characters})
    ranges: list[list[int]] = []
    for code in codes:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "[" + "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges) + "]"


@lru_cache(maxsize=1)
def _digits() -> str:
    return char_class(chr(code) for code in range(CODE_POINTS) if chr(code).isdigit())


@lru_cache(maxsize=1)
def _raised() -> Mapping[str, list[str]]:
    """Character -> those whose str.lower() it is."""
    found: dict[str, list[str]] = {}
    for code in range(CODE_POINTS):
        lowered = chr(code).lower()
        if len(lowered) == 1:
            found.setdefault(lowered, []).append(chr(code))
    return found


class _Reader:
    """Reads the statements of a function; alternatives: expressions of the texts for which it returns True."""

    def __init__(self, function: Callable[[str], Any]) -> None:
        self.names = function.__globals__
        self.signs: tuple[str, ...] = ()
        self.last: tuple[str, ...] = ()
        self.deleted: set[str] = set()
        self.lowered = False
        self.alternatives: list[str] = []

    def _texts(self, source: str) -> tuple[str, ...]:
        """A tuple or list of texts, written there or by name."""
        try:
            value = self.names[source] if source.isidentifier() else ast.literal_eval(source)
        except (KeyError, ValueError, SyntaxError) as error:
            raise _unknown(source) from error
        return (value,) if isinstance(value, str) else tuple(value)

    # ---- what is asked of the text that is left ----

    @property
    def _gap(self) -> str:
        return char_class(self.deleted) + "*" if self.deleted else ""

    def _number(self) -> str:
        return f"(?:{_digits()}{self._gap})+"

    def _letter(self, word: str, at: int, lower: bool) -> str:
        letter = word[at]
        if not lower:
            return char_class(letter)
        raised = set(_raised().get(letter, []))
        if len(word) > 1 and letter == ("ς" if at + 1 == len(word) else "σ"):
            raised.add("Σ")
        elif letter in "ςσ":
            raised.discard("Σ")
        return char_class(raised) if raised else "(?!)"

    def _word(self, word: str, lower: bool) -> str:
        parts = [self._letter(word, at, lower) + self._gap for at in range(len(word))]
        if lower:
            for at in (match.start() for match in re.finditer("i\u0307", word)):
                parts[at : at + 2] = [f"(?:{parts[at]}{parts[at + 1]}|\u0130{self._gap})", ""]
        return "".join(parts)

    def _add(self, rest: str) -> None:
        sign = f"{char_class(self.signs)}?" if self.signs else ""
        last = f"{char_class(self.last)}?" if self.last else ""
        self.alternatives.append(f"{sign}{self._gap}{rest}{last}\\Z")

    def _condition(self, condition: str, endings: tuple[str, ...], lower: bool) -> None:
        """One that stands alone, or inside of a condition on the text's end."""
        for part in condition.split(" or "):
            digits, words = _DIGITS.match(part), _WORDS.match(part)
            found = digits or words
            if not found or bool(found["cut"]) != bool(endings):
                raise _unknown(part)
            cut = int(found["cut"] or 0)
            tails = [self._tail(ending, cut, lower) for ending in endings if not digits or len(ending) <= cut]
            if endings and not tails:
                continue  # what is left of an ending is no digit
            begins = [self._number()] if digits else []
            if words:
                lower_words = words["text"] != "text"
                begins = [self._word(word, lower_words) for word in self._texts(words["words"]) if self._is_left(word)]
            if begins:
                self._add(f"(?:{'|'.join(begins)})(?:{'|'.join(tails)})")

    def _is_left(self, word: str) -> bool:
        """May the word be what is left of a text?"""
        return not any(character in self.deleted for character in word)

    def _tail(self, ending: str, cut: int, lower: bool) -> str:
        if cut < len(ending):
            raise _unknown(f"an ending of {len(ending)} characters of which {cut} are cut")
        other = f"[^{char_class(self.deleted)[1:]}" if self.deleted else "[\\s\\S]"
        return f"{other}{self._gap}" * (cut - len(ending)) + self._word(ending, lower)

    # ---- statements ----

    def read(self, statement: str) -> None:
        sign, fraction = _SIGN.match(statement), _FRACTION.match(statement)
        ending, plain = _ENDING.match(statement), _IF.match(statement)
        last = _LAST.match(statement)
        if sign and not self.deleted and not self.signs:
            self.signs = self._texts(sign["texts"])
        elif last and not self.deleted:
            self.last = self._texts(last["texts"])
        elif _DELETE.match(statement):
            for deleted in re.findall(r"\.replace\('((?:[^'\\]|\\.)*)', ''\)", statement):
                if len(deleted) != 1 or self.lowered:
                    raise _unknown(statement)
                self.deleted.add(deleted)
        elif fraction:
            mark = ast.literal_eval(fraction["mark"])
            if mark not in self.deleted:
                self._add(f"{self._number()}{char_class(mark)}{self._gap}{self._number()}")
        elif statement == "text_lower = text.lower()":
            self.lowered = True
        elif ending:
            self._condition(ending["condition"], self._texts(ending["endings"]), ending["text"] == "text_lower")
        elif plain:
            self._condition(plain["condition"], (), False)
        elif statement != "return False" and not statement.startswith(("'", '"')):
            raise _unknown(statement)


def _statements(function: Callable[[str], Any]) -> list[str]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError) as error:
        raise ConvertError("the source of the language's function for LIKE_NUM is not there") from error
    body = tree.body[0]
    if not isinstance(body, ast.FunctionDef) or [argument.arg for argument in body.args.args] != ["text"]:
        raise ConvertError("the language's function for LIKE_NUM is not a plain function of a text")
    return [ast.unparse(statement) for statement in body.body]


def _check(function: Callable[[str], Any], pattern: str) -> None:
    matcher, source = Matcher(compile_search(pattern)), random.Random(0)
    texts = PatternTexts(pattern, source)
    for _ in range(CHECKED_TEXTS):
        text = texts.draw()
        text = source.choice((text, text.upper(), text.title(), text + source.choice("./,+-"), "-" + text))
        if text and bool(function(text)) != matcher.matches(text):
            raise ConvertError(f"the language's function for LIKE_NUM is not what it was read as: {text!r} differs")


@cache
def number_pattern(function: Callable[[str], Any]) -> str:
    """An expression that re.search finds in the texts for which the function is true. Raises ConvertError."""
    reader = _Reader(function)
    for statement in _statements(function):
        reader.read(statement)
    pattern = f"^(?:{'|'.join(reader.alternatives)})"
    try:
        compile_search(pattern)
    except UnsupportedPattern as error:
        raise ConvertError(f"the language's function for LIKE_NUM cannot be made a table: {error}") from error
    _check(function, pattern)
    return pattern
