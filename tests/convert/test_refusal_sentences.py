"""Every refusal in the converter's source says what to do next."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import convert
import pytest

FOLDER = Path(convert.__file__).parent
PARTS = ("regex_*.py", "pattern_*.py", "lemma_*.py", "edit_trees.py", "word_set.py")
"""Whose refusals are parts of others: of the tokenizer's or the ruler's, or of a component that --exclude leaves out."""
ADVICE = re.compile(
    r"\b(train|leave|save|correct|change|give|install|add|move|name|copy|convert|remove|prune|write|use|report|make|run|set|take|import it|rename|"  # noqa: E501
    r"did you mean|must|the pipeline has|can hold|tern knows|supported, only|"
    r"converts the rest|left but the tokenizer)\b"
)
"""Words that every one of the other refusals has one of."""


def words_of(node: ast.AST) -> str:
    """The constant text of an expression, wherever it stands in it."""
    return " ".join(
        part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )


def calls(path: Path, *names: str) -> Iterator[tuple[int, str]]:
    """(line, words) of the calls of these functions that have words of their own."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            words = words_of(ast.Module(body=[ast.Expr(argument) for argument in node.args], type_ignores=[]))
            if name in names and words.strip():
                yield node.lineno, words


def refusals() -> list[tuple[str, str]]:
    """(file:line, words) of every refusal that a user sees as it stands."""
    parts = {path for pattern in PARTS for path in FOLDER.glob(pattern)}
    found = [
        (f"{path.name}:{line}", words)
        for path in sorted(set(FOLDER.glob("*.py")) - parts)
        for line, words in calls(path, "ConvertError", "_cannot_load")
    ]
    return [(where, words) for where, words in found if not words.rstrip().endswith(":")]  # the reason has the advice


def test_the_refusals_are_found() -> None:
    found = refusals()
    assert len(found) > 80
    assert {where.split(":")[0] for where, _ in found} > {
        "config_check.py",
        "source.py",
        "loading.py",
        "network.py",
        "vectors.py",
    }


@pytest.mark.parametrize("where, words", refusals())
def test_a_refusal_says_what_to_do_next(where: str, words: str) -> None:
    assert ADVICE.search(words), words


def test_every_refusal_of_a_rule_has_the_advice_of_all() -> None:
    """They are made in one place, which shows the rule and says what to do with it."""
    path = FOLDER / "ruler_tables.py"
    assert len(list(calls(path, "refuse"))) > 10
    assert [
        words for _, words in calls(path, "ConvertError")
    ] and "change or remove it, and save the pipeline" in path.read_text()
