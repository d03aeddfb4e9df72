"""Tables of the lemmatizers without a network (spacy/pipeline/lemmatizer.py, spacy/lang/*/lemmatizer.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spacy.parts_of_speech import IDS as POS_IDS

from .constants import LEMMATIZER_MAX_RULES, NO_STRING, LemmatizerKind
from .container import Section, tensor
from .errors import ConvertError
from .lemma_checks import check_exceptions, exceptions, texts
from .lemma_kinds import NO_POS, WITHOUT_RULES, lemmatizer_kind
from .lemma_lookups import lookup_sections, lower_lookup_sections, pos_lookup_sections, text_lookup_sections
from .lemma_spanish import INDEX_OF, read_spanish
from .maps import build_map, id_table
from .ruler_tables import flat
from .strings import StringTable
from .tokenizer_tables import phrase_hash
from .word_set import WordSets

EXCEPTIONS_LOAD = 0.75
"""Fuller than other maps: it is the largest one, and only words without a lemma ask it."""
FRENCH_PARTS = ("ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "NOUN", "PRON", "PUNCT", "SCONJ", "VERB")
"""Parts of speech that lang/fr/lemmatizer.py does not leave to the look-up table, by name."""
DUTCH_PARTS = ("ADJ", "ADP", "ADV", "AUX", "DET", "NOUN", "NUM", "PRON", "VERB")
"""Parts of speech that lang/nl/lemmatizer.py does not only lower-case, by name."""


@dataclass(frozen=True)
class LemmaPart:
    """Tables of a part of speech. rules: (old ending, new ending). exceptions: word -> forms. Both in file order."""

    pos: str
    rules: list[tuple[str, str]]
    words: list[str]
    exceptions: dict[str, list[str]]


def _part(pipe: Any, pos: str) -> LemmaPart:
    """The tables' outer keys are string ids of lower-cased names, which Table.get takes care of."""
    index, irregular, rules = (
        pipe.lookups.get_table(f"lemma_{table}", {}).get(pos.lower()) or {} for table in ("index", "exc", "rules")
    )
    where = f"component {pipe.name}: the lemmatizer's table for {pos}"
    words = texts(index, f"{where}: index words")
    pairs = [tuple(texts(rule, f"{where}: rules")) for rule in rules]
    if any(len(pair) != 2 for pair in pairs):
        raise ConvertError(f"{where} has a rule that is not a pair of endings")
    part = LemmaPart(pos, [(pair[0], pair[1]) for pair in pairs], words, exceptions(irregular, where))
    if max(len(pairs), *(len(forms) for forms in part.exceptions.values()), 0) > LEMMATIZER_MAX_RULES:
        raise ConvertError(f"{where} has more than {LEMMATIZER_MAX_RULES} rules, or an exception with as many forms")
    return part


def read_parts(pipe: Any) -> list[LemmaPart]:
    """Parts of speech with a table that is not empty, by name: the others are only lower-cased."""
    parts = [_part(pipe, pos) for pos in sorted(POS_IDS) if pos not in WITHOUT_RULES]
    return [part for part in parts if part.rules or part.words or part.exceptions]


def exception_key(part: int, word: str) -> int:
    """Key of a word in lemmatizer/exceptions (docs/file-format.md)."""
    return phrase_hash(part + 1, word)


def _exceptions(parts: Sequence[LemmaPart]) -> dict[int, Sequence[str]]:
    """Key of an exception -> its forms."""
    found: dict[int, Sequence[str]] = {}
    for number, part in enumerate(parts):
        for word, forms in part.exceptions.items():
            key = exception_key(number, word)
            if key in found:
                raise ConvertError(
                    f"the hash of the lemmatizer's exception {word!r} ({part.pos}) is that of another one"
                )
            found[key] = forms
    return found


def _exception_sections(parts: Sequence[LemmaPart], strings: StringTable) -> list[Section]:
    exceptions = _exceptions(parts)
    entries = {key: number for number, key in enumerate(exceptions)}
    starts, forms = [0], []
    for lemmas in exceptions.values():
        forms.extend(strings.number(lemma) for lemma in lemmas)
        starts.append(len(forms))
    if not forms:
        return []
    return [
        build_map("lemmatizer/exceptions", entries, EXCEPTIONS_LOAD),
        tensor("lemmatizer/exception_start", starts, "u4"),
        tensor("lemmatizer/exception_forms", forms, "u4"),
    ]


def _word_sections(parts: Sequence[LemmaPart]) -> tuple[list[Section], Mapping[str, int]]:
    """lemmatizer/words, and the root edge of every part that has index words."""
    sets = WordSets()
    numbers = {part.pos: sets.add(part.words) for part in parts if part.words}
    edges, roots = sets.layout()
    sections = [tensor("lemmatizer/words", edges, "u4")] if numbers else []
    return sections, {pos: roots[number] for pos, number in numbers.items()}


