"""The regular expressions of token patterns, as tables over code points that say whether re.search finds them."""

from __future__ import annotations

import contextlib
import re
import signal
import threading
from collections.abc import Iterator, Sequence

import numpy as np

from .container import Section, tensor
from .regex import Expression, UnsupportedPattern, check_expression, compile_expression

CHECKED_TEXTS, CHECK_SECONDS = 500, 2.0
"""Random texts on which each expression's tables are compared with Python's re, and the time that re has for them: of nested
repetition, as in (a+)+b, it may take for ever."""
_FLAGS = re.compile(r"\(\?[aiLmsux]+\)")

_compiled: dict[str, Expression] = {}


def anywhere(pattern: str) -> str:
    """An expression that re.match finds where re.search finds pattern."""
    flags = _FLAGS.match(pattern)
    begin = flags.group() if flags else ""
    end = "\n)" if "x" in begin else ")"  # a comment would hide what closes the group
    return f"{begin}[\\s\\S]*(?:{pattern[len(begin) :]}{end}"


class _TooLong(Exception):
    pass


@contextlib.contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Leaves the block when it has taken that much of the processor, which re may on purpose-made expressions."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        with contextlib.suppress(_TooLong):
            yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def compile_search(pattern: str) -> Expression:
    """Raises UnsupportedPattern."""
    if pattern not in _compiled:
        wide = anywhere(pattern)
        try:
            expression = compile_expression(wide, "match")
        except (re.error, OverflowError, RecursionError) as error:
            raise UnsupportedPattern(f"Python cannot compile it: {error}") from error
        try:
            with _at_most(CHECK_SECONDS):
                check_expression(expression, wide, "match", CHECKED_TEXTS, seed=0)
        except AssertionError as error:
            raise UnsupportedPattern(f"its tables are wrong, please report this: {error}") from error
        _compiled[pattern] = expression
    return _compiled[pattern]


def automata_sections(prefix: str, patterns: Sequence[str]) -> list[Section]:
    """PREFIX/regex, points, columns, next, accept: all expressions, one behind the other."""
    if not patterns:
        return []
    head: list[tuple[int, ...]] = []
    points: list[int] = []
    columns: list[int] = []
    cells: list[np.ndarray] = []
    accept: list[np.ndarray] = []
    cell = state = 0
    for expression in map(compile_search, patterns):
        states, width = expression.next.shape
        head.append((len(points), len(expression.intervals), cell, width, state, states, int(expression.start[0][0])))
        points += [first for first, _ in expression.intervals]
        columns += [column for _, column in expression.intervals]
        cells.append(expression.next.reshape(-1))
        accept.append(expression.accept)
        cell, state = cell + states * width, state + states
    return [
        tensor(f"{prefix}/regex", head, "u4"),
        tensor(f"{prefix}/points", points, "u4"),
        tensor(f"{prefix}/columns", columns, "u2"),
        tensor(f"{prefix}/next", np.concatenate(cells), "u2"),
        tensor(f"{prefix}/accept", np.concatenate(accept), "u1"),
    ]
