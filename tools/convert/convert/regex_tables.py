"""The tables of a compiled expression (docs/file-format.md, dfa/NAME/*), as small as they can be, and how to read them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .regex_alphabet import Alphabet
from .regex_automaton import FIRST, LONGEST, Automaton
from .regex_syntax import MAX_STATES, UnsupportedPattern


@dataclass
class Expression:
    """A compiled expression. State 0 is dead, tracker state 0 is the beginning of the text.

    The matcher reads text[p:] from state start[tracker before p][empty match not allowed]; a state with accept 1 + k says
    that a match ended k symbols ago, and the last one said counts. The column cols - 1 is read once, at the end of the text.
    No text leads back to tracker 0, so a match can only be at the beginning if start[t][0] is dead for all other t.
    start[t][1] and trackers other than 0 are only filled for role "search" (and "suffix" unless reversed).
    """

    intervals: list[tuple[int, int]]  # (first code point, column), sorted, covering 0..0x10FFFF
    cols: int
    next: np.ndarray  # uint16 [states, cols]
    accept: np.ndarray  # uint8 [states]
    start: np.ndarray  # uint16 [trackers, 2]
    tracker: np.ndarray  # uint16 [trackers, cols]
    reversed: bool = False  # reads the text from its end; the longest match counts


def minimal_tables(
    automaton: Automaton, tracker_rows: list[list[int]], alphabet: Alphabet, preference: str
) -> Expression:
    """The smallest tables that match like the automaton, made with the same preference.

    tracker_rows: Tracker.next. Raises UnsupportedPattern if the tables are too large for 16-bit numbers.
    """
    rows = np.array(automaton.next, dtype=np.int64)
    start = np.array(automaton.start, dtype=np.int64)
    groups = _merge(rows, np.array(automaton.accept, dtype=np.int64)[:, None])
    rows, start = _quotient(rows, groups), groups[start]
    accept = _first_of_each(groups, np.array(automaton.accept))

    if preference == FIRST:
        tracker, start = _smallest_tracker(np.array(tracker_rows, dtype=np.int64), start)
    else:  # only matched at the beginning of the text
        tracker = np.zeros((1, rows.shape[1]), dtype=np.int64)

    order = _reached(rows, [groups[0], *start.ravel()])
    if len(order) > MAX_STATES:
        excess = f"{len(order):,} states, more than the {MAX_STATES:,} that 16-bit tables hold"
        raise UnsupportedPattern(f"the pattern needs {excess}")
    number = np.zeros(len(rows), dtype=np.int64)
    number[order] = np.arange(len(order))
    rows, accept, start = _renumbered(rows, order), accept[order], number[start]

    column_of_class, classes = _equal_columns(rows, tracker)
    return Expression(
        intervals=_intervals(alphabet, column_of_class),
        cols=len(classes),
        next=np.ascontiguousarray(rows[:, classes], dtype=np.uint16),
        accept=accept.astype(np.uint8),
        start=start.astype(np.uint16),
        tracker=np.ascontiguousarray(tracker[:, classes], dtype=np.uint16),
        reversed=preference == LONGEST,
    )


def _smallest_tracker(tracker: np.ndarray, start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    same = _merge(tracker, start)
    tracker, start = _quotient(tracker, same), _first_of_each(same, start)
    order = _reached(tracker, [same[0]])
    return _without_return(_renumbered(tracker, order), start[order])


def _without_return(tracker: np.ndarray, start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The tracker with a state 0 that no text leads back to, so that start tells whether an expression is anchored."""
    if not (tracker[:, :-1] == 0).any():
        return tracker, start
    after = tracker + 1
    after[:, -1] = 0
    return np.vstack([after[:1], after]), np.vstack([start[:1], start])


def _merge(rows: np.ndarray, output: np.ndarray) -> np.ndarray:
    """Group of each state: states are in one group if no text tells them apart (Moore 1956). output [states, n]."""
    groups = _numbered(output)
    count = groups.max() + 1
    while True:
        groups = _numbered(np.column_stack([groups, groups[rows]]))
        if groups.max() + 1 == count:
            return groups
        count = groups.max() + 1


