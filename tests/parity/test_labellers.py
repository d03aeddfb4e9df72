"""Morphologizer and trainable lemmatizer: small pipelines, trained and with random weights, give spaCy's documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable

import pytest

spacy = pytest.importorskip("spacy")

import small_pipelines as small
from comparison import spacy_alone
from differences import FIELDS_OF

SEED = 7

LEMMA_RULES = [
    {"patterns": [[{"LEMMA": {"IN": ["be", "have", "gehen"]}}]], "attrs": {"TAG": "AUX"}},
    {"patterns": [[{"POS": "NOUN", "LEMMA": {"NOT_IN": ["", "time"]}}]], "attrs": {"TAG": "N"}},
    {
        "patterns": [[{"ORTH": "The"}, {"TEXT": {"NOT_IN": ["of", "X"]}}], [{"TEXT": {"REGEX": "^(?:and|X)$"}}]],
        "attrs": {"TAG": "ORTH"},
    },
    {"patterns": [[{"IS_SPACE": True}]], "attrs": {"TAG": "_SP", "POS": "SPACE", "MORPH": "_", "LEMMA": " "}},
]


def blank(lemmatizer: dict[str, Any], morphologizer: dict[str, Any] | None = None) -> Any:
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec", config={"model": small.encoder()})
    nlp.add_pipe("tagger", config=small.labeller())
    nlp.add_pipe("morphologizer", config=small.labeller(**(morphologizer or {})))
    nlp.add_pipe("trainable_lemmatizer", name="lemmatizer", config=small.labeller(**lemmatizer))
    return nlp


def add_ruler(nlp: Any) -> None:
    """Its patterns test lemmas and POS, and so need the components before it."""
    nlp.add_pipe("attribute_ruler").add_patterns(LEMMA_RULES)


def trained() -> Any:
    nlp = blank({"top_k": 1})
    small.train(nlp, small.gold_docs())
    add_ruler(nlp)
    return nlp


def trained_top_3() -> Any:
    nlp = blank({"top_k": 3, "min_tree_freq": 2}, {"overwrite": True})
    small.train(nlp, small.gold_docs(small.edit_lemma))
    return nlp


def random_weights(**lemmatizer: Any) -> Any:
    nlp = blank({"min_tree_freq": 1, **lemmatizer}, {"overwrite": False, "extend": True})
    small.randomise(nlp, small.gold_docs(small.edit_lemma))
    add_ruler(nlp)
    return nlp


RECIPES: dict[str, Callable[[], Any]] = {
    "trained": trained,
    "trained, top_k 3": trained_top_3,
    "random": lambda: random_weights(top_k=1),
    "random, top_k 20": lambda: random_weights(top_k=20, overwrite=True),
    "random, no backoff": lambda: random_weights(top_k=2, backoff=None),
    "random, top_k 30": lambda: random_weights(top_k=30),
    "random, more than there are": lambda: random_weights(top_k=10**6),
}


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.long) if name == "random, top_k 30" else name for name in RECIPES],
)
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, program: Callable[[str], Path]
) -> small.Pair:
    return small.saved_pair(RECIPES[request.param](), tmp_path_factory.mktemp("pipeline"), program("tests/stages"))


@pytest.fixture(scope="module")
def texts(some_texts: Callable[[int], list[str]]) -> list[str]:
    return some_texts(SEED)


def test_whole_pipeline(pair: small.Pair, texts: list[str]) -> None:
    small.report(pair.differences(texts), texts)


@pytest.mark.parametrize(
    "only", [["tok2vec", "morphologizer"], ["tok2vec", "lemmatizer"], ["morphologizer", "lemmatizer"]]
)
def test_some_components(pair: small.Pair, texts: list[str], only: list[str]) -> None:
    """Without the encoder, the others read zeros."""
    small.report(pair.differences(texts[:500], only), texts[:500])


@pytest.mark.parametrize(
    "want, fields",
    [(name, fields) for name, fields in FIELDS_OF.items() if name in ("tags", "pos", "morphs", "lemmas")],
)
def test_wanting_one_annotation(pair: small.Pair, texts: list[str], want: str, fields: Sequence[str]) -> None:
    """What is wanted alone is what the whole pipeline gives: the ruler's patterns test lemmas and parts of speech."""
    stages = pair.stages()
    whole = list(stages.texts(texts[:500]))
    alone = list(stages.answers({"text": text, "want": [want]} for text in texts[:500]))
    assert all(a[field] == b[field] for a, b in zip(whole, alone) for field in fields)
    assert any(value for answer in whole for field in fields for value in answer[field])


@spacy_alone
def test_every_way_to_a_lemma_was_taken(pair: small.Pair, texts: list[str]) -> None:
    """Trees that edit either end or the whole word, trees that do not apply, and those after them."""
    lemmatizer = pair.nlp.get_pipe("lemmatizer")
    docs = [doc for doc in pair.nlp.pipe(texts[:500], disable=["attribute_ruler"]) if len(doc)]
    rows = lemmatizer.model.predict(docs)
    best = [(token, int(scores.argmax())) for doc, row in zip(docs, rows) for token, scores in zip(doc, row)]
    applied = [lemmatizer.trees.apply(lemmatizer.labels[label], token.text) for token, label in best]
    assert len({label for _, label in best}) > 10
    assert sum(lemma is None for lemma in applied) > 10
    assert sum(lemma not in (None, token.text) for (token, _), lemma in zip(best, applied)) > 10
    later = sum(lemma is None and token.lemma_ not in (token.text, "") for (token, _), lemma in zip(best, applied))
    assert (later > 10) == (lemmatizer.top_k > 1)
    assert (lemmatizer.backoff is None) == any(token.lemma_ == "" for token, _ in best)
