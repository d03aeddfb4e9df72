"""Scores of entities (docs/parity.md): what spaCy's own transition model gives to the moves that made an entity, and of a beam the
marginals that spaCy computes. No decision depends on whether they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Callable

import pytest

spacy = pytest.importorskip("spacy")

import numpy as np
import oracle_inside
import small_pipelines as small
from common import REDUCED
from comparison import Comparison
from corpus import project_texts
from random_texts import TextMaker
from spacy.language import Language
from spacy.tokens import Doc
from test_beam import SHORT, factories, random_beam, trained_beam
from test_token_changes import make

SEED = 91
ABSOLUTE = 1e-4
"""The same that transition scores may differ by."""

TEMPERATURE = 2.0
"""That of the package's model."""

EDGES = [
    *SHORT,
    "London",
    "In London",
    "in New York",
    "Zoë Saldaña met Θάλεια in 東京 on 3 May 2019.",
    "Paul\x00 Smith\x00Anna of Paris\x00",
    "Apple and Google paid $3 billion to Microsoft in New York City on the first of May.",
]


def softmax(scores: np.ndarray) -> np.ndarray:
    shares = np.exp(scores - scores.max())
    return shares / shares.sum()


def scores_by_definition(nlp: Language, doc: Doc, temperature: float = 1.0) -> list[tuple[int, int, str, float]]:
    """Of the component ner on a document from the tokenizer: for each entity the product, over its moves, of the softmax over the
    scores of the moves that are valid in the state."""
    if not len(doc):
        return []
    trace = oracle_inside.trace(nlp, "ner", doc)
    names = oracle_inside.class_names(nlp, "ner")
    found, start, score = [], 0, 1.0
    for token, (row, valid, chosen) in enumerate(zip(trace.scores, trace.valid, trace.chosen)):
        move, _, label = names[chosen].partition("-")
        if move in "BU":
            start, score = token, 1.0
        if move != "O":
            score *= float(softmax(row[valid].astype(np.float64) / temperature).max())
        if move in "LU":
            found.append((start, token + 1, label, score))
    return found


def scored(answer: dict[str, Any]) -> list[tuple[int, int, str, float]]:
    """Of an answer of stages --entity-scores."""
    return [(*entity, score) for entity, score in zip(answer["entities"], answer["entity_scores"])]


def check_equal(
    text: str, want: Sequence[tuple[int, int, str, float]], got: Sequence[tuple[int, int, str, float]]
) -> None:
    assert [entity[:3] for entity in got] == [entity[:3] for entity in want], text
    for wanted, found in zip(want, got):
        assert found[3] == pytest.approx(wanted[3], abs=ABSOLUTE), (text, wanted, found)


def answers(pair: small.Pair, texts: Sequence[str], *flags: str, **line: Any) -> Iterator[dict[str, Any]]:
    return pair.stages(*flags).answers([{"text": text, **line} for text in texts])


# ---- greedy ----------------------------------------------------------------------------------------------------------


def test_definition(
    comparison: Callable[[str], Comparison], nlp_everything: Language, some_texts: Callable[[int], list[str]]
) -> None:
    texts = EDGES + some_texts(SEED)
    side = comparison("ner")
    scores = []
    for text, answer in zip(texts, side.stages("--entity-scores").answers(side.lines(texts))):
        got = scored(answer)
        check_equal(text, scores_by_definition(nlp_everything, nlp_everything.make_doc(text), TEMPERATURE), got)
        scores += [score for *_, score in got]
    assert len(scores) > 100
    assert min(scores) < 0.5 < 0.9 < max(scores) <= 1


def test_decisions_do_not_change(
    comparison: Callable[[str], Comparison], some_texts: Callable[[int], list[str]]
) -> None:
    texts = EDGES + some_texts(SEED + 1)
    side = comparison("full")
    for with_scores, without in zip(
        side.stages("--entity-scores").answers(side.lines(texts)), side.stages().answers(side.lines(texts))
    ):
        scores = with_scores.pop("entity_scores")
        assert with_scores == without
        assert len(scores) == len(without["entities"])
        assert all(0 < score <= 1 for score in scores)


# ---- beam ------------------------------------------------------------------------------------------------------------

BEAMS: dict[str, Callable[[], Language]] = {
    "untrained": factories,
    "trained, 16": lambda: trained_beam(16, 0.001),
    "random, 16, no upper": lambda: random_beam(16, 0.1, upper=False, pieces=2, hidden=7),
    "trained, 64, extra tokens": lambda: trained_beam(64, 0.0, extra=True),
}


