"""Features that an embedding reads besides those of a word's text: small pipelines with random weights give spaCy's documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest

spacy = pytest.importorskip("spacy")

import small_pipelines as small
from convert.config_check import plan_conversion
from convert.errors import ConvertError
from convert.features import ANNOTATIONS, FEATURES
from spacy.attrs import IDS
from spacy.language import Language
from spacy.vectors import Vectors

SEED = 13
SAME = ["ID", "LANG", "IS_OOV_DEPRECATED", *ANNOTATIONS]
"""Of every token, as long as no component has set an annotation."""


def encoder(attrs: Sequence[Any], vectors: bool = False) -> dict[str, Any]:
    made = small.encoder()
    made["embed"].update(attrs=list(attrs), rows=[300] * len(attrs), include_static_vectors=vectors)
    return made


def between(attrs: Sequence[str]) -> list[str]:
    """The features that are the same come first, last and in between."""
    return [*attrs[:1], "NORM", *attrs[1:-1], "SHAPE", *attrs[-1:]]


def of_a_shared_encoder() -> Language:
    """Annotations that later components set are not there when it runs."""
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("tok2vec", config={"model": encoder(between(SAME))})
    nlp.add_pipe("tagger", config=small.labeller())
    nlp.add_pipe("ner", config={"model": transition(small.listener())})
    return nlp


def of_own_encoders() -> Language:
    """In names, numbers and lower case, with vectors that have no keys."""
    nlp = spacy.blank("de")
    nlp.vocab.vectors = Vectors(mode="floret", data=np.ones((50, 8), dtype="f4"), hash_count=2, minn=2, maxn=4)
    model = encoder([IDS["LANG"], "lower", "id", IDS["SHAPE"]], vectors=True)
    nlp.add_pipe("tagger", config={"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": model}})
    nlp.add_pipe("ner", config={"model": transition(encoder(["ORTH", "ID", "LANG"]))})
    return nlp


def transition(tok2vec: dict[str, Any]) -> dict[str, Any]:
    return {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 16,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": tok2vec,
    }


RECIPES: dict[str, Callable[[], Language]] = {"shared": of_a_shared_encoder, "own": of_own_encoders}


@pytest.fixture(scope="module", params=RECIPES)
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, program: Callable[[str], Path]
) -> small.Pair:
    nlp = RECIPES[request.param]()
    small.randomise(nlp, small.gold_docs())
    return small.saved_pair(nlp, tmp_path_factory.mktemp("pipeline"), program("tests/stages"))


def test_documents(pair: small.Pair, some_texts: Callable[[int], list[str]]) -> None:
    texts = some_texts(SEED)
    small.report(pair.differences(texts), texts)


def test_features_are_spacys() -> None:
    assert set(FEATURES) <= set(IDS)


def test_the_number_of_a_vector(tmp_path: Path, program: Callable[[str], Path]) -> None:
    """ID differs from word to word where words have vectors."""
    nlp = spacy.blank("en")
    nlp.vocab.vectors = Vectors(data=np.ones((2, 8), dtype="f4"), keys=["some", "words"])
    nlp.add_pipe("tok2vec", config={"model": encoder(["ID", "NORM"])})
    small.randomise(nlp, small.gold_docs(count=5))
    with pytest.raises(ConvertError, match="feature ID is the number of a word's vector"):
        small.saved_pair(nlp, tmp_path, program("tests/stages"))


@pytest.mark.parametrize("before, converts", [("textcat", True), ("sentencizer", True), ("ner", False)])
def test_annotations_that_may_be_set(before: str, converts: bool) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe(before)
    model = {"@architectures": "spacy.Tagger.v2", "tok2vec": encoder(["NORM", "ENT_TYPE"])}
    nlp.add_pipe("tagger", name="mine", config={"model": model})
    if converts:
        assert plan_conversion(nlp.config.interpolate()).components[1].reads == ("ENT_TYPE",)
        return
    with pytest.raises(ConvertError, match="component mine embeds ENT_TYPE and runs after ner, which may set them"):
        plan_conversion(nlp.config.interpolate())
