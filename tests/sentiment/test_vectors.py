"""The lexicon's columns, which words have vectors, and their projection."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import spacy
import train_sentiment
from made_data import VALENCES, write_vectors
from thinc.api import Config, Model
from train_sentiment import lexicon, measures, pipeline, training, vectors
from train_sentiment.data import LABELS

CONFIG = Path(train_sentiment.__file__).parent / "config.cfg"


@pytest.mark.parametrize(
    "word, expected",
    [
        ("good", [0.95, 0.95, 0, 1, 0, 0]),
        ("GOOD", [0.95, 0.95, 0, 1, 0, 0]),
        ("bad", [-1.25, 0, 1.25, 1, 0, 0]),
        ("Very", [0, 0, 0, 0, 1.2, 0]),
        ("slightly", [0, 0, 0, 0, -1.2, 0]),
        ("n't", [0, 0, 0, 0, 0, 1]),
        ("hardly", [0, 0, 0, 0, -1.2, 1]),
        ("cake", [0] * 6),
    ],
)
def test_lexicon_columns(word: str, expected: list[float]) -> None:
    assert lexicon.columns(word, VALENCES).tolist() == pytest.approx(expected)


def model_of(nlp: spacy.Language, *texts: str) -> Model:
    """An untrained model with the shipped configuration."""
    training.fix_seed(0)
    return training.add_textcat(nlp, Config().from_disk(CONFIG), [nlp.make_doc(text) for text in texts])


@pytest.mark.parametrize(
    "word, ordinary",
    [("letterbox", True), ("Letterbox", True), ("LETTERBOX", False), ("letterBox", False), ("ol'", True), ("mp3", False),
     ("naïve", False), ("well-made", False), ("", False)],
)  # fmt: skip
def test_ordinary_words(word: str, ordinary: bool) -> None:
    assert pipeline.is_ordinary(word) == ordinary


@pytest.fixture
def nlp(tmp_path: Path) -> spacy.Language:
    base = spacy.load(write_vectors(tmp_path / "vectors")).vocab
    nlp = spacy.blank("en")
    vectors.build(nlp, base, VALENCES, keep=str.isalpha)
    return nlp


def test_words_share_rows_as_before_and_have_the_lexicon_beside_them(nlp: spacy.Language) -> None:
    row_of = vectors.words_of(nlp.vocab)
    assert nlp.vocab.vectors.shape[1] == 8 + len(lexicon.COLUMNS)
    assert row_of["cake"] == row_of["phone"] != row_of["film"]
    assert not nlp.vocab["cake"].vector[8:].any()
    assert nlp.vocab["good"].vector[8:].tolist() == pytest.approx([0.95, 0.95, 0, 1, 0, 0])
    assert nlp.vocab["good"].vector[:8].any()


def test_words_that_are_not_kept_are_gone_and_words_of_the_lexicon_are_there(nlp: spacy.Language) -> None:
    row_of = vectors.words_of(nlp.vocab)
    assert "X9" not in row_of and "elsewhere" in row_of
    assert {"very", "Very", "VERY", "GOOD", "n't"} <= set(row_of), "though the vectors have none of them"
    assert not nlp.vocab["Very"].vector[:8].any()
    assert len(np.unique(nlp.vocab.vectors.data, axis=0)) == len(nlp.vocab.vectors.data), "no row is there twice"


def test_a_projected_pipeline_scores_the_same(nlp: spacy.Language) -> None:
    texts = ["The cake is good.", "not a bad phone at all", "Very rude, elsewhere.", "unknown words"]
    docs = [nlp.make_doc(text) for text in texts]
    model = model_of(nlp, *texts)
    rows = np.array([nlp.vocab[token.text].vector for doc in docs for token in doc])
    layer = vectors.static_layer(model)
    projected, before = rows @ layer.get_param("W").T, model.predict(docs)
    vectors.project(nlp, model)
    static = layer.predict(docs).data
    table = np.array([nlp.vocab[token.text].vector for doc in docs for token in doc])
    assert np.array_equal(static, table), "the identity changes no bit"
    assert np.array_equal(table, table.astype("float16")), "every number is one of 16 bits"
    assert static == pytest.approx(projected, abs=2e-3)
    assert model.predict(docs) == pytest.approx(before, abs=1e-3)
    assert len(LABELS) == before.shape[1]


def test_calibration_is_folded_into_the_last_layer(nlp: spacy.Language) -> None:
    docs = [nlp.make_doc(text) for text in ("The cake is good.", "a bad phone")]
    model = model_of(nlp, "The cake is good.", "a bad phone")
    layer = training.output_layer(model)
    layer.set_param("W", np.random.RandomState(0).normal(size=layer.get_param("W").shape).astype("float32"))
    expected = measures.calibrated(model.predict(docs), 1.4, 0.3)
    training.fold_calibration(model, 1.4, 0.3)
    assert model.predict(docs) == pytest.approx(expected, abs=1e-5)
