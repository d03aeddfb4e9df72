"""Look-up tables of the lemmatizers: one for all words, or one for each part of speech (lang/pl, lang/it/lemmatizer.py).

spaCy keeps only the ids of their words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spacy.parts_of_speech import IDS as POS_IDS

from .constants import LEMMA_IS_TEXT, NO_STRING, LemmatizerKind
from .container import Section, tensor
from .errors import ConvertError
from .lemma_kinds import NO_POS, lemmatizer_kind
from .maps import id_table
from .strings import StringTable
from .tokenizer_tables import extended_hash


def _refuse_lemma(pipe: Any, table: str, value: Any, wanted: str) -> ConvertError:
    return ConvertError(
        f"component {pipe.name}: a lemma of the look-up table {table} is {value!r}, on which spaCy fails, too: "
        f"make it {wanted}"
    )


# ---- one table -------------------------------------------------------------------------------------------------------


def _entry(value: Any, empty_is_lemma: bool, pipe: Any, strings: StringTable) -> int:
    """String number of the lemma that lookup_lemmatize gives; a text is told from a list of texts."""
    forms = [value] if isinstance(value, str) else value
    texts = isinstance(forms, (list, tuple)) and forms and all(isinstance(form, str) for form in forms)
    if not texts or (value == "" and not empty_is_lemma):
        raise _refuse_lemma(pipe, "lemma_lookup", value, "a text or a list of texts")
    return strings.number(forms[0]) | (LEMMA_IS_TEXT if isinstance(value, str) else 0)


def lookup_sections(pipe: Any, strings: StringTable) -> list[Section]:
    """lemmatizer/lookup of lookup_lemmatize, and of French, which takes a text's first character."""
    table = pipe.lookups.get_table("lemma_lookup")
    empty_is_lemma = lemmatizer_kind(pipe) == LemmatizerKind.LOOKUP
    return id_table(
        "lemmatizer/lookup", {key: _entry(table[key], empty_is_lemma, pipe, strings) for key in sorted(table)}
    )


def _texts(pipe: Any, name: str) -> dict[int, str]:
    """A table whose lemmas are texts, by id of the word."""
    table = pipe.lookups.get_table(name, {})
    for value in table.values():
        if not isinstance(value, str):
            raise _refuse_lemma(pipe, name, value, "a text")
    return {key: table[key] for key in sorted(table)}


def _text_sections(lemmas: Mapping[int, str], strings: StringTable) -> list[Section]:
    return id_table("lemmatizer/lookup", {key: strings.number(lemma) for key, lemma in lemmas.items()})


def text_lookup_sections(pipe: Any, strings: StringTable) -> list[Section]:
    """lemmatizer/lookup of Dutch rules, which do without it where it is empty."""
    return _text_sections(_texts(pipe, "lemma_lookup"), strings)


def lower_lookup_sections(pipe: Any, strings: StringTable) -> list[Section]:
    """lemmatizer/lookup of Dutch words in lower case. The rules of Haitian Creole only lower-case: their table is empty."""
    lemmas = {} if pipe.mode == "rule" else _texts(pipe, "lemma_lookup")
    return _text_sections(lemmas, strings)


# ---- a table for each part of speech ---------------------------------------------------------------------------------


def pos_lookup_key(part: int, word: int) -> int:
    """Key in lemmatizer/forms of a word, by id, where parts have look-up tables (docs/file-format.md). The number of the part is
    hashed first: ids of reserved symbols are as small."""
    return extended_hash(extended_hash(0, part + 1), word)


def _italian_fallback(pipe: Any) -> dict[int, str]:
    """lemma_lookup_other, then lemma_lookup: both are asked for the same word, and the first passes over empty lemmas."""
    other = _texts(pipe, "lemma_lookup_other")
    return {**_texts(pipe, "lemma_lookup"), **{key: lemma for key, lemma in other.items() if lemma}}


def pos_lookup_sections(pipe: Any, strings: StringTable) -> list[Section]:
    """lemmatizer/parts and forms of Polish and Italian; of Italian, lemmatizer/lookup, too."""
    tables = {pos: _texts(pipe, f"lemma_lookup_{pos.lower()}") for pos in sorted(POS_IDS)}
    parts = [pos for pos, table in tables.items() if table]
    forms: dict[int, int] = {}
    for number, pos in enumerate(parts):
        forms.update((pos_lookup_key(number, key), strings.number(lemma)) for key, lemma in tables[pos].items())
    if len(forms) != sum(len(tables[pos]) for pos in parts):
        raise ConvertError(f"component {pipe.name}: two words of the lemmatizer's tables have one hash")
    rows = [(strings.number(pos), 0, 0, NO_STRING) for pos in parts or [NO_POS]]
    fallback = (
        _text_sections(_italian_fallback(pipe), strings) if lemmatizer_kind(pipe) == LemmatizerKind.ITALIAN else []
    )
    return [tensor("lemmatizer/parts", rows, "u4"), *id_table("lemmatizer/forms", forms), *fallback]
