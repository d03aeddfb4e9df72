"""Compiler of the tokenizer's regular expressions: Python patterns to the tables of engine/text/dfa.h, with Python's matches.

Supported: what a finite automaton can do, hence not back-references, conditionals, atomic groups, possessive repetition; nor,
for want of use, flags for a part of the pattern and look-behinds inside of look-aheads. What is not supported is refused with
UnsupportedPattern, never approximated.
"""

from __future__ import annotations

from .regex_automaton import ANY, FIRST, LONGEST, Progress, determinise
from .regex_behind import Tracker
from .regex_check import check_expression
from .regex_program import Program
from .regex_syntax import Syntax, UnsupportedPattern, category, ends_at_end, parse, reverse
from .regex_tables import Expression, Matcher, minimal_tables

__all__ = ["Expression", "Matcher", "UnsupportedPattern", "check_expression", "compile_expression"]

ROLES = ("search", "suffix", "match")


def compile_expression(pattern: str, role: str, progress: Progress | None = None) -> Expression:
    """Tables of a pattern for the way in which the tokenizer uses it.

    role: "search" for re.search and re.finditer (prefix, infix); "suffix" for the length of what re.search finds, where any
    text is either all whitespace or free of it, as the tokenizer's chunks are (reversed tables if possible, else those of
    "search"); "match" for bool(re.match) (url_match, token_match).
    progress: called now and then with the numbers of states done and states known. Raises UnsupportedPattern.
    """
    if role == "search":
        return _compile(parse(pattern), FIRST, progress)
    if role == "match":
        return _compile(parse(pattern), ANY, progress)
    if role != "suffix":
        raise ValueError(f"role {role!r} is none of {', '.join(ROLES)}")
    backwards = _reversed(pattern)
    if backwards is not None:
        try:
            return _compile(backwards, LONGEST, progress)
        except UnsupportedPattern:
            pass  # for instance a look-ahead of variable width, which would be a look-behind now
    return _compile(parse(pattern), FIRST, progress)


def _compile(syntax: Syntax, preference: str, progress: Progress | None) -> Expression:
    program = Program(syntax)
    tracker = Tracker(program.alphabet, program.behinds)
    automaton = determinise(program, tracker, preference, progress=progress)
    return minimal_tables(automaton, tracker.next, program.alphabet, preference)


def _reversed(pattern: str) -> Syntax | None:
    """The reversed expression if its longest match, read from the end, is as long as what re.search finds; None otherwise.

    If all alternatives end with $, all matches end together and the leftmost is the longest. Then the only difference is the
    $ before a final line feed. Texts that end so are all whitespace, and an expression that matches none of those is safe.
    """
    syntax = parse(pattern, end_is_newline=False)
    if not ends_at_end(syntax.root) or _finds_whitespace(parse(pattern)):
        return None
    return syntax._replace(root=reverse(syntax.root))


def _finds_whitespace(syntax: Syntax) -> bool:
    """May the expression be found in a text that ends in whitespace only? (It may not if the answer is no.)"""
    program = Program(syntax._replace(sets=[*syntax.sets, category(r"\s")]))
    automaton = determinise(
        program, Tracker(program.alphabet, program.behinds), FIRST, symbols=program.alphabet.members[-1]
    )
    return any(automaton.accept)
