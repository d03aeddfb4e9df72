"""Look-behinds: the strings that they match, and the automaton that knows at each position of a text which of them are true."""

from __future__ import annotations

from collections.abc import Iterable

from .regex_alphabet import Alphabet
from .regex_syntax import AT_BEGIN, BEGIN, MAX_STATES, Choice, Node, Repeat, Sequence, Symbols, UnsupportedPattern

MAX_BEHIND_STRINGS = 4_096

Strings = tuple[tuple[int, ...], ...]
"""Each a sequence of sets, by number."""


def strings_of(node: Node) -> Strings:
    """All strings of sets that a look-behind can match, each once."""
    return tuple(dict.fromkeys(_strings(node)))


def _strings(node: Node) -> list[tuple[int, ...]]:
    if isinstance(node, Symbols):
        return [(node.set,)]
    if isinstance(node, Choice):
        return [string for alternative in node.alternatives for string in _strings(alternative)]
    if isinstance(node, Sequence):
        return _joined([_strings(item) for item in node.items])
    if isinstance(node, Repeat):
        if node.most is None:
            raise UnsupportedPattern("a look-behind of unlimited width is not supported")
        body = _strings(node.body)
        return [string for times in range(node.least, node.most + 1) for string in _joined([body] * times)]
    if node == AT_BEGIN:
        return [(BEGIN,)]
    raise UnsupportedPattern("a look-ahead, look-behind, $ or \\b inside of a look-behind is not supported")


def _joined(parts: list[list[tuple[int, ...]]]) -> list[tuple[int, ...]]:
    strings: list[tuple[int, ...]] = [()]
    for part in parts:
        # BEGIN consumes nothing: ^^ is ^
        strings = [left if left[-1:] == right == (BEGIN,) else left + right for left in strings for right in part]
        if len(strings) > MAX_BEHIND_STRINGS:
            raise UnsupportedPattern(
                f"a look-behind with more than {MAX_BEHIND_STRINGS:,} alternatives is not supported"
            )
    return strings


class Tracker:
    """Automaton of all look-behinds. State 0 is the beginning of the text.

    Bit i of a state is set if the symbols just read are the first ones of the i-th position of some look-behind (shift-and;
    Baeza-Yates and Gonnet 1992).
    holds[state][behind]: is the look-behind true here. next[state][class] for classes of characters and END (unused: 0).
    """

    def __init__(self, alphabet: Alphabet, behinds: list[Strings]) -> None:
        """behinds: the strings of each look-behind, by its number."""
        self._place(alphabet, behinds)
        first = self._first & self._masks[alphabet.begin]
        numbers, states = {first: 0}, [first]
        self.next: list[list[int]] = []
        for state in states:  # grows on the way
            row = []
            for symbol in range(alphabet.end):
                target = (state << 1 | self._first) & self._masks[symbol]
                if target not in numbers:
                    if len(states) >= MAX_STATES:
                        raise UnsupportedPattern(f"the look-behinds need more than {MAX_STATES:,} states")
                    numbers[target] = len(states)
                    states.append(target)
                row.append(numbers[target])
            self.next.append(row + [0])
        self.holds = [tuple(always or state & last != 0 for always, last in self._lasts) for state in states]

    def reached(self, symbols: Iterable[int]) -> list[int]:
        """States after texts of these symbols, in increasing order."""
        found = [0]
        for state in found:  # grows on the way
            found += {self.next[state][symbol] for symbol in symbols}.difference(found)
        return sorted(found)

    def _place(self, alphabet: Alphabet, behinds: list[Strings]) -> None:
        """Give each position of each string a bit."""
        self._masks = [0] * (alphabet.begin + 1)
        self._first = 0
        self._lasts: list[tuple[bool, int]] = []
        width = 0
        for strings in behinds:
            last = 0
            for string in strings:
                if not string:
                    continue
                self._first |= 1 << width
                for number in string:
                    for symbol in alphabet.members[number]:
                        self._masks[symbol] |= 1 << width
                    width += 1
                last |= 1 << (width - 1)
            self._lasts.append((() in strings, last))
