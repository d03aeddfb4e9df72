"""F1, calibration error, calibration."""

from __future__ import annotations

import numpy as np
import pytest
from train_sentiment import measures
from train_sentiment.data import NEUTRAL


def random_scores(count: int, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities, and classes drawn from the probabilities with logits `scale` times smaller."""
    rng = np.random.RandomState(3)
    logits = rng.normal(scale=2, size=(count, 3))
    true = np.exp(logits / scale) / np.exp(logits / scale).sum(1, keepdims=True)
    gold = np.array([rng.choice(3, p=p) for p in true])
    return np.exp(logits) / np.exp(logits).sum(1, keepdims=True), gold


def test_f1_by_hand() -> None:
    gold, said = np.array([0, 0, 1, 2, 2, 2]), np.array([0, 1, 1, 2, 2, 0])
    assert measures.f1_of_classes(gold, said) == pytest.approx([0.5, 2 / 3, 0.8])
    assert measures.macro_f1(gold, said) == pytest.approx((0.5 + 2 / 3 + 0.8) / 3)


def test_f1_of_an_absent_class_is_zero() -> None:
    assert measures.f1_of_classes(np.array([0, 0]), np.array([0, 0])) == [1.0, 0.0, 0.0]


def test_calibration_error_by_hand() -> None:
    scores = np.array([[0.9, 0.1, 0.0]] * 4 + [[0.5, 0.4, 0.1]] * 4)
    gold = np.array([0, 0, 0, 1, 0, 0, 1, 1])  # 0.75 right of 0.9, 0.5 of 0.5
    assert measures.calibration_error(scores, gold) == pytest.approx(0.5 * 0.15)


def test_calibration_finds_the_temperature() -> None:
    scores, gold = random_scores(20000, 1.6)
    found = measures.calibrate(scores, gold)
    assert found["temperature"] == pytest.approx(1.6, abs=0.1)
    assert measures.calibration_error(measures.calibrated(scores, **found), gold) <= 0.04


def test_of_additions_that_are_as_good_the_smallest_is_taken() -> None:
    scores, gold = random_scores(3000, 1)
    best = measures.calibrate(scores, gold, slack=0.0)
    assert measures.calibrate(scores, gold, slack=1.0)["neutral"] == 0 <= best["neutral"]


def test_no_calibration_is_the_same_scores() -> None:
    scores, _ = random_scores(50, 1)
    assert measures.calibrated(scores, 1.0, 0.0) == pytest.approx(scores, abs=1e-6)


def test_addition_to_neutral_is_only_taken_while_scores_stay_calibrated() -> None:
    scores, gold = random_scores(2000, 1)
    scarce = scores * [1, 0.3, 1]
    scarce /= scarce.sum(1, keepdims=True)
    free = measures.calibrate(scarce, gold, allowed_error=1.0)
    assert free["neutral"] > 0, "NEUTRAL was made too rare"
    assert measures.calibrate(scarce, gold, allowed_error=0.0)["neutral"] == 0
    more = measures.calibrated(scarce, **free)
    assert more[:, NEUTRAL].mean() > scarce[:, NEUTRAL].mean()


def test_the_addition_is_the_teachers_and_the_temperature_is_not() -> None:
    scores, gold = random_scores(2000, 1.6)
    scarce, scarce_gold = random_scores(2000, 1)
    scarce = scarce * [1, 0.3, 1]
    scarce /= scarce.sum(1, keepdims=True)
    found = measures.calibrate_taught(scores, gold, scarce, scarce_gold)
    assert found["neutral"] == measures.calibrate(scarce, scarce_gold)["neutral"] > 0
    losses = {
        t: measures.loss(measures.calibrated(scores, t, found["neutral"]), gold) for t in (1.0, 1.3, 1.6, 1.9, 2.2)
    }
    assert measures.loss(measures.calibrated(scores, **found), gold) <= min(losses.values())
