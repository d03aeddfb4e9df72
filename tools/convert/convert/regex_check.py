"""Random tests of compiled expressions against Python's re."""

from __future__ import annotations

import random
import re
import warnings

from .constants import CODE_POINTS
from .regex_syntax import BEGIN, END, Choice, Intervals, Look, Node, Repeat, Sequence, Symbols, parse
from .regex_tables import Expression, Matcher

_LONGEST_TEXT = 40
_MANY_TIMES = 4  # repetitions in an example beyond the required ones


def check_expression(expression: Expression, pattern: str, role: str, count: int, seed: int) -> None:
    """Compare the tables with re on count random texts. Raises AssertionError with the first text on which they differ.

    The texts consist of examples of the pattern and its parts and of characters at the edges of its character classes. This
    takes as long as re does, which for nested repetition, as in (a+)+b, can be for ever.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compiled = re.compile(pattern)
    matcher = Matcher(expression)
    texts = PatternTexts(pattern, random.Random(seed))
    for _ in range(count):
        text = texts.draw()
        if role == "suffix":
            text = _as_chunk(text)
        expected, found = _answers(compiled, matcher, role, expression.reversed, text)
        if expected != found:
            raise AssertionError(f"on {text!r} re finds {expected}, the tables find {found}")


def _answers(compiled: re.Pattern[str], matcher: Matcher, role: str, backwards: bool, text: str) -> tuple:
    if role == "match":
        return compiled.match(text) is not None, matcher.matches(text)
    if backwards:
        match = compiled.search(text)
        return (match.end() - match.start() if match else 0), matcher.suffix_length(text)
    return [match.span() for match in compiled.finditer(text)], list(matcher.finditer(text))


def _as_chunk(text: str) -> str:
    """The part of a text that the tokenizer would give to a suffix expression."""
    words = text.split()
    return words[-1] if words else text


class PatternTexts:
    """Draws texts that matter to a pattern."""

    def __init__(self, pattern: str, source: random.Random) -> None:
        syntax = parse(pattern)
        self._root = syntax.root
        self._sets = [intervals for intervals in syntax.sets if intervals]
        self._set_of_symbols = syntax.sets
        self._random = source

    def draw(self) -> str:
        parts: list[str] = []
        for _ in range(self._random.randint(0, 4)):
            kind = self._random.random()
            if kind < 0.5:
                example = self._mutate(self._example(self._root))
                begin = self._random.choice((0, 0, self._random.randint(0, len(example))))
                parts.append(example[begin:])
            elif kind < 0.9:
                parts.extend(self._edge() for _ in range(self._random.randint(1, 4)))
            else:
                parts.append(self._random.choice(" \n\t\u00a0ai0.-"))
        text = "".join(parts)
        return text if self._random.random() < 0.1 else text[-_LONGEST_TEXT:]

    def _mutate(self, text: str) -> str:
        if not text or self._random.random() < 0.4:
            return text
        position = self._random.randrange(len(text))
        new = self._random.choice(("", self._edge(), text[position] * 2, text[position].swapcase()))
        return text[:position] + new + text[position + 1 :]

    def _edge(self) -> str:
        """A character in or next to the first or last of an interval."""
        if not self._sets:
            return chr(self._random.randrange(CODE_POINTS))
        first, limit = self._random.choice(self._random.choice(self._sets))
        return chr(min(max(self._random.choice((first - 1, first, limit - 1, limit)), 0), CODE_POINTS - 1))

    def _member(self, intervals: Intervals) -> str:
        if not intervals:
            return ""
        first, limit = self._random.choice(intervals)
        return chr(self._random.choice((first, limit - 1, self._random.randrange(first, limit))))

    def _example(self, node: Node) -> str:
        """A text that matches, but for look-arounds."""
        if isinstance(node, Symbols):
            return "" if node.set in (BEGIN, END) else self._member(self._set_of_symbols[node.set])
        if isinstance(node, Sequence):
            return "".join(self._example(item) for item in node.items)
        if isinstance(node, Choice):
            return self._example(self._random.choice(node.alternatives)) if node.alternatives else ""
        if isinstance(node, Repeat):
            most = node.least + _MANY_TIMES if node.most is None else node.most
            few = self._random.randint(node.least, min(most, node.least + _MANY_TIMES))
            return "".join(self._example(node.body) for _ in range(self._random.choice((few, few, few, most))))
        assert isinstance(node, Look)
        return self._example(node.body) if self._random.random() < 0.5 else ""
