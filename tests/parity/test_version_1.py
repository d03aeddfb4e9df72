"""Architectures of version 1 (spacy-legacy) and normalised scores: small pipelines with random weights give spaCy's documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest

spacy = pytest.importorskip("spacy")

import small_pipelines as small
from convert import container
from convert.constants import Feature
from corpus import project_texts
from spacy.language import Language
from spacy.vectors import Vectors

SEED = 11


def encoder(tok2vec: int, embed: int, encode: int, vectors: bool = False) -> dict[str, Any]:
    """The versions of each."""
    made = small.encoder()
    made["@architectures"] = f"spacy.Tok2Vec.v{tok2vec}"
    made["embed"].update({"@architectures": f"spacy.MultiHashEmbed.v{embed}", "include_static_vectors": vectors})
    made["encode"]["@architectures"] = f"spacy.MaxoutWindowEncoder.v{encode}"
    return made


def hash_embed_cnn(version: int, **changes: Any) -> dict[str, Any]:
    return {
        "@architectures": f"spacy.HashEmbedCNN.v{version}",
        "pretrained_vectors": None,
        "width": small.WIDTH,
        "depth": 3,
        "embed_size": 300,
        "window_size": 1,
        "maxout_pieces": 3,
        "subword_features": True,
        **changes,
    }


def transition(state_type: str, tok2vec: dict[str, Any]) -> dict[str, Any]:
    return {
        "model": {
            "@architectures": "spacy.TransitionBasedParser.v1",
            "state_type": state_type,
            "extra_state_tokens": False,
            "hidden_width": 16,
            "maxout_pieces": 2,
            "use_upper": True,
            "tok2vec": tok2vec,
        }
    }


def tagger(version: int, tok2vec: dict[str, Any], **settings: Any) -> dict[str, Any]:
    normalize = {"normalize": True} if version == 2 else {}
    return {"model": {"@architectures": f"spacy.Tagger.v{version}", "tok2vec": tok2vec, **normalize}, **settings}


def some_vectors() -> Vectors:
    """Of most words; the last row, which words without a vector get, belongs to no word."""
    words = sorted({token.text for text in project_texts()[:100] for token in spacy.blank("en").make_doc(text)})
    data = np.random.RandomState(SEED).normal(size=(len(words) + 1, 20)).astype("f4")
    return Vectors(data=data, keys=words)


def with_tok2vec(model: dict[str, Any]) -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec", config={"model": model})
    return nlp


def everything() -> Language:
    """Whatever has a version 1, with each other."""
    nlp = with_tok2vec(encoder(1, 1, 1))
    nlp.add_pipe("tagger", config=tagger(1, small.listener()))
    nlp.add_pipe("parser", config={**transition("parser", small.listener()), "min_action_freq": 1})
    nlp.add_pipe("ner", config=transition("ner", hash_embed_cnn(1)))
    return nlp


def vectors_of_version_1() -> Language:
    nlp = with_tok2vec(encoder(2, 1, 2, vectors=True))
    nlp.vocab.vectors = some_vectors()
    nlp.add_pipe("tagger", config=tagger(1, small.listener()))
    nlp.add_pipe("ner", config=transition("ner", hash_embed_cnn(1, pretrained_vectors=True)))
    return nlp


def both_versions() -> Language:
    """Each layer of the encoder sees zeros beyond the ends. In spaCy a batch of texts is one text to it: so one after the other."""
    nlp = with_tok2vec(encoder(1, 2, 2))
    nlp.add_pipe("tagger", config=tagger(1, small.listener()))
    nlp.add_pipe("ner", config=transition("ner", encoder(1, 1, 2)))
    return nlp


def probabilities() -> Language:
    nlp = with_tok2vec(encoder(2, 2, 2))
    nlp.add_pipe("tagger", config=tagger(2, small.listener()))
    nlp.add_pipe("morphologizer", config=tagger(2, small.listener()))
    nlp.add_pipe("trainable_lemmatizer", config=tagger(1, small.listener(), min_tree_freq=1, top_k=5))
    nlp.add_pipe("senter", config=tagger(2, encoder(2, 2, 2)))
    return nlp


RECIPES: dict[str, Callable[[], Language]] = {
    "everything": everything,
    "vectors": vectors_of_version_1,
    "both versions": both_versions,
    "probabilities": probabilities,
}


@pytest.fixture(scope="module", params=RECIPES)
def named_pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, program: Callable[[str], Path]
) -> tuple[str, small.Pair]:
    nlp = RECIPES[request.param]()
    small.randomise(nlp, small.gold_docs(small.edit_lemma))
    return request.param, small.saved_pair(nlp, tmp_path_factory.mktemp("pipeline"), program("tests/stages"))


def test_documents(named_pair: tuple[str, small.Pair], some_texts: Callable[[int], list[str]]) -> None:
    name, pair = named_pair
    texts = some_texts(SEED)
    if name == "both versions":
        pair.nlp.pipe = lambda docs, batch_size: map(pair.nlp, docs)
    small.report(pair.differences(texts), texts)


def test_older_readers_refuse_the_file(named_pair: tuple[str, small.Pair]) -> None:
    """They would take these layers for those of version 2."""
    name, pair = named_pair
    parts = {section.rpartition("/")[2] for section in container.read(pair.file.read_bytes())}
    marks = {
        "everything": {"normalize"},
        "vectors": {"normalize", "unknown_row"},
        "both versions": {"normalize", "cuts_edges"},
        "probabilities": {"normalize"},
    }
    assert parts & set(container.PARTS) == marks[name]
    assert int.from_bytes(pair.file.read_bytes()[40:48], "little") & Feature.FEATURES
