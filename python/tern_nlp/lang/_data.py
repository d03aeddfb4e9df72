"""A language's data: its file for the engine, and its JSON (tools/convert/convert/language_data.py says what is in it)."""

from __future__ import annotations

import json
import os
from functools import cache

from .. import _tern
from ..attrs import NORM, ORTH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FOLDER = os.path.join(os.path.dirname(__file__), "data")
BASE = "base"
SHARED = ("char_classes", "punctuation", "tokenizer_exceptions", "norm_exceptions")
"""Modules that all languages share."""
MADE = ("lex_attrs", "syntax_iterators", "lemmatizer")
"""Modules that a language may have besides those of its data."""


@cache
def codes() -> tuple[str, ...]:
    """Of the languages that are there."""
    if not os.path.isdir(FOLDER):
        return ()
    return tuple(sorted(name[:-5] for name in os.listdir(FOLDER) if name.endswith(".tern")))


@cache
def model(code: str) -> Any:
    """A language for the engine: its file, mapped. Raises ImportError for one that is not there."""
    path = os.path.join(FOLDER, f"{code}.tern")
    if not os.path.isfile(path):
        raise ImportError(f"[E048] there is no language {code!r} in tern_nlp; there are {', '.join(codes()) or 'none'}")
    return _tern.Model(path)


@cache
def facts(code: str) -> Any:
    """What every pipeline of a language asks for: class, lex_attrs, noun_chunks, tokenizer, writing_system."""
    with open(os.path.join(FOLDER, f"{code}.json"), encoding="utf-8") as file:
        return json.loads(file.readline())


@cache
def raw(code: str) -> Any:
    """defaults and modules of a language, not decoded."""
    with open(os.path.join(FOLDER, f"{code}.json"), encoding="utf-8") as file:
        file.readline()
        return json.loads(file.readline())


@cache
def module_names(code: str) -> tuple[str, ...]:
    return (*raw(code)["modules"], *MADE)


def decode(value: Any, code: str) -> Any:
    """What encode of language_data.py wrote. code: of the language whose data it is."""
    if isinstance(value, list):
        return [decode(item, code) for item in value]
    if not isinstance(value, dict):
        return value
    ((kind, item),) = value.items()
    if kind == "e":
        return {ORTH: item[0], NORM: item[1]} if len(item) == 2 else {ORTH: item[0]}
    if kind == "d":
        return {decode(key, code): decode(inner, code) for key, inner in item}
    if kind == "t":
        return tuple(decode(inner, code) for inner in item)
    if kind == "s":
        return {decode(inner, code) for inner in item}
    if kind in ("r", "m"):
        import re

        pattern = re.compile(item[0], item[1])
        return pattern if kind == "r" else getattr(pattern, item[2])
    return named(BASE, item[1], item[2]) if len(item) == 3 else named(code, item[0], item[1])


@cache
def named(code: str, module: str, name: str) -> Any:
    """What a module's name holds: one object, which several names may lead to."""
    return decode(raw(code)["modules"][module][name], code)


_defaults: dict[tuple[str, str], Any] = {}


def default(code: str, name: str) -> Any:
    """An attribute of a language's Defaults."""
    if (code, name) not in _defaults:
        _defaults[code, name] = decode(raw(code)["defaults"][name], code)
    return _defaults[code, name]


def _fresh(value: Any, code: str) -> Any:
    """The same without what was decoded before."""
    if isinstance(value, dict) and "=" in value:
        *base, module, name = value["="]
        code = BASE if base else code
        return _fresh(raw(code)["modules"][module][name], code)
    return decode(value, code)


def is_unchanged(code: str, name: str) -> bool:
    """Is an attribute of Defaults as it was read, or unread?"""
    return (code, name) not in _defaults or _defaults[code, name] == _fresh(raw(code)["defaults"][name], code)
