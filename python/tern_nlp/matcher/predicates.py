"""Tests of a pattern that are more than equality: REGEX, IN, >=, FUZZY and their like."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from ..attrs import IDS
from ..errors import Errors, Warnings

FUZZY = ("FUZZY", *(f"FUZZY{edits}" for edits in range(1, 10)))
MEMBERSHIPS = ("IN", "NOT_IN")
SETS = ("IS_SUBSET", "IS_SUPERSET", "INTERSECTS")
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {"==": eq, "!=": ne, ">=": ge, "<=": le, ">": gt, "<": lt}
KINDS = ("REGEX", *MEMBERSHIPS, *SETS, *COMPARISONS, *FUZZY)
MORPH = IDS["MORPH"]
_TEXTS = {IDS[name]: f"{name.lower()}_" for name in ("ORTH", "LOWER", "NORM", "SHAPE", "PREFIX", "SUFFIX", "LEMMA")}
"""Attributes whose texts may be those of one document alone: they are asked of the token, so that no store grows."""
_HAVE_TEXTS = {
    *_TEXTS,
    *(IDS[name] for name in ("POS", "TAG", "DEP", "MORPH", "ENT_TYPE", "ENT_ID", "ENT_KB_ID", "LANG")),
}

FuzzyCompare = Callable[[str, str, int], bool]


def string_id(strings: Any, value: str | int) -> int:
    """The number of a text, without adding it to the store."""
    return strings[value] if isinstance(value, str) else value


class Predicate:
    """One test. attr: number of a token's attribute, or the name of an extension's."""

    pure = True
    """Does the answer depend on the token's value alone, and is no error to be expected?"""

    def __init__(self, attr: int | str, vocab: Any) -> None:
        self.attr, self.vocab = attr, vocab

    @property
    def is_extension(self) -> bool:
        return isinstance(self.attr, str)

    def __call__(self, token: Any, number: int) -> Any:
        """number: the value of the token's attribute; of no meaning for an extension."""
        raise NotImplementedError

    def value(self, token: Any, number: int) -> Any:
        return token._.get(self.attr) if self.is_extension else number

    def text(self, token: Any, number: int) -> Any:
        if self.is_extension:
            return token._.get(self.attr)
        name = _TEXTS.get(self.attr)  # type: ignore[arg-type]
        return getattr(token, name) if name else self.vocab.strings[number]


class Found(Predicate):
    def __init__(self, attr: int | str, vocab: Any, pattern: Any) -> None:
        super().__init__(attr, vocab)
        self.pattern, self.pure = re.compile(pattern), attr in _HAVE_TEXTS

    def __call__(self, token: Any, number: int) -> bool:
        return bool(self.pattern.search(self.text(token, number)))


class Near(Predicate):
    def __init__(self, attr: int | str, vocab: Any, text: Any, edits: int, compare: FuzzyCompare) -> None:
        super().__init__(attr, vocab)
        self.wanted, self.edits, self.compare = text, edits, compare

    def __call__(self, token: Any, number: int) -> Any:
        return self.text(token, number) == self.wanted or self.compares(token, number)

    def compares(self, token: Any, number: int) -> Any:
        return self.compare(self.text(token, number), self.wanted, self.edits)


class Compared(Predicate):
    def __init__(self, attr: int | str, vocab: Any, kind: str, other: Any) -> None:
        super().__init__(attr, vocab)
        self.holds, self.other = COMPARISONS[kind], other
        self.pure = isinstance(other, (int, float))

    def __call__(self, token: Any, number: int) -> Any:
        return self.holds(self.value(token, number), self.other)


class Member(Predicate):
    """IN and NOT_IN of values."""

    def __init__(self, attr: int | str, vocab: Any, values: Iterable[Any], negated: bool) -> None:
        super().__init__(attr, vocab)
        self.values, self.negated = _value_set(attr, vocab, values), negated

    def __call__(self, token: Any, number: int) -> bool:
        value = self.value(token, number)
        if not isinstance(value, (str, int)):
            return False
        return (string_id(self.vocab.strings, value) in self.values) != self.negated


class AnyOf(Predicate):
    """IN and NOT_IN within REGEX or FUZZY."""

    def __init__(self, attr: int, vocab: Any, tests: list[Callable[[Any, int], Any]], negated: bool) -> None:
        super().__init__(attr, vocab)
        self.tests, self.negated = tests, negated

    def __call__(self, token: Any, number: int) -> bool:
        return any(test(token, number) for test in self.tests) != self.negated


