"""Which lemmatizers convert is told by the functions that they run."""
from __future__ import annotations

from typing import Any, Dict

import pytest
import spacy
from convert.errors import ConvertError
from convert.lemma_kinds import ENGLISH, FRENCH, LOOKUP, MACEDONIAN, RULES, lemmatizer_kind
from convert.lemma_tables import LEMMA_IS_TEXT, exception_key, lemmatizer_sections
from convert.strings import StringTable
from spacy.lang.en.lemmatizer import EnglishLemmatizer
from spacy.lookups import Lookups
from spacy.pipeline import Lemmatizer


def lemmatizer(lang: str, mode: str) -> Any:
    return spacy.blank(lang).add_pipe("lemmatizer", config={"mode": mode})


@pytest.mark.parametrize("lang, mode, kind", [
    ("en", "rule", ENGLISH), ("en", "lookup", LOOKUP), ("nb", "rule", RULES), ("de", "lookup", LOOKUP), ("fr", "rule", FRENCH),
    ("ca", "rule", FRENCH), ("ca", "lookup", LOOKUP), ("mk", "rule", MACEDONIAN), ("el", "lookup", LOOKUP)])
def test_kinds(lang, mode, kind):
    assert lemmatizer_kind(lemmatizer(lang, mode)) == kind


@pytest.mark.parametrize("lang, mode", [("el", "rule"), ("nl", "rule"), ("nl", "lookup"), ("ht", "rule"), ("pl", "pos_lookup"),
                                        ("it", "pos_lookup"), ("ga", "pos_lookup")])
def test_kinds_that_are_refused_by_name(lang, mode):
    with pytest.raises(ConvertError, match=rf"component lemmatizer: .*Lemmatizer \(language '{lang}', mode '{mode}'\) is not"):
        lemmatizer_kind(lemmatizer(lang, mode))


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


def sections_of(lang: str, mode: str, tables: Dict[str, Any], strings: StringTable) -> Dict[str, Any]:
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
    assert sections["lemmatizer/kind"].tolist() == [LOOKUP] and keys == sorted(keys)
    ids = spacy.blank("de").vocab.strings
    found = {word: values[keys.index(ids[word])] for word in words}   # the id of "X" is a symbol's
    assert {word: strings.texts[value & ~LEMMA_IS_TEXT] for word, value in found.items()} == {
        "was": "be", "X": "ex", "feet": "foot", "é": ""}
    assert {word for word, value in found.items() if value & LEMMA_IS_TEXT} == {"was", "X"}


FRENCH_TABLES: Dict[str, Any] = {"lemma_lookup": {"a": ["b"]}, "lemma_rules": {"noun": [["s", ""]]}, "lemma_index": {},
                                 "lemma_exc": {"aux": {"est": ["être", "x"], "sont": []}}}


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
    with pytest.raises(ConvertError, match="component lemmatizer: a lemma of the look-up table is"):
        sections_of("fr", "rule", {**FRENCH_TABLES, "lemma_lookup": {"a": lemma}}, StringTable())


def test_no_table():
    with pytest.raises(ConvertError, match="component lemmatizer has no tables"):
        sections_of("de", "lookup", {"lemma_lookup": {}}, StringTable())
