"""Token patterns as sections of a file (engine/patterns), with an index of what may begin with which token."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from .constants import PatternAttr, Predicate, Quantifier
from .container import Section, tensor
from .maps import build_map
from .pattern_regex import automata_sections
from .pattern_test import Pattern, Spec, Test
from .strings import StringTable
from .tokenizer_tables import extended_hash

BY_RARITY = (
    "ORTH LOWER NORM LEMMA SHAPE SUFFIX PREFIX ENT_TYPE MORPH TAG DEP POS ENT_ID ENT_KB_ID LENGTH IDX ID HEAD "
    "ENT_IOB SENT_START SPACY"
).split()
"""Attributes by how well their values tell tokens apart; flags come last."""
MOST_INDEXED = 10_000
"""Values of a test that a pattern is found by."""


class _Numbers:
    """Numbers of things in the order in which they are first asked for."""

    def __init__(self) -> None:
        self._known: dict[Any, int] = {}

    def of(self, item: Any) -> int:
        return self._known.setdefault(item, len(self._known))

    def __iter__(self) -> Any:
        return iter(self._known)


class Operands:
    """What tests refer to. Equal lists are one."""

    def __init__(self, strings: StringTable) -> None:
        self.strings = strings
        self.values: list[int] = []
        self.near: list[tuple[int, int]] = []
        self.expressions: list[str] = []
        self._first: dict[Any, int] = {}

    def _place(self, items: list[Any], operands: tuple[Any, ...]) -> int:
        key = (id(items), operands)
        if key not in self._first:
            self._first[key] = len(items)
            items.extend(operands)
        return self._first[key]

    def row(self, test: Test) -> tuple[int, ...]:
        """The test's row in PREFIX/tests."""
        operands = test.operands
        if test.kind == Predicate.NEAR:
            first = self._place(self.near, tuple((self.strings.number(text), edits) for text, edits in operands))
        else:
            first = self._place(self.expressions if test.kind == Predicate.FOUND else self.values, operands)
        return (int(test.kind), int(test.attr), int(test.negated), first, len(operands))


def _rarity(test: Test) -> tuple[int, int]:
    name = test.attr.name
    return (BY_RARITY.index(name) if name in BY_RARITY else len(BY_RARITY), len(test.operands))


def _first_test(pattern: Pattern) -> Test | None:
    """A test that the first token of every match must pass, and that finds the pattern; None: any token may begin it."""
    first = pattern.nodes[0]
    if first.quantifier != Quantifier.ONE:
        return None
    usable = [
        test
        for test in first.spec
        if test.kind == Predicate.AMONG and not test.negated and len(test.operands) <= MOST_INDEXED
    ]
    return min(usable, key=_rarity, default=None)


def flat(lists: Iterable[Sequence[Any]]) -> tuple[list[int], list[Any]]:
    """Offsets, with the total as the last one, and all items."""
    starts, items = [0], []
    for part in lists:
        items.extend(part)
        starts.append(len(items))
    return starts, items


def _index_sections(prefix: str, patterns: Sequence[Pattern]) -> list[Section]:
    lists: list[list[int]] = [[]]
    numbers: dict[int, int] = {}
    indexed: set[PatternAttr] = set()
    for number, pattern in enumerate(patterns):
        test = _first_test(pattern)
        if test is None:
            lists[0].append(number)
            continue
        indexed.add(test.attr)
        for value in test.operands:
            key = extended_hash(int(test.attr) + 1, value)
            if key not in numbers:
                numbers[key] = len(lists)
                lists.append([])
            if not lists[numbers[key]] or lists[numbers[key]][-1] != number:
                lists[numbers[key]].append(number)
    if not any(lists):
        lists[0].append(0)  # a section is never empty
    starts, items = flat(lists)
    return [
        build_map(f"{prefix}/by_first", numbers),
        tensor(f"{prefix}/indexed", sorted(indexed) or [PatternAttr.ORTH], "u4"),
        tensor(f"{prefix}/list_start", starts, "u4"),
        tensor(f"{prefix}/lists", items, "u4"),
    ]


def _may_meet(pattern: Pattern) -> bool:
    """May two ways through the pattern come to the same node at the same token?"""
    return sum(node.quantifier in (Quantifier.OPTIONAL, Quantifier.STAR) for node in pattern.nodes) > 1


def pattern_sections(prefix: str, patterns: Sequence[Pattern], strings: StringTable) -> list[Section]:
    """All PREFIX/ sections; none if there are no patterns."""
    if not patterns:
        return []
    specs, tests, operands = _Numbers(), _Numbers(), Operands(strings)
    starts: list[int] = []
    nodes: list[tuple[int, int, int]] = []
    for pattern in patterns:
        starts.append(len(nodes))
        meet = int(_may_meet(pattern))
        nodes += [(int(node.quantifier), specs.of(node.spec), meet) for node in pattern.nodes]
        nodes.append((int(Quantifier.END), pattern.key, 0))
    known: list[Spec] = list(specs)
    spec_start, spec_tests = flat([[tests.of(test) for test in spec] for spec in known])
    rows = [operands.row(test) for test in tests]
    near = [tensor(f"{prefix}/near", operands.near, "u4")] if operands.near else []
    return [
        tensor(f"{prefix}/start", starts, "u4"),
        tensor(f"{prefix}/nodes", nodes, "u4"),
        tensor(f"{prefix}/spec_start", spec_start, "u4"),
        tensor(f"{prefix}/spec_tests", spec_tests, "u4"),
        tensor(f"{prefix}/tests", rows, "u4"),
        Section(f"{prefix}/values", np.array(operands.values or [0], dtype="<u8")),
        *near,
        *automata_sections(prefix, operands.expressions),
        *_index_sections(prefix, patterns),
    ]
