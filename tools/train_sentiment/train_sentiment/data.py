"""The rated texts: reading them, their class, their soft target, and how they are split by source document."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

LABELS = ("NEGATIVE", "NEUTRAL", "POSITIVE")
NEGATIVE, NEUTRAL, POSITIVE = range(3)
RATINGS = range(-4, 5)  # what a vote can be
CLEAR = 0.5  # a mean rating from here up is POSITIVE, from its negative down NEGATIVE


@dataclass(frozen=True)
class Row:
    """One rated text. id is "<domain>:<document>_<sentence>", or "<domain>:<document>" where a document is one text."""

    id: str
    domain: str
    text: str
    mean: float
    ratings: tuple[float, ...]

    @property
    def source(self) -> str:
        return self.id.split("_")[0]

    @property
    def label(self) -> int:
        return POSITIVE if self.mean >= CLEAR else NEGATIVE if self.mean <= -CLEAR else NEUTRAL


def read(path: str | Path) -> list[Row]:
    """JSON Lines with id, domain, text, mean and, where known, the single ratings."""
    with open(path, encoding="utf-8") as lines:
        objects = [json.loads(line) for line in lines if line.strip()]
    return [Row(o["id"], o["domain"], o["text"], o["mean"], tuple(o.get("ratings", ()))) for o in objects]


def labels_of(rows: Sequence[Row]) -> np.ndarray:
    """(rows,) class numbers."""
    return np.array([row.label for row in rows])


def domains_of(rows: Sequence[Row]) -> list[str]:
    return sorted({row.domain for row in rows})


def split(rows: Sequence[Row], share: float, seed: int = 7) -> tuple[list[Row], list[Row]]:
    """(training, development): of each domain's source documents, `share` go to development with all their texts."""
    held = set()
    for domain in domains_of(rows):
        sources = sorted({row.source for row in rows if row.domain == domain})
        random.Random(seed).shuffle(sources)
        held.update(sources[: int(len(sources) * share)])
    return [row for row in rows if row.source not in held], [row for row in rows if row.source in held]


def folds(rows: Sequence[Row], count: int, seed: int = 7) -> np.ndarray:
    """(rows,) numbers below `count`: each domain's source documents dealt out evenly, a document with all its texts."""
    number: dict[str, int] = {}
    for domain in domains_of(rows):
        sources = sorted({row.source for row in rows if row.domain == domain})
        random.Random(seed).shuffle(sources)
        number.update((source, i % count) for i, source in enumerate(sources))
    return np.array([number[row.source] for row in rows])


def soft_target(row: Row) -> np.ndarray:
    """(3,) half the shares of the votes, half the probability of each class of the mean under the votes' standard error.

    People disagree: a text rated 0.6 on average is not as POSITIVE as one rated 3, and the target says by how much.
    """
    if not row.ratings:
        return np.eye(3)[row.label]
    votes = np.array(row.ratings)
    shares = np.array([(votes < 0).mean(), (votes == 0).mean(), (votes > 0).mean()])
    error = max(votes.std(), 0.5) / math.sqrt(len(votes))

    def below(limit: float) -> float:
        return 0.5 * (1 + math.erf((limit - row.mean) / error / math.sqrt(2)))

    low, high = below(-CLEAR), 1 - below(CLEAR)
    return (np.array([low, max(0.0, 1 - low - high), high]) + shares) / 2


def soft_targets(rows: Sequence[Row]) -> np.ndarray:
    """(rows, 3) float32."""
    return np.array([soft_target(row) for row in rows], dtype="float32").reshape(len(rows), 3)


def vote_shares(rows: Sequence[Row]) -> np.ndarray:
    """(rows, 9) float32: the share of each rating among a row's votes, to the nearest whole rating; zeros without votes.

    Raises ValueError for a vote that is not between -4 and 4.
    """
    out = np.zeros((len(rows), len(RATINGS)), dtype="float32")
    for shares, row in zip(out, rows):
        for vote in row.ratings:
            if round(vote) not in RATINGS:
                raise ValueError(f"{row.id}: a rating of {vote}: ratings go from {RATINGS[0]} to {RATINGS[-1]}")
            shares[RATINGS.index(round(vote))] += 1 / len(row.ratings)
    return out
