"""Token patterns, as users write them -> nodes of an automaton."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Union

from ..attrs import IDS, IOB_STRINGS
from ..errors import Errors
from .predicates import Predicates

NOT, OPTIONAL, STAR, ONE, END = range(5)
"""Quantifiers (token_automaton.h)."""
_OPERATORS = {"*": (STAR,), "+": (ONE, STAR), "?": (OPTIONAL,), "1": (ONE,), "!": (NOT,)}
_OPTIONS = ", ".join(_OPERATORS) + ", {n}, {n,m}, {n,}, {,m} where n and m are integers and n <= m "
_RENAMED = {"TEXT": "ORTH", "IS_SENT_START": "SENT_START"}
ENT_IOB = IDS["ENT_IOB"]

Attr = Union[int, str]
"""A token's attribute by number, or the name of an extension's."""


class Node(NamedTuple):
    quantifier: int
    values: tuple[tuple[Attr, int], ...]
    """What must be equal."""
    predicates: tuple[int, ...]
    token: int
    """Number of the token of the pattern."""


def _bounds(operator: str) -> tuple[int, ...]:
    """Of {n,m} and its like."""
    least, _, most = operator[1:-1].partition(",")
    if "," not in operator:
        most = least
    both = least.isdecimal() and most.isdecimal()
    if most.count(",") or not (least.isdecimal() or most.isdecimal()) or (both and int(least) > int(most)):
        raise ValueError(Errors.E011.format(op=operator, opts=_OPTIONS))
    needed = int(least or 0)
    return (ONE,) * needed + ((OPTIONAL,) * (int(most) - needed) if most else (STAR,))


def quantifiers(spec: Mapping[Any, Any]) -> tuple[int, ...]:
    """Quantifiers of the nodes that a token of a pattern stands for."""
    operator = {key.upper(): value for key, value in spec.items() if isinstance(key, str)}.get("OP", "1")
    if operator in _OPERATORS:
        return _OPERATORS[operator]
    if operator.startswith("{") and operator.endswith("}"):
        return _bounds(operator)
    raise ValueError(Errors.E011.format(op=operator, opts=_OPTIONS))


def _attr_number(attr: Any) -> int | None:
    if not isinstance(attr, str):
        return attr
    return IDS.get(_RENAMED.get(attr.upper(), attr.upper()))


def _plain_value(attr: int | None, value: Any, strings: Any) -> int:
    if isinstance(value, str):
        return IOB_STRINGS.index(value) if attr == ENT_IOB and value in IOB_STRINGS else strings.add(value)
    if isinstance(value, int):
        return int(value)
    raise ValueError(Errors.E153.format(vtype=type(value).__name__))


def _check_value(value: Any) -> None:
    """Raises TypeError for what is not a whole number, ValueError for one that is not from 0 to 2**64 - 1."""
    if not isinstance(value, int):
        raise TypeError(f"the value of an extension attribute in a pattern is a str or an int, not {value!r}")
    if not 0 <= value < 1 << 64:
        raise ValueError(Errors.E154)


class PatternReader:
    """Reads token patterns of a matcher."""

    def __init__(self, vocab: Any, predicates: Predicates) -> None:
        self.strings, self.predicates = vocab.strings, predicates

    def nodes(self, pattern: Sequence[Any]) -> list[Node]:
        nodes = [node for number, spec in enumerate(pattern) for node in self._token(spec, number)]
        for node in nodes:
            for _, value in node.values:
                _check_value(value)
        return nodes

    def _token(self, spec: Any, number: int) -> list[Node]:
        if not spec:
            return [Node(ONE, (), (), number)]  # any token
        if not isinstance(spec, dict):
            raise ValueError(Errors.E154)
        wanted = quantifiers(spec)
        values: list[tuple[Attr, int]] = []
        predicates: list[int] = []
        for attr, value in spec.items():
            if isinstance(attr, str) and attr.upper() == "OP":
                continue
            if attr == "_":
                self._extensions(value, values, predicates)
            else:
                self._attribute(attr, value, values, predicates)
        values.sort(key=lambda item: isinstance(item[0], str))  # extensions are looked at last
        return [Node(quantifier, tuple(values), tuple(predicates), number) for quantifier in wanted]

    def _attribute(self, attr: Any, value: Any, values: list[tuple[Attr, int]], predicates: list[int]) -> None:
        number = _attr_number(attr)
        if number is None:
            raise ValueError(Errors.E152.format(attr=attr))
        if isinstance(value, dict):
            predicates.extend(self.predicates.of_attr(number, value))
        else:
            values.append((number, _plain_value(number, value, self.strings)))

    def _extensions(self, wanted: Any, values: list[tuple[Attr, int]], predicates: list[int]) -> None:
        if not isinstance(wanted, dict):
            raise ValueError(Errors.E154)
        for name, value in wanted.items():
            if isinstance(value, dict):
                predicates.extend(self.predicates.of_extension(name, value))
            else:
                values.append((name, self.strings.add(value) if isinstance(value, str) else value))