def _part_sections(parts: Sequence[LemmaPart], strings: StringTable) -> list[Section]:
    words, roots = _word_sections(parts)
    rows, rules = [], []
    for part in parts:
        rows.append((strings.number(part.pos), len(rules), len(part.rules), roots.get(part.pos, NO_STRING)))
        rules.extend((strings.number(old), strings.number(new)) for old, new in part.rules)
    suffix_rules = [tensor("lemmatizer/suffix_rules", rules, "u4")] if rules else []
    rows = rows or [(strings.number(NO_POS), 0, 0, NO_STRING)]
    return [tensor("lemmatizer/parts", rows, "u4"), *suffix_rules, *words]


def _rule_sections(pipe: Any, strings: StringTable) -> list[Section]:
    parts = read_parts(pipe)
    return [*_part_sections(parts, strings), *_exception_sections(parts, strings)]


def _first_forms(parts: Sequence[LemmaPart], strings: StringTable) -> dict[int, int]:
    """Key of an exception -> string number of its first form. An exception without forms is none."""
    return {key: strings.number(forms[0]) for key, forms in _exceptions(parts).items() if forms}


def _sections_with_forms(parts: Sequence[LemmaPart], strings: StringTable) -> list[Section]:
    """Of the kinds that take the first form of an exception."""
    forms = id_table("lemmatizer/forms", _first_forms(parts, strings))
    return [*_part_sections(parts, strings), *forms]


def _french_sections(pipe: Any, strings: StringTable) -> list[Section]:
    parts = [_part(pipe, pos) for pos in FRENCH_PARTS]
    return [*_sections_with_forms(parts, strings), *lookup_sections(pipe, strings)]


def _greek_sections(pipe: Any, strings: StringTable) -> list[Section]:
    return _sections_with_forms(read_parts(pipe), strings)


def _dutch_sections(pipe: Any, strings: StringTable) -> list[Section]:
    parts = [_part(pipe, pos) for pos in DUTCH_PARTS]
    for part in parts:
        check_exceptions(pipe, part.exceptions)
    return [*_sections_with_forms(parts, strings), *text_lookup_sections(pipe, strings)]


def _spanish_sections(pipe: Any, strings: StringTable) -> list[Section]:
    tables = read_spanish(pipe)
    sets = WordSets()
    numbers = {pos: sets.add(words) for pos, words in tables.index.items() if words}
    edges, roots = sets.layout()
    index = {pos: roots[numbers[pos]] if pos in numbers else NO_STRING for pos in INDEX_OF}
    parts = [(strings.number(pos), 0, 0, index[INDEX_OF[pos]]) for pos in INDEX_OF]
    forms = _first_forms([LemmaPart(pos, [], [], tables.exceptions.get(pos, {})) for pos in INDEX_OF], strings)
    list_start, rules = flat(tables.lists)
    named = tables.groups or [(NO_POS, 0, [])]
    feature_start, features = flat([features for _, _, features in named])
    groups = [
        (strings.number(pos), number, first, len(wanted)) for (pos, number, wanted), first in zip(named, feature_start)
    ]
    suffix_rules = [(strings.number(old), strings.number(new)) for old, new in rules or [(NO_POS, NO_POS)]]
    return [
        tensor("lemmatizer/parts", parts, "u4"),
        tensor("lemmatizer/suffix_rules", suffix_rules, "u4"),
        tensor("lemmatizer/lists", [(first, len(rules)) for first, rules in zip(list_start, tables.lists)], "u4"),
        tensor("lemmatizer/groups", groups, "u4"),
        tensor("lemmatizer/features", [strings.number(feature) for feature in features or [NO_POS]], "u4"),
        *([tensor("lemmatizer/words", edges, "u4")] if numbers else []),
        *id_table("lemmatizer/forms", forms),
    ]


_READ = {
    LemmatizerKind.FRENCH: _french_sections,
    LemmatizerKind.LOOKUP: lookup_sections,
    LemmatizerKind.SPANISH: _spanish_sections,
    LemmatizerKind.GREEK: _greek_sections,
    LemmatizerKind.DUTCH: _dutch_sections,
    LemmatizerKind.LOWER_LOOKUP: lower_lookup_sections,
    LemmatizerKind.POLISH: pos_lookup_sections,
    LemmatizerKind.ITALIAN: pos_lookup_sections,
}
"""Kinds other than those of _rule_sections."""


def lemmatizer_sections(pipe: Any, strings: StringTable) -> list[Section]:
    """All lemmatizer/ sections of a Lemmatizer."""
    kind = lemmatizer_kind(pipe)
    settings = [tensor("lemmatizer/settings", [1], "u4")] if pipe.overwrite else []
    sections = [*settings, *_READ.get(kind, _rule_sections)(pipe, strings)]
    return sections if kind == LemmatizerKind.ENGLISH else [tensor("lemmatizer/kind", [kind], "u4"), *sections]
