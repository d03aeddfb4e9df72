"""TextCatEnsemble.v1 (spacy_legacy/architectures/textcat.py): an encoder of a kind of its own, attention, and a bag of words."""

from __future__ import annotations

from typing import Any

import numpy as np

from .constants import Attr
from .container import Section, tensor
from .network import (
    NetworkSections,
    edge_sections,
    linear_weights,
    maxout_sections,
    nodes_of,
    packed_layer,
    param_section,
    window_sections,
)

FEATURES = (Attr.LOWER, Attr.PREFIX, Attr.SUFFIX, Attr.SHAPE)


def is_first_ensemble(tok2vec: Any) -> bool:
    """tok2vec: what a text classifier's model reads, no listener. Others have an embedding as a part of its own."""
    return "embed" not in tok2vec.ref_names


def _tables(prefix: str, tok2vec: Any, width: int) -> list[Section]:
    """The embeddings, of which all but the first have half the width: the rest is filled with zeros."""
    found = []
    for place, node in enumerate(nodes_of(tok2vec, "hashembed")):
        name, columns = f"{prefix}/embed/{place}", node.get_dim("nO")
        rows = param_section(node, "E", (node.get_dim("nV"), columns), name).array
        found.append(tensor(name, np.pad(rows, ((0, 0), (0, width - columns))), "f4"))
    return found


def _join_sections(prefix: str, tok2vec: Any, width: int) -> list[Section]:
    """The layer that reads the embeddings, with weights for their zeros."""
    join, norm = nodes_of(tok2vec, "maxout")[0], nodes_of(tok2vec, "layernorm")[0]
    columns = [node.get_dim("nO") for node in nodes_of(tok2vec, "hashembed")]
    (weights, gain, beta), pieces = maxout_sections(prefix, join, norm, width, sum(columns)), join.get_dim("nP")
    narrow = param_section(join, "W", (width, pieces, sum(columns)), weights.name).array
    bias = param_section(join, "b", (width, pieces), f"{prefix}/b").array
    parts = np.split(narrow, np.cumsum(columns)[:-1], axis=2)
    wide = [np.pad(part, ((0, 0), (0, 0), (0, width - part.shape[2]))) for part in parts]
    return [packed_layer(weights.name, np.concatenate(wide, axis=2), bias), gain, beta]


def first_ensemble_encoder(prefix: str, tok2vec: Any) -> NetworkSections:
    """Two layers mix the embeddings; the second one also makes the rows beyond the ends of a document, of zeros."""
    width, (mix, encode) = int(tok2vec.get_dim("nO")), tok2vec.layers[-1].layers[0].layers
    (maxout,), (norm,) = nodes_of(mix, "maxout"), nodes_of(mix, "layernorm")
    layers, reach = window_sections(prefix, encode, width)
    seeds = [int(node.attrs["seed"]) for node in nodes_of(tok2vec, "hashembed")]
    network = [tensor(f"{prefix}/attrs", FEATURES, "u4"), tensor(f"{prefix}/seeds", seeds, "u4")]
    network += _join_sections(f"{prefix}/join", tok2vec, width)
    network += maxout_sections(f"{prefix}/mix", maxout, norm, width, width)
    edge = np.asarray(mix.predict(np.zeros((1, width), dtype="f4")))[0]
    network += [*edge_sections(prefix, tok2vec, reach), tensor(f"{prefix}/edge_row", edge, "f4"), *layers]
    return NetworkSections(network, _tables(prefix, tok2vec, width))


def first_ensemble_output(prefix: str, model: Any, labels: int, width: int) -> Section:
    """The layer that reads the bag's scores and those of the pooled row, which a linear layer has made: of the two, one."""
    inner, outer = (nodes_of(model, "linear") + nodes_of(model, "softmax"))[:2]
    inner_weights, inner_bias = (value.astype("f8") for value in linear_weights(inner, labels, width, prefix))
    weights, bias = (value.astype("f8") for value in linear_weights(outer, labels, 2 * labels, prefix))
    of_row = weights[:, labels:]
    joined = np.concatenate([weights[:, :labels], of_row @ inner_weights], axis=1)
    return packed_layer(f"{prefix}/W", joined[:, None].astype("f4"), (of_row @ inner_bias + bias)[:, None].astype("f4"))
