"""The tagger (spacy/pipeline/tagger.pyx), and the network that other components have as well (spacy/ml/models/tagger.py)."""

from __future__ import annotations

from typing import Any

from .container import tensor
from .errors import ConvertError
from .network import NetworkSections, linear_section, own_encoder_sections
from .strings import StringTable


def check_output(pipe: Any) -> None:
    """What the engine takes for granted of a linear layer: argmax of the plain scores.

    Probabilities (normalize) may round two scores to the same value, so that another class comes first.
    """
    if pipe.model.get_ref("softmax").attrs["softmax_normalize"]:
        raise ConvertError(
            f"component {pipe.name}: normalize = true is not supported: train it with false, or load the pipeline, "
            f"set nlp.get_pipe({pipe.name!r}).model.get_ref('softmax').attrs['softmax_normalize'] = False, "
            "and save it"
        )


def tagger_network(factory: str, pipe: Any, classes: int) -> NetworkSections:
    """Own encoder and output layer of a Tagger's model (spacy/ml/models/tagger.py)."""
    check_output(pipe)
    tok2vec = pipe.model.get_ref("tok2vec")
    encoder = own_encoder_sections(factory, pipe, tok2vec)
    output = linear_section(pipe.model.get_ref("softmax"), classes, int(tok2vec.get_dim("nO")), factory)
    return NetworkSections([*encoder.network, output], encoder.embeddings)


def tagger_sections(pipe: Any, strings: StringTable) -> NetworkSections:
    """Everything under tagger/ of a Tagger. As nothing has set TAG before it, its setting overwrite changes nothing."""
    labels = [strings.label(label) for label in pipe.labels]
    network, embeddings = tagger_network("tagger", pipe, len(labels))
    return NetworkSections([*network, tensor("tagger/labels", labels, "u4")], embeddings)
