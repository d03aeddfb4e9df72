"""Vectors of floret's kind: a word's is the mean of rows that its pieces hash to, so that every word has one."""

from __future__ import annotations

from typing import Any

from ._tern import murmur3
from .errors import Errors


class Floret:
    """Its settings. minn, maxn: code points of the shortest and the longest piece; hash_count: rows of a piece, 1 to 4; bow, eow:
    what is put before and behind a word."""

    def __init__(
        self, minn: int = 0, maxn: int = 0, hash_count: int = 1, hash_seed: int = 0, bow: str = "<", eow: str = ">"
    ) -> None:
        self.minn, self.maxn = minn, maxn
        self.hash_count, self.hash_seed = hash_count, hash_seed
        self.bow, self.eow = bow, eow

    def check(self, data: Any, keys: Any) -> None:
        """Are they settings of a table?"""
        for is_wrong, message in (
            (self.maxn < self.minn, Errors.E863),
            (not 1 <= self.hash_count <= 4, Errors.E862),
            (data is None, Errors.E864),
            (keys is not None, Errors.E861),
        ):
            if is_wrong:
                raise ValueError(message)

    def pieces(self, word: str) -> list[str]:
        """The whole word with its marks, and its pieces, the shortest first."""
        marked = f"{self.bow}{word}{self.eow}"
        lengths = range(self.minn, self.maxn + 1)
        return [marked, *(marked[at : at + n] for n in lengths for at in range(len(marked) - n + 1))]

    def hashes(self, piece: str) -> list[int]:
        """The rows of a word."""
        return list(murmur3(piece, self.hash_seed)[: self.hash_count])

    def vector(self, word: str, data: Any) -> Any:
        """Of a word, from the table; zeros for an empty one."""
        import numpy

        if not word:
            return numpy.zeros((data.shape[1],), dtype=data.dtype)
        rows = [hashed % data.shape[0] for piece in self.pieces(word) for hashed in self.hashes(piece)]
        # Each row is scaled before it is added, as thinc does: sums are rounded alike.
        return (data[rows] * numpy.float32(1 / len(rows))).sum(axis=0)


FLORET = tuple(vars(Floret()))
"""The names of the settings."""