def _numbered(rows: np.ndarray) -> np.ndarray:
    """A number for each row; equal rows have the same."""
    numbers: dict = {}
    return np.array(
        [numbers.setdefault(row.tobytes(), len(numbers)) for row in np.ascontiguousarray(rows, dtype=np.int32)]
    )


def _first_of_each(groups: np.ndarray, values: np.ndarray) -> np.ndarray:
    return values[np.unique(groups, return_index=True)[1]]


def _quotient(rows: np.ndarray, groups: np.ndarray) -> np.ndarray:
    return groups[_first_of_each(groups, rows)]


def _reached(rows: np.ndarray, begin: list[int]) -> np.ndarray:
    """States that can be reached, in the order of a breadth-first search."""
    order = list(dict.fromkeys(int(state) for state in begin))
    known = set(order)
    for state in order:  # grows on the way
        for target in dict.fromkeys(rows[state].tolist()):
            if target not in known:
                known.add(target)
                order.append(target)
    return np.array(order)


def _renumbered(rows: np.ndarray, order: np.ndarray) -> np.ndarray:
    number = np.zeros(len(rows), dtype=np.int64)
    number[order] = np.arange(len(order))
    return number[rows[order]]


def _equal_columns(rows: np.ndarray, tracker: np.ndarray) -> tuple[list[int], list[int]]:
    """(class -> column, column -> one of its classes). The end of the text keeps a column to itself, the last one."""
    both = np.vstack([rows, tracker])
    columns: dict = {}
    column_of_class, classes = [], []
    for number in range(both.shape[1] - 1):
        content = both[:, number].tobytes()
        if content not in columns:
            columns[content] = len(classes)
            classes.append(number)
        column_of_class.append(columns[content])
    return column_of_class, [*classes, both.shape[1] - 1]


def _intervals(alphabet: Alphabet, column_of_class: list[int]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, number in alphabet.intervals:
        if not merged or merged[-1][1] != column_of_class[number]:
            merged.append((first, column_of_class[number]))
    return merged


class Matcher:
    """Reads the tables as engine/text/dfa.c does. Spans are pairs of positions."""

    def __init__(self, expression: Expression) -> None:
        self._firsts = [first for first, _ in expression.intervals]
        self._columns = [column for _, column in expression.intervals]
        self._end = expression.cols - 1
        self._next, self._accept = expression.next.tolist(), expression.accept.tolist()
        self._start, self._tracker = expression.start.tolist(), expression.tracker.tolist()

    def finditer(self, text: str) -> Iterator[tuple[int, int]]:
        """As re.finditer."""
        columns = self._read(text)
        tracker, position, not_empty = 0, 0, 0
        while position <= len(columns):
            end = self._run(columns, position, self._start[tracker][not_empty])
            if end is None:
                target, not_empty = position + 1, 0
            else:
                yield position, end
                target, not_empty = end, int(end == position)
            for column in columns[position:target]:
                tracker = self._tracker[tracker][column]
            position = target

    def search(self, text: str) -> tuple[int, int] | None:
        """As re.search."""
        return next(self.finditer(text), None)

    def matches(self, text: str) -> bool:
        """bool(re.match(text)), for role "match"."""
        return self._run(self._read(text), 0, self._start[0][0]) is not None

    def suffix_length(self, text: str) -> int:
        """Length of the longest match that ends at the end of the text or 0, for reversed tables."""
        return self._run(self._read(text)[::-1], 0, self._start[0][0]) or 0

    def _read(self, text: str) -> list[int]:
        return [self._columns[bisect_right(self._firsts, ord(character)) - 1] for character in text]

    def _run(self, columns: list[int], position: int, state: int) -> int | None:
        """End of the match that begins at the position."""
        end = None
        while True:
            if self._accept[state]:
                end = position - (self._accept[state] - 1)
            if state == 0 or position > len(columns):
                return end
            state = self._next[state][columns[position] if position < len(columns) else self._end]
            position += 1
