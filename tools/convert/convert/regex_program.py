"""An expression as a program of threads (Thompson 1968; Pike): the order of alternatives is that in which a backtracking matcher
tries them."""

from __future__ import annotations

from .regex_alphabet import partition
from .regex_behind import Strings, strings_of
from .regex_syntax import Choice, Node, Repeat, Sequence, Symbols, Syntax, UnsupportedPattern

MAX_INSTRUCTIONS = 4_000_000

# Instructions: (operation, ...). Targets are numbers of instructions; instruction 0 is the end of the program.
ACCEPT = 0
OP_ACCEPT, OP_READ, OP_SPLIT, OP_BEHIND, OP_AHEAD = range(5)


class Program:
    """Instructions of an expression. Equal instructions are one, so that alternatives share their ends.

    (ACCEPT,)  (READ, set, next)  (SPLIT, targets in order of preference)
    (BEHIND, negative, number of the look-behind, next)  (AHEAD, negative, first instruction of the look-ahead, next)
    """

    def __init__(self, syntax: Syntax) -> None:
        self.alphabet = partition(syntax.sets)
        self.instructions: list[tuple] = []
        self._known: dict[tuple, int] = {}
        self._behinds: dict[Strings, int] = {}
        self._emit((OP_ACCEPT,))
        self.start = self._compile(syntax.root, ACCEPT)
        self.behinds = list(self._behinds)  # number of a look-behind -> its strings
        self.looks_behind = self._find_looks_behind()

    def _emit(self, instruction: tuple) -> int:
        if instruction not in self._known:
            self._known[instruction] = self._append(instruction)
        return self._known[instruction]

    def _append(self, instruction: tuple) -> int:
        if len(self.instructions) >= MAX_INSTRUCTIONS:
            raise UnsupportedPattern(f"the pattern is too large: more than {MAX_INSTRUCTIONS:,} instructions")
        self.instructions.append(instruction)
        return len(self.instructions) - 1

    def _compile(self, node: Node, target: int) -> int:
        """Instruction at which the node begins if the rest begins at target."""
        if isinstance(node, Symbols):
            return self._emit((OP_READ, node.set, target))
        if isinstance(node, Sequence):
            for item in reversed(node.items):
                target = self._compile(item, target)
            return target
        if isinstance(node, Choice):
            return self._emit((OP_SPLIT, tuple(self._compile(branch, target) for branch in node.alternatives)))
        if isinstance(node, Repeat):
            return self._repeat(node, target)
        if node.ahead:
            return self._emit((OP_AHEAD, node.negative, self._compile(node.body, ACCEPT), target))
        strings = strings_of(node.body)
        number = self._behinds.setdefault(strings, len(self._behinds))
        return self._emit((OP_BEHIND, node.negative, number, target))

    def _repeat(self, node: Repeat, target: int) -> int:
        def split(body: int, rest: int) -> tuple:
            return (OP_SPLIT, (rest, body) if node.lazy else (body, rest))

        if node.most is None:
            loop = self._append(())
            self.instructions[loop] = split(self._compile(node.body, loop), target)
            target = loop
        else:
            rest = target
            for _ in range(node.most - node.least):
                target = self._emit(split(self._compile(node.body, target), rest))
        for _ in range(node.least):
            target = self._compile(node.body, target)
        return target

    def _find_looks_behind(self) -> bytearray:
        """For each instruction: can the thread come to a look-behind?"""
        sources: dict[int, list[int]] = {}
        found = bytearray(len(self.instructions))
        stack = []
        for number, instruction in enumerate(self.instructions):
            if instruction[0] == OP_BEHIND:
                found[number] = 1
                stack.append(number)
            targets = (
                instruction[1]
                if instruction[0] == OP_SPLIT
                else instruction[-1:]
                if instruction[0] != OP_ACCEPT
                else ()
            )
            for target in targets:
                sources.setdefault(target, []).append(number)
        while stack:
            for source in sources.get(stack.pop(), ()):
                if not found[source]:
                    found[source] = 1
                    stack.append(source)
        return found
