"""What the engine refuses when it opens a file is refused when it is converted, or put into another form."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import spacy
from convert.constants import (
    RULER_MAX_LIST,
    STEMS_MAX,
    TOKENIZER_MAX_PHRASE,
    TOKENIZER_MAX_RULE,
    TRANSITION_MAX_CLASSES,
)
from convert.errors import ConvertError
from convert.norms import Stem, norms_sections
from convert.ruler_tables import ruler_sections
from convert.strings import StringTable
from convert.tokenizer_tables import tokenizer_sections
from convert.transition import transition_sections


def with_special_case(text: str) -> Any:
    nlp = spacy.blank("en")
    nlp.tokenizer.add_special_case(text, [{"ORTH": text}])
    return nlp.tokenizer


def words(count: int) -> str:
    """Each but the last is a token, with the blank that parts it from the next."""
    return " ".join(["a"] * count)


@pytest.mark.parametrize("text", ["x" * TOKENIZER_MAX_RULE, words(TOKENIZER_MAX_PHRASE)])
def test_the_longest_special_case(text: str) -> None:
    sections = tokenizer_sections(with_special_case(text), StringTable(), False)
    assert sections[0].array.tolist()[1] >= len(text) and sections[0].array.tolist()[2] <= TOKENIZER_MAX_PHRASE


@pytest.mark.parametrize("text", ["x" * (TOKENIZER_MAX_RULE + 1), words(TOKENIZER_MAX_PHRASE + 1)])
def test_a_longer_special_case(text: str) -> None:
    with pytest.raises(ConvertError, match="4096 bytes and 256 tokens are supported"):
        tokenizer_sections(with_special_case(text), StringTable(), False)


@pytest.mark.parametrize("rules, has_patterns", [(RULER_MAX_LIST, False), (RULER_MAX_LIST + 1, True)])
def test_rules_that_may_begin_with_any_tag(rules: int, has_patterns: bool) -> None:
    """Token patterns are found by their words, of which lists are as long as need be."""
    ruler = spacy.blank("en").add_pipe("attribute_ruler")
    for number in range(rules):
        ruler.add([[{"LOWER": f"w{number}"}]], {"TAG": f"T{number % 5}"})
    names = {section.name for section in ruler_sections(ruler, StringTable())}
    assert ("attribute_ruler/patterns/start" in names) == has_patterns != ("attribute_ruler/lists" in names)


def test_moves() -> None:
    with pytest.raises(ConvertError, match="component ner has 65537 moves"):
        transition_sections("ner", SimpleNamespace(name="ner"), (3, 6), TRANSITION_MAX_CLASSES + 1)


def test_stems(monkeypatch: pytest.MonkeyPatch) -> None:
    vocab = spacy.blank("en").vocab
    stems = [Stem("x", 1, 2)] * (STEMS_MAX + 1)
    monkeypatch.setattr("convert.norms._language_norm", lambda vocab: ({}, stems))
    with pytest.raises(ConvertError, match="cuts 1025 suffixes"):
        norms_sections(vocab, StringTable())
