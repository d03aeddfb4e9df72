"""What measures a pipeline: Example, alignments, entities as tags. What trains one is spaCy's."""

from __future__ import annotations

from typing import Any

from .alignment import Alignment
from .example import Example, validate_examples, validate_get_examples
from .tags import (
    biluo_tags_to_offsets,
    biluo_tags_to_spans,
    biluo_to_iob,
    doc_to_biluo_tags,
    iob_to_biluo,
    offsets_to_biluo_tags,
    remove_bilu_prefix,
    split_bilu_label,
    tags_to_entities,
)

offsets_from_biluo_tags = biluo_tags_to_offsets
spans_from_biluo_tags = biluo_tags_to_spans
biluo_tags_from_offsets = offsets_to_biluo_tags

__all__ = [
    "Alignment",
    "Example",
    "biluo_tags_from_offsets",
    "biluo_tags_to_offsets",
    "biluo_tags_to_spans",
    "biluo_to_iob",
    "doc_to_biluo_tags",
    "iob_to_biluo",
    "offsets_from_biluo_tags",
    "offsets_to_biluo_tags",
    "remove_bilu_prefix",
    "spans_from_biluo_tags",
    "split_bilu_label",
    "tags_to_entities",
    "validate_examples",
    "validate_get_examples",
]


def __getattr__(name: str) -> Any:
    """Says where the rest of spaCy's is."""
    from ..elsewhere import missing

    raise missing(__name__, name)
