"""The tokenizer's expressions: compiled to tables, checked against Python's re, written as dfa/ sections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable

import numpy as np

from .chars import CharClasses, spread
from .container import Section, tensor
from .errors import ConvertError
from .regex import Expression, UnsupportedPattern, check_expression, compile_expression
from .tokenizer_tables import EXPRESSIONS, pattern_of

Progress = Callable[[str], None]
"""Called with what is being worked on."""

ROLES = {"prefix": "search", "infix": "search", "suffix": "suffix", "url_match": "match", "token_match": "match"}

CHECKED_TEXTS = 3000
"""Random texts on which every expression's tables are compared with Python's re."""


_compiled: dict[tuple[str, str], Expression] = {}
"""Role and pattern -> checked expression: languages share most of theirs."""


def _compile(name: str, pattern: str, progress: Progress) -> Expression:
    key = ROLES[name], pattern
    if key not in _compiled:
        _compiled[key] = _compile_and_check(name, pattern, progress)
    return _compiled[key]


def _compile_and_check(name: str, pattern: str, progress: Progress) -> Expression:
    def states(done: int, known: int) -> None:
        progress(f"{name}: {done:,} of {known:,} states")

    attribute = EXPRESSIONS[name][0]
    progress(f"{name}: compile")
    try:
        expression = compile_expression(pattern, ROLES[name], progress=states)
    except UnsupportedPattern as error:
        raise ConvertError(
            f"the tokenizer's {attribute} is not supported: {error}; set nlp.tokenizer.{attribute} to an expression "
            "without this, and save the pipeline"
        ) from error
    progress(f"{name}: compare with Python's re")
    try:
        check_expression(expression, pattern, ROLES[name], CHECKED_TEXTS, seed=0)
    except AssertionError as error:
        raise ConvertError(
            f"the tables of the tokenizer's {attribute} are wrong, please report this: {error}"
        ) from error
    return expression


def compile_expressions(tokenizer: Any, progress: Progress) -> dict[str, Expression]:
    """Expressions that the tokenizer has, by section name."""
    patterns = ((name, pattern_of(tokenizer, name)) for name in EXPRESSIONS)
    return {name: _compile(name, pattern, progress) for name, pattern in patterns if pattern is not None}


def class_columns(expressions: Mapping[str, Expression]) -> list[np.ndarray]:
    """What the partition of code points must keep apart for the expressions: [CODE_POINTS] each."""
    return [spread(expression.intervals) for expression in expressions.values()]


def suffix_reversed(expressions: Mapping[str, Expression]) -> bool:
    suffix: Expression | None = expressions.get("suffix")
    return suffix is not None and suffix.reversed


def expression_sections(expressions: Mapping[str, Expression], classes: CharClasses) -> list[Section]:
    """dfa/NAME/{column, next, accept, start, tracker} of every expression."""
    sections: list[Section] = []
    for name, expression in expressions.items():
        column = spread(expression.intervals)[classes.first]
        sections += [
            tensor(f"dfa/{name}/column", column, "u2"),
            tensor(f"dfa/{name}/next", expression.next, "u2"),
            tensor(f"dfa/{name}/accept", expression.accept, "u1"),
            tensor(f"dfa/{name}/start", expression.start, "u2"),
            tensor(f"dfa/{name}/tracker", expression.tracker, "u2"),
        ]
    return sections
