"""Patterns and texts that are made to take for ever: they end with spaCy's answer, or with an error that says why."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest

spacy = pytest.importorskip("spacy")

import small_pipelines as small
from comparison import spacy_alone
from convert.errors import ConvertError

MANY = 100_000
LONG_WORD = "x" * 3000


def pair_of(patterns: list[Any], folder: Path, program: Callable[[str], Path]) -> small.Pair:
    """A tokenizer and a ruler of these patterns."""
    nlp = spacy.blank("en")
    labelled = [{"label": f"L{number}", "pattern": pattern} for number, pattern in enumerate(patterns)]
    nlp.add_pipe("entity_ruler").add_patterns(labelled)
    return small.saved_pair(nlp, folder, program("tests/stages"))


def answer(pair: small.Pair, text: str) -> dict[str, Any]:
    return next(pair.stages().texts([text]))


ANY = {
    "stars": ([{"OP": "*"}] * 20, "the ruler's patterns match more than 8388608 times"),
    "stars and a word": ([{"OP": "*"}] * 20 + [{"ORTH": "zebra"}], "too many partial matches"),
    "pluses": ([{"OP": "+"}, {"OP": "?"}] * 10 + [{"ORTH": "zebra"}], "too many partial matches"),
}


@spacy_alone
@pytest.mark.parametrize("name", ANY)
def test_repetition(name: str, tmp_path: Path, program: Callable[[str], Path]) -> None:
    pattern, why = ANY[name]
    pair = pair_of([pattern], tmp_path, program)
    texts = ["", "a", "a a", "a b a zebra", "a a a b a a zebra a"]
    small.report(pair.differences(texts), texts)
    error = answer(pair, "a " * 10_000)["error"]
    assert why in error and "in this text of 10000 tokens" in error


@spacy_alone
@pytest.mark.parametrize("pattern", [r"(x+x+)+y", r"^(x|xx)+$", r"(x?){50}x{50}y", "(.*)(.*)(.*)(.*)(.*)y{1,200}$"])
def test_expressions(pattern: str, tmp_path: Path, program: Callable[[str], Path]) -> None:
    """re would take for ever for the last of these."""
    pair = pair_of([[{"TEXT": {"REGEX": pattern}}], [{"LOWER": {"REGEX": {"IN": [pattern]}}}]], tmp_path, program)
    texts = ["x", "xx y", "xxy", "xxxxxy xyz"]
    small.report(pair.differences(texts), texts)
    found = answer(pair, "x" * 100_000 + "é")["entities"]
    assert found == []


@spacy_alone
def test_an_expression_that_is_too_large(tmp_path: Path, program: Callable[[str], Path]) -> None:
    with pytest.raises(ConvertError, match="repetition of what can match the empty string"):
        pair_of([[{"TEXT": {"REGEX": "((a*)*)*b"}}]], tmp_path, program)


@spacy_alone
def test_edits(tmp_path: Path, program: Callable[[str], Path]) -> None:
    """Long texts with many edits, on words about as long."""
    near = [LONG_WORD[:100] + chr(ord("a") + number) * 5 + LONG_WORD[105:] for number in range(20)]
    pair = pair_of(
        [[{"ORTH": {"FUZZY": {"IN": near}}}], [{"LOWER": {"FUZZY9": LONG_WORD + "y" * 9}}]], tmp_path, program
    )
    texts = [LONG_WORD, LONG_WORD[:2000], f"{LONG_WORD[:2100]} {LONG_WORD}yy"]
    small.report(pair.differences(texts), texts)
    with pytest.raises(ConvertError, match="FUZZY of a text of 4000 characters"):
        pair_of([[{"ORTH": {"FUZZY": "x" * 4000}}]], tmp_path, program)


@spacy_alone
def test_large_lists(tmp_path: Path, program: Callable[[str], Path]) -> None:
    """Of which the second kind finds no list of candidates."""
    words = [f"w{number}" for number in range(MANY)]
    pair = pair_of([[{"ORTH": {"IN": words}}], [{"LOWER": {"NOT_IN": words}}, {"ORTH": "w7"}]], tmp_path, program)
    texts = ["w1 w99999 w100000", "a w7", "w5 w7"]
    small.report(pair.differences(texts), texts)


@spacy_alone
def test_longest_text(tmp_path: Path, program: Callable[[str], Path]) -> None:
    """A million code points: many matches, a match of the whole text, a single word."""
    pair = pair_of(
        [[{"LOWER": "a"}, {"ORTH": "b"}], "a a a a a c", [{"IS_ALPHA": True, "LENGTH": {">": 9}}]], tmp_path, program
    )
    many, phrase, word = (
        answer(pair, text)["entities"] for text in ("a b " * 250_000, "a " * 500_000, "x" * 1_000_000)
    )
    assert len(many) == 250_000 and many[-1] == [499_998, 500_000, "L0"]
    assert phrase == [] and word == [[0, 1, "L2"]]


@spacy_alone
def test_too_many_matches(tmp_path: Path, program: Callable[[str], Path]) -> None:
    """Each pair of tokens would be a match."""
    pair = pair_of([[{"IS_ALPHA": True, "OP": "+"}]], tmp_path, program)
    assert answer(pair, "a " * 2000)["entities"] == [[0, 2000, "L0"]]
    assert "the ruler's patterns match more than 8388608 times" in answer(pair, "a " * 5000)["error"]
