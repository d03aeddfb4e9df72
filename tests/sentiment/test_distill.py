"""Made texts without a rating, and what the teachers say of them."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest
import spacy
from thinc.api import Model
from train_sentiment import distill, unlabelled
from train_sentiment.data import Row

ROWS = [
    Row(f"{d}:{i}_{s}", d, f"{d}{i} the {s} and more of it {d}", 1.0, ())
    for d in "ab"
    for i in range(6)
    for s in (1, 2)
]


def test_a_part_is_a_run_of_at_least_half() -> None:
    words = [str(i) for i in range(9)]
    for seed in range(30):
        found = unlabelled.part(words, random.Random(seed))
        assert 4 <= len(found) < 9 and list(found) == words[int(found[0]) : int(found[-1]) + 1]
    assert unlabelled.part(words[:4], random.Random(0)) == words[:4], "a short text stays whole"


def test_joined_is_a_beginning_and_an_end() -> None:
    first, second = [f"a{i}" for i in range(6)], [f"b{i}" for i in range(6)]
    for seed in range(30):
        found = unlabelled.joined(first, second, random.Random(seed))
        count = sum(word[0] == "a" for word in found)
        assert count >= 1 and found == first[:count] + second[6 - (len(found) - count) :]
    assert unlabelled.joined([], [], random.Random(0)) == []


def test_made_texts_stay_in_their_domain_and_are_the_same_again() -> None:
    made = unlabelled.texts(ROWS, 100, 3)
    assert (
        len(made) == 100
        and len(set(made)) > 80
        and made == unlabelled.texts(ROWS, 100, 3) != unlabelled.texts(ROWS, 100, 4)
    )
    known = {word for row in ROWS for word in row.text.split()}
    for number, text in enumerate(made):
        domain = ROWS[number % len(ROWS)].domain
        assert (
            text
            and set(text.split()) <= known
            and not any(w[0] in "ab" and w[0] != domain for w in text.split() if w != "and")
        )


class Teachers:
    """Instead of training: notes what it is given; the n-th model says n tenths NEGATIVE of every text."""

    def __init__(self) -> None:
        self.learned: list[Sequence[Row]] = []
        self.seeds: list[int] = []

    def __call__(self, rows: Sequence[Row], seed: int, title: str) -> Model:
        self.learned.append(rows)
        self.seeds.append(seed)
        score = len(self.learned) / 10
        return Model("constant", lambda model, docs, is_train: (np.array([[score, 0, 1 - score]] * len(docs)), None))


def test_each_row_is_scored_by_the_teacher_that_did_not_learn_it() -> None:
    teachers = Teachers()
    lesson = distill.lesson(spacy.blank("en"), ROWS, teachers, 3, 7, seed=5)
    assert lesson.texts == unlabelled.texts(ROWS, 7, 5) and len(set(teachers.seeds)) == 3 and 5 not in teachers.seeds
    assert lesson.targets == pytest.approx(np.array([[0.2, 0, 0.8]] * 7)), "the mean of 0.1, 0.2 and 0.3"
    for row, scores in zip(ROWS, lesson.held_out):
        (without,) = [i for i, rows in enumerate(teachers.learned) if row not in rows]
        assert scores[0] == pytest.approx((without + 1) / 10)
        assert row.source not in {other.source for other in teachers.learned[without]}


def test_one_teacher_is_refused() -> None:
    with pytest.raises(ValueError, match="give 2 or more"):
        distill.lesson(spacy.blank("en"), ROWS, Teachers(), 1, 7, seed=5)
