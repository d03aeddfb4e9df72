"""Features that an embedding reads besides those of a word's text: small pipelines with random weights give spaCy's documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest

spacy = pytest.importorskip("spacy")

import small_pipelines as small
from convert.errors import ConvertError
from convert.features import FEATURES, constant_value
from corpus import project_texts
from spacy.attrs import IDS
from spacy.language import Language
from spacy.vectors import Vectors

SEED = 13
SAME = ["ID", "LANG", "IS_OOV_DEPRECATED", "FLAG19"]
"""Of every token, where words have no vectors."""
SET = ["LEMMA", "POS", "TAG", "MORPH", "DEP", "HEAD", "ENT_IOB", "ENT_TYPE", "ENT_ID", "ENT_KB_ID", "SENT_START"]
"""By components, which run before or after."""
OF_TEXTS = ["LENGTH", "IS_ALPHA", "IS_ASCII", "IS_DIGIT", "IS_LOWER", "IS_UPPER", "IS_TITLE", "IS_PUNCT", "IS_CURRENCY"]
OF_WORDS = [
    "LIKE_NUM",
    "LIKE_URL",
    "LIKE_EMAIL",
    "IS_STOP",
    "IS_BRACKET",
    "IS_QUOTE",
    "IS_LEFT_PUNCT",
    "IS_RIGHT_PUNCT",
]
"""Lists and expressions of the language."""


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


def of_the_language() -> Language:
    """What lists and expressions tell, the numbers of vectors, and places; before the parser and behind it."""
    nlp = spacy.blank("en")
    words = sorted({word for text in project_texts()[:60] for word in text.split()} | {"n't", "do", "'s"})
    nlp.vocab.vectors = Vectors(
        data=np.random.RandomState(SEED).normal(size=((len(words) + 1) // 2, 8)).astype("f4"), strings=nlp.vocab.strings
    )
    for number, word in enumerate(words):
        nlp.vocab.vectors.add(word, row=number // 2)
    nlp.add_pipe("tagger", config=tagger("LENGTH", *OF_WORDS))
    nlp.add_pipe("morphologizer", config=tagger("LENGTH", "ID", "IDX", "HEAD"))
    nlp.add_pipe(
        "parser", config={"model": {**transition(encoder(["IS_STOP", "ID"], vectors=True)), "state_type": "parser"}}
    )
    nlp.add_pipe("tagger", name="heads", config={**tagger("DEP", "HEAD", "IDX"), "overwrite": True})
    nlp.add_pipe("ner", config={"model": transition(encoder(["LOWER", "LIKE_NUM", "HEAD", "IDX"]))})
    return nlp


RECIPES: dict[str, Callable[[], Language]] = {
    "shared": of_a_shared_encoder,
    "own": of_own_encoders,
    "in order": in_order,
    "language": of_the_language,
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


@pytest.mark.parametrize("flag", ["IS_STOP", "LIKE_NUM", "IS_QUOTE", "IS_ALPHA"])
def test_a_flag_of_ones_own(flag: str) -> None:
    nlp = spacy.blank("en")
    assert constant_value(flag, nlp.vocab) is None
    nlp.vocab.lex_attr_getters = {**nlp.vocab.lex_attr_getters, IDS[flag]: lambda text: text == "x"}
    with pytest.raises(ConvertError, match=f"feature {flag}: the language"):
        constant_value(flag, nlp.vocab)