def recogniser(nlp: Language) -> str:
    return "ner" if "ner" in nlp.pipe_names + nlp.disabled else "beam_ner"


def marginals(nlp: Language, doc: Doc) -> dict[tuple[int, int, str], float]:
    """spaCy's own (ner.py scored_ents), of a document that what runs before has seen."""
    ner = nlp.get_pipe(recogniser(nlp))
    beams = ner.beam_parse([doc], ner.cfg["beam_width"], drop=0.0, beam_density=ner.cfg["beam_density"])
    return ner.scored_ents(beams)[0] if beams else {}


@pytest.mark.parametrize("recipe", BEAMS)
def test_marginals_of_a_beam(
    recipe: str,
    tmp_path: Path,
    program: Callable[[str], Path],
    make_texts: Callable[[int], TextMaker],
    amount: Callable[[int, int], int],
) -> None:
    pair = small.saved_pair(BEAMS[recipe](), tmp_path, program("tests/stages"))
    texts = EDGES + project_texts()[:: amount(24, 4)] + make_texts(SEED).texts_of(amount(20, 200))
    compared = 0
    with pair.nlp.select_pipes(disable=[recogniser(pair.nlp)]):
        for text, answer in zip(texts, answers(pair, texts, "--entity-scores")):
            doc = pair.nlp(text)
            want = marginals(pair.nlp, doc) if len(doc) else {}
            for start, end, label, score in scored(answer):
                assert score == pytest.approx(want[start, end, label], abs=ABSOLUTE), (text, start, end, label)
                compared += 1
    assert compared > 20 or REDUCED  # what was trained for a moment finds none


# ---- what else sets or moves entities --------------------------------------------------------------------------------


def test_a_ruler_is_certain(tmp_path: Path, program: Callable[[str], Path]) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "CITY", "pattern": "London"}])
    pair = small.saved_pair(nlp, tmp_path, program("tests/stages"))
    texts = ["", "London", "in London and London", "nothing"]
    assert [answer["entity_scores"] for answer in answers(pair, texts, "--entity-scores")] == [[], [1], [1, 1], []]


def test_without_entities(tmp_path: Path, program: Callable[[str], Path]) -> None:
    pair = small.saved_pair(spacy.blank("en"), tmp_path, program("tests/stages"))
    assert [answer["entity_scores"] for answer in answers(pair, EDGES, "--entity-scores")] == [[]] * len(EDGES)


def of_first(names: str) -> list[str]:
    """Components up to the first ner."""
    listed = [name.replace("+", "own_") for name in names.split()]
    return listed[: listed.index("ner") + 1]


@pytest.mark.parametrize(
    "names",
    [
        "tok2vec ner +ner",
        "tok2vec ner entity_ruler",
        "tok2vec tagger ner merge_entities",
        "tok2vec ner token_splitter",
        "tok2vec tagger parser ner merge_subtokens",
        "entity_ruler tok2vec ner merge_entities token_splitter",
    ],
)
def test_scores_stay_with_their_entities(names: str, tmp_path: Path, program: Callable[[str], Path]) -> None:
    """An entity whose characters and label the first ner found has the score that it had there, whatever runs afterwards."""
    make(names.split(), tmp_path / "pipeline")
    small.convert_folder(tmp_path / "pipeline", tmp_path / "model.tern")
    pair = small.Pair(spacy.load(tmp_path / "pipeline"), tmp_path / "model.tern", program("tests/stages"))
    texts = project_texts()[::12]
    kept = below = 0
    before = answers(pair, texts, "--entity-scores", components=of_first(names))
    for first, last in zip(before, answers(pair, texts, "--entity-scores")):
        scores = {entity_characters(first, i): score for i, score in enumerate(first["entity_scores"])}
        for i, score in enumerate(last["entity_scores"]):
            place = entity_characters(last, i)
            assert 0 <= score <= 1
            if place in scores:
                assert score == scores[place] or (score == 1 and "entity_ruler" in names)
                kept += 1
                below += score < 1
    assert kept > 20
    assert below > 10


def entity_characters(answer: dict[str, Any], index: int) -> tuple[int, int, str]:
    start, end, label = answer["entities"][index]
    return answer["start"][start], answer["end"][end - 1], label
