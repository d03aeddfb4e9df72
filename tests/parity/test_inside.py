"""What tern computes on its way is what spaCy computes: hash embedding sums bitwise, encoder layers and scores within a
tolerance, what a move table allows and what is chosen exactly."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Callable

import pytest

pytest.importorskip("spacy")

import oracle_inside
from comparison import first_inner_difference, inside, spacy_alone
from corpus import CORPUS, TEXTS, project_texts, read_texts
from random_texts import NAMES, WORDS

INSIDE = ("--layers", "--scores", "--trace")


@pytest.fixture(scope="module")
def compare_inside(comparison, nlp_everything) -> Callable[[Sequence[str]], int]:
    """Compares layers, scores and decisions; returns how many decisions of the parser there were."""

    def check(texts: Sequence[str]) -> int:
        decisions = 0
        for text, got in zip(texts, comparison("everything").stages(*INSIDE).texts(texts)):
            assert "error" not in got, f"{got['error']} on {text[:300]!r}"
            want = inside(nlp_everything, text)
            difference = first_inner_difference(want, got) if want else None
            assert difference is None, f"{difference} in text {text[:300]!r}"
            decisions += len(got["trace"]["parser"]["chosen"])
        return decisions

    return check


@pytest.mark.parametrize("name", sorted(TEXTS, key=lambda name: name != "lengths"))  # 1, 2, 3, ... tokens first
def test_project_texts(compare_inside, amount, name: str) -> None:
    assert compare_inside(read_texts(TEXTS[name])[:: amount(5, 1)]) > 50


def test_random_texts(compare_inside, make_texts, amount) -> None:
    assert compare_inside(make_texts(3100).texts_of(amount(60, 300))) > 1000


@pytest.mark.skipif(not CORPUS.is_file(), reason=f"no {CORPUS}")
def test_corpus(compare_inside, amount) -> None:
    assert compare_inside(read_texts(CORPUS)[:: amount(40, 4)]) > 500


SEAMS = [
    511,
    512,
    513,
    1025,
    *(pytest.param(tokens, marks=pytest.mark.long) for tokens in (510, 514, 515, 516, 1023, 1024)),
]


@pytest.mark.parametrize("tokens", SEAMS)
def test_block_boundaries(comparison, compare_inside, tokens: int) -> None:
    """The encoder walks long documents in blocks of 512 rows: the seams must not show."""
    single = [word for word in WORDS + NAMES if word.isalpha()]
    text = " ".join(random.Random(tokens).choices(single, k=tokens))
    for pipeline in ("full", "senter for parser"):
        differences = comparison(pipeline).differences([text])
        assert differences == [], differences[0]
    assert compare_inside([text]) > tokens


# ---- the oracle itself -----------------------------------------------------------------------------------------------


@spacy_alone
@pytest.mark.parametrize("component", oracle_inside.ENCODERS)
def test_oracle_layers_are_spacys(nlp_everything, component: str) -> None:
    """The oracle runs the encoder layer by layer: its last layer must be what spaCy's own forward pass gives."""
    for text in read_texts(TEXTS["lengths"]):
        doc = nlp_everything.make_doc(text)
        if len(doc):
            last = oracle_inside.layers(nlp_everything, component, doc).layers[-1]
            assert last.tobytes() == oracle_inside.encoder(nlp_everything, component, doc).tobytes()


@spacy_alone
def test_oracle_tags_are_spacys(nlp_everything) -> None:
    tagger, tok2vec = nlp_everything.get_pipe("tagger"), nlp_everything.get_pipe("tok2vec")
    for text in read_texts(TEXTS["lengths"]):
        doc = nlp_everything.make_doc(text)
        best = oracle_inside.scores(nlp_everything, "tagger", doc).argmax(axis=1) if len(doc) else []
        assert [tagger.labels[i] for i in best] == [token.tag_ for token in tagger(tok2vec(doc))]


@spacy_alone
def test_oracle_entities_are_spacys(nlp_everything) -> None:
    for text in read_texts(TEXTS["entities"]):
        traced, doc = nlp_everything.make_doc(text), nlp_everything.make_doc(text)
        oracle_inside.trace(nlp_everything, "ner", traced)
        doc = nlp_everything.get_pipe("ner")(doc)
        assert [(e.start, e.end, e.label_) for e in traced.ents] == [(e.start, e.end, e.label_) for e in doc.ents]


@spacy_alone
def test_oracle_parses_are_spacys(nlp_everything) -> None:
    tok2vec, parser = nlp_everything.get_pipe("tok2vec"), nlp_everything.get_pipe("parser")
    for text in project_texts()[::4]:
        traced = nlp_everything.make_doc(text)
        oracle_inside.trace(nlp_everything, "parser", traced)
        doc = parser(tok2vec(nlp_everything.make_doc(text)))
        assert [t.head.i for t in traced] == [t.head.i for t in doc]
        assert [t.dep_.split("||")[0] for t in traced] == [t.dep_ for t in doc]
