"""Windows of sentences and the figures of MIXED on them."""

from __future__ import annotations

import numpy as np
import pytest
from train_sentiment import evaluate, mixed
from train_sentiment.data import Row


def document(number: int, *means: float) -> list[Row]:
    return [Row(f"d:{number}_{i}", "d", f"{number} {mean}", mean, ()) for i, mean in enumerate(means)]


ROWS = [
    *document(1, 2, 0, -2, 0, 0, 3, 3),  # mixed by either limit; two sentences are left over
    *document(2, 0.6, 0, 0, -0.6, 0),  # mixed by the limit of the classes only
    *document(3, 2, 2, 0, 0, 0),
    *document(4, 1, -1),  # too short
]


def test_windows_stay_in_their_document() -> None:
    assert [[row.id for row in run] for run in evaluate.windows(ROWS)] == [
        [f"d:{number}_{i}" for i in range(5)] for number in (1, 2, 3)
    ]


def test_figures_of_mixed(monkeypatch: pytest.MonkeyPatch) -> None:
    def score(nlp: object, texts: list[str]) -> np.ndarray:
        """MIXED of the windows of documents 1 and 3, and of one single text."""
        said = [text.startswith(("1 2 ", "3 2 ")) or text == "4 1" for text in texts]
        return np.array([[0, 0, 0, 1] if yes else [1, 0, 0, 0] for yes in said])

    monkeypatch.setattr(mixed, "score", score)
    figures = evaluate.mixed_figures(None, ROWS)
    assert (figures["windows"], figures["said"]) == (3, 2)
    assert figures["limits"] == [
        {"limit": 0.5, "mixed": 2, "precision": 0.5, "recall": 0.5},
        {"limit": 1.0, "mixed": 1, "precision": 0.5, "recall": 1.0},
    ]
    assert (figures["single_texts"], figures["said_of_single_texts"]) == (19, 1)


def test_figures_of_a_class() -> None:
    figures = evaluate.figures(ROWS, np.array([row.label for row in ROWS]))
    assert figures["macro_f1"] == 1 and figures["accuracy"] == 1 and figures["domains"] == {"d": 1.0}


def test_mistakes_are_the_surest_of_the_opposite_sign() -> None:
    rows = document(1, 2, 2, -2, 0)
    scores = np.array([[0.7, 0.1, 0.2], [0.9, 0.05, 0.05], [0.8, 0.1, 0.1], [0.9, 0.0, 0.1]])
    found = [(mistake["id"], mistake["said"], mistake["confidence"]) for mistake in evaluate.mistakes(rows, scores)]
    assert found == [("d:1_1", "NEGATIVE", 0.9), ("d:1_0", "NEGATIVE", 0.7)]
