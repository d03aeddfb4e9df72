"""Why a factory of spaCy's, or of its well-known extensions, cannot be converted."""

from __future__ import annotations

_COREFERENCE = "it links mentions to each other, which tern's documents have no place for"
_TRANSFORMER = (
    "it is a transformer, and tern runs convolutional networks only: take a pipeline whose name ends in sm, md or lg"
)
REASONS = {
    "entity_linker": "it looks entities up in a knowledge base, which a file cannot hold",
    "coref": _COREFERENCE,
    "experimental_coref": _COREFERENCE,
    "span_resolver": _COREFERENCE,
    "experimental_span_resolver": _COREFERENCE,
    "transformer": _TRANSFORMER,
    "curated_transformer": _TRANSFORMER,
}