class Compatible(Predicate):
    """IS_SUBSET, IS_SUPERSET and INTERSECTS: a value is a set of itself, MORPH one of its features."""

    def __init__(self, attr: int | str, vocab: Any, kind: str, values: Iterable[Any]) -> None:
        super().__init__(attr, vocab)
        self.kind, self.values = kind, _value_set(attr, vocab, values)

    def _found(self, token: Any, number: int) -> set[int] | None:
        strings, value = self.vocab.strings, self.value(token, number)
        if self.attr == MORPH:
            return {strings[feature] for feature in token.morph}
        if isinstance(value, (str, int)):
            return {string_id(strings, value)}
        if isinstance(value, Iterable):
            listed = list(value)
            if all(isinstance(item, (str, int)) for item in listed):
                return {string_id(strings, item) for item in listed}
        return None

    def __call__(self, token: Any, number: int) -> bool:
        found = self._found(token, number)
        if found is None:
            return False
        if self.kind == "IS_SUBSET":
            return found <= self.values
        return found >= self.values if self.kind == "IS_SUPERSET" else bool(found & self.values)


def _value_set(attr: int | str, vocab: Any, values: Iterable[Any]) -> set[int]:
    if attr == MORPH:
        return {vocab.morphology.add(value) for value in values}
    return {string_id(vocab.strings, value) for value in values}


# ---- reading ---------------------------------------------------------------------------------------------------------


class Predicates:
    """The predicates of a matcher. Equal ones are one."""

    def __init__(self, vocab: Any, compare: FuzzyCompare, compare_is_pure: bool) -> None:
        self.vocab, self.compare, self.compare_is_pure = vocab, compare, compare_is_pure
        self.all: list[Predicate] = []
        self._numbers: dict[Any, int] = {}

    def of_attr(self, attr: int, tests: dict[str, Any]) -> Iterator[int]:
        """Numbers of the predicates that {kind: operand} stands for. Unknown kinds are left out, with a warning."""
        yield from self._read(attr, tests, "", -1)

    def of_extension(self, name: str, tests: dict[str, Any]) -> Iterator[int]:
        for kind in KINDS:
            if kind in tests:
                yield self._number(name, kind, tests[kind], "", -1)

    def _read(self, attr: int, tests: dict[str, Any], inside: str, edits: int) -> Iterator[int]:
        for given, operand in tests.items():
            kind = given.upper()
            if kind not in KINDS:
                warnings.warn(Warnings.W035.format(pattern=tests), stacklevel=2)
            elif isinstance(operand, dict) and kind == "REGEX":
                yield from self._read(attr, operand, "REGEX", -1)
            elif isinstance(operand, dict) and kind in FUZZY:
                yield from self._read(attr, operand, "FUZZY", _edits(kind))
            else:
                yield self._number(attr, kind, operand, inside, edits)

    def _number(self, attr: int | str, kind: str, operand: Any, inside: str, edits: int) -> int:
        within = (inside, edits) if kind in MEMBERSHIPS else ("", -1)
        key = (attr, kind, within, json.dumps(operand, sort_keys=True))
        if key not in self._numbers:
            predicate = self._make(attr, kind, operand, *within)
            self._numbers[key] = len(self.all)
            self.all.append(predicate)
        return self._numbers[key]

    def _make(self, attr: int | str, kind: str, operand: Any, inside: str, edits: int) -> Predicate:
        if kind == "REGEX":
            return Found(attr, self.vocab, operand)
        if kind in FUZZY:
            return self._near(attr, operand, _edits(kind))
        if kind in COMPARISONS:
            return Compared(attr, self.vocab, kind, operand)
        if kind in SETS:
            return Compatible(attr, self.vocab, kind, operand)
        if not inside:
            return Member(attr, self.vocab, operand, kind == "NOT_IN")
        return self._any_of(attr, operand, inside, edits, kind == "NOT_IN")  # type: ignore[arg-type]

    def _any_of(self, attr: int, items: Iterable[Any], inside: str, edits: int, negated: bool) -> AnyOf:
        if attr == MORPH:
            items = [self.vocab.strings[self.vocab.morphology.add(item)] for item in items]
        if inside == "REGEX":
            found = [Found(attr, self.vocab, item) for item in items]
            any_of = AnyOf(attr, self.vocab, list(found), negated)
            any_of.pure = all(test.pure for test in found)
        else:
            near = [self._near(attr, item, edits) for item in items]
            any_of = AnyOf(attr, self.vocab, [test.compares for test in near], negated)
            any_of.pure = all(test.pure for test in near)
        return any_of

    def _near(self, attr: int | str, text: Any, edits: int) -> Near:
        near = Near(attr, self.vocab, text, edits, self.compare)
        near.pure = self.compare_is_pure and attr in _HAVE_TEXTS
        return near


def _edits(kind: str) -> int:
    """Of FUZZY3 3; of FUZZY -1: by the text's length."""
    return int(kind[len("FUZZY") :] or -1)


def check_answer(answer: Any) -> Any:
    """Raises ValueError for what is neither a bool nor None."""
    if answer is True or answer is False or answer is None:
        return answer
    raise ValueError(Errors.E125.format(value=answer))
