"""Which lemmatizers convert is told by the functions that they run."""

from __future__ import annotations

from typing import Any

import pytest
import spacy
from convert.constants import ID_ABSENT, LEMMA_IS_TEXT
from convert.constants import LemmatizerKind as Kind
from convert.errors import ConvertError
from convert.lemma_kinds import lemmatizer_kind
from convert.lemma_lookups import pos_lookup_key
from convert.lemma_tables import exception_key, lemmatizer_sections
from convert.strings import StringTable
from spacy.lang.en.lemmatizer import EnglishLemmatizer
from spacy.lookups import Lookups
from spacy.pipeline import Lemmatizer


def lemmatizer(lang: str, mode: str) -> Any:
    return spacy.blank(lang).add_pipe("lemmatizer", config={"mode": mode})


@pytest.mark.parametrize(
    "lang, mode, kind",
    [
        ("en", "rule", Kind.ENGLISH),
        ("en", "lookup", Kind.LOOKUP),
        ("nb", "rule", Kind.RULES),
        ("de", "lookup", Kind.LOOKUP),
        ("fr", "rule", Kind.FRENCH),
        ("ca", "rule", Kind.FRENCH),
        ("ca", "lookup", Kind.LOOKUP),
        ("mk", "rule", Kind.MACEDONIAN),
        ("el", "lookup", Kind.LOOKUP),
        ("el", "rule", Kind.GREEK),
        ("nl", "rule", Kind.DUTCH),
        ("nl", "lookup", Kind.LOWER_LOOKUP),
        ("ht", "rule", Kind.LOWER_LOOKUP),
        ("ht", "lookup", Kind.LOOKUP),
        ("pl", "pos_lookup", Kind.POLISH),
        ("pl", "lookup", Kind.LOOKUP),
        ("it", "pos_lookup", Kind.ITALIAN),
        ("it", "rule", Kind.RULES),
        ("ru", "lookup", Kind.LOOKUP),
        ("uk", "lookup", Kind.LOOKUP),
    ],
)
def test_kinds(lang, mode, kind):
    assert lemmatizer_kind(lemmatizer(lang, mode)) == kind


def test_kinds_that_are_refused_by_name():
    with pytest.raises(
        ConvertError,
        match=r"component lemmatizer: .*IrishLemmatizer \(language 'ga', mode 'pos_lookup'\) is not "
        r"supported: its algorithm is none",
    ):
        lemmatizer_kind(lemmatizer("ga", "pos_lookup"))


def test_lemmas_from_another_library():
    """pymorphy is not asked: only how the component is made needs it."""
    pipe = lemmatizer("uk", "lookup")
    pipe._mode, pipe.lemmatize = "pymorphy3", pipe.pymorphy3_lemmatize
    with pytest.raises(ConvertError, match="mode 'pymorphy3'.* come from another library, pymorphy"):
        lemmatizer_kind(pipe)


class Shouting(EnglishLemmatizer):
    """A package's own code under spaCy's factory."""

    def rule_lemmatize(self, token):
        return [token.text.upper()]


class Silent(Lemmatizer):
    def __call__(self, doc):
        return doc


def test_code_of_a_packages_own():
    vocab = spacy.blank("en").vocab
    for pipe in (Shouting(vocab, None, mode="rule"), Silent(vocab, None, mode="lookup")):
        with pytest.raises(ConvertError, match="is not supported"):
            lemmatizer_kind(pipe)
    pipe = Lemmatizer(vocab, None, mode="rule")
    pipe.lemmatize = lambda token: [""]
    with pytest.raises(ConvertError, match="is not supported"):
        lemmatizer_kind(pipe)


def sections_of(lang: str, mode: str, tables: dict[str, Any], strings: StringTable) -> dict[str, Any]:
    lookups = Lookups()
    for name, table in tables.items():
        lookups.add_table(name, table)
    pipe = lemmatizer(lang, mode)
    pipe.initialize(lookups=lookups)
    return {section.name: section.array for section in lemmatizer_sections(pipe, strings)}


def test_look_up_table_is_in_the_order_of_its_keys():
    strings = StringTable()
    words = {"was": "be", "X": "ex", "feet": ["foot", "feet"], "é": [""]}
    sections = sections_of("de", "lookup", {"lemma_lookup": words}, strings)
    keys = sections["lemmatizer/lookup/keys"].tolist()
    values = sections["lemmatizer/lookup/values"].tolist()
    assert sections["lemmatizer/kind"].tolist() == [Kind.LOOKUP] and keys == sorted(keys)
    ids = spacy.blank("de").vocab.strings
    found = {word: values[keys.index(ids[word])] for word in words}  # the id of "X" is a symbol's
    assert {word: strings.texts[value & ~LEMMA_IS_TEXT] for word, value in found.items()} == {
        "was": "be",
        "X": "ex",
        "feet": "foot",
        "é": "",
    }
    assert {word for word, value in found.items() if value & LEMMA_IS_TEXT} == {"was", "X"}


FRENCH_TABLES: dict[str, Any] = {
    "lemma_lookup": {"a": ["b"]},
    "lemma_rules": {"noun": [["s", ""]]},
    "lemma_index": {},
    "lemma_exc": {"aux": {"est": ["être", "x"], "sont": []}},
}


