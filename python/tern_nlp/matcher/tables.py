"""Nodes of patterns as the tables of an automaton (python/src/token_automaton.h)."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import Any

from .._tern import TokenAutomaton
from .pattern import END, ONE, OPTIONAL, STAR, Attr, Node
from .predicates import Member, Predicate

_NO_COLUMN = 0xFFFFFFFF
_VALUE, _PREDICATE = 0, 1
_MOST_INDEXED = 10_000
"""Values of a set that a pattern is found by."""


def _flat(lists: Iterable[Sequence[int]]) -> tuple[array[int], array[int]]:
    starts, items = array("I", [0]), array("I")
    for part in lists:
        items.extend(part)
        starts.append(len(items))
    return starts, items


class Tables:
    """Patterns, compiled. columns: what must be known of every token, in their order."""

    def __init__(self, patterns: Sequence[tuple[int, Sequence[Node]]], predicates: Sequence[Predicate]) -> None:
        """patterns: (key, nodes), in the order in which they were added."""
        self.predicates = predicates
        self.columns: dict[Attr, int] = {}
        self._specs: dict[Any, int] = {}
        self._spec_starts, self._tests = array("I", [0]), array("Q")
        self._keys: dict[int, int] = {}
        self._lists: list[list[int]] = [[]]
        self._entries: dict[tuple[int, int], int] = {}
        nodes, starts = array("I"), array("I")
        for number, (key, listed) in enumerate(patterns):
            starts.append(len(nodes) // 4)
            nodes.extend(self._pattern(listed))
            nodes.extend((END, self._keys.setdefault(key, len(self._keys)), 0, 0))
            self._index(number, listed[0])
        list_starts, lists = _flat(self._lists)
        entries = array("Q", (item for (column, value), to in self._entries.items() for item in (column, value, to)))
        tables = (nodes, starts, array("Q", self._keys), self._spec_starts, self._tests, list_starts, lists, entries)
        indexed = array("I", sorted({column for column, _ in self._entries}))
        if not self._specs:
            self._spec_starts.append(0)
        self.automaton = TokenAutomaton(
            len(self.columns), len(predicates), *(table.tobytes() for table in (*tables, indexed))
        )

    def _column(self, attr: Attr) -> int:
        return self.columns.setdefault(attr, len(self.columns))

    def _pattern(self, nodes: Sequence[Node]) -> Iterable[int]:
        meets = int(sum(node.quantifier in (OPTIONAL, STAR) for node in nodes) > 1)
        for node in nodes:
            yield from (node.quantifier, self._spec(node), node.token, meets)

    def _spec(self, node: Node) -> int:
        """Predicates come first: spaCy asks them all before it looks at values."""
        spec = (node.predicates, node.values)
        if spec not in self._specs:
            self._specs[spec] = len(self._specs)
            for number in node.predicates:
                predicate = self.predicates[number]
                column = _NO_COLUMN if predicate.is_extension else self._column(predicate.attr)
                self._tests.extend((0, _PREDICATE, column if predicate.pure else _NO_COLUMN, number))
            for attr, value in node.values:
                self._tests.extend((value, _VALUE, self._column(attr), 0))
            self._spec_starts.append(len(self._tests) // 4)
        return self._specs[spec]

    def _first(self, node: Node) -> tuple[int, Iterable[int]] | None:
        """A column and the values in it, one of which the first token of every match must have; None: any may begin it."""
        tests = [self.predicates[number] for number in node.predicates]
        if node.quantifier != ONE or not all(test.pure and not test.is_extension for test in tests):
            return None
        values = [(attr, value) for attr, value in node.values if not isinstance(attr, str)]
        if values:
            attr, value = min(values, key=lambda item: item[1] < 2)  # a flag is the last choice
            return self._column(attr), (value,)
        for test in tests:
            if isinstance(test, Member) and not test.negated and len(test.values) <= _MOST_INDEXED:
                return self._column(test.attr), test.values
        return None

    def _index(self, number: int, node: Node) -> None:
        first = self._first(node)
        if first is None:
            self._lists[0].append(number)
            return
        column, values = first
        for value in values:
            to = self._entries.setdefault((column, value), len(self._lists))
            if to == len(self._lists):
                self._lists.append([])
            self._lists[to].append(number)
