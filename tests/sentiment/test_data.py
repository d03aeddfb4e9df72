"""Classes, soft targets and the split by document."""

from __future__ import annotations

import numpy as np
import pytest
from train_sentiment import data


def row(mean: float, *ratings: float, id: str = "d:1_1") -> data.Row:
    return data.Row(id, id.split(":")[0], "text", mean, ratings)


@pytest.mark.parametrize(
    "mean, label", [(0.5, "POSITIVE"), (0.49, "NEUTRAL"), (0.0, "NEUTRAL"), (-0.49, "NEUTRAL"), (-0.5, "NEGATIVE")]
)
def test_class_of_a_mean(mean: float, label: str) -> None:
    assert data.LABELS[row(mean).label] == label


def test_soft_target_of_unanimous_votes_is_the_class() -> None:
    assert data.soft_target(row(3.0, *[3.0] * 20)) == pytest.approx([0, 0, 1], abs=1e-6)


def test_soft_target_says_how_much_people_disagree() -> None:
    votes = [0.0] * 10 + [1.0] * 10  # mean 0.5: on the border of POSITIVE, half of the votes neutral
    assert data.soft_target(row(0.5, *votes)) == pytest.approx([0, 0.5, 0.5], abs=1e-3)


def test_soft_target_without_votes_is_the_class() -> None:
    assert data.soft_target(row(-2.0)).tolist() == [1, 0, 0]


def test_soft_targets_sum_to_one() -> None:
    rng = np.random.RandomState(0)
    rows = [row(float(votes.mean()), *votes.tolist()) for votes in rng.randint(-4, 5, size=(50, 20))]
    assert data.soft_targets(rows).sum(1) == pytest.approx(1, abs=1e-6)


def test_no_document_is_on_both_sides_of_the_split() -> None:
    rows = [row(0, id=f"{domain}:{number}_{s}") for domain in "ab" for number in range(20) for s in range(3)]
    train, held = data.split(rows, 0.25)
    assert len(train) == 90 and len(held) == 30
    assert {r.source for r in train}.isdisjoint(r.source for r in held)
    assert [sum(r.domain == d for r in held) for d in "ab"] == [15, 15]
    assert data.split(list(reversed(rows)), 0.25)[1] == list(reversed(held)), "the order of the file has no say"


def test_every_document_is_whole_in_one_fold() -> None:
    rows = [row(0, id=f"{domain}:{number}_{s}") for domain in "ab" for number in range(20) for s in range(3)]
    fold_of = data.folds(rows, 5)
    for domain in "ab":
        counts = [
            len({r.source for r, f in zip(rows, fold_of) if f == fold and r.domain == domain}) for fold in range(5)
        ]
        assert counts == [4] * 5
    assert len({(r.source, f) for r, f in zip(rows, fold_of)}) == 40, "no document is in two"
    assert data.folds(list(reversed(rows)), 5).tolist() == fold_of[::-1].tolist(), "the order of the file has no say"


def test_shares_of_the_ratings() -> None:
    shares = data.vote_shares([row(1.5, -4, 2, 2, 4), row(0.0)])
    assert shares.tolist() == [[0.25, 0, 0, 0, 0, 0, 0.5, 0, 0.25], [0] * 9]


def test_a_rating_beyond_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="amazon:1_1: a rating of 5.0"):
        data.vote_shares([row(5, 5.0, id="amazon:1_1")])
