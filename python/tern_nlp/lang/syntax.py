"""Noun chunks of a parsed Doc or Span, by the engine's algorithm for its language."""

from __future__ import annotations

from ..errors import Errors
from ._data import model

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_OF_POS = ("nl",)
"""Languages whose function asks for parts of speech, too."""


def noun_chunks(doclike: Any, code: str) -> Iterator[tuple[int, int, int]]:
    """(start, end, id of "NP") of each. Raises ValueError, E029, where there is no parse."""
    doc = doclike.doc
    if not doc.has_annotation("DEP") or (code in _OF_POS and not doc.has_annotation("POS")):
        raise ValueError(Errors.E029)
    label = doc.vocab.strings.add("NP")
    inside = {token.i for token in doclike}
    heads = [token.head.i for token in doc]
    deps = [token.dep for token in doc]
    pos = [token.pos if token.i in inside else 0 for token in doc]  # what is no noun heads no chunk
    for start, end in model(code).noun_chunks(heads, deps, pos):
        yield start, end, label
