"""The data of spaCy's languages for Python: what users import of spacy.lang and change of a language's Defaults, as JSON.

Of each module the names that hold data: texts, numbers, lists, sets, tables, compiled expressions. No code. What is not JSON is
written as an object of one key: "t" tuple, "s" set, "d" table (pairs), "e" token of a special case (ORTH; NORM, if it has one), "r"
compiled expression (pattern, flags), "m" a method of one (pattern, flags, name), "=" what another name holds: module, name, and
before them "" if the module is of all languages.

A language's file has two lines: what every pipeline of the language asks for, which is little, and all the rest.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import spacy
from spacy.attrs import NORM, ORTH
from spacy.language import BaseDefaults

SHARED = ("char_classes", "punctuation", "tokenizer_exceptions", "norm_exceptions")
"""Modules of spacy.lang itself."""
DEFAULTS = ("tokenizer_exceptions", "prefixes", "suffixes", "infixes", "token_match", "url_match", "stop_words")
LEFT_OUT = ("lemmatizer", "get_pos_from_wiktionary", "generate_verbs_exc", "tag_bigram_map", "tag_orth_map")
"""Modules of code, and tables of tokenizers that are other libraries'."""
BASE = "base"

Known = Mapping[int, list[str]]
"""id() of a value that has a name -> module, name."""


class _NotData(Exception):
    pass


def _pattern(value: re.Pattern[str]) -> list[Any]:
    return [value.pattern, value.flags & ~re.compile("").flags]


def encode(value: Any, known: Known) -> Any:
    """Raises _NotData."""
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if id(value) in known:
        return {"=": known[id(value)]}
    if isinstance(value, list):
        return [encode(item, known) for item in value]
    if isinstance(value, tuple):
        return {"t": [encode(item, known) for item in value]}
    if isinstance(value, (set, frozenset)):
        return {"s": [encode(item, known) for item in sorted(value)]}
    if isinstance(value, dict):
        if value and set(value) <= {ORTH, NORM} and all(isinstance(text, str) for text in value.values()):
            return {"e": [value[ORTH], value[NORM]] if NORM in value else [value[ORTH]]}
        return {"d": [[encode(key, known), encode(item, known)] for key, item in value.items()]}
    if isinstance(value, re.Pattern):
        return {"r": _pattern(value)}
    owner = getattr(value, "__self__", None)
    if isinstance(owner, re.Pattern):
        return {"m": [*_pattern(owner), value.__name__]}
    raise _NotData


def _names(module: ModuleType, known: dict[int, list[str]], package: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in vars(module).items():
        if name.startswith("__") or isinstance(value, ModuleType):
            continue
        try:
            found[name] = encode(value, known)
        except _NotData:
            continue
        if isinstance(value, (list, dict, set)) or hasattr(value, "__self__"):
            known.setdefault(id(value), [module.__name__.rpartition(".")[2] if package else "", name])
    return found


def _shared_names() -> tuple[dict[str, dict[str, Any]], dict[int, list[str]]]:
    known: dict[int, list[str]] = {}
    modules: dict[str, dict[str, Any]] = {}
    for name in SHARED:
        module = importlib.import_module(f"spacy.lang.{name}")
        modules[name] = _names(module, known, name)
    return modules, {key: ["", *value] for key, value in known.items()}


def base_data() -> tuple[dict[str, Any], dict[str, Any]]:
    modules, known = _shared_names()
    return {}, {"modules": modules, "defaults": {name: encode(getattr(BaseDefaults, name), known) for name in DEFAULTS}}


def language_data(code: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """(class, …), (defaults; modules: name -> its names)"""
    language = spacy.util.get_lang_class(code)
    _, shared = _shared_names()
    known = dict(shared)
    modules: dict[str, dict[str, Any]] = {}
    package = importlib.import_module(f"spacy.lang.{code}")
    for info in pkgutil.iter_modules(package.__path__):
        if info.name in LEFT_OUT or info.name.startswith("_"):
            continue
        module = importlib.import_module(f"spacy.lang.{code}.{info.name}")
        modules[info.name] = _names(module, known, info.name)
    attrs = sorted(int(attr) for attr in language.Defaults.lex_attr_getters)
    facts = {
        "class": language.__name__,
        "lex_attrs": attrs,
        "noun_chunks": "noun_chunks" in language.Defaults.syntax_iterators,
        "tokenizer": str(language.default_config["nlp"]["tokenizer"]["@tokenizers"]),
        "writing_system": language.Defaults.writing_system,
    }
    defaults = {name: encode(getattr(language.Defaults, name), known) for name in DEFAULTS}
    return facts, {"defaults": defaults, "modules": modules}


def data_of(code: str) -> bytes:
    """The JSON of a language. code: BASE for what all languages share."""
    lines = base_data() if code == BASE else language_data(code)
    return "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines).encode("utf-8")
