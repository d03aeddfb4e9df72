"""Norms of texts: which tables a vocabulary asks, and in which order (spacy/vocab.pyx, spacy/util.py add_lookups).

create_vocab wraps the language's NORM function in BASE_NORMS; Vocab.from_disk wraps the result in the lexeme_norm table.
So the outermost table is asked first and the language's function last. The tables are read from the loaded vocabulary's own
function. What a function does that is not str.lower() is read from its module: a table (ht), or suffixes that it cuts off
(hi, ne).
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

from spacy import attrs, util
from spacy.lang import lex_attrs
from spacy.lang.norm_exceptions import BASE_NORMS
from spacy.strings import get_string_id

from .constants import STEMS_MAX
from .container import Section, tensor
from .errors import ConvertError
from .maps import build_map
from .strings import StringTable

_FIXED_FEATURES = {
    "PREFIX": (attrs.PREFIX, lex_attrs.prefix),
    "SUFFIX": (attrs.SUFFIX, lex_attrs.suffix),
    "SHAPE": (attrs.SHAPE, lex_attrs.word_shape),
    "IS_SPACE": (attrs.IS_SPACE, lex_attrs.is_space),
}


def _unwrap(function: Any) -> tuple[list[Mapping[Any, str]], Any]:
    """Look-up tables of a NORM function, first asked first, and the function that is asked last."""
    tables: list[Mapping[Any, str]] = []
    while isinstance(function, functools.partial) and function.func is util._get_attr_unless_lookup:
        function, lookups = function.args
        tables.extend(lookups)
    return tables, function


class Stem(NamedTuple):
    """A text of more than longer_than characters that ends with suffix loses its last cut characters."""

    suffix: str
    cut: int
    longer_than: int


_STEMMERS = {"spacy.lang.hi.lex_attrs": False, "spacy.lang.ne.lex_attrs": True}
"""Modules whose norm() cuts suffixes; is a text that is too short for one group of them too short for the rest."""


def _describe(function: Any) -> str:
    return f"{getattr(function, '__module__', '?')}.{getattr(function, '__qualname__', function)}"


def _language_norm(vocab: Any) -> tuple[dict[str, str], list[Stem]]:
    """What the language's own function does: a table, and its stems in order. No stems: str.lower(). Else refused."""
    _, last = _unwrap(vocab.lex_attr_getters[attrs.NORM])
    module = sys.modules.get(getattr(last, "__module__", ""))
    name = getattr(module, "__name__", "")
    if last is lex_attrs.lower:
        return {}, []
    if name == "spacy.lang.ht.lex_attrs" and last is module.norm_custom:
        return dict(module.NORM_MAP), []
    if name in _STEMMERS and last is module.norm:
        return {}, _stems(module._stem_suffixes, _STEMMERS[name])
    raise ConvertError(
        f"language {vocab.lang!r} computes NORM with {_describe(last)}, which is not supported, only "
        "spaCy's own: train the pipeline with those of the language"
    )


def _stems(groups: list[list[str]], short_ends: bool) -> list[Stem]:
    """groups: as in spacy/lang/hi/lex_attrs.py; the last one is tried first, each cuts as much as its first suffix has."""
    stems: list[Stem] = []
    longest = 0
    for group in reversed(groups):
        cut = len(group[0])
        longest = max(longest, cut) if short_ends else cut
        stems += [Stem(suffix, cut, longest) for suffix in group]
    return stems


def norm_of(text: str, table: Mapping[str, str], stems: list[Stem]) -> str:
    """What the engine computes for a text that no other table has."""
    if text in table or not stems:
        return table.get(text, text.lower())
    fitting = (stem for stem in stems if len(text) > stem.longer_than and text.endswith(stem.suffix))
    return next((text[: -stem.cut] for stem in fitting), text)


def _check_norm(vocab: Any) -> None:
    """Another version of spaCy may have changed a function under its name."""
    table, stems = _language_norm(vocab)
    _, last = _unwrap(vocab.lex_attr_getters[attrs.NORM])
    endings = ["", *table, *(stem.suffix for stem in stems)]
    for text in [
        start + ending for start in ("", "A", "क", "Ab", "कक", "İΣ", "ABCDE", "ककककककक") for ending in endings
    ]:
        if text not in BASE_NORMS and last(text) != norm_of(text, table, stems):
            raise ConvertError(
                f"language {vocab.lang!r} computes NORM with a {_describe(last)} that is not the known one: "
                "convert with spaCy 3.8"
            )


def check_features(vocab: Any) -> None:
    """Refuses a language that computes a feature in its own way."""
    for name, (attr, expected) in _FIXED_FEATURES.items():
        actual = vocab.lex_attr_getters.get(attr)
        if actual is not expected:
            raise ConvertError(
                f"language {vocab.lang!r} computes {name} with {_describe(actual)}, which is not "
                "supported, only spaCy's own: train the pipeline with that"
            )
    _check_norm(vocab)


def norm_entries(vocab: Any) -> dict[int, str]:
    """String id of a text -> its NORM, for every text that has one in a table."""
    tables, _ = _unwrap(vocab.lex_attr_getters[attrs.NORM])
    entries: dict[int, str] = {}
    for table in [_language_norm(vocab)[0], *reversed(tables)]:  # what is asked first must win
        for key, norm in table.items():
            entries[get_string_id(key)] = norm
    return entries


def norms_sections(vocab: Any, strings: StringTable, max_load: float = 0.5) -> list[Section]:
    """norms: string id of a text -> string number of its NORM. norms/stems, if the language has such: one row each."""
    entries = norm_entries(vocab)
    sections = [build_map("norms", {key: strings.number(entries[key]) for key in sorted(entries)}, max_load)]
    if len(_language_norm(vocab)[1]) > STEMS_MAX:
        raise ConvertError(
            f"language {vocab.lang!r} cuts {len(_language_norm(vocab)[1])} suffixes for NORM; {STEMS_MAX} are supported: please "
            "report this"
        )
    stems = [(strings.number(stem.suffix), stem.cut, stem.longer_than) for stem in _language_norm(vocab)[1]]
    return [*sections, tensor("norms/stems", stems, "u4")] if stems else sections
