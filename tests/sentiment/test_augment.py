"""Made negations and contrasts."""

from __future__ import annotations

import random

import pytest
from made_data import VALENCES
from train_sentiment import augment
from train_sentiment.data import NEGATIVE, POSITIVE, Row

ROWS = [
    Row("amazon:1_1", "amazon", "the sound is good on it", 2.0, ()),
    Row("amazon:1_2", "amazon", "the screen is awful today", -2.0, ()),
    Row("amazon:1_3", "amazon", "it was quite rude but short", -2.0, ()),
    Row("tweet:1", "tweet", "so superb to be really badly here today", 2.0, ()),
]


def test_words_are_those_that_describe_in_the_rows() -> None:
    assert augment.described_with(ROWS, {**VALENCES, "badly": -2.1}) == {"good": 1.9, "awful": -2.0, "superb": 3.1}


def test_a_negated_word_has_the_other_sign() -> None:
    made = augment.negations(VALENCES, 100, random.Random(0))
    assert len(made) == 150
    for number, (text, target) in enumerate(made):
        (valence,) = [v for word, v in VALENCES.items() if f" {word}" in f" {text.lower()}"]
        expected = POSITIVE if (valence < 0) == (number < 100) else NEGATIVE
        assert max(range(3), key=target.__getitem__) == expected, text
        assert sum(target) == pytest.approx(1)


def test_the_later_clause_counts_more_unless_it_is_an_afterthought() -> None:
    made = augment.contrasts(ROWS, 60, random.Random(0))
    assert len(made) == 60
    for text, target in made:
        good_is_last = text.index("good") > text.index("awful")
        assert (target[POSITIVE] > target[NEGATIVE]) == (good_is_last != (", though" in text)), text


def test_contrasts_need_both_signs() -> None:
    assert augment.contrasts(ROWS[:1], 10, random.Random(0)) == []


def test_the_same_seed_makes_the_same_texts() -> None:
    settings = {"negations": 20, "contrasts": 10}
    first, again = (augment.examples(ROWS, VALENCES, settings, 5) for _ in range(2))
    assert first[0] == again[0] and (first[1] == again[1]).all()
    assert first[0] != augment.examples(ROWS, VALENCES, settings, 6)[0]
