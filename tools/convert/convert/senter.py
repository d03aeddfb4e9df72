"""The sentence recogniser (spacy/pipeline/senter.pyx)."""

from __future__ import annotations

from typing import Any

from .container import tensor
from .network import NetworkSections
from .strings import StringTable
from .tagger import tagger_network

CLASSES = 2


def senter_sections(pipe: Any, strings: StringTable) -> NetworkSections:
    """Everything under senter/ of a SentenceRecognizer."""
    network, embeddings = tagger_network("senter", pipe, CLASSES)
    settings = [tensor("senter/settings", [1], "u4")] if pipe.cfg["overwrite"] else []
    return NetworkSections([*network, *settings], embeddings)
