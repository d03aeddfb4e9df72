"""Python regular expressions as a small syntax tree over sets of code points.

The tree comes from Python's own parser, and which characters an atom matches is found by asking Python's own matcher about
every code point, so flags, case folding and the Unicode version are those of the Python that runs the conversion.

The edges of the text become symbols of the alphabet, ``BEGIN`` before the first character and ``END`` after the last:
``^`` looks behind for BEGIN, ``$`` looks ahead for END. With that, reversing an expression is reversing its tree.
"""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from typing import Any, NamedTuple, Union

try:
    from re import _compiler as sre_compile  # type: ignore[attr-defined]
    from re import _parser as sre_parse  # type: ignore[attr-defined]
except ImportError:  # Python 3.9, 3.10
    import sre_compile  # type: ignore[no-redef]
    import sre_parse  # type: ignore[no-redef]

from .constants import CODE_POINTS

MAX_STATES = 60_000  # of the smallest automaton; state numbers are 16 bits

BEGIN, END = 0, 1  # numbers of the two sets that hold an edge of the text instead of characters

Intervals = tuple[tuple[int, int], ...]  # half open, sorted, not adjacent


class UnsupportedPattern(ValueError):
    """The expression cannot be compiled with exactly Python's meaning; the message says what stands in the way."""


class Symbols(NamedTuple):
    """One character of a set (or an edge of the text)."""

    set: int


class Sequence(NamedTuple):
    items: tuple[Node, ...]


class Choice(NamedTuple):
    """Alternatives, the preferred one first. Without any, it fails."""

    alternatives: tuple[Node, ...]


class Repeat(NamedTuple):
    body: Node
    least: int
    most: int | None  # None: no limit
    lazy: bool


class Look(NamedTuple):
    """Look-ahead or look-behind: true or false at a position, consumes nothing."""

    body: Node
    ahead: bool
    negative: bool


Node = Union[Symbols, Sequence, Choice, Repeat, Look]

AT_BEGIN = Look(Symbols(BEGIN), ahead=False, negative=False)
AT_END = Look(Symbols(END), ahead=True, negative=False)


class Syntax(NamedTuple):
    """A parsed expression: sets[i] are the characters of Symbols(i); sets BEGIN and END are empty."""

    root: Node
    sets: list[Intervals]


