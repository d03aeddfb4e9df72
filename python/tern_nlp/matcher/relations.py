"""Operators of the DependencyMatcher: from a token to those that stand to it in a relation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Relation = Callable[[Any, int], "list[int]"]


def _numbers(tokens: Any) -> list[int]:
    return [token.i for token in tokens]


def _tree(doc: Any, node: int) -> range:
    """Tokens from the first to the last one of the token's tree."""
    root = doc[node]
    for root in doc[node].ancestors:  # noqa: B007
        pass
    return range(root.left_edge.i, root.right_edge.i + 1)


def _head(doc: Any, node: int) -> list[int]:
    head = doc[node].head.i
    return [] if head == node else [head]


def _next_to(step: int) -> Relation:
    def relation(doc: Any, node: int) -> list[int]:
        other = node + step
        return [other] if 0 <= other < len(doc) and other in _tree(doc, node) else []

    return relation


def _before(doc: Any, node: int) -> list[int]:
    return list(range(_tree(doc, node).start, node))


def _after(doc: Any, node: int) -> list[int]:
    return list(range(node + 1, _tree(doc, node).stop))


def _siblings(fits: Callable[[int, int], bool]) -> Relation:
    return lambda doc, node: [child.i for child in doc[node].head.children if fits(child.i, node)]


def _children(side: str, fits: Callable[[int, int], bool]) -> Relation:
    return lambda doc, node: [child.i for child in getattr(doc[node], side) if fits(child.i, node)]


def _parent(fits: Callable[[int, int], bool]) -> Relation:
    return lambda doc, node: [doc[node].head.i] if fits(doc[node].head.i, node) else []


def _any(other: int, node: int) -> bool:
    return True


def _right(other: int, node: int) -> bool:
    return other > node


def _left(other: int, node: int) -> bool:
    return other < node


def _just_right(other: int, node: int) -> bool:
    return other == node + 1


def _just_left(other: int, node: int) -> bool:
    return other == node - 1


RELATIONS: dict[str, Relation] = {
    "<": _head,
    ">": lambda doc, node: _numbers(doc[node].children),
    "<<": lambda doc, node: _numbers(doc[node].ancestors),
    ">>": lambda doc, node: [other for other in _numbers(doc[node].subtree) if other != node],
    ".": _next_to(1),
    ".*": _after,
    ";": _next_to(-1),
    ";*": _before,
    "$+": _siblings(_just_right),
    "$-": _siblings(_just_left),
    "$++": _siblings(_right),
    "$--": _siblings(_left),
    ">+": _children("rights", _just_right),
    ">-": _children("lefts", _just_left),
    ">++": _children("rights", _any),
    ">--": _children("lefts", _any),
    "<+": _parent(_just_right),
    "<-": _parent(_just_left),
    "<++": _parent(_right),
    "<--": _parent(_left),
}
