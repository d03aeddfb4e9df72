"""Texts without a rating, made of the rated ones, for the teachers to score: they need not make sense, only be alike."""

from __future__ import annotations

import random
from collections.abc import Sequence

from .data import Row

LEFT_OUT = 0.08  # the share of words


def part(words: Sequence[str], rng: random.Random) -> Sequence[str]:
    """A run of at least half of the words; all of a short text's."""
    if len(words) < 5:
        return words
    length = rng.randint(max(3, len(words) // 2), len(words) - 1)
    start = rng.randint(0, len(words) - length)
    return words[start : start + length]


def joined(first: Sequence[str], second: Sequence[str], rng: random.Random) -> list[str]:
    """The beginning of one text and the end of another."""
    end, start = max(1, rng.randint(len(first) // 3, len(first))), rng.randint(0, 2 * len(second) // 3)
    return [*first[:end], *second[start:]]


def texts(rows: Sequence[Row], count: int, seed: int) -> list[str]:
    """By turns a text joined from two of one domain and a part of one, from each row in turn, some words left out."""
    rng = random.Random(seed)
    words = [row.text.split() for row in rows]
    of_domain: dict[str, list[Sequence[str]]] = {}
    for row, split in zip(rows, words):
        of_domain.setdefault(row.domain, []).append(split)
    out = []
    for i in range(count):
        row, own = rows[i % len(rows)], words[i % len(rows)]
        made = part(own, rng) if i % 2 else joined(own, rng.choice(of_domain[row.domain]), rng)
        out.append(" ".join([word for word in made if rng.random() >= LEFT_OUT] or made))
    return out