def parse(pattern: str, end_is_newline: bool = True) -> Syntax:
    """Parse a pattern that Python's re would accept.

    end_is_newline: ``$`` also matches before a final line feed, as in Python. False reads every ``$`` as ``\\Z``.
    Raises UnsupportedPattern.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # spaCy's classes hold '[' and '||', which Python may read otherwise one day
            tree = sre_parse.parse(pattern)
    except re.error as error:
        raise UnsupportedPattern(f"not a regular expression that Python accepts: {error}") from error
    for flag in (re.ASCII, re.LOCALE, re.MULTILINE):
        if tree.state.flags & flag:
            raise UnsupportedPattern(f"flag re.{flag.name} is not supported; remove the inline flag from the pattern")
    reader = _Reader(tree.state.flags, end_is_newline)
    return Syntax(reader.sequence(tree), reader.sets)


def reverse(node: Node) -> Node:
    """The expression that matches the reversed text."""
    if isinstance(node, Symbols):
        return Symbols({BEGIN: END, END: BEGIN}.get(node.set, node.set))
    if isinstance(node, Sequence):
        return Sequence(tuple(reverse(item) for item in reversed(node.items)))
    if isinstance(node, Choice):
        return Choice(tuple(reverse(alternative) for alternative in node.alternatives))
    if isinstance(node, Repeat):
        return node._replace(body=reverse(node.body))
    return Look(reverse(node.body), not node.ahead, node.negative)


def ends_at_end(node: Node) -> bool:
    """Can every match be seen to end at the end of the text (``$`` last in every alternative)?"""
    if isinstance(node, Sequence):
        for item in reversed(node.items):
            if ends_at_end(item):
                return True
            if not isinstance(item, Look):
                return False
        return False
    if isinstance(node, Choice):
        return all(ends_at_end(alternative) for alternative in node.alternatives)
    return node == AT_END


def least_width(node: Node) -> int:
    """Number of characters of the shortest match."""
    if isinstance(node, Symbols):
        return 1
    if isinstance(node, Sequence):
        return sum(least_width(item) for item in node.items)
    if isinstance(node, Choice):
        return min((least_width(alternative) for alternative in node.alternatives), default=0)
    if isinstance(node, Repeat):
        return node.least * least_width(node.body) if node.least else 0
    return 0


class _Reader:
    """Turns the tree of Python's parser into Node."""

    def __init__(self, flags: int, end_is_newline: bool) -> None:
        self.flags = flags
        self.end_is_newline = end_is_newline
        self.sets: list[Intervals] = [(), ()]
        self._number_of_set: dict[Intervals, int] = {}
        self._atoms: dict[tuple[Any, Any], Symbols] = {}

    def sequence(self, items: Any) -> Node:
        nodes = tuple(self.node(item[0], item[1]) for item in items)
        return nodes[0] if len(nodes) == 1 else Sequence(nodes)

    def node(self, op: Any, value: Any) -> Node:
        name = op.name
        if name in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            return self.atom(op, value)
        if name == "BRANCH":
            return Choice(tuple(self.sequence(branch) for branch in value[1]))
        if name == "SUBPATTERN":
            _, added, removed, body = value
            if added or removed:
                raise UnsupportedPattern("flags for a part of the pattern, (?i:...) or (?-i:...), are not supported")
            return self.sequence(body)
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            return self.repeat(value, lazy=name == "MIN_REPEAT")
        if name in ("ASSERT", "ASSERT_NOT"):
            direction, body = value
            least, most = body.getwidth()
            if direction < 0 and least != most:  # found by Python's compiler, not by its parser
                raise UnsupportedPattern(
                    "not a regular expression that Python accepts: look-behind without a fixed width"
                )
            return Look(self.sequence(body), ahead=direction > 0, negative=name == "ASSERT_NOT")
        if name == "AT":
            return self.position(value)
        if name == "FAILURE":  # (?!)
            return Choice(())
        construct = _CONSTRUCTS.get(name, f"{name} is")
        raise UnsupportedPattern(f"{construct} not supported: no finite automaton has exactly its meaning")

    def repeat(self, value: Any, lazy: bool) -> Node:
        least, most = int(value[0]), None if value[1] is sre_parse.MAXREPEAT else int(value[1])
        body = self.sequence(value[2])
        # Python leaves a loop whose body matched nothing (Modules/_sre, MAX_UNTIL: last_ptr); unrolling would not.
        if least_width(body) == 0 and most != least and most not in (0, 1):
            raise UnsupportedPattern("repetition of what can match the empty string, as in (a*)*, is not supported")
        return Repeat(body, least, most, lazy)

    def position(self, where: Any) -> Node:
        name = where.name
        if name in ("AT_BEGINNING", "AT_BEGINNING_STRING"):
            return AT_BEGIN
        if name == "AT_END_STRING" or (name == "AT_END" and not self.end_is_newline):
            return AT_END
        if name == "AT_END":
            newline = self.set_of(((0x0A, 0x0B),))
            return Look(Choice((Sequence((newline, Symbols(END))), Symbols(END))), ahead=True, negative=False)
        if name in ("AT_BOUNDARY", "AT_NON_BOUNDARY"):
            return self.boundary(inside=name == "AT_NON_BOUNDARY")
        raise UnsupportedPattern(f"position {name} is not supported")

    def boundary(self, inside: bool) -> Node:
        word = self.set_of(category(r"\w"))
        sides = []
        for before in (True, False):
            after = before if inside else not before
            looks = (Look(word, ahead=False, negative=not before), Look(word, ahead=True, negative=not after))
            sides.append(Sequence(looks))
        node: Node = Choice(tuple(sides))
        if inside and re.search(r"\B", "") is None:  # before Python 3.14 \B fails on the empty text
            somewhere = Choice((AT_BEGIN._replace(negative=True), AT_END._replace(negative=True)))
            node = Sequence((somewhere, node))
        return node

    def atom(self, op: Any, value: Any) -> Symbols:
        key = (op, tuple(value) if isinstance(value, list) else value)
        if key not in self._atoms:
            self._atoms[key] = self.set_of(matching_characters(*key, self.flags))
        return self._atoms[key]

    def set_of(self, intervals: Intervals) -> Symbols:
        if intervals not in self._number_of_set:
            self._number_of_set[intervals] = len(self.sets)
            self.sets.append(intervals)
        return Symbols(self._number_of_set[intervals])


_CONSTRUCTS = {
    "GROUPREF": "a back-reference, \\1 or (?P=name), is",
    "GROUPREF_EXISTS": "a conditional, (?(1)...|...), is",
    "ATOMIC_GROUP": "an atomic group, (?>...), is",
    "POSSESSIVE_REPEAT": "a possessive repetition, *+ or ++ or ?+, is",
}


@lru_cache(maxsize=4096)
def matching_characters(op: Any, value: Any, flags: int) -> Intervals:
    """The code points that one atom of Python's parser tree matches under the given flags, found by running re on all.

    value: the operand, for IN a tuple of its items.
    """
    if op.name == "LITERAL" and not flags & re.IGNORECASE:
        return ((value, value + 1),)
    state = sre_parse.State()
    state.flags = flags
    body = sre_parse.SubPattern(state, [(op, list(value) if isinstance(value, tuple) else value)])
    run = sre_parse.SubPattern(state, [(sre_parse.MAX_REPEAT, (1, sre_parse.MAXREPEAT, body))])
    return tuple(match.span() for match in sre_compile.compile(run, flags).finditer(_every_character()))


def category(escape: str) -> Intervals:
    """The code points of \\w, \\d or \\s."""
    op, value = sre_parse.parse(escape)[0]
    return matching_characters(op, tuple(value), int(re.UNICODE))


@lru_cache(maxsize=1)
def _every_character() -> str:
    return "".join(map(chr, range(CODE_POINTS)))
