"""The tagger (spacy/pipeline/tagger.pyx), and the network that other components have as well (spacy/ml/models/tagger.py)."""

from __future__ import annotations

from typing import Any

from .container import Section, tensor
from .errors import ConvertError
from .network import NetworkSections, linear_section, own_encoder_sections
from .strings import StringTable


def _normalize_sections(factory: str, pipe: Any) -> list[Section]:
    """FACTORY/normalize, where the scores are probabilities: version 1 of the architecture, or normalize = true. Probabilities may
    be equal where the sums are not, so that another class comes first."""
    attrs = pipe.model.get_ref("softmax").attrs
    if attrs.get("softmax_temperature", 1.0) != 1.0:
        raise ConvertError(
            f"component {pipe.name}: a softmax temperature of {attrs['softmax_temperature']} is not supported: "
            "train it with spaCy's own Tagger"
        )
    normalizes = attrs.get("softmax_normalize", True)
    return [tensor(f"{factory}/normalize", [1], "u4")] if normalizes else []


def tagger_network(factory: str, pipe: Any, classes: int) -> NetworkSections:
    """Own encoder and output layer of a Tagger's model (spacy/ml/models/tagger.py)."""
    tok2vec = pipe.model.get_ref("tok2vec")
    encoder = own_encoder_sections(factory, pipe, tok2vec)
    output = linear_section(pipe.model.get_ref("softmax"), classes, int(tok2vec.get_dim("nO")), factory)
    return NetworkSections([*encoder.network, output, *_normalize_sections(factory, pipe)], encoder.embeddings)


def tagger_sections(pipe: Any, strings: StringTable) -> NetworkSections:
    """Everything under tagger/ of a Tagger. As nothing has set TAG before it, its setting overwrite changes nothing."""
    labels = [strings.label(label) for label in pipe.labels]
    network, embeddings = tagger_network("tagger", pipe, len(labels))
    return NetworkSections([*network, tensor("tagger/labels", labels, "u4")], embeddings)
