"""Tests of a token and the nodes of a pattern: what token patterns are made of in a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .constants import PatternAttr, Predicate, Quantifier


@dataclass(frozen=True)
class Test:
    """operands: ids, ascending (AMONG, SUBSET, SUPERSET, INTERSECTS); least and most (RANGE); expressions (FOUND); texts with the
    edits that are allowed (NEAR)."""

    kind: Predicate
    attr: PatternAttr
    negated: bool
    operands: tuple[Any, ...]

    def not_(self) -> Test:
        return Test(self.kind, self.attr, not self.negated, self.operands)

    def holds(self, value: int) -> bool:
        """For AMONG and RANGE."""
        if self.kind == Predicate.RANGE:
            return (self.operands[0] <= value <= self.operands[1]) != self.negated
        return (value in self.operands) != self.negated


NEVER = Test(Predicate.AMONG, PatternAttr.ORTH, False, ())
ALWAYS = NEVER.not_()

Spec = tuple[Test, ...]
"""All of them must hold."""


@dataclass(frozen=True)
class Node:
    quantifier: Quantifier
    spec: Spec


@dataclass(frozen=True)
class Pattern:
    """key: number of what it stands for."""

    key: int
    nodes: tuple[Node, ...]

    @property
    def least(self) -> int:
        """Tokens of its shortest match."""
        return max(1, sum(node.quantifier in (Quantifier.ONE, Quantifier.NOT) for node in self.nodes))
