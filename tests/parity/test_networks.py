"""Networks of every shape that can be converted: whose encoder a component reads, of what that is made, how a transition model
scores. Small pipelines, trained by spaCy here, give spaCy's documents."""

from __future__ import annotations

import functools
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest

spacy = pytest.importorskip("spacy")

import small_pipelines as small
from common import REDUCED
from comparison import spacy_alone
from corpus import project_texts
from random_texts import TextMaker
from spacy.language import Language
from spacy.tokens import Doc, Span

SEED = 11
DOCS, PASSES, LEARN_RATE = 90, 2 if REDUCED else 7, 0.01
FEW_PASSES = {"defaults": 1 if REDUCED else 3, "3 pieces, 128 hidden": 4}  # large networks
LONG = (
    "no upper, 2 pieces",
    "extra tokens",
    "1 piece, extra tokens",
    "3 pieces, 128 hidden",
)  # what others have one by one


# ---- settings --------------------------------------------------------------------------------------------------------


def encoder(width: int, depth: int, attrs: Sequence[str], pieces: int = 3, vectors: bool = False) -> dict[str, Any]:
    rows = [300 - 40 * i for i in range(len(attrs))]
    return {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": width,
            "attrs": list(attrs),
            "rows": rows,
            "include_static_vectors": vectors,
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2",
            "width": width,
            "window_size": 1,
            "maxout_pieces": pieces,
            "depth": depth,
        },
    }


def cnn(width: int, depth: int, pieces: int, subwords: bool = True, vectors: bool | None = None) -> dict[str, Any]:
    return {
        "@architectures": "spacy.HashEmbedCNN.v2",
        "pretrained_vectors": vectors,
        "width": width,
        "depth": depth,
        "embed_size": 301,
        "window_size": 1,
        "maxout_pieces": pieces,
        "subword_features": subwords,
    }


