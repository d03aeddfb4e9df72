"""The token patterns and texts that spaCy's own tests are made of, read from their sources: they are literals there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import spacy
from spacy.attrs import IDS
from spacy.matcher import Matcher
from spacy.vocab import Vocab

FOLDER = Path(spacy.__file__).parent / "tests"
MODULES = (
    "matcher/test_matcher_api.py",
    "matcher/test_matcher_logic.py",
    "matcher/test_pattern_validation.py",
    "matcher/test_phrase_matcher.py",
    "pipeline/test_attributeruler.py",
    "pipeline/test_entity_ruler.py",
    "pipeline/test_span_ruler.py",
)
KEYS = {*IDS, "TEXT", "OP", "_", "IS_SENT_START"}


def _literals(kind: type[ast.AST]) -> Iterator[Any]:
    for module in MODULES:
        for node in ast.walk(ast.parse((FOLDER / module).read_text(encoding="utf-8"))):
            if isinstance(node, kind):
                try:
                    yield ast.literal_eval(node)
                except ValueError:
                    continue


def _is_pattern(value: Any) -> bool:
    if not isinstance(value, list) or not all(isinstance(spec, dict) for spec in value):
        return False
    if not all(isinstance(key, str) and key.upper() in KEYS for spec in value for key in spec):
        return False
    try:
        Matcher(Vocab(), validate=False).add("", [value])
    except Exception:  # those that show what spaCy says of a wrong pattern
        return False
    return True


def token_patterns() -> list[list[dict[str, Any]]]:
    """Those that spaCy takes, each once."""
    return list({repr(value): value for value in _literals(ast.List) if _is_pattern(value)}.values())


def labelled_patterns() -> list[dict[str, Any]]:
    """Patterns of the rulers: a phrase or a token pattern, a label, perhaps an id."""
    found = [value for value in _literals(ast.Dict) if {"label", "pattern"} <= set(value) <= {"label", "pattern", "id"}]
    return [value for value in found if isinstance(value["pattern"], str) or _is_pattern(value["pattern"])]


def texts() -> list[str]:
    """Strings, and lists of words."""
    found = [value for value in _literals(ast.Constant) if isinstance(value, str)]
    lists = [value for value in _literals(ast.List) if value and all(isinstance(word, str) for word in value)]
    return list(dict.fromkeys(found + [" ".join(words) for words in lists]))
