"""Norms of texts: which tables a vocabulary asks, and in which order (spacy/vocab.pyx, spacy/util.py add_lookups).

create_vocab wraps the language's NORM function in BASE_NORMS; Vocab.from_disk wraps the result in the lexeme_norm table.
So the outermost table is asked first and str.lower() last. The tables are read from the loaded vocabulary's own function.
"""
from __future__ import annotations

import functools
from typing import Any, Dict, List, Mapping, Tuple

from spacy import attrs, util
from spacy.lang import lex_attrs
from spacy.strings import get_string_id

from .container import Section
from .errors import ConvertError
from .maps import build_map
from .strings import StringTable

_FIXED_FEATURES = {
    "PREFIX": (attrs.PREFIX, lex_attrs.prefix),
    "SUFFIX": (attrs.SUFFIX, lex_attrs.suffix),
    "SHAPE": (attrs.SHAPE, lex_attrs.word_shape),
    "IS_SPACE": (attrs.IS_SPACE, lex_attrs.is_space),
}


def _unwrap(function: Any) -> Tuple[List[Mapping[Any, str]], Any]:
    """Look-up tables of a NORM function, first asked first, and the function that is asked last."""
    tables: List[Mapping[Any, str]] = []
    while isinstance(function, functools.partial) and function.func is util._get_attr_unless_lookup:
        function, lookups = function.args
        tables.extend(lookups)
    return tables, function


def _describe(function: Any) -> str:
    return f"{getattr(function, '__module__', '?')}.{getattr(function, '__qualname__', function)}"


def check_features(vocab: Any) -> None:
    """Refuses a language that computes a feature in its own way."""
    for name, (attr, expected) in _FIXED_FEATURES.items():
        actual = vocab.lex_attr_getters.get(attr)
        if actual is not expected:
            raise ConvertError(f"language {vocab.lang!r} computes {name} with {_describe(actual)}, which is not supported")
    _, last = _unwrap(vocab.lex_attr_getters[attrs.NORM])
    if last is not lex_attrs.lower:
        raise ConvertError(f"language {vocab.lang!r} computes NORM with {_describe(last)}, which is not supported")


def norm_entries(vocab: Any) -> Dict[int, str]:
    """String id of a text -> its NORM, for every text that has one other than by str.lower()."""
    tables, _ = _unwrap(vocab.lex_attr_getters[attrs.NORM])
    entries: Dict[int, str] = {}
    for table in reversed(tables):  # what is asked first must win
        for key, norm in table.items():
            entries[get_string_id(key)] = norm
    return entries


def norms_section(vocab: Any, strings: StringTable, max_load: float = 0.5) -> Section:
    """norms: string id of a text -> string number of its NORM."""
    entries = norm_entries(vocab)
    return build_map("norms", {key: strings.number(entries[key]) for key in sorted(entries)}, max_load)
