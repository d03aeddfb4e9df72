"""Made texts for what the rated ones have too few of: negated words, and contrasts within one sentence.

Both are made of the training rows and the lexicon only. A negated positive word is NEGATIVE; a negated negative one leans to
POSITIVE; of two clauses around a "but", the later weighs more (Hutto and Gilbert measured both on people's ratings).
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence

import numpy as np

from .data import NEGATIVE, POSITIVE, Row

Example = tuple[str, tuple[float, float, float]]  # text, target in the order of LABELS

NEGATED = (
    "It is not {}.", "It isn't {}.", "it wasn't {} at all", "Not {}.", "not {} at all.", "They are not {}.",
    "This was never {}.", "The movie is not {}.", "I'm not {}.", "not very {}", "It's not that {}.",
    "There's nothing {} about it.", "hardly {}.", "He isn't {}.", "this is not a {} one", "Not a {} one.", "nothing {} here.",
    "I don't find it {}.",
)  # fmt: skip
PLAIN = (
    "It is {}.",
    "it was {}",
    "They are {}.",
    "This was {}.",
    "The movie is {}.",
    "I'm {}.",
    "very {}.",
    "I find it {}.",
)
CONTRASTS = (
    "{}, but {}.",
    "{} but {}",
    "{}; but {}.",
    "{}, yet {}.",
    "Although {}, {}.",
    "{}. However, {}.",
    "{}, though {}.",
)
# targets where the positive sign is the one that counts; for the negative sign they are mirrored
NEGATED_POSITIVE = (0.80, 0.15, 0.05)
NEGATED_NEGATIVE = (0.12, 0.33, 0.55)
PLAIN_POSITIVE = (0.02, 0.08, 0.90)
LATER_POSITIVE = (0.22, 0.13, 0.65)
CLAUSE = re.compile(r"(?!.*\b(?:but|yet|though|although|however|despite)\b)(?:\S+\s+){2,13}\S+", re.IGNORECASE)
AFTER = re.compile(r"\b(?:is|are|was|were|be|very|so|too|really|it's|i'm)\s+([a-z]+)")


def described_with(rows: Sequence[Row], valences: Mapping[str, float]) -> dict[str, float]:
    """word -> valence of the lexicon's clear words after "is", "very" and the like: adjectives, by and large."""
    found = {word for row in rows for word in AFTER.findall(row.text.lower()) if not word.endswith("ly")}
    return {word: valences[word] for word in sorted(found) if abs(valences.get(word, 0)) >= 1.2}


def negations(words: Mapping[str, float], count: int, rng: random.Random) -> list[Example]:
    """`count` negated words and half as many plain ones, so that the frames alone say nothing."""
    signs = {1: [w for w, v in words.items() if v > 0], -1: [w for w, v in words.items() if v < 0]}
    out: list[Example] = []
    for i in range(count):
        sign = 1 if i % 2 else -1
        target = NEGATED_POSITIVE if sign > 0 else NEGATED_NEGATIVE
        out.append((rng.choice(NEGATED).format(rng.choice(signs[sign])), target))
    for i in range(count // 2):
        sign = 1 if i % 2 else -1
        out.append((rng.choice(PLAIN).format(rng.choice(signs[sign])), PLAIN_POSITIVE[::sign]))
    return out


def contrasts(rows: Sequence[Row], count: int, rng: random.Random) -> list[Example]:
    """Pairs of short texts of one domain with opposite signs, joined in one sentence."""
    short = [row for row in rows if row.domain != "tweet" and abs(row.mean) >= 1 and CLAUSE.fullmatch(row.text)]
    clauses = {
        (domain, label): [row.text.strip().rstrip(".!") for row in short if (row.domain, row.label) == (domain, label)]
        for domain in {row.domain for row in short}
        for label in (NEGATIVE, POSITIVE)
    }
    domains = sorted({d for d, _ in clauses if clauses[d, NEGATIVE] and clauses[d, POSITIVE]})
    out: list[Example] = []
    for i in range(count if domains else 0):
        domain, later = rng.choice(domains), (NEGATIVE, POSITIVE)[i % 2]
        first, second = rng.choice(clauses[domain, POSITIVE + NEGATIVE - later]), rng.choice(clauses[domain, later])
        frame = rng.choice(CONTRASTS)
        if frame.endswith("though {}."):  # here the second clause is the lesser one
            first, second = second, first
        target = LATER_POSITIVE if later == POSITIVE else LATER_POSITIVE[::-1]
        out.append((frame.format(first, second[0].lower() + second[1:]), target))
    return out


def examples(
    rows: Sequence[Row], valences: Mapping[str, float], settings: Mapping[str, int], seed: int
) -> tuple[list[str], np.ndarray]:
    """(texts, (texts, 3) targets), as many as the settings `negations` and `contrasts` ask for."""
    rng = random.Random(seed)
    made = negations(described_with(rows, valences), settings["negations"], rng)
    made += contrasts(rows, settings["contrasts"], rng)
    return [text for text, _ in made], np.array([target for _, target in made], dtype="float32").reshape(len(made), 3)
