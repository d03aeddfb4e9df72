"""Token patterns: the matches of spaCy's Matcher, in their order, and documents of the rulers that have them."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Callable

import pytest

spacy = pytest.importorskip("spacy")

import oracle
import small_pipelines as small
from common import REDUCED, SPACY_PACKAGE
from comparison import spacy_alone
from corpus import project_texts
from random_patterns import PatternMaker
from spacy.language import Language
from spacy.matcher import Matcher

SEED = 17
PIECES = 5
"""Of the random patterns: together 5,000 with --all."""


def with_ruler(patterns: Iterable[Sequence[Any]]) -> Language:
    """The package's pipeline, and at its end a ruler that changes nothing: a rule for each pattern."""
    nlp = spacy.load(SPACY_PACKAGE, exclude=["attribute_ruler", "lemmatizer"])
    ruler = nlp.add_pipe("attribute_ruler", last=True)
    for pattern in patterns:
        ruler.add([pattern], {})
    return nlp


def spacy_matches(nlp: Language, doc: Any) -> list[list[int]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        matches = nlp.get_pipe("attribute_ruler").matcher(doc, allow_missing=True)
    return [[int(nlp.vocab.strings[key]), start, end] for key, start, end in matches]


def assert_same_matches(pair: small.Pair, texts: Sequence[str], patterns: Sequence[Any]) -> int:
    """Number of matches."""
    with pair.nlp.select_pipes(disable=["attribute_ruler"]):
        docs = list(pair.nlp.pipe(texts))
    total = 0
    answers = list(pair.stages("--matches").texts(texts))  # spaCy may take longer than the program may live
    for doc, answer in zip(docs, answers):
        want = spacy_matches(pair.nlp, doc)
        got = [list(match) for match in dict.fromkeys(map(tuple, answer["matches"]))]
        total += len(want)
        if want != got:
            different = sorted({key for key, *_ in set(map(tuple, want)) ^ set(map(tuple, got))})
            shown = [patterns[key] for key in different[:3]]
            pytest.fail(f"{doc.text!r}: {different or 'the order'} {shown}\nspaCy {want[:40]}\ntern  {got[:40]}", False)
    return total


GREEDY = (None, "FIRST", "LONGEST")
"""Of the rules 0, 3, 6, ...; 1, 4, 7, ...; 2, 5, 8, ...: as stages.c has it."""


def greedy_matches(nlp: Language, doc: Any, patterns: Sequence[Sequence[Any]]) -> list[list[int]]:
    matcher = Matcher(nlp.vocab, validate=False)
    for rule, pattern in enumerate(patterns):
        matcher.add(str(rule), [pattern], greedy=GREEDY[rule % len(GREEDY)])
    return [[int(nlp.vocab.strings[key]), start, end] for key, start, end in matcher(doc, allow_missing=True)]


@spacy_alone
def test_greedy_matches(amount: Callable[[int, int], int], tmp_path: Path, program: Callable[[str], Path]) -> None:
    """What is kept of matches that overlap, beside spaCy's."""
    texts = [text for text in project_texts() if text.strip()][:: amount(20, 4)]
    docs = list(oracle.pipeline(SPACY_PACKAGE, "full").pipe(texts))
    maker = PatternMaker(docs, SEED)
    repeated = [[{"OP": "+", "IS_ALPHA": True}], [{"IS_PUNCT": False}, {"OP": "{1,3}"}], [{"OP": "*"}, {"LENGTH": 2}]]
    patterns = [maker.pattern() for _ in range(amount(120, 600))] + repeated * 3 + [[{"OP": "?"}]] + repeated
    pair = small.saved_pair(with_ruler(patterns), tmp_path, program("tests/stages"))
    less = 0
    with pair.nlp.select_pipes(disable=["attribute_ruler"]):
        docs = list(pair.nlp.pipe(texts))
    for doc, answer in zip(docs, pair.stages("--greedy").texts(texts)):
        want = greedy_matches(pair.nlp, doc, patterns)
        assert answer["matches"] == want, doc.text[:300]
        less += len(spacy_matches(pair.nlp, doc)) - len(want)
    assert less > len(texts)


@spacy_alone
@pytest.mark.parametrize("piece", [0, *(pytest.param(piece, marks=pytest.mark.long) for piece in range(1, PIECES))])
def test_random_patterns(
    piece: int, amount: Callable[[int, int], int], tmp_path: Path, program: Callable[[str], Path]
) -> None:
    texts = [text for text in project_texts() if text.strip()]
    texts = texts[:: max(1, len(texts) // amount(60, 200))]
    docs = list(oracle.pipeline(SPACY_PACKAGE, "full").pipe(texts))
    maker = PatternMaker(docs, SEED + piece)
    patterns = [maker.pattern() for _ in range(amount(400, 1000))]
    pair = small.saved_pair(with_ruler(patterns), tmp_path, program("tests/stages"))
    assert assert_same_matches(pair, texts, patterns) > 10 * len(texts)


RULERS: dict[str, dict[str, Any]] = {
    "entity_ruler": {"overwrite_ents": True},
    "span_ruler": {"annotate_ents": True, "overwrite": False},
}


@spacy_alone
@pytest.mark.parametrize("factory", RULERS)
@pytest.mark.parametrize("piece", [0, *(pytest.param(piece, marks=pytest.mark.long) for piece in range(1, PIECES))])
def test_rulers_of_random_patterns(
    factory: str, piece: int, amount: Callable[[int, int], int], tmp_path: Path, program: Callable[[str], Path]
) -> None:
    """What a ruler makes of them behind the recogniser: entities, and spans with labels and ids."""
    texts = [text for text in project_texts() if text.strip()]
    texts = texts[:: max(1, len(texts) // amount(20, 200))]
    nlp = spacy.load(SPACY_PACKAGE)
    maker = PatternMaker(list(nlp.pipe(texts)), SEED + PIECES + piece)
    rules = [
        {"label": f"L{rule % 9}", "id": str(rule % 4), "pattern": maker.pattern()} for rule in range(amount(100, 1000))
    ]
    nlp.add_pipe(factory, last=True, config=RULERS[factory]).add_patterns(rules)
    pair = small.saved_pair(nlp, tmp_path, program("tests/stages"))
    small.report(pair.differences(texts), texts)
