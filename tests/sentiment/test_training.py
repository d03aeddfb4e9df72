"""The gradient of soft targets and votes; the second output layer leaves nothing in the pipeline."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import spacy
import train_sentiment
from made_data import write_vectors
from thinc.api import Config
from train_sentiment import training

CONFIG = Config().from_disk(Path(train_sentiment.__file__).parent / "config.cfg")
TEXTS = ["good cake", "awful film", "the room", "lovely song", "rude plan", "a new book"]
TARGETS = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]] * 2, dtype="float32")


def test_gradient_is_that_of_the_cross_entropy() -> None:
    rng = np.random.RandomState(0)
    logits, targets = rng.normal(size=(4, 12)), rng.dirichlet([1] * 3, size=4)
    votes = rng.dirichlet([1] * 9, size=4) * np.array([[1], [0], [1], [1]])  # the second text has no votes

    def softmax(part: np.ndarray) -> np.ndarray:
        return np.exp(part) / np.exp(part).sum(1, keepdims=True)

    def loss(logits: np.ndarray) -> float:
        both = -(targets * np.log(softmax(logits[:, :3]))).sum(1) - 0.5 * (votes * np.log(softmax(logits[:, 3:]))).sum(
            1
        )
        return float(both.mean())

    scores = np.concatenate([softmax(logits[:, :3]), softmax(logits[:, 3:])], axis=1)
    found = training.gradient(scores, targets, votes, 0.5)
    for place in np.ndindex(4, 12):
        step = np.zeros((4, 12))
        step[place] = 1e-5
        assert found[place] == pytest.approx((loss(logits + step) - loss(logits - step)) / 2e-5, abs=1e-5)


def train(nlp: spacy.Language, votes: np.ndarray, weight: float) -> np.ndarray:
    training.fix_seed(0)
    docs = [nlp.make_doc(text) for text in TEXTS]
    model = training.add_textcat(nlp, CONFIG, docs)
    settings = {**CONFIG["training"], "epochs": 10, "batch_texts": 2, "votes_weight": weight}
    training.train(model, docs, TARGETS, votes, settings, 0, "test")
    assert nlp.pipe_names == ["textcat"], "training again replaces the pipe"
    return training.predict(model, docs)


def test_votes_teach_only_where_they_are_given(tmp_path: Path) -> None:
    nlp = spacy.load(write_vectors(tmp_path / "vectors"))
    votes, none = np.eye(9, dtype="float32")[[8, 0, 4, 8, 0, 4]], np.zeros((6, 9), dtype="float32")
    without = train(nlp, none, 0.5)
    assert without.shape == (6, 3) and without.sum(1) == pytest.approx(1, abs=1e-5)
    assert np.array_equal(without, train(nlp, votes, 0.0))
    assert not np.array_equal(without, train(nlp, votes, 0.5))
    assert np.array_equal(without.argmax(1), TARGETS.argmax(1))
