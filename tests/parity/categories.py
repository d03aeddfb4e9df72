"""The categories of a text (Doc.cats) beside tern's."""

from __future__ import annotations

from spacy.tokens import Doc

TOLERANCE = 1e-5
"""Of scores, which differ by rounding."""


def first_cats_difference(doc: Doc, cats: list[tuple[str, float]], tolerance: float = TOLERANCE) -> str | None:
    """Labels in their order, each score, the best label."""
    want = list(doc.cats.items())
    if [label for label, _ in want] != [label for label, _ in cats]:
        return f"labels: spaCy {[label for label, _ in want]}, tern {[label for label, _ in cats]} in text {doc.text[:200]!r}"
    for (label, expected), (_, got) in zip(want, cats):
        if not abs(expected - got) <= tolerance:
            return f"score of {label}: spaCy {expected!r}, tern {got!r} in text {doc.text[:200]!r}"
    if want and max(want, key=lambda cat: cat[1])[0] != max(cats, key=lambda cat: cat[1])[0]:
        return f"best label: spaCy {want}, tern {cats} in text {doc.text[:200]!r}"
    return None
