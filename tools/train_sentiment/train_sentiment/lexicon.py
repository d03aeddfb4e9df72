"""What VADER's word list and rules know of a word, as columns beside its vector.

The list is vaderSentiment's vader_lexicon.txt, the negations and boosters are those of its source (MIT, C.J. Hutto).
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import numpy as np

NEGATIONS = frozenset(
    [
        "n't",
        "nt",
        "not",
        "no",
        "never",
        "none",
        "neither",
        "nor",
        "nothing",
        "nowhere",
        "without",
        "cannot",
        "hardly",
        "rarely",
        "seldom",
        "despite",
        "aint",
    ]
)
BOOSTERS = frozenset(
    [
        "absolutely",
        "amazingly",
        "awfully",
        "completely",
        "considerably",
        "decidedly",
        "deeply",
        "effing",
        "enormously",
        "entirely",
        "especially",
        "exceptionally",
        "extremely",
        "fabulously",
        "flipping",
        "fricking",
        "friggin",
        "fully",
        "fucking",
        "greatly",
        "hella",
        "highly",
        "hugely",
        "incredibly",
        "intensely",
        "majorly",
        "more",
        "most",
        "particularly",
        "purely",
        "quite",
        "really",
        "remarkably",
        "so",
        "substantially",
        "thoroughly",
        "totally",
        "tremendously",
        "uber",
        "unbelievably",
        "unusually",
        "utterly",
        "very",
    ]
)
DAMPENERS = frozenset(
    [
        "almost",
        "barely",
        "hardly",
        "less",
        "little",
        "marginally",
        "occasionally",
        "partly",
        "scarcely",
        "slightly",
        "somewhat",
        "sorta",
        "kinda",
    ]
)
COLUMNS = ("valence", "positive part", "negative part", "known", "booster", "negation")


def read(path: Path | None = None) -> dict[str, float]:
    """word -> mean valence, -4 to 4; without a path, the file of the installed vaderSentiment."""
    source = path if path is not None else files("vaderSentiment") / "vader_lexicon.txt"
    fields = (line.split("\t") for line in source.read_text(encoding="utf-8").splitlines() if line.strip())
    return {field[0]: float(field[1]) for field in fields}


def columns(word: str, valences: Mapping[str, float]) -> np.ndarray:
    """(6,) float32, in the order of COLUMNS; all zero for a word of which nothing is known."""
    lower, out = word.lower(), np.zeros(len(COLUMNS), dtype="float32")
    valence = valences.get(word, valences.get(lower))
    if valence is not None:
        out[:4] = valence / 2, max(valence, 0) / 2, max(-valence, 0) / 2, 1
    out[4] = 1.2 if lower in BOOSTERS else -1.2 if lower in DAMPENERS else 0
    out[5] = lower in NEGATIONS
    return out


def words(valences: Mapping[str, float]) -> list[str]:
    """Every word with a column that is not zero, in the spellings that texts have."""
    known = [*valences, *sorted(NEGATIONS | BOOSTERS | DAMPENERS)]
    return list(dict.fromkeys(form for word in known for form in (word, word.lower(), word.title(), word.upper())))
