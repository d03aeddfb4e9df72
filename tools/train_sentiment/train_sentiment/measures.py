"""Figures of a classifier's probabilities: macro-F1, accuracy, expected calibration error, and what sets it right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .data import LABELS, NEUTRAL, Row, domains_of, labels_of


def f1_of_classes(gold: np.ndarray, predicted: np.ndarray) -> list[float]:
    """F1 of each class; 0 for a class that is neither there nor predicted."""
    both = [((gold == c) & (predicted == c)).sum() for c in range(len(LABELS))]
    either = [(gold == c).sum() + (predicted == c).sum() for c in range(len(LABELS))]
    return [float(2 * b / e) if e else 0.0 for b, e in zip(both, either)]


def macro_f1(gold: np.ndarray, predicted: np.ndarray) -> float:
    return float(np.mean(f1_of_classes(gold, predicted)))


def calibration_error(probabilities: np.ndarray, gold: np.ndarray, bins: int = 15) -> float:
    """Expected calibration error: |accuracy - confidence| of the winning class in equal bins, weighted by their texts."""
    confidence, right = probabilities.max(1), probabilities.argmax(1) == gold
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    groups = [bin_of == b for b in range(bins) if (bin_of == b).any()]
    return float(sum(abs(right[g].mean() - confidence[g].mean()) * g.mean() for g in groups))


def calibrated(probabilities: np.ndarray, temperature: float, neutral: float) -> np.ndarray:
    """softmax((logits + neutral for the class NEUTRAL) / temperature)."""
    logits = np.log(probabilities.astype("float64") + 1e-9)
    logits[:, NEUTRAL] += neutral
    powers = np.exp((logits - logits.max(1, keepdims=True)) / temperature)
    return powers / powers.sum(1, keepdims=True)


def loss(probabilities: np.ndarray, gold: np.ndarray) -> float:
    """Mean negative log likelihood of the right class."""
    return float(-np.log(probabilities[np.arange(len(gold)), gold] + 1e-9).mean())


def best_temperature(probabilities: np.ndarray, gold: np.ndarray, neutral: float) -> float:
    """The one of least loss with an addition to NEUTRAL."""
    return min((step / 20 for step in range(10, 61)), key=lambda t: loss(calibrated(probabilities, t, neutral), gold))


def calibrate(
    probabilities: np.ndarray, gold: np.ndarray, allowed_error: float = 0.04, slack: float = 0.005
) -> dict[str, float]:
    """{"temperature", "neutral"}: the smallest addition to NEUTRAL within `slack` of the best macro-F1, and its temperature.

    NEUTRAL is the rarest class, so a classifier that is right most often says it too seldom for macro-F1, which counts it
    as much as the others. Additions after which the scores are not calibrated any more are out. Both numbers are coarse,
    and the smallest addition is taken, as a development split cannot tell finer ones apart.
    """
    tried: list[tuple[float, float, float]] = []  # macro-F1, addition, temperature
    for neutral in (step / 10 for step in range(11)):
        temperature = best_temperature(probabilities, gold, neutral)
        scores = calibrated(probabilities, temperature, neutral)
        if neutral == 0 or calibration_error(scores, gold) <= allowed_error:
            tried.append((macro_f1(gold, scores.argmax(1)), neutral, temperature))
    best = max(f1 for f1, _, _ in tried)
    _, neutral, temperature = next(one for one in tried if one[0] >= best - slack)
    return {"temperature": temperature, "neutral": neutral}


def calibrate_taught(
    probabilities: np.ndarray, gold: np.ndarray, teachers: np.ndarray, teachers_gold: np.ndarray
) -> dict[str, float]:
    """As calibrate, but the addition to NEUTRAL is the teachers', on the texts that they did not learn.

    Macro-F1 of a few thousand texts jumps about by more than one addition gains on another; the teachers have many more texts.
    """
    neutral = calibrate(teachers, teachers_gold)["neutral"]
    return {"temperature": best_temperature(probabilities, gold, neutral), "neutral": neutral}


def by_domain(rows: Sequence[Row], predicted: np.ndarray) -> dict[str, float]:
    """Macro-F1 of each domain."""
    gold, domain = labels_of(rows), np.array([row.domain for row in rows])
    return {d: macro_f1(gold[domain == d], predicted[domain == d]) for d in domains_of(rows)}