def test_french_exceptions_have_one_form():
    strings = StringTable()
    sections = sections_of("fr", "rule", FRENCH_TABLES, strings)
    parts = [strings.texts[row[0]] for row in sections["lemmatizer/parts"]]
    assert len(parts) == 11 and "PROPN" not in parts
    assert sections["lemmatizer/forms/keys"].tolist() == [exception_key(parts.index("AUX"), "est")]
    assert [strings.texts[value] for value in sections["lemmatizer/forms/values"]] == ["être"]
    assert "lemmatizer/words" not in sections and "lemmatizer/exceptions" not in sections


@pytest.mark.parametrize("lemma", ["", [], [1], 7, {"a": 1}])
def test_lemmas_that_are_neither_a_text_nor_a_list_of_texts(lemma):
    with pytest.raises(ConvertError, match="component lemmatizer: a lemma of the look-up table lemma_lookup is"):
        sections_of("fr", "rule", {**FRENCH_TABLES, "lemma_lookup": {"a": lemma}}, StringTable())


def test_an_empty_lemma_is_one_where_no_character_of_it_is_taken():
    strings = StringTable()
    values = sections_of("de", "lookup", {"lemma_lookup": {"a": ""}}, strings)["lemmatizer/lookup/values"].tolist()
    assert [strings.texts[value & ~LEMMA_IS_TEXT] for value in values] == [""]


DUTCH_TABLES: dict[str, Any] = {
    "lemma_lookup": {"a": "b"},
    "lemma_rules": {},
    "lemma_index": {},
    "lemma_exc": {"noun": {"a": ["b"]}},
}


def test_dutch_tables():
    strings = StringTable()
    sections = sections_of("nl", "rule", DUTCH_TABLES, strings)
    assert [strings.texts[row[0]] for row in sections["lemmatizer/parts"]] == [
        "ADJ",
        "ADP",
        "ADV",
        "AUX",
        "DET",
        "NOUN",
        "NUM",
        "PRON",
        "VERB",
    ]
    assert sections["lemmatizer/forms/keys"].tolist() == [exception_key(5, "a")]
    assert [strings.texts[value] for value in sections["lemmatizer/lookup/values"]] == ["b"]
    with pytest.raises(
        ConvertError, match="the lemmatizer's exception 'a' has no form, on which spaCy fails, too: remove it"
    ):
        sections_of("nl", "rule", {**DUTCH_TABLES, "lemma_exc": {"noun": {"a": []}}}, StringTable())
    for mode in ("rule", "lookup"):
        with pytest.raises(
            ConvertError, match=r"a lemma of the look-up table lemma_lookup is \['b'\], .*: make it a text"
        ):
            sections_of("nl", mode, {**DUTCH_TABLES, "lemma_lookup": {"a": ["b"]}}, StringTable())


def test_haitian_rules_do_not_look_up():
    tables = {"lemma_lookup": {"a": "b"}, "lemma_rules": {"noun": [["s", ""]]}, "lemma_index": {}, "lemma_exc": {}}
    assert sections_of("ht", "rule", tables, StringTable())["lemmatizer/lookup/values"].tolist() == [ID_ABSENT]


def pos_tables(lang: str, **more: Any) -> dict[str, Any]:
    required, _ = type(lemmatizer(lang, "pos_lookup")).get_lookups_config("pos_lookup")
    return {**{name: {} for name in required}, **{f"lemma_{name}": table for name, table in more.items()}}


def test_italian_tables():
    """A part of speech for each table that is not empty; one fallback, whose first table passes over empty lemmas."""
    strings = StringTable()
    tables = pos_tables(
        "it",
        lookup_noun={"case": "casa"},
        lookup_x={"b": "c"},
        lookup_other={"a": "", "d": "e"},
        lookup={"a": "f", "d": "g", "h": ""},
    )
    sections = sections_of("it", "pos_lookup", tables, strings)
    ids = spacy.blank("it").vocab.strings
    assert [strings.texts[row[0]] for row in sections["lemmatizer/parts"]] == ["NOUN", "X"]
    found = dict(zip(sections["lemmatizer/forms/keys"].tolist(), sections["lemmatizer/forms/values"].tolist()))
    assert {key: strings.texts[value] for key, value in found.items()} == {
        pos_lookup_key(0, ids["case"]): "casa",
        pos_lookup_key(1, ids["b"]): "c",
    }
    found = dict(zip(sections["lemmatizer/lookup/keys"].tolist(), sections["lemmatizer/lookup/values"].tolist()))
    assert {word: strings.texts[found[ids[word]]] for word in "adh"} == {"a": "f", "d": "e", "h": ""} and len(
        found
    ) == 3


def test_polish_tables_have_no_fallback():
    sections = sections_of("pl", "pos_lookup", pos_tables("pl", lookup_verb={"a": "b"}), StringTable())
    assert sorted(sections) == [
        "lemmatizer/forms/keys",
        "lemmatizer/forms/values",
        "lemmatizer/kind",
        "lemmatizer/parts",
    ]


@pytest.mark.parametrize(
    "lang, tables, words",
    [
        (
            "pl",
            {"lookup_adj": {"a": ["b"]}},
            r"a lemma of the look-up table lemma_lookup_adj is \['b'\], .*: make it a text",
        ),
        (
            "it",
            {"lookup_noun": {"a": "b"}, "lookup_other": {"a": 7}},
            "a lemma of the look-up table lemma_lookup_other is 7",
        ),
    ],
)
def test_tables_of_parts_of_speech_that_are_refused(lang, tables, words):
    with pytest.raises(ConvertError, match=words):
        sections_of(lang, "pos_lookup", pos_tables(lang, **tables), StringTable())