def labeller(tok2vec: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": tok2vec or small.listener()}}


def transition(
    state_type: str,
    tok2vec: dict[str, Any] | None = None,
    pieces: int = 2,
    hidden: int = 24,
    upper: bool = True,
    extra: bool = False,
) -> dict[str, Any]:
    model = {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": state_type,
        "extra_state_tokens": extra,
        "hidden_width": hidden,
        "maxout_pieces": pieces,
        "use_upper": upper,
        "tok2vec": tok2vec or small.listener(),
    }
    return {"model": model, **({"min_action_freq": 1} if state_type == "parser" else {})}


def blank(*components: Any) -> Language:
    """components: (factory, settings) in the order of the pipeline."""
    nlp = spacy.blank("en")
    for factory, settings in components:
        nlp.add_pipe(factory, config=settings)
    return nlp


def transitions(**settings: Any) -> Language:
    """Parser and recogniser of one shape, which listen."""
    return blank(
        ("tok2vec", {"model": small.encoder()}),
        ("parser", transition("parser", **settings)),
        ("ner", transition("ner", **settings)),
    )


# ---- pipelines -------------------------------------------------------------------------------------------------------


def all_listen() -> Language:
    """The recogniser first, and the senter after the parser: the encoder runs before all of them."""
    return blank(
        ("tok2vec", {"model": small.encoder()}),
        ("ner", transition("ner")),
        ("tagger", labeller()),
        ("morphologizer", labeller()),
        ("trainable_lemmatizer", labeller()),
        ("parser", transition("parser")),
        ("senter", labeller()),
    )


def all_defaults() -> Language:
    """What add_pipe gives without settings: a HashEmbedCNN each; but the morphologizer's, which embeds characters."""
    return blank(
        ("tagger", {}),
        ("morphologizer", labeller(cnn(96, 4, 3))),
        ("trainable_lemmatizer", {}),
        ("senter", {}),
        ("parser", {}),
        ("ner", {}),
    )


def own_encoders() -> Language:
    """Odd widths, all depths, all features; the senter before the recogniser, which minds sentence starts."""
    words = ("NORM", "PREFIX", "SUFFIX", "SHAPE")
    return blank(
        ("senter", labeller(encoder(5, 1, ("SUFFIX", "SPACY"), pieces=1))),
        ("tagger", labeller(encoder(19, 2, ("LOWER", "ORTH")))),
        ("morphologizer", labeller(encoder(33, 3, ("NORM", "LOWER", *words[1:], "SPACY", "IS_SPACE"), pieces=2))),
        ("trainable_lemmatizer", labeller(cnn(31, 1, 1, subwords=False))),
        ("parser", transition("parser", encoder(17, 8, words, pieces=5), hidden=13)),
        ("ner", transition("ner", encoder(9, 4, ("NORM", "SHAPE"), pieces=8), hidden=11)),
    )


def mixed_encoders() -> Language:
    """Beside the shared one; of other widths than it."""
    return blank(
        ("tok2vec", {"model": cnn(small.WIDTH, 2, 2)}),
        ("tagger", labeller()),
        ("morphologizer", labeller(encoder(20, 1, ("NORM", "SUFFIX")))),
        ("senter", labeller(cnn(12, 1, 2))),
        ("trainable_lemmatizer", labeller()),
        ("parser", transition("parser", encoder(40, 2, ("LOWER",)))),
        ("ner", transition("ner")),
    )


def with_vectors() -> Language:
    """The form of the quickstart's "accuracy": the recogniser listens to an encoder that reads static vectors."""
    nlp = blank(
        ("tok2vec", {"model": encoder(small.WIDTH, 3, ("NORM", "PREFIX", "SUFFIX", "SHAPE"), vectors=True)}),
        ("tagger", labeller()),
        ("ner", transition("ner")),
        ("senter", labeller(cnn(12, 1, 2, vectors=True))),
    )
    words = sorted({token.text for text in project_texts() for token in nlp.make_doc(text)})
    chosen = random.Random(SEED).sample(words, len(words) * 4 // 5)
    rows = np.random.RandomState(SEED).uniform(-3, 3, (len(chosen), 20)).astype("float32")
    nlp.vocab.vectors = spacy.vectors.Vectors(data=rows, keys=chosen)
    return nlp


RECIPES: dict[str, Callable[[], Language]] = {
    "all listen": all_listen,
    "defaults": all_defaults,
    "own encoders": own_encoders,
    "mixed encoders": mixed_encoders,
    "static vectors": with_vectors,
    "no upper, 1 piece": lambda: transitions(upper=False, pieces=1),
    "no upper, 2 pieces": lambda: transitions(upper=False, pieces=2, hidden=7),
    "no upper, 3 pieces, extra tokens": lambda: transitions(upper=False, pieces=3, extra=True),
    "1 piece": lambda: transitions(pieces=1),
    "extra tokens": lambda: transitions(extra=True),
    "1 piece, extra tokens": lambda: transitions(pieces=1, hidden=19, extra=True),
    "3 pieces, 128 hidden": lambda: transitions(pieces=3, hidden=128),
}


# ---- tests -----------------------------------------------------------------------------------------------------------


@functools.cache
def gold() -> list[Doc]:
    """Some with an entity that is longer than what a state looks at."""
    docs = small.gold_docs(small.edit_lemma, DOCS)
    for doc in docs[::3]:
        if len(doc) > 9 and not any(token.is_space for token in doc[1:9]):
            doc.set_ents([Span(doc, 1, 9, label="LONG")], default="outside")
    return docs


@pytest.fixture(
    scope="module", params=[pytest.param(name, marks=pytest.mark.long) if name in LONG else name for name in RECIPES]
)
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, program: Callable[[str], Path]
) -> small.Pair:
    nlp = RECIPES[request.param]()
    small.train(nlp, gold(), FEW_PASSES.get(request.param, PASSES), LEARN_RATE)
    return small.saved_pair(nlp, tmp_path_factory.mktemp("pipeline"), program("tests/stages"))


@pytest.fixture(scope="module")
def texts(make_texts: Callable[[int], TextMaker], amount: Callable[[int, int], int]) -> list[str]:
    return project_texts()[:: 4 if REDUCED else 1] + make_texts(SEED).texts_of(amount(50, 400))


def test_whole_pipeline(pair: small.Pair, texts: list[str]) -> None:
    small.report(pair.differences(texts), texts)


def test_some_components(pair: small.Pair, texts: list[str]) -> None:
    """Each component alone: a listener without its encoder reads zeros."""
    for name in pair.nlp.pipe_names:
        small.report(pair.differences(texts[:150], [name]), texts[:150])


@spacy_alone
def test_there_is_something_to_compare(pair: small.Pair, texts: list[str]) -> None:
    """No component says the same of everything; entities long enough for every slot, children for the second ones."""
    docs = list(pair.nlp.pipe(texts[:600]))
    tokens = [token for doc in docs for token in doc]
    said = {
        "tagger": {token.tag_ for token in tokens},
        "morphologizer": {str(token.morph) for token in tokens},
        "trainable_lemmatizer": {token.lemma_ == token.text for token in tokens},
        "parser": {token.dep_ for token in tokens},
        "senter": {token.is_sent_start for token in tokens},
        "ner": {ent.label_ for doc in docs for ent in doc.ents},
    }
    for name in pair.nlp.pipe_names:
        assert name == "tok2vec" or len(said[name]) > 1, name
    for name in ("ner", "parser"):
        if name in pair.nlp.pipe_names and pair.nlp.get_pipe(name).model.get_ref("lower").get_dim("nF") in (6, 13):
            assert max(len(ent) for doc in docs for ent in doc.ents) > 5
            assert min(max(token.n_lefts for token in tokens), max(token.n_rights for token in tokens)) > 1
