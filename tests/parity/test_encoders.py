"""Encoders of other layers than spaCy's defaults: small pipelines with random weights give spaCy's documents.

Embeddings of a word's bytes, windows of any size, many layers, mish, and the first ensemble of text classifiers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest

spacy = pytest.importorskip("spacy")

import small_pipelines as small
from categories import first_cats_difference
from convert import container
from convert.constants import Feature
from corpus import project_texts
from spacy.language import Language
from spacy.vectors import Vectors

SEED = 12
SHORT = [
    "",
    " ",
    "a",
    "é",
    "\n\n",
    "Öl",
    "日本",
    "a b",
    "x y z",
    "İstanbul’da ﬁ 𝔘𝔫𝔦 ⅷ",
    "😀 ok",
    "\u200d",
    "Straße " * 40,
]
"""Fewer tokens than a window has, and words of any number of bytes."""


def characters(version: int = 2, **settings: Any) -> dict[str, Any]:
    return {
        "@architectures": f"spacy.CharacterEmbed.v{version}",
        "width": small.WIDTH,
        "rows": 300,
        "nM": 5,
        "nC": 7,
        "include_static_vectors": False,
        **settings,
    }


def encode(kind: str = "Maxout", version: int = 2, **settings: Any) -> dict[str, Any]:
    return {
        "@architectures": f"spacy.{kind}WindowEncoder.v{version}",
        "width": small.WIDTH,
        "window_size": 1,
        "depth": 2,
        **({"maxout_pieces": 3} if kind == "Maxout" else {}),
        **settings,
    }


def encoder(version: int = 2, **parts: Any) -> dict[str, Any]:
    return {**small.encoder(), "@architectures": f"spacy.Tok2Vec.v{version}", **parts}


def tagger(tok2vec: dict[str, Any]) -> dict[str, Any]:
    return {"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": tok2vec}}


def recogniser(tok2vec: dict[str, Any]) -> dict[str, Any]:
    return {
        "model": {
            "@architectures": "spacy.TransitionBasedParser.v2",
            "state_type": "ner",
            "extra_state_tokens": False,
            "hidden_width": 16,
            "maxout_pieces": 2,
            "use_upper": True,
            "tok2vec": tok2vec,
        }
    }


def first_ensemble(exclusive: bool, **settings: Any) -> dict[str, Any]:
    return {
        "model": {
            "@architectures": "spacy.TextCatEnsemble.v1",
            "width": 18,
            "embed_size": 200,
            "pretrained_vectors": False,
            "exclusive_classes": exclusive,
            "ngram_size": 2,
            "window_size": 1,
            "conv_depth": 2,
            "dropout": None,
            **settings,
        }
    }


def pipeline(*components: tuple[str, dict[str, Any]], vectors: bool = False) -> Language:
    nlp = spacy.blank("en")
    if vectors:
        words = sorted({token.text for text in project_texts()[:100] for token in nlp.make_doc(text)})
        data = np.random.RandomState(SEED).normal(size=(len(words), 20)).astype("f4")
        nlp.vocab.vectors = Vectors(data=data, keys=words)
    for factory, settings in components:
        nlp.add_pipe(factory, config=settings)
    return nlp


RECIPES: dict[str, Callable[[], Language]] = {
    "characters": lambda: pipeline(
        ("tok2vec", {"model": encoder(embed=characters())}),
        ("tagger", tagger(small.listener())),
        ("senter", tagger(encoder(embed=characters(1, nC=20, nM=2, feature="SHAPE"), encode=encode(depth=1)))),
        ("ner", recogniser(encoder(1, embed=characters(1, nC=1, nM=33), encode=encode(version=1)))),
    ),
    "characters and vectors": lambda: pipeline(
        ("ner", recogniser(encoder(embed=characters(1, include_static_vectors=True, feature="TAG", nC=4)))),
        ("tagger", tagger(encoder(embed=characters(include_static_vectors=True)))),
        vectors=True,
    ),
    "windows": lambda: pipeline(
        ("tok2vec", {"model": encoder(encode=encode(window_size=2))}),
        ("tagger", tagger(small.listener())),
        ("senter", tagger(encoder(encode=encode(window_size=0, depth=3)))),
        ("ner", recogniser(encoder(1, encode=encode(version=1, window_size=3)))),
        ("morphologizer", tagger(encoder(1, encode=encode(window_size=5, maxout_pieces=1)))),
    ),
    "depth": lambda: pipeline(
        ("tagger", tagger(encoder(encode=encode(depth=12)))),
        ("ner", recogniser(encoder(encode=encode(depth=9, window_size=2)))),
        ("senter", tagger(encoder(1, encode=encode(depth=10)))),
    ),
    "mish": lambda: pipeline(
        ("tok2vec", {"model": encoder(encode=encode("Mish"))}),
        ("tagger", tagger(small.listener())),
        ("ner", recogniser(encoder(1, encode=encode("Mish", 1, window_size=2)))),
        ("senter", tagger(encoder(1, encode=encode("Mish", depth=9, window_size=1)))),
    ),
    "first ensemble": lambda: pipeline(
        ("textcat", first_ensemble(True)),
        ("textcat_multilabel", first_ensemble(False, window_size=2, conv_depth=3, width=17, ngram_size=1)),
    ),
    "first ensemble without neighbours": lambda: pipeline(
        ("textcat", first_ensemble(False, window_size=0, conv_depth=1, dropout=0.2)),
        ("textcat_multilabel", first_ensemble(True, window_size=4, conv_depth=1)),
    ),
}
NOISE = 3e-5  # in a probability: random weights amplify what the layers round
CATS = {"one": 1.0, "two": 0.0, "three": 0.0}
MARKS = {
    "characters": {"chars"},
    "characters and vectors": {"chars"},
    "windows": {"window", "cuts_edges"},
    "depth": {"window", "cuts_edges"},
    "mish": {"window", "cuts_edges"},
    "first ensemble": {"edge_row", "edge_count", "cuts_edges", "window"},
    "first ensemble without neighbours": {"edge_row", "edge_count", "cuts_edges", "window"},
}
"""Sections by which an older reader refuses the file."""


@pytest.fixture(scope="module", params=RECIPES)
def named_pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, program: Callable[[str], Path]
) -> tuple[str, small.Pair]:
    nlp, docs = RECIPES[request.param](), small.gold_docs()
    for doc in docs:
        doc.cats = dict(CATS)
    small.randomise(nlp, docs)
    for name in set(nlp.pipe_names) & {"textcat", "textcat_multilabel"}:
        bag = nlp.get_pipe(name).model.get_ref("output_layer")
        bag.set_param("W", bag.get_param("W") / 10)  # or its n-grams alone would decide
    pair = small.saved_pair(nlp, tmp_path_factory.mktemp("pipeline"), program("tests/stages"))
    pair.nlp.pipe = lambda docs, batch_size: map(
        pair.nlp, docs
    )  # without rows beyond their ends, texts of a batch see each other
    return request.param, pair


def test_documents(named_pair: tuple[str, small.Pair], some_texts: Callable[[int], list[str]]) -> None:
    texts = SHORT + some_texts(SEED)
    small.report(named_pair[1].differences(texts), texts)


def test_categories(named_pair: tuple[str, small.Pair], some_texts: Callable[[int], list[str]]) -> None:
    """Of the first ensembles: both together, and each alone, which have the same labels."""
    name, pair = named_pair
    if "textcat" not in pair.nlp.pipe_names:
        pytest.skip("no classifier")
    texts = SHORT + some_texts(SEED)
    for only in ([], ["textcat"], ["textcat_multilabel"]):
        chosen = {"components": only} if only else {}
        with pair.nlp.select_pipes(enable=only or pair.nlp.pipe_names):
            docs = [pair.nlp(text) for text in texts]
        answers = pair.stages().answers([{"text": text, "want": ["cats"], **chosen} for text in texts])
        found = [first_cats_difference(doc, answer["cats"], NOISE) for doc, answer in zip(docs, answers)]
        small.report([difference for difference in found if difference], texts)
        assert len({round(max(doc.cats.values()), 3) for doc in docs if len(doc)}) > 1


def test_older_readers_refuse_the_file(named_pair: tuple[str, small.Pair]) -> None:
    name, pair = named_pair
    content = pair.file.read_bytes()
    parts = {section.rpartition("/")[2] for section in container.read(content)}
    marks = {"chars", "window", "cuts_edges", "edge_row", "edge_count"}
    assert parts & marks == MARKS[name]
    assert int.from_bytes(content[40:48], "little") & Feature.LAYERS
