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


_FIRST = re.compile(r"^text\.lower\(\)\.split\(' '\)\[0\] in (?P<words>\w+)$")
_LOWERED = "text = text.strip().lower()"
_PARTS = re.compile(
    r"^if text\.count\('(?P<mark>.)'\) == 1:\n    _, num = text\.split\('.'\)\n"
    r"    if num\.isdigit\(\) or num in (?P<words>\w+):\n        return True$"
)
_ANY = re.compile(r"^any\(\(char\.lower\(\) in (?P<words>\w+) for char in text\)\)$")
_MARKERS = re.compile(r"^num_markers = (?P<texts>.*)$")
_MARKED = "any((mark in text for mark in num_markers))"
_WITHOUT_ACCENTS = "text = strip_accents_text(text)"
_WORDS_WITHOUT_ACCENTS = "_num_words_stripped = [strip_accents_text(num) for num in _num_words]"
_COMPILED = re.compile(r"^(?P<name>\w+)\.match\(text\)$")
_MATCHED = re.compile(r"^re\.match\((?P<pattern>.*), text\)$")
_ORDINAL = re.compile(r"^text\.endswith\((?P<ending>'[^']*')\) and text\[:-\d\]\.isdigit\(\)$")
_ORDINALS = "is_digit(text_lower)"
_FILTERED = re.compile(
    r"^if text\.lower\(\) in (?P<words>\w+):\n    return True\n"
    r"elif suffix_filter\(text\) in (?P=words):\n    return True$"
)


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


def _in_any_case(pattern: str) -> str:
    """An expression of plain letters and sets of them, as re.IGNORECASE reads it."""
    in_set = re.compile(r"\[[A-Za-z]*\]|[A-Za-z]")
    return in_set.sub(lambda found: "[" + "".join(map(_any_case, found[0].strip("[]"))) + "]", pattern)


@cache
def _any_case(letter: str) -> str:
    """What re.IGNORECASE takes for a letter, without the brackets of a set: it may stand in one."""
    everything = "".join(chr(code) for code in range(CODE_POINTS))
    return char_class(re.findall(f"(?i){letter}", everything))[1:-1]


