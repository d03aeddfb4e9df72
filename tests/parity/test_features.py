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
from convert.features import FEATURES
from corpus import project_texts
from spacy.attrs import IDS
from spacy.language import Language
from spacy.vectors import Vectors

SEED = 13
SAME = ["ID", "LANG", "IS_OOV_DEPRECATED", "HEAD"]
"""Of every token, as long as no parser has set HEAD."""
SET = ["LEMMA", "POS", "TAG", "MORPH", "DEP", "ENT_IOB", "ENT_TYPE", "ENT_ID", "ENT_KB_ID", "SENT_START"]
"""By components, which run before or after."""
OF_TEXTS = ["LENGTH", "IS_ALPHA", "IS_ASCII", "IS_DIGIT", "IS_LOWER", "IS_UPPER", "IS_TITLE", "IS_PUNCT", "IS_CURRENCY"]


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


def tagger(*attrs: str) -> dict[str, Any]:
    return {"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": encoder(attrs)}}


def in_order() -> Language:
    """Each component embeds what those before it have set, and what those after it will set: the encoders alone decide what is
    said, as all but the first have nothing of a word but its length. The parser of a long text runs ahead of its turn."""
    nlp = spacy.blank("en")
    nlp.add_pipe("tagger", config=tagger("NORM", *OF_TEXTS))
    nlp.add_pipe("morphologizer", config=tagger("LENGTH", *SET))
    nlp.add_pipe("trainable_lemmatizer", config=tagger("LENGTH", *SET))
    nlp.add_pipe("entity_ruler")
    nlp.add_pipe("tok2vec", config={"model": encoder(["LENGTH", *SET])})
    nlp.add_pipe("tagger", name="second", config={**small.labeller(), "overwrite": True})
    nlp.add_pipe("senter", config=tagger("LENGTH", *SET))
    nlp.add_pipe("ner", config={"model": transition(small.listener())})
    nlp.add_pipe("tagger", name="third", config={**tagger("LENGTH", *SET), "overwrite": True})
    nlp.add_pipe(
        "parser", config={"model": {**transition(small.listener()), "state_type": "parser"}, "min_action_freq": 1}
    )
    nlp.add_pipe("morphologizer", name="last", config={**tagger("LENGTH", *SET), "overwrite": True})
    return nlp


RECIPES: dict[str, Callable[[], Language]] = {
    "shared": of_a_shared_encoder,
    "own": of_own_encoders,
    "in order": in_order,
}


@pytest.fixture(scope="module", params=RECIPES)
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, program: Callable[[str], Path]
) -> small.Pair:
    nlp = RECIPES[request.param]()
    small.randomise(nlp, small.gold_docs(small.edit_lemma))
    if "entity_ruler" in nlp.pipe_names:
        nlp.get_pipe("entity_ruler").add_patterns(
            [
                {"label": "X", "pattern": [{"IS_TITLE": True}], "id": "x"},
                {"label": "Y", "pattern": [{"IS_DIGIT": True}]},
            ]
        )
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


def test_a_long_document(pair: small.Pair) -> None:
    """Of which parser and recogniser keep no rows."""
    words = " ".join(text for text in project_texts() if text.strip()).split()
    text = " ".join((words * (17_000 // len(words) + 1))[:17_000])
    small.report(pair.differences([text]), [text])


def test_some_components(pair: small.Pair, some_texts: Callable[[int], list[str]]) -> None:
    """Without what some of the features come from."""
    for name in pair.nlp.pipe_names:
        if name != "tok2vec":
            only = [other for other in pair.nlp.pipe_names if other in ("tok2vec", name)]
            small.report(pair.differences(some_texts(SEED)[:60], only), [])


@pytest.mark.parametrize("before, converts", [("textcat", True), ("ner", True), ("parser", False)])
def test_heads_that_may_be_set(before: str, converts: bool) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe(before)
    model = {"@architectures": "spacy.Tagger.v2", "tok2vec": encoder(["NORM", "HEAD"])}
    nlp.add_pipe("tagger", name="mine", config={"model": model})
    if converts:
        assert plan_conversion(nlp.config.interpolate()).components[1].reads_heads
        return
    with pytest.raises(ConvertError, match="component mine embeds HEAD and runs after parser, which sets it"):
        plan_conversion(nlp.config.interpolate())
