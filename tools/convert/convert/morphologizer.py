"""The morphologizer (spacy/pipeline/morphologizer.pyx): a label has an analysis and a part of speech."""

from __future__ import annotations

from typing import Any

from spacy.parts_of_speech import NAMES as POS_NAMES

from .container import tensor
from .errors import ConvertError
from .network import NetworkSections
from .strings import StringTable
from .tagger import tagger_network


def _morphology(pipe: Any, label: str) -> tuple[str, str]:
    """MORPH and POS of a label, "" where it has none."""
    analysis = pipe.vocab.strings[pipe.vocab.morphology.add(pipe.cfg["labels_morph"][label])]
    pos = pipe.cfg["labels_pos"].get(label, 0)
    if pos not in POS_NAMES:
        raise ConvertError(
            f"component {pipe.name}: the label {label!r} has the part of speech {pos!r}, which spaCy lacks: train "
            "it with those of Universal Dependencies"
        )
    return "" if analysis == pipe.vocab.morphology.EMPTY_MORPH else analysis, POS_NAMES[pos]


def morphologizer_sections(pipe: Any, strings: StringTable) -> NetworkSections:
    """Everything under morphologizer/ of a Morphologizer. As nothing has set MORPH and POS before it, its settings overwrite
    and extend change nothing."""
    rows = [[strings.label(text) for text in _morphology(pipe, label)] for label in pipe.labels]
    network, embeddings = tagger_network("morphologizer", pipe, len(rows))
    return NetworkSections([*network, tensor("morphologizer/labels", rows, "u4")], embeddings)
