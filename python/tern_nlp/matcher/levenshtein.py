"""How many edits lie between two texts."""

from __future__ import annotations

from collections.abc import Callable

from .._tern import edit_distance

_SHORT = 4
"""From this limit on spaCy counts on beyond it (spacy/matcher/polyleven.c)."""


def levenshtein(a: str, b: str, k: int | None = None) -> int:
    """Insertions, deletions and replacements that make b of a. With a limit k, more than k may be given as k + 1."""
    if k is None or k < 0:
        return edit_distance(a, b)
    if k < _SHORT or abs(len(a) - len(b)) > k:
        return edit_distance(a, b, k)
    return edit_distance(a, b)


def levenshtein_compare(input_text: str, pattern_text: str, fuzzy: int = -1) -> bool:
    """Is a text near enough to that of a pattern? fuzzy: edits allowed; below 0: three in ten characters, at least 2."""
    most = fuzzy if fuzzy >= 0 else max(2, round(0.3 * len(pattern_text)))
    return edit_distance(input_text, pattern_text, most) <= most


def make_levenshtein_compare() -> Callable[[str, str, int], bool]:
    """levenshtein_compare, for configurations that name it."""
    return levenshtein_compare
