"""Components that run in Python. Those of a .tern file run in the engine."""

from __future__ import annotations

from typing import Any

from .attributeruler import AttributeRuler
from .entityruler import EntityRuler
from .functions import merge_entities, merge_noun_chunks, merge_subtokens
from .pipe import Pipe
from .sentencizer import Sentencizer
from .span_ruler import SpanRuler

__all__ = [
    "AttributeRuler",
    "EntityRuler",
    "Pipe",
    "Sentencizer",
    "SpanRuler",
    "merge_entities",
    "merge_noun_chunks",
    "merge_subtokens",
]


def __getattr__(name: str) -> Any:
    """Says where the rest of spaCy's is."""
    from ..elsewhere import missing

    raise missing(__name__, name)
