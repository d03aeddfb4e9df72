"""What a matcher looks at: a Doc or a Span, of this package or of spaCy."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

from .._tern import doc_values
from ..attrs import IDS
from ..errors import Errors
from ..tokens import Doc

SENT_START = IDS["SENT_START"]
_NEEDED = {
    "TAG": "tagger",
    "POS": "morphologizer or tagger+attribute_ruler",
    "MORPH": "morphologizer or tagger+attribute_ruler",
    "LEMMA": "lemmatizer",
    "DEP": "parser",
}
ANNOTATED = {IDS[name]: name for name in _NEEDED}
"""Attributes that are there when a component has set them."""


def is_span(value: Any) -> bool:
    """Is it a Span, of this package or of spaCy?"""
    return hasattr(value, "start_char") and hasattr(value, "doc")


def is_doc(value: Any) -> bool:
    """Is it a Doc, of this package or of spaCy?"""
    return hasattr(value, "has_annotation") and hasattr(value, "to_array") and not is_span(value)


def bounds(doclike: Any) -> tuple[Any, int, int]:
    """The Doc, and the tokens of it that are meant. Raises ValueError for anything else."""
    if isinstance(doclike, Doc) or is_doc(doclike):
        return doclike, 0, len(doclike)
    if is_span(doclike):
        return doclike.doc, doclike.start, doclike.end
    raise ValueError(Errors.E195.format(good="Doc or Span", got=type(doclike).__name__))


def make_span(doc: Any, start: int, end: int, label: Any) -> Any:
    return type(doc[0:0])(doc, start, end, label=label)


def require_annotation(doc: Any, attr: int) -> None:
    """Raises ValueError if no token has the attribute of a component."""
    if not doc.has_annotation(attr):
        name = ANNOTATED[attr]
        raise ValueError(Errors.E155.format(pipe=_NEEDED[name], attr=name))


def columns(doc: Any, attrs: Sequence[int], start: int, end: int) -> bytes:
    """Values of tokens, as uint64[attrs][tokens]."""
    if not attrs or start >= end:
        return b""
    if isinstance(doc, Doc):
        return doc_values(doc, list(attrs), start, end)
    table = doc.to_array(list(attrs))[start:end]
    return table.T.tobytes()


def column(doc: Any, attr: int, start: int, end: int) -> array[int]:
    """Values of tokens."""
    return array("Q", columns(doc, [attr], start, end))
