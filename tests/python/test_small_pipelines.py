"""Pipelines with the components that the installed one lacks, random weights: tern inside beside spaCy alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("spacy")

import small_pipelines as small
import spacy
from beside import differences
from corpus import project_texts
from spacy.language import Language
from spacy.tokens import Doc, Span

TEXTS = ["", " ", "One.", *project_texts()[:60]]
BOW = {"@architectures": "spacy.TextCatBOW.v3", "length": 1024, "ngram_size": 1, "no_output_layer": False}
NGRAMS = {"@misc": "spacy.ngram_suggester.v1", "sizes": [1, 2]}
PATTERNS = [
    {"label": "CITY", "pattern": "London", "id": "city-1"},
    {"label": "NOUNS", "pattern": [{"POS": "NOUN"}, {"POS": "NOUN"}]},
]


def with_labels(docs: list[Doc]) -> list[Doc]:
    """Categories and spans to take labels from."""
    for i, doc in enumerate(docs):
        doc.cats = {"A": float(i % 2), "B": float(i % 2 == 0)}
        doc.spans["sc"] = [Span(doc, 0, 1, label="X"), Span(doc, 0, len(doc), label="Y")]
    return docs


def made(build: Any, folder: Path) -> Path:
    """A folder with a pipeline that build has filled with components."""
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec", config={"model": small.encoder()})
    build(nlp)
    small.randomise(nlp, with_labels(small.gold_docs(count=40)))
    if nlp.has_pipe("entity_ruler"):  # which initialize has emptied
        nlp.get_pipe("entity_ruler").add_patterns(PATTERNS)
    nlp.to_disk(folder)
    return folder


def labellers(nlp: Language) -> None:
    nlp.add_pipe("tagger", config=small.labeller())
    nlp.add_pipe("morphologizer", config=small.labeller())
    nlp.add_pipe("trainable_lemmatizer", name="lemmatizer", config=small.labeller(top_k=3))
    nlp.add_pipe("senter", config=small.labeller())


def classifiers(nlp: Language) -> None:
    nlp.add_pipe("tagger", config=small.labeller())
    nlp.add_pipe("textcat_multilabel", config={"model": {**BOW, "exclusive_classes": False}})
    nlp.add_pipe("sentencizer")


def spans(nlp: Language) -> None:
    nlp.add_pipe("spancat", config={"suggester": NGRAMS, "threshold": 0.3})
    nlp.add_pipe("span_finder", config={"spans_key": "candidates"})
    nlp.add_pipe("morphologizer", config=small.labeller())
    nlp.add_pipe("entity_ruler")


@pytest.mark.parametrize("build", [labellers, classifiers, spans], ids=lambda build: build.__name__)
def test_every_document_is_equal(inside: Any, build: Any, tmp_path: Path) -> None:
    folder = made(build, tmp_path / "pipeline")
    want, nlp = spacy.load(folder), inside.load(folder)
    assert nlp.pipe_names == ["tern"]
    # one by one: in a batch with others, spaCy's classifiers find something in an empty text
    found = differences(map(want, TEXTS), nlp.pipe(TEXTS))
    assert not found, f"{len(found)} of {len(TEXTS)} differ; the first: {found[0]}"


def test_without_a_parser_sentences_are_unknown(inside: Any, tmp_path: Path) -> None:
    folder = made(lambda nlp: nlp.add_pipe("tagger", config=small.labeller()), tmp_path / "pipeline")
    doc = inside.load(folder)("One two. Three four.")
    assert not doc.has_annotation("SENT_START") and not doc.has_annotation("DEP") and doc.has_annotation("TAG")
    with pytest.raises(ValueError, match="E030"):
        list(doc.sents)


def test_a_listener_that_stays_spacys(inside: Any, tmp_path: Path) -> None:
    """It reads the rows that tern leaves in doc.tensor."""
    folder = made(labellers, tmp_path / "pipeline")
    want, nlp = spacy.load(folder), inside.load(folder, keep=["lemmatizer", "senter"])
    assert nlp.pipe_names == ["tern", "lemmatizer", "senter"]
    assert not differences(want.pipe(TEXTS), nlp.pipe(TEXTS))


@pytest.mark.parametrize("place, kept", [("last", False), ("first", True)])
def test_the_tensor_behind_a_cleaner(inside: Any, place: str, kept: bool, tmp_path: Path) -> None:
    def cleaned(nlp: Language) -> None:
        nlp.add_pipe("tagger", config=small.labeller())
        nlp.add_pipe("doc_cleaner", **{place: True})

    folder = made(cleaned, tmp_path / "pipeline")
    want, got = spacy.load(folder)("One two."), inside.load(folder)("One two.")
    assert [token.tag_ for token in got] == [token.tag_ for token in want]
    assert (want.tensor is not None) == kept
    assert got.tensor.shape == ((3, small.WIDTH) if kept else (0,))
