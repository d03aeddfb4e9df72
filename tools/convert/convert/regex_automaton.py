"""From a syntax tree to a deterministic automaton that finds the match Python's backtracking matcher would find.

1. The tree becomes a program of threads (regex_program.py), whose order of alternatives is the order in which a backtracking
   matcher tries them.
2. The subset construction runs all threads of the program in lockstep. A state is the ordered list of threads; everything
   behind the first thread that has matched is cut off, since backtracking would never get there (Cox 2009, "leftmost-first").
3. A look-ahead is a *guard* that the thread carries along: an unordered set of threads of its own. A thread that has
   finished while guards are open waits, and counts the symbols read since (the *delay* of its match).
4. A look-behind is decided by a *tracker* (regex_behind.py), a second automaton that has read the text before.

Everything is numbered in an order that only depends on the pattern, so that the result is the same in every process.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Callable, NamedTuple

from .regex_behind import Tracker
from .regex_program import ACCEPT, OP_BEHIND, OP_READ, OP_SPLIT, Program
from .regex_syntax import UnsupportedPattern

MAX_DELAY = 254  # accept is 1 + delay in a byte
MAX_RAW_STATES = 250_000  # before minimisation: bounds time and memory

Progress = Callable[[int, int], None]  # states done, states known

# A thread: (instruction, delay, guards). Guards: sorted numbers of open look-aheads.
Thread = tuple[int, int, tuple[int, ...]]
_TRUE, _FALSE = -1, -2  # a look-ahead that is decided

FIRST, LONGEST, ANY = "first", "longest", "any"


class Automaton(NamedTuple):
    """Deterministic, not minimal. State 0 is dead; accept: 0 no, 1 + delay of the match.

    start[tracker] = (start state, start state if the match must not be empty); LONGEST and ANY: only start[0][0] is used.
    """

    next: list[list[int]]
    accept: list[int]
    start: list[tuple[int, int]]


def determinise(
    program: Program,
    tracker: Tracker,
    preference: str,
    symbols: Iterable[int] | None = None,
    progress: Progress | None = None,
) -> Automaton:
    """Run the subset construction.

    preference: FIRST, the match that Python finds; LONGEST, the longest match at the beginning of the text; ANY, whether
    there is one at the beginning (accepting states stay accepting). symbols: classes that the text consists of; None for all.
    Raises UnsupportedPattern.
    """
    return _Subsets(program, tracker, preference, symbols).run(progress)


class _Subsets:
    def __init__(self, program: Program, tracker: Tracker, preference: str, symbols: Iterable[int] | None) -> None:
        self.instructions = program.instructions
        self.program = program
        self.tracker = tracker
        self.preference = preference
        alphabet = program.alphabet
        self.width = alphabet.end + 1
        wanted = set(range(self.width)) if symbols is None else {*symbols, alphabet.end}
        self.symbols = tuple(sorted(wanted))
        self.members = [tuple(c for c in classes if c in wanted) for classes in alphabet.members]
        self.contains = [frozenset(classes) for classes in self.members]
        self.guards: dict[tuple[bool, tuple[Thread, ...]], int] = {}
        self.guard_keys: list[tuple[bool, tuple[Thread, ...]]] = []
        self.guard_steps: dict[tuple[int, int], int] = {}
        self.states: dict[tuple, int] = {}
        self.queue: list[tuple[tuple[Thread, ...], int]] = []
        self.accept: list[int] = []

    def run(self, progress: Progress | None) -> Automaton:
        self._state([], 0)
        begin: list[Thread] = [(self.program.start, 0, ())]
        if self.preference == FIRST:
            before = self.tracker.reached(self.symbols)
            start = [(self._state(begin, t), self._state(begin, t, empty_allowed=False)) for t in before]
        else:
            start = [(self._state(begin, 0), 0)]
        rows: list[list[int]] = []
        while len(rows) < len(self.queue):
            rows.append(self._row(*self.queue[len(rows)], len(rows)))
            if progress is not None and len(rows) % 256 == 0:
                progress(len(rows), len(self.queue))
        return Automaton(rows, self.accept, start)

    def _row(self, threads: tuple[Thread, ...], tracker: int, state: int) -> list[int]:
        if not threads:
            stays = self.preference == ANY and self.accept[state]
            return [state if stays else 0] * self.width
        moves = self._moves(threads)
        row = [0] * self.width
        done: dict[tuple, int] = {}
        before = self.tracker.next[tracker]
        for symbol in self.symbols:
            if moves[symbol]:
                key = (tuple(moves[symbol]), before[symbol])
                if key not in done:
                    done[key] = self._state(moves[symbol], before[symbol])
                row[symbol] = done[key]
        return row

    def _moves(self, threads: tuple[Thread, ...]) -> list[list[Thread]]:
        """Where the threads go with each symbol, in the threads' order."""
        moves: list[list[Thread]] = [[] for _ in range(self.width)]
        waiting = 0 if self.preference == ANY else 1
        for instruction, delay, guards in threads:
            if instruction == ACCEPT:
                symbols, target, delay = self.symbols, ACCEPT, delay + waiting
            else:
                _, number, target = self.instructions[instruction]
                symbols = self.members[number]
            for symbol in symbols:
                after = self._step_guards(guards, symbol) if guards else ()
                if after is not None:
                    moves[symbol].append((target, delay, after))
        return moves

    def _state(self, threads: list[Thread], tracker: int, empty_allowed: bool = True) -> int:
        """Number of the state in which the given threads, not yet followed up to the next symbol to read, are."""
        leaves = self._leaves(threads, tracker)
        if not empty_allowed:
            leaves = (leaf for leaf in leaves if leaf[0] != ACCEPT)
        kept, delay = self._first(leaves) if self.preference == FIRST else self._all(leaves)
        if delay > MAX_DELAY or any(thread[1] > MAX_DELAY for thread in kept):
            raise UnsupportedPattern(f"a look-ahead may need to read more than {MAX_DELAY} characters to be decided")
        if not any(self.program.looks_behind[thread[0]] for thread in kept):
            tracker = 0  # of no consequence any more
        key = (kept, delay, tracker)
        if key not in self.states:
            if len(self.queue) >= MAX_RAW_STATES:
                raise UnsupportedPattern(
                    f"the pattern needs too large an automaton: more than {MAX_RAW_STATES:,} states"
                )
            self.states[key] = len(self.queue)
            self.queue.append((kept, tracker))
            self.accept.append(delay + 1)
        return self.states[key]

    def _first(self, leaves: Iterator[Thread]) -> tuple[tuple[Thread, ...], int]:
        """Threads that are preferred to the first certain match, and its delay or -1."""
        kept = []
        finished = _Dominance()
        for leaf in leaves:
            if leaf[0] == ACCEPT:
                if not leaf[2]:
                    return tuple(kept), leaf[1]
                # A later match under the same or more conditions can never be the one.
                if not finished.add(ACCEPT, leaf[2]):
                    continue
            kept.append(leaf)
        return tuple(kept), -1

    def _all(self, leaves: Iterator[Thread]) -> tuple[tuple[Thread, ...], int]:
        """All threads that can still lead to a longer match than the certain one, and its delay or -1."""
        kept, certain = [], -1
        finished = _Dominance()
        for leaf in sorted(
            leaves
        ):  # ACCEPT is instruction 0: finished threads first, the longest match (shortest delay) ahead
            if leaf[0] == ACCEPT:
                if not finished.add(ACCEPT, leaf[2]):
                    continue
                if not leaf[2]:
                    certain = leaf[1]
                    if self.preference == ANY:
                        return (), certain
                    continue
            kept.append(leaf)
        return tuple(kept), certain

    def _leaves(self, threads: Iterable[Thread], tracker: int | None) -> Iterator[Thread]:
        """Follow threads to the instructions that read or accept, in order of preference. tracker None: in a look-ahead."""
        stack = list(threads)[::-1]
        seen = _Dominance()
        while stack:
            thread = stack.pop()
            number, delay, guards = thread
            if number == ACCEPT:
                yield thread
                continue
            if not seen.add(number, guards):
                continue
            instruction = self.instructions[number]
            kind = instruction[0]
            if kind == OP_READ:
                yield thread
            elif kind == OP_SPLIT:
                stack.extend([(target, delay, guards) for target in reversed(instruction[1])])
            elif kind == OP_BEHIND:
                if tracker is None:
                    raise UnsupportedPattern("a look-behind, ^ or \\b inside of a look-ahead is not supported")
                if self.tracker.holds[tracker][instruction[2]] != instruction[1]:
                    stack.append((instruction[3], delay, guards))
            else:
                opened = self._guard(instruction[1], [(instruction[2], 0, ())])
                if opened == _TRUE:
                    stack.append((instruction[3], delay, guards))
                elif opened != _FALSE:
                    stack.append((instruction[3], delay, tuple(sorted({*guards, opened}))))

    def _guard(self, negative: bool, threads: list[Thread]) -> int:
        """Number of the look-ahead that has come to the given threads, or _TRUE or _FALSE."""
        leaves = tuple(sorted(set(self._leaves(threads, None))))
        if (ACCEPT, 0, ()) in leaves:
            return _FALSE if negative else _TRUE
        if not leaves:
            return _TRUE if negative else _FALSE
        key = (negative, leaves)
        if key not in self.guards:
            self.guards[key] = len(self.guards)
            self.guard_keys.append(key)
        return self.guards[key]

    def _step_guards(self, guards: tuple[int, ...], symbol: int) -> tuple[int, ...] | None:
        """Guards after a symbol; None if one of them has failed."""
        after = set()
        for guard in guards:
            step = self._step_guard(guard, symbol)
            if step == _FALSE:
                return None
            if step != _TRUE:
                after.add(step)
        return tuple(sorted(after))

    def _step_guard(self, guard: int, symbol: int) -> int:
        known = self.guard_steps.get((guard, symbol))
        if known is not None:
            return known
        negative, threads = self.guard_keys[guard]
        moved: list[Thread] = []
        for instruction, _, guards in threads:
            target = ACCEPT
            if instruction != ACCEPT:
                _, number, target = self.instructions[instruction]
                if symbol not in self.contains[number]:
                    continue
            after = self._step_guards(guards, symbol)
            if after is not None:
                moved.append((target, 0, after))
        result = self._guard(negative, moved)
        self.guard_steps[guard, symbol] = result
        return result


class _Dominance:
    """Which threads have been met. A thread is superfluous if one at the same instruction, preferred to it, has no other
    guards than it has: wherever the later one succeeds, the earlier one does."""

    def __init__(self) -> None:
        self._met: dict[int, list[tuple[int, ...]]] = {}

    def add(self, instruction: int, guards: tuple[int, ...]) -> bool:
        """False if the thread is superfluous."""
        met = self._met.get(instruction)
        if met is None:
            self._met[instruction] = [guards]
            return True
        if any(other == () or set(other) <= set(guards) for other in met):
            return False
        met.append(guards)
        return True