class _Reader:
    """Reads the statements of a function; alternatives: expressions of the texts for which it returns True."""

    def __init__(self, function: Callable[[str], Any]) -> None:
        self.names = dict(function.__globals__)
        self.signs: tuple[str, ...] = ()
        self.last: tuple[str, ...] = ()
        self.deleted: set[str] = set()
        self.lowered = False
        self.is_lower = False
        """text itself is lower case, without white space around it"""
        self.bases: Mapping[str, list[str]] | None = None
        """What is left of characters without accents -> the characters; accents are gone from the text"""
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
        single = {text for text in self.deleted if len(text) == 1}
        if self.bases is not None:
            single |= set(self.bases.get("", ()))
        texts = [char_class(single)] if single else []
        texts += [re.escape(text) for text in sorted(self.deleted - single)]
        return f"(?:{'|'.join(texts)})*" if len(texts) > 1 else "".join(f"{text}*" for text in texts)

    def _number(self) -> str:
        digits = _digits()
        if self.bases is not None:
            digits = char_class(c for base, characters in self.bases.items() if base.isdigit() for c in characters)
        return f"(?:{digits}{self._gap})+"

    def _letter(self, word: str, at: int, lower: bool) -> str:
        letter = word[at]
        if self.bases is not None:
            fitting = [base for base in self.bases if (base.lower() if lower else base) == letter]
            return char_class(c for base in fitting for c in self.bases[base]) if fitting else "(?!)"
        if not lower:
            return char_class(letter)
        raised = set(_raised().get(letter, []))
        if len(word) > 1 and letter == ("ς" if at + 1 == len(word) else "σ"):
            raised.add("Σ")
        elif letter in "ςσ":
            raised.discard("Σ")
        return char_class(raised) if raised else "(?!)"

    def _word(self, word: str, lower: bool) -> str:
        lower = lower or self.is_lower
        parts = [self._letter(word, at, lower) + self._gap for at in range(len(word))]
        if lower:
            for at in (match.start() for match in re.finditer("i\u0307", word)):
                parts[at : at + 2] = [f"(?:{parts[at]}{parts[at + 1]}|\u0130{self._gap})", ""]
        return "".join(parts)

    def _add(self, rest: str) -> None:
        sign = f"{char_class(self.signs)}?" if self.signs else ""
        last = f"{char_class(self.last)}?" if self.last else ""
        around = "\\s*" if self.is_lower else ""
        self.alternatives.append(f"{around}{sign}{self._gap}{rest}{last}{around}\\Z")

    def _condition(self, condition: str, endings: tuple[str, ...], lower: bool) -> None:
        """One that stands alone, or inside of a condition on the text's end."""
        for part in condition.split(" or "):
            digits, words = _DIGITS.match(part), _WORDS.match(part)
            found = digits or words
            if not found and not endings and self._read_condition(part):
                continue
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

    def _read_condition(self, part: str) -> bool:
        """One that a single language has; False: it is none that is known."""
        first, any_, ordinal = _FIRST.match(part), _ANY.match(part), _ORDINAL.match(part)
        compiled, matched = _COMPILED.match(part), _MATCHED.match(part)
        anything = "[\\s\\S]*"
        if first:
            words = [self._word(word, True) for word in self._texts(first["words"]) if self._is_left(word)]
            self._add(f"(?:{'|'.join(words)})(?: {anything})?")
        elif any_:
            letters = [self._letter(word, 0, True) for word in self._texts(any_["words"]) if len(word) == 1]
            self._add(f"{anything}(?:{'|'.join(letters)}){anything}")
        elif ordinal:
            self._add(self._number() + self._word(ast.literal_eval(ordinal["ending"]), False))
        elif part == _ORDINALS:
            tree = ast.parse(textwrap.dedent(inspect.getsource(self.names["is_digit"])))
            endings = next(ast.literal_eval(node) for node in ast.walk(tree) if isinstance(node, ast.Tuple))
            self._add(f"{self._number()}(?:{'|'.join(self._word(ending, True) for ending in endings)})")
        elif part == _MARKED:
            self._add(
                f"{anything}(?:{'|'.join(self._word(mark, False) for mark in self._texts('num_markers'))}){anything}"
            )
        elif compiled:
            pattern = self.names[compiled["name"]].pattern.removeprefix("(?i)")
            self.alternatives.append(_in_any_case(pattern))
        elif matched:
            pattern = eval(matched["pattern"], self.names).removeprefix("^").removesuffix("$")
            self._add(
                re.sub(r"([^\x00-\x7f])", rf"\1{self._gap}".replace("\\U", "\\\\U"), pattern) + f"(?:\n{self._gap})?"
            )
        else:
            return False
        return True

    def _read_statement(self, statement: str) -> bool:
        """The same of a statement."""
        parts, markers, filtered = _PARTS.match(statement), _MARKERS.match(statement), _FILTERED.match(statement)
        if parts:
            words = [self._word(word, False) for word in self._texts(parts["words"]) if self._is_left(word)]
            mark = char_class(parts["mark"])
            self._add(f"[^{mark[1:]}*{mark}{self._gap}(?:{'|'.join([self._number(), *words])})")
        elif statement == _LOWERED:
            self.is_lower = True
        elif markers:
            self.names["num_markers"] = ast.literal_eval(markers["texts"])
        elif statement == _WITHOUT_ACCENTS:
            strip = self.names["strip_accents_text"]
            self.bases = {}
            for character in map(chr, range(CODE_POINTS)):
                self.bases.setdefault(strip(character), []).append(character)
        elif statement == _WORDS_WITHOUT_ACCENTS:
            strip = self.names["strip_accents_text"]
            self.names["_num_words_stripped"] = [strip(word) for word in self.names["_num_words"]]
        elif filtered:
            words = set(self._texts(filtered["words"]))
            endings, shortened = self.names["_numeral_suffixes"], self.names["suffix_filter"]
            forms = words | {
                word[: len(word) - len(end)] + long
                for word in words
                for long, end in endings.items()
                if word.endswith(end)
            }
            fitting = [self._word(form, False) for form in sorted(forms) if shortened(form) in words]
            self._add(f"(?:{'|'.join([*fitting, *(self._word(word, True) for word in sorted(words))])})")
        else:
            return False
        return True

    def _is_left(self, word: str) -> bool:
        """May the word be what is left of a text?"""
        return not any(text in word for text in self.deleted)

    def _tail(self, ending: str, cut: int, lower: bool) -> str:
        if cut < len(ending):
            raise _unknown(f"an ending of {len(ending)} characters of which {cut} are cut")
        other = f"[^{char_class(self.deleted)[1:]}" if self.deleted else "[\\s\\S]"
        return f"{other}{self._gap}" * (cut - len(ending)) + self._word(ending, lower)

    # ---- statements ----

    def read(self, statement: str) -> None:
        statement = re.sub(r"-len\((\w+)\)", lambda found: str(-len(self.names[found[1]])), statement)
        sign, fraction = _SIGN.match(statement), _FRACTION.match(statement)
        ending, plain = _ENDING.match(statement), _IF.match(statement)
        last = _LAST.match(statement)
        if sign and not self.deleted and not self.signs:
            self.signs = self._texts(sign["texts"])
        elif last and not self.deleted:
            self.last = self._texts(last["texts"])
        elif _DELETE.match(statement):
            for deleted in re.findall(r"\.replace\('((?:[^'\\]|\\.)*)', ''\)", statement):
                if not deleted or self.lowered:
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
        elif self._read_statement(statement):
            return
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
