"""Layers and encoders: their weights, read from the live thinc model as they are (float32, C order)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from spacy.pipeline.tok2vec import Tok2VecListener

from .constants import PANEL, TOK2VEC_MAX_DEPTH, Attr
from .container import Section, half_if_exact, tensor
from .errors import ConvertError
from .strings import StringTable
from .vectors import last_row, project, vector_rows


class NetworkSections(NamedTuple):
    """network: what every request reads in full; embeddings: what it reads a few rows of."""

    network: list[Section]
    embeddings: list[Section]


def nodes_of(model: Any, name: str) -> list[Any]:
    """Layers of that name in the order of the forward pass."""
    return [node for node in model.walk(order="dfs_pre") if node.name == name]


def param_section(node: Any, name: str, shape: Sequence[int], section: str) -> Section:
    """A parameter as a section; refuses another shape or what is not a finite number."""
    if not node.has_param(name):
        raise ConvertError(f"{section}: the weights are not initialised: train the pipeline, then save it")
    array = np.asarray(node.get_param(name))
    if array.dtype != np.float32 or array.shape != tuple(shape):
        raise ConvertError(
            f"{section}: expected float32 {tuple(shape)}, found {array.dtype} {array.shape}: "
            "train the component with spaCy's own layers"
        )
    if not np.isfinite(array).all():
        raise ConvertError(f"{section}: a weight is not a finite number: train the component again")
    return tensor(section, array, "f4")


def packed_layer(section: str, weights: np.ndarray, bias: np.ndarray) -> Section:
    """A maxout layer [outputs][pieces][inputs], [outputs][pieces] as kernels.h reads it; a linear layer has one piece."""
    outputs, pieces, inputs = weights.shape
    blocks = -(-outputs // PANEL)
    columns = np.zeros((blocks * PANEL, pieces, 1 + inputs), dtype="<f4")
    columns[:outputs, :, 0] = bias
    columns[:outputs, :, 1:] = weights
    return tensor(section, columns.reshape(blocks, PANEL, pieces, 1 + inputs).transpose(0, 2, 3, 1), "f4")


def linear_section(node: Any, outputs: int, inputs: int, prefix: str) -> Section:
    """W and b of a linear layer or of a softmax."""
    weights = param_section(node, "W", (outputs, inputs), f"{prefix}/W").array
    bias = param_section(node, "b", (outputs,), f"{prefix}/b").array
    return packed_layer(f"{prefix}/W", weights[:, None, :], bias[:, None])


def maxout_sections(prefix: str, maxout: Any, norm: Any, outputs: int, inputs: int) -> list[Section]:
    """A maxout layer and the layer norm after it."""
    pieces = maxout.get_dim("nP")
    weights = param_section(maxout, "W", (outputs, pieces, inputs), f"{prefix}/W").array
    bias = param_section(maxout, "b", (outputs, pieces), f"{prefix}/b").array
    return [
        packed_layer(f"{prefix}/W", weights, bias),
        param_section(norm, "G", (outputs,), f"{prefix}/G"),
        param_section(norm, "b", (outputs,), f"{prefix}/beta"),
    ]


def _embeddings(prefix: str, embed: Any, width: int) -> tuple[list[Section], list[Section]]:
    """(attrs and seeds, tables [rows][width]) of a MultiHashEmbed."""
    columns = [str(name) for name in nodes_of(embed, "extract_features")[0].attrs["columns"]]
    tables = sorted(nodes_of(embed, "hashembed"), key=lambda node: int(node.attrs["column"]))
    if len(tables) != len(columns) or any(name not in Attr.__members__ for name in columns):
        raise ConvertError(
            f"{prefix}: the embedding's features {columns} are not those of its {len(tables)} tables: "
            "train it with spaCy's own MultiHashEmbed"
        )
    seeds = [int(node.attrs["seed"]) for node in tables]
    heads = [tensor(f"{prefix}/attrs", [Attr[name] for name in columns], "u4"), tensor(f"{prefix}/seeds", seeds, "u4")]
    rows = [
        param_section(node, "E", (node.get_dim("nV"), width), f"{prefix}/embed/{f}") for f, node in enumerate(tables)
    ]
    return heads, rows


def _is_version_1(static_vectors: Any) -> bool:
    """Both versions of the layer StaticVectors have the same name."""
    return bool(static_vectors._func.__module__ == "spacy_legacy.layers.staticvectors_v1")


def _static(prefix: str, embed: Any, width: int, vectors: Any) -> NetworkSections:
    """The projected vectors [rows][width], where the encoder reads some. The engine reads them in place, be they f32 or f16."""
    heads, tables = [], []
    for node in nodes_of(embed, "static_vectors"):
        rows = vector_rows(vectors)
        if _is_version_1(node):
            heads.append(tensor(f"{prefix}/unknown_row", [len(rows)], "u4"))
            rows = np.concatenate([rows, last_row(vectors)])
        weights = param_section(node, "W", (width, rows.shape[1]), f"{prefix}/static/W").array
        tables.append(half_if_exact(tensor(f"{prefix}/static", project(rows, weights), "f4")))
    return NetworkSections(heads, tables)


def _edges(prefix: str, tok2vec: Any, reach: int) -> list[Section]:
    """ENCODER/cuts_edges, where the encoder has no rows beyond the ends of a document: then each layer sees zeros there. Else it
    has as many as it can see (with_array's pad), which change from layer to layer. reach: of all layers."""
    pad = tok2vec.layers[-1].attrs.get("pad")
    if pad == 0:
        return [tensor(f"{prefix}/cuts_edges", [1], "u4")]
    if pad != reach:
        raise ConvertError(
            f"{prefix}: the encoder has {pad} rows before and after a document, not 0 or {reach}: train it with spaCy's "
            "own Tok2Vec"
        )
    return []


def encoder_sections(prefix: str, tok2vec: Any, vectors: Any) -> NetworkSections:
    """MultiHashEmbed and MaxoutWindowEncoder (spacy/ml/models/tok2vec.py). vectors: the vocabulary's."""
    embed, encode = tok2vec.get_ref("embed"), tok2vec.get_ref("encode")
    width = int(tok2vec.get_dim("nO"))
    heads, tables = _embeddings(prefix, embed, width)
    static = _static(prefix, embed, width, vectors)
    tables += static.embeddings  # last, as in spaCy
    (mix,), (mix_norm,) = nodes_of(embed, "maxout"), nodes_of(embed, "layernorm")
    maxouts, norms = nodes_of(encode, "maxout"), nodes_of(encode, "layernorm")
    windows = [int(node.attrs["window_size"]) for node in nodes_of(encode, "expand_window")]
    if not 1 <= len(maxouts) <= TOK2VEC_MAX_DEPTH or len(norms) != len(maxouts) or windows != [1] * len(maxouts):
        raise ConvertError(
            f"{prefix}: the encoder's layers are not {len(maxouts)} maxout layers with window 1: "
            "train it with spaCy's own MaxoutWindowEncoder and window_size = 1"
        )
    network = [*heads, *static.network, *_edges(prefix, tok2vec, len(maxouts))]
    network += maxout_sections(f"{prefix}/mix", mix, mix_norm, width, width * len(tables))
    for depth, (maxout, norm) in enumerate(zip(maxouts, norms)):
        network += maxout_sections(f"{prefix}/conv/{depth}", maxout, norm, width, 3 * width)
    return NetworkSections(network, tables)


def own_encoder_sections(factory: str, pipe: Any, tok2vec: Any) -> NetworkSections:
    """FACTORY/tok2vec/...; none where tok2vec, the layer that the component's model reads, listens to the shared encoder."""
    if isinstance(tok2vec, Tok2VecListener):
        return NetworkSections([], [])
    return encoder_sections(f"{factory}/tok2vec", tok2vec, pipe.vocab.vectors)


def tok2vec_sections(pipe: Any, strings: StringTable) -> NetworkSections:
    """Everything under tok2vec/: the encoder that others listen to."""
    return encoder_sections("tok2vec", pipe.model, pipe.vocab.vectors)
