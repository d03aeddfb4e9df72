"""Sets of words as one minimal acyclic automaton (Daciuk, Mihov, Watson, Watson 2000); its layout: engine/components/word_set.h.

All sets of a file share their nodes; a set is the edge at which its first node begins, and whether it has the empty word.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from .constants import LAST_EDGE, TARGET_SHIFT, WORD_END, WORD_SET_EMPTY_WORD, WORD_SET_LEAF
from .errors import ConvertError

_Edge = tuple[int, bool, int]
"""Byte, does a word end after it, number of the node that it leads to (-1: one without edges)."""


def _common_length(a: bytes, b: bytes) -> int:
    length = 0
    while length < min(len(a), len(b)) and a[length] == b[length]:
        length += 1
    return length


class WordSets:
    """Collects sets of words; nodes with the same edges exist once, whichever set they come from."""

    def __init__(self) -> None:
        self._nodes: dict[tuple[_Edge, ...], int] = {}
        self._sets: list[tuple[int, int]] = []

    def _node(self, edges: list[_Edge]) -> int:
        return self._nodes.setdefault(tuple(edges), len(self._nodes)) if edges else -1

    def add(self, words: Iterable[str]) -> int:
        """Number of the set of these words."""
        ordered = sorted({word.encode("utf-8") for word in words})
        has_empty = b"" in ordered
        previous, ends = b"", []  # the path to the last word; does a word end after its edges
        open_nodes: list[list[_Edge]] = [[]]  # finished edges of the nodes on that path
        for word in [*ordered[has_empty:], b""]:
            common = _common_length(previous, word)
            for depth in range(len(previous) - 1, common - 1, -1):
                child = self._node(open_nodes.pop())
                open_nodes[depth].append((previous[depth], ends.pop(), child))
            for _ in word[common:]:
                open_nodes.append([])
                ends.append(False)
            if word:
                ends[-1] = True
            previous = word
        self._sets.append((self._node(open_nodes[0]), WORD_SET_EMPTY_WORD if has_empty else 0))
        return len(self._sets) - 1

    def layout(self) -> tuple[np.ndarray, list[int]]:
        """Edges u32, at least one, and the root of every set. A node lies before those that it leads to."""
        nodes = list(self._nodes)
        first, count = [0] * len(nodes), 0
        for number in reversed(range(len(nodes))):
            first[number] = count
            count += len(nodes[number])
        if count > WORD_SET_LEAF:
            raise ConvertError(f"the index words need {count} edges; at most {WORD_SET_LEAF} are possible")
        edges = [
            byte
            | (LAST_EDGE if position == len(node) - 1 else 0)
            | (WORD_END if ends else 0)
            | (WORD_SET_LEAF if target < 0 else first[target]) << TARGET_SHIFT
            for node in reversed(nodes)
            for position, (byte, ends, target) in enumerate(node)
        ]
        roots = [(WORD_SET_LEAF if node < 0 else first[node]) | empty for node, empty in self._sets]
        return np.array(edges or [LAST_EDGE | WORD_SET_LEAF << TARGET_SHIFT], dtype="<u4"), roots
