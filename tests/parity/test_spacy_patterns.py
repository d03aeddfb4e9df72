"""Patterns in bulk beside spaCy's: those of spaCy's own tests, phrases by each attribute, random ones in both rulers."""

from __future__ import annotations

import random
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable

import pytest

spacy = pytest.importorskip("spacy")

import oracle
import small_pipelines as small
import spacy_patterns
from common import SPACY_PACKAGE
from comparison import spacy_alone
from convert.token_flags import ATTRS
from corpus import project_texts
from random_patterns import PatternMaker
from spacy.language import Language
from spacy.tokens import Doc
from test_patterns import assert_same_matches, with_ruler

SEED = 23
ANNOTATED = ("LEMMA", "POS", "TAG", "DEP", "MORPH", "ENT_TYPE", "ENT_IOB", "SENT_START")
"""What components set."""
UNSET = ("ENT_ID", "ENT_KB_ID")
"""What no component before a ruler sets: spaCy takes every token for one of a phrase."""
REFUSED = ("PREFIX", "SUFFIX", "ID", "HEAD", "IDX")
"""What spaCy's PhraseMatcher does not take (E152)."""
OFTEN = ("LOWER", "LEMMA", "SHAPE")


def some_texts(count: int) -> list[str]:
    texts = [text for text in project_texts() if text.strip()]
    return texts[:: max(1, len(texts) // count)]


# ---- spaCy's own tests -----------------------------------------------------------------------------------------------


def is_python(pattern: Sequence[dict[str, Any]]) -> bool:
    """Does it ask for attributes of Python code?"""
    return any("_" in spec for spec in pattern)


@spacy_alone
@pytest.mark.filterwarnings("ignore:.*W035")
def test_token_patterns_of_spacy(tmp_path: Path, program: Callable[[str], Path]) -> None:
    """All that spaCy takes, but for those with extension attributes."""
    known = spacy_patterns.token_patterns()
    patterns = [pattern for pattern in known if not is_python(pattern)]
    assert len(patterns) > 120 and len(known) - len(patterns) < 25
    pair = small.saved_pair(with_ruler(patterns), tmp_path, program("tests/stages"))
    texts = spacy_patterns.texts() + some_texts(30)
    assert assert_same_matches(pair, texts, patterns) > 10 * len(texts)


@spacy_alone
@pytest.mark.parametrize("factory", ["entity_ruler", "span_ruler"])
def test_labelled_patterns_of_spacy(factory: str, tmp_path: Path, program: Callable[[str], Path]) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe(factory).add_patterns(spacy_patterns.labelled_patterns())
    pair = small.saved_pair(nlp, tmp_path, program("tests/stages"))
    small.report(pair.differences(spacy_patterns.texts()), spacy_patterns.texts())


def without_patterns(factory: str) -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe(factory)
    return nlp


def without_a_language(factory: str) -> Language:
    nlp = Language()
    nlp.add_pipe(factory).add_patterns(spacy_patterns.labelled_patterns())
    return nlp


@spacy_alone
@pytest.mark.filterwarnings("ignore:.*W036")
@pytest.mark.parametrize("factory", ["entity_ruler", "future_entity_ruler", "span_ruler"])
@pytest.mark.parametrize("make", [without_patterns, without_a_language])
def test_rulers_as_spacy_makes_them(
    make: Callable[[str], Language], factory: str, tmp_path: Path, program: Callable[[str], Path]
) -> None:
    """spaCy saves a pipeline without a language, and loads it with one."""
    nlp = make(factory)
    nlp.to_disk(tmp_path / "pipeline")
    small.convert_folder(tmp_path / "pipeline", tmp_path / "model.tern")
    pair = small.Pair(nlp, tmp_path / "model.tern", program("tests/stages"))
    small.report(pair.differences(spacy_patterns.texts()), spacy_patterns.texts())


# ---- phrases ---------------------------------------------------------------------------------------------------------


def phrases(docs: Sequence[Doc], count: int, source: random.Random) -> list[dict[str, Any]]:
    """A label for several phrases, and several labels for some."""
    found = []
    for number in range(count):
        doc = source.choice(docs)
        begin = source.randrange(len(doc))
        text = doc[begin : begin + source.randint(1, 4)].text
        found += [
            {"label": f"{label}{number % 50}", "pattern": text} for label in "AB"[: 1 if source.random() < 0.8 else 2]
        ]
    return [phrase for phrase in found if phrase["pattern"].strip()]


@spacy_alone
@pytest.mark.parametrize(
    "attr",
    [
        attr if attr in OFTEN else pytest.param(attr, marks=pytest.mark.long)
        for attr in ATTRS
        if attr not in UNSET + REFUSED
    ],
)
def test_phrases_by(
    attr: str, amount: Callable[[int, int], int], tmp_path: Path, program: Callable[[str], Path]
) -> None:
    nlp = spacy.load(SPACY_PACKAGE) if attr in ANNOTATED else spacy.blank("en")
    texts = some_texts(amount(40, 200))
    docs = [nlp.make_doc(text) for text in some_texts(200)]
    ruler = nlp.add_pipe("span_ruler", config={"phrase_matcher_attr": attr})
    ruler.add_patterns(phrases(docs, amount(250, 5000), random.Random(SEED)))
    pair = small.saved_pair(nlp, tmp_path, program("tests/stages"))
    small.report(pair.differences(texts), texts)
    assert sum(bool(group) for answer in pair.stages().texts(texts) for _, group in answer["spans"]) > len(texts) // 2


# ---- random patterns -------------------------------------------------------------------------------------------------


def ruled(factory: str, count: int, docs: Sequence[Doc], **settings: Any) -> Language:
    """The whole pipeline and a ruler of random token patterns and phrases."""
    maker, source = PatternMaker(docs, SEED), random.Random(SEED)
    patterns = [{"label": f"R{number % 40}", "pattern": maker.pattern()} for number in range(count)]
    for number, pattern in enumerate(patterns):
        if number % 3 == 0:
            pattern["id"] = f"i{number % 7}"
    nlp = spacy.load(SPACY_PACKAGE)
    patterns += phrases(docs, count // 4, source)
    source.shuffle(patterns)
    nlp.add_pipe(factory, config=settings).add_patterns(patterns)
    return nlp


@spacy_alone
@pytest.mark.parametrize(
    "factory, settings",
    [
        ("entity_ruler", {"overwrite_ents": True}),
        pytest.param("entity_ruler", {"overwrite_ents": False}, marks=pytest.mark.long),
        ("span_ruler", {"annotate_ents": True, "overwrite": False}),
        pytest.param("span_ruler", {"annotate_ents": True, "overwrite": True}, marks=pytest.mark.long),
    ],
    ids=["entity_ruler overwrites", "entity_ruler keeps", "span_ruler keeps", "span_ruler overwrites"],
)
def test_random_patterns_in(
    factory: str,
    settings: dict[str, Any],
    amount: Callable[[int, int], int],
    tmp_path: Path,
    program: Callable[[str], Path],
) -> None:
    texts = some_texts(amount(40, 200))
    docs = [doc for doc in oracle.pipeline(SPACY_PACKAGE, "full").pipe(texts) if len(doc)]
    pair = small.saved_pair(ruled(factory, amount(120, 5000), docs, **settings), tmp_path, program("tests/stages"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        small.report(pair.differences(texts), texts)
