"""The modules of tern_nlp.lang that are made of data: what spaCy's modules of these names hold."""

from __future__ import annotations

import importlib
from types import ModuleType

from ..attrs import NAMES
from . import _data
from ._defaults import TableNorm, lazy_attributes, lex_attr_getters, syntax_iterators

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


def fill(module: ModuleType, parts: Sequence[str]) -> None:
    """parts: of the module's name behind tern_nlp.lang."""
    if parts[0] in _data.SHARED:
        _add_names(module, _data.BASE, parts[0])
    elif len(parts) == 1:
        _add_language(module, parts[0])
    else:
        _add_names(module, *parts)
        made = {"lex_attrs": _add_lex_attrs, "syntax_iterators": _add_syntax_iterators, "lemmatizer": _add_lemmatizer}
        if parts[1] in made:
            made[parts[1]](module, parts[0])


def _add_names(module: ModuleType, code: str, name: str) -> None:
    for variable in _data.raw(code)["modules"].get(name, {}):
        setattr(module, variable, _data.named(code, name, variable))


# ---- a language ------------------------------------------------------------------------------------------------------


def _add_language(module: ModuleType, code: str) -> None:
    from ..language import BaseDefaults, Language

    name = _data.facts(code)["class"]
    common = {"__module__": module.__name__}
    defaults = type(f"{name}Defaults", (BaseDefaults,), {**common, **lazy_attributes(code)})
    language = type(name, (Language,), {**common, "lang": code, "Defaults": defaults})
    setattr(module, f"{name}Defaults", defaults)
    setattr(module, name, language)
    module.__all__ = [name]  # type: ignore[attr-defined]


# ---- lexical attributes ----------------------------------------------------------------------------------------------


def _add_lex_attrs(module: ModuleType, code: str) -> None:
    getters = lex_attr_getters(code)
    module.LEX_ATTRS = getters  # type: ignore[attr-defined]
    for attr, getter in getters.items():
        name = NAMES[attr].lower()
        setattr(module, "norm_custom" if isinstance(getter, TableNorm) else name, getter)


# ---- code ------------------------------------------------------------------------------------------------------------


def _add_syntax_iterators(module: ModuleType, code: str) -> None:
    found = syntax_iterators(code)
    module.SYNTAX_ITERATORS = found  # type: ignore[attr-defined]
    if found:
        module.noun_chunks = found["noun_chunks"]  # type: ignore[attr-defined]


def _add_lemmatizer(module: ModuleType, code: str) -> None:
    def missing(name: str) -> Any:
        raise AttributeError(
            f"module {module.__name__!r} has no {name!r}: lemmatizers are in converted pipelines (tern_nlp.load), and in spaCy, "
            "in which tern runs by tern_nlp.spacy"
        )

    module.__getattr__ = missing  # type: ignore[method-assign]


def language_class(code: str) -> Any:
    """The class of a language. Raises ImportError."""
    _data.model(code)
    module = importlib.import_module(f"{__package__}.{code}")
    return getattr(module, _data.facts(code)["class"])
