"""The alphabet of an expression: code points that no set of the expression tells apart are one symbol."""

from __future__ import annotations

from typing import NamedTuple

from .constants import CODE_POINTS
from .regex_syntax import BEGIN, END, Intervals


class Alphabet(NamedTuple):
    """Partition of the code points by the sets of an expression."""

    intervals: list[tuple[int, int]]  # (first code point, class), sorted, from 0; neighbours differ
    members: list[tuple[int, ...]]  # set -> its classes
    end: int  # class of END = number of classes of characters
    begin: int  # class of BEGIN


def partition(sets: list[Intervals]) -> Alphabet:
    """The coarsest classes such that every set is a union of classes, numbered by their first code point."""
    changes: dict[int, int] = {0: 0}  # code point -> sets that begin or end there, one bit each
    for number, intervals in enumerate(sets):
        for first, limit in intervals:
            changes[first] = changes.get(first, 0) ^ (1 << number)
            changes[limit] = changes.get(limit, 0) ^ (1 << number)
    changes.pop(CODE_POINTS, None)
    classes: dict[int, int] = {}
    intervals_out: list[tuple[int, int]] = []
    current = 0
    for point in sorted(changes):
        current ^= changes[point]
        number = classes.setdefault(current, len(classes))
        if not intervals_out or intervals_out[-1][1] != number:
            intervals_out.append((point, number))
    end, begin = len(classes), len(classes) + 1
    members = [tuple(c for bits, c in classes.items() if bits >> number & 1) for number in range(len(sets))]
    members[END], members[BEGIN] = (end,), (begin,)
    return Alphabet(intervals_out, members, end, begin)
