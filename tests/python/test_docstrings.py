"""Whatever users may call says what it is: help(tern_nlp.tokens.Token.lemma_)."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from typing import Any

PUBLIC = """tern_nlp tern_nlp.language tern_nlp.lexeme tern_nlp.lookups tern_nlp.matcher tern_nlp.matcher.levenshtein
    tern_nlp.morphology tern_nlp.pipeline tern_nlp.strings tern_nlp.tables tern_nlp.tokenizer tern_nlp.tokens
    tern_nlp.tokens.underscore tern_nlp.vectors tern_nlp.vocab tern_nlp.displacy tern_nlp.spark tern_nlp.ray""".split()


INTERNAL = {"tern_nlp.engine", "tern_nlp.components", "tern_nlp.factories"}
"""Modules whose own functions and classes are no user's business; what public classes inherit from them is."""


def members(cls: type) -> Iterator[tuple[str, Any]]:
    """Public methods and properties, inherited ones too, of the package's own classes."""
    for name in dir(cls):
        owner = next((base for base in cls.__mro__ if name in vars(base)), object)
        if name.startswith("_") or not owner.__module__.startswith("tern_nlp"):
            continue
        value = vars(owner)[name]
        value = value.__func__ if isinstance(value, (staticmethod, classmethod)) else value
        if callable(value) or isinstance(value, property) or inspect.isgetsetdescriptor(value):
            yield f"{owner.__module__}.{owner.__name__}.{name}", value


def public_things() -> Iterator[tuple[str, Any]]:
    for module in map(importlib.import_module, PUBLIC):
        for name in {*vars(module), *getattr(module, "__all__", ())}:
            value = getattr(module, name)
            if name.startswith("_") or not str(getattr(value, "__module__", "")).startswith("tern_nlp"):
                continue
            if value.__module__ in INTERNAL:
                continue
            if inspect.isclass(value) or inspect.isfunction(value):
                yield f"{value.__module__}.{name}", value
            if inspect.isclass(value) and not issubclass(value, BaseException):
                yield from members(value)


def test_everything_public_says_what_it_is() -> None:
    found = dict(public_things())
    assert len(found) > 500
    assert {name for name, value in found.items() if not value.__doc__} == set()
