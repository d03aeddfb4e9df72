"""Which words of one tokenization are which of another, whose texts differ in white space and capitals at most."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ..errors import Errors


class AlignmentArray:
    """Several numbers for each word (numpy, int32). array[i] are those of a word, array[a:b] those of several words."""

    def __init__(self, alignment: Sequence[Sequence[int]]) -> None:
        import numpy

        self.data = numpy.asarray([number for word in alignment for number in word], dtype="int32")
        self.lengths = numpy.asarray([len(word) for word in alignment], dtype="int32")
        self.ends = numpy.cumsum(self.lengths, dtype="int32")
        self.starts = self.ends - self.lengths

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, int):
            return self.data[self.starts[at] : self.ends[at]]
        if not isinstance(at, slice):
            raise ValueError(Errors.E1028)
        if at.step not in (None, 1):
            raise ValueError(Errors.E1027)
        starts = self.starts[at]
        return self.data[starts[0] : self.ends[at][-1]] if len(starts) else self.data[0:0]


class Alignment:
    """x2y: for each word of x its words of y; y2x the other way."""

    def __init__(self, x2y: AlignmentArray, y2x: AlignmentArray) -> None:
        self.x2y, self.y2x = x2y, y2x

    @classmethod
    def from_indices(cls, x2y: Sequence[Sequence[int]], y2x: Sequence[Sequence[int]]) -> Alignment:
        return cls(AlignmentArray(x2y), AlignmentArray(y2x))

    @classmethod
    def from_strings(cls, A: Sequence[str], B: Sequence[str]) -> Alignment:  # noqa: N803 - spaCy's names
        return cls.from_indices(*get_alignments(A, B))


class _Characters:
    """The words' characters in small letters, and which word each is of."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        self.text = "".join(words).lower()
        self.word_of = [i for i, word in enumerate(words) for _ in word.lower()]
        self.at = 0
        self.found: list[set[int]] = []

    def begin(self) -> int:
        """The word at the place, with a set of its own."""
        word = self.word_of[self.at]
        if self.last < 0 or self.word_of[self.last] != word:
            self.found.append(set())
        return word

    def starts_word(self) -> bool:
        return self.at == 0 or self.word_of[self.at - 1] < self.word_of[self.at]

    last = -1


def get_alignments(
    A: Sequence[str],  # noqa: N803 - spaCy's names
    B: Sequence[str],  # noqa: N803
) -> tuple[list[list[int]], list[list[int]]]:
    """(words of B for each of A, words of A for each of B)"""
    one, other = _Characters(A), _Characters(B)
    wrong = ValueError(Errors.E949.format(x=str(list(A[:10])), y=str(list(B[:10]))))
    bare = [re.sub(r"\s+", "", each.text) for each in (one, other)]
    if bare[0] != bare[1] or any(len(each.text) != len(each.word_of) for each in (one, other)):
        raise wrong
    while one.at < len(one.text) and other.at < len(other.text):
        word, its = one.begin(), other.begin()
        one.last, other.last = one.at, other.at
        step = [0, 0]
        if A[word] == B[its] and one.starts_word() and other.starts_word():
            step = [len(A[word]), len(B[its])]
        elif one.text[one.at] == other.text[other.at]:
            step = [1, 1]
        if step[0]:
            one.found[-1].add(its)
            other.found[-1].add(word)
        elif one.text[one.at].isspace():
            step[0] = 1
        elif other.text[other.at].isspace():
            step[1] = 1
        else:
            raise wrong
        one.at, other.at = one.at + step[0], other.at + step[1]
    for each in (one, other):
        each.found += [set() for _ in set(each.word_of[each.at :])]
    return [sorted(word) for word in one.found], [sorted(word) for word in other.found]
