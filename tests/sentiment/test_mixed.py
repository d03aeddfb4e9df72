"""The rule of MIXED; the runtime has the same."""

from __future__ import annotations

import numpy as np
import pytest
from train_sentiment import mixed

TEXT = np.array([0.4, 0.2, 0.4])
GLAD, SAD, CALM = [0.1, 0.2, 0.7], [0.8, 0.1, 0.1], [0.2, 0.7, 0.1]


def said(*sentences: list[float]) -> np.ndarray:
    return mixed.with_mixed(TEXT, np.array(sentences))


def test_both_signs_clearly() -> None:
    scores = said(GLAD, CALM, SAD)
    assert mixed.SENTIMENTS[scores.argmax()] == "MIXED"
    assert scores == pytest.approx([0.12, 0.06, 0.12, 0.7]), (
        "the smaller of 0.7 and 0.8; the text's scores share the rest"
    )


@pytest.mark.parametrize(
    "sentences",
    [(GLAD, GLAD), (SAD, CALM), (GLAD, [0.6, 0.2, 0.2]), ([0.65, 0.0, 0.35],), ([0.5, 0.0, 0.5], [0.5, 0.0, 0.5])],
    ids=["one sign", "no positive", "not above the limit", "one sentence", "undecided"],
)
def test_otherwise_the_text_decides(sentences: tuple[list[float], ...]) -> None:
    assert said(*sentences).tolist() == [*TEXT.tolist(), 0.0]


def test_a_single_sentence_is_never_mixed() -> None:
    for scores in np.random.RandomState(0).dirichlet([0.2, 0.2, 0.2], size=1000):
        assert mixed.with_mixed(scores, scores[None])[3] == 0


def test_scores_sum_to_one() -> None:
    rng = np.random.RandomState(1)
    for count in (1, 2, 5):
        for _ in range(200):
            scores = mixed.with_mixed(rng.dirichlet([1, 1, 1]), rng.dirichlet([0.2, 0.2, 0.2], size=count))
            assert scores.sum() == pytest.approx(1)
            assert scores[3] == 0 or scores.argmax() == 3
