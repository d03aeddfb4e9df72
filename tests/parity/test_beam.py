"""Parsers and recognisers that search with a beam: spaCy's documents, for each text alone. In a batch, spaCy gives the beams of
some texts the scores of others, once a beam ends with a state that is not final (_beam_utils.pyx advance)."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable

import pytest

spacy = pytest.importorskip("spacy")

import numpy as np
import oracle
import small_pipelines as small
from common import REDUCED
from comparison import spacy_alone
from convert.tiny import seed_weights
from corpus import project_texts
from differences import first_difference
from random_texts import TextMaker
from spacy.language import Language
from spacy.tokens import Span
from test_networks import transition

SEED = 21
DOCS, PASSES, LEARN_RATE = 90, 2 if REDUCED else 7, 0.01
SHORT = ["", " ", "a", "\n\n", "a b", "é 中", "  a  ", "Paris is. \t", "x\u00a0y z"]
DECIDERS = ("parser", "ner")


# ---- pipelines -------------------------------------------------------------------------------------------------------


def greedy(**settings: Any) -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec", config={"model": small.encoder()})
    for factory in DECIDERS:
        nlp.add_pipe(factory, config=transition(factory, **settings))
    return nlp


@functools.cache
def trained(**settings: Any) -> bytes:
    nlp = greedy(**settings)
    small.train(nlp, small.gold_docs(count=DOCS), PASSES, LEARN_RATE)
    return nlp.to_bytes()


def searching(nlp: Language, width: int, density: float) -> Language:
    """The factories parser and ner do as their settings say, which only an old file or code can change."""
    for name in DECIDERS:
        nlp.get_pipe(name).cfg.update(beam_width=width, beam_density=density)
    return nlp


def trained_beam(width: int, density: float, **settings: Any) -> Language:
    return searching(greedy(**settings).from_bytes(trained(**settings)), width, density)


def random_beam(width: int, density: float, **settings: Any) -> Language:
    nlp = greedy(**settings)
    small.randomise(nlp, small.gold_docs(count=DOCS))
    return searching(nlp, width, density)


def factories() -> Language:
    """beam_parser and beam_ner as they come. What is not trained says 0 of everything: each step has but equal scores."""
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec", config={"model": small.encoder()})
    nlp.add_pipe("beam_parser", config=transition("parser"))
    nlp.add_pipe("beam_ner", config=transition("ner"))
    sample = small.examples(nlp, small.gold_docs(count=DOCS))
    nlp.initialize(lambda: sample)
    return nlp


RECIPES: dict[str, Callable[[], Language]] = {
    "untrained": factories,
    "trained, 2": lambda: trained_beam(2, 0.1),
    "trained, 16": lambda: trained_beam(16, 0.001),
    "random, 4, 1 piece, extra tokens": lambda: random_beam(4, 0.0, pieces=1, extra=True),
    "random, 16, no upper": lambda: random_beam(16, 0.1, upper=False, pieces=2, hidden=7),
    "trained, 4": lambda: trained_beam(4, 0.0),
    "trained, 1": lambda: trained_beam(1, 0.1),
    "trained, 64": lambda: trained_beam(64, 0.0),
    "trained, 64, extra tokens": lambda: trained_beam(64, 0.001, extra=True),
    "trained, 16, 1 piece": lambda: trained_beam(16, 0.001, pieces=1),
    "trained, 8, no upper, 1 piece": lambda: trained_beam(8, 0.0, upper=False, pieces=1),
    "trained, 300": lambda: trained_beam(300, 0.0001),
    "random, 64, extra tokens": lambda: random_beam(64, 0.0, extra=True),
    "random, 16, density 1": lambda: random_beam(16, 1.0),
}
SMALL_TIER = 5
"""Of the recipes; the others have one by one what these have together, or are slow."""


# ---- tests -----------------------------------------------------------------------------------------------------------


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=pytest.mark.long) if place >= SMALL_TIER else name
        for place, name in enumerate(RECIPES)
    ],
)
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, program: Callable[[str], Path]
) -> small.Pair:
    return small.saved_pair(RECIPES[request.param](), tmp_path_factory.mktemp("pipeline"), program("tests/stages"))


@pytest.fixture(scope="module")
def texts(make_texts: Callable[[int], TextMaker], amount: Callable[[int, int], int]) -> list[str]:
    return SHORT + project_texts()[:: amount(16, 4)] + make_texts(SEED).texts_of(amount(25, 200))


def is_near_tie(nlp: Language, text: str, got: dict[str, Any]) -> bool:
    """Does spaCy itself say so with weights that are changed by rounding? At the edge of a wide beam two states may be nearly
    equal, of which one is left out."""
    stream = np.random.RandomState(SEED)
    layers = list(filter(None, (nlp.get_pipe(name).model.maybe_get_ref("upper") for name in DECIDERS)))
    weights = [layer.get_param("W").copy() for layer in layers]
    found = False
    for _ in range(40):
        for layer, W in zip(layers, weights):
            layer.set_param("W", (W * (1 + 3e-7 * stream.standard_normal(W.shape))).astype(W.dtype))
        found = found or first_difference(text, oracle.answer(nlp(text)), got) is None
    for layer, W in zip(layers, weights):
        layer.set_param("W", W)
    return found


def test_whole_pipeline(pair: small.Pair, texts: list[str]) -> None:
    wanted = list(oracle.answers(pair.nlp, texts, batch_size=1))
    answers = list(pair.stages("--features").texts(texts))
    found = [(text, got, first_difference(text, want, got)) for text, want, got in zip(texts, wanted, answers)]
    differing = [each for each in found if each[2]]
    assert len(differing) <= 1, differing[0][2]
    small.report([what for text, got, what in differing if not is_near_tie(pair.nlp, text, got)], texts)


def test_sentence_starts(pair: small.Pair, texts: list[str]) -> None:
    """Set before: 1, -1 or neither."""
    some = texts[::3]
    tokens = [len(pair.nlp.make_doc(text)) for text in some]
    starts = [[(0, 0, 1, -1, 0, -1, 0)[(i * 5 + n) % 7] if i else 0 for i in range(n)] for n in tokens]
    small.report(pair.differences(some, sent_starts=starts, batch_size=1), some)


@spacy_alone
def test_a_beam_says_something_else(texts: list[str]) -> None:
    """Than greedy decisions, and another width or density something else again."""
    said = []
    for width, density in ((1, 0.0), (2, 0.0), (16, 0.0), (16, 0.1)):
        nlp = random_beam(width, density)
        said.append(
            [([t.head.i for t in doc], [(e.start, e.end, e.label_) for e in doc.ents]) for doc in map(nlp, texts)]
        )
    assert all(a != b for i, a in enumerate(said) for b in said[:i])


def with_presets() -> Language:
    """Entities from a ruler, of labels that the recogniser knows and does not, then two recognisers with beams."""
    nlp = random_beam(16, 0.0)
    second = nlp.add_pipe("beam_ner", name="second", config={**transition("ner"), "beam_width": 5, "beam_density": 0.0})
    docs = small.gold_docs(count=DOCS)
    for doc in docs:
        doc.set_ents([Span(doc, ent.start, ent.end, "ODD" if i % 2 else "PERSON") for i, ent in enumerate(doc.ents)])
    sample = small.examples(nlp, docs)
    second.initialize(lambda: sample, nlp=nlp)
    seed_weights(second.model, np.random.RandomState(SEED))
    ruler = nlp.add_pipe("entity_ruler", before="ner")
    ruler.add_patterns(
        [
            {"label": "PERSON", "pattern": [{"IS_TITLE": True}, {"IS_TITLE": True}]},
            {"label": "RULED", "pattern": [{"LENGTH": 3}, {"OP": "?"}, {"LENGTH": 2}]},
            {"label": "GPE", "pattern": [{"IS_DIGIT": True}]},
        ]
    )
    return nlp


def answers_of_fresh(pair: small.Pair, texts: Sequence[str]) -> list[dict[str, Any]]:
    """spaCy's recogniser learns labels from documents: the next one is another's."""
    found = []
    for text in texts:
        found.append(oracle.answer(spacy.load(pair.file.parent / "pipeline")(text)))
    return found


def test_preset_entities(
    texts: list[str], tmp_path: Path, program: Callable[[str], Path], amount: Callable[[int, int], int]
) -> None:
    pair = small.saved_pair(with_presets(), tmp_path, program("tests/stages"))
    some = [text for text in texts if len(text) > 12][:: amount(3, 1)]
    wanted = answers_of_fresh(pair, some)
    got = pair.stages("--features").answers([{"text": text} for text in some])
    found = [first_difference(text, want, answer) for text, want, answer in zip(some, wanted, got)]
    small.report([difference for difference in found if difference], some)
    labels = {label for want in wanted for _, _, label in want["entities"]}
    assert REDUCED or {"RULED", "ODD"} <= labels


@pytest.mark.long
def test_long_document(make_texts: Callable[[int], TextMaker], tmp_path: Path, program: Callable[[str], Path]) -> None:
    """More tokens than engine/components/transition.h keeps."""
    pair = small.saved_pair(trained_beam(2, 0.1), tmp_path, program("tests/stages"))
    text = " ".join(text for text in project_texts() if text.isascii())
    while len(pair.nlp.make_doc(text)) < 17_000:
        text += " " + text
    text = text[:120_000]
    small.report(pair.differences([text], batch_size=1), [text])
