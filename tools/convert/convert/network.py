"""Layers and encoders: their weights, read from the live thinc model as they are (float32, C order)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from spacy.pipeline.tok2vec import Tok2VecListener
from thinc.api import Model

from .constants import CHAR_VALUES, PANEL, TOK2VEC_MAX_DEPTH, Attr
from .container import Section, half_if_exact, tensor
from .errors import ConvertError
from .features import FEATURES, constant_value, feature_name, feature_number
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


def linear_weights(node: Any, outputs: int, inputs: int, prefix: str) -> tuple[np.ndarray, np.ndarray]:
    """W and b of a linear layer or of a softmax."""
    weights = param_section(node, "W", (outputs, inputs), f"{prefix}/W").array
    return weights, param_section(node, "b", (outputs,), f"{prefix}/b").array


def linear_section(node: Any, outputs: int, inputs: int, prefix: str) -> Section:
    weights, bias = linear_weights(node, outputs, inputs, prefix)
    return packed_layer(f"{prefix}/W", weights[:, None, :], bias[:, None])


def maxout_sections(prefix: str, maxout: Any, norm: Any, outputs: int, inputs: int) -> list[Section]:
    """A maxout layer and the layer norm after it."""
    pieces = maxout.get_dim("nP")
    weights = param_section(maxout, "W", (outputs, pieces, inputs), f"{prefix}/W").array
    bias = param_section(maxout, "b", (outputs, pieces), f"{prefix}/b").array
    return [packed_layer(f"{prefix}/W", weights, bias), *_norm_sections(prefix, norm, outputs)]


def _norm_sections(prefix: str, norm: Any, outputs: int) -> list[Section]:
    return [param_section(norm, "G", (outputs,), f"{prefix}/G"), param_section(norm, "b", (outputs,), f"{prefix}/beta")]


class Embeddings(NamedTuple):
    """heads: attrs and seeds. tables: [rows][width] each. constant: rows [width] of the features that are the same of all tokens,
    by their place."""

    heads: list[Section]
    tables: list[Section]
    constant: dict[int, np.ndarray]


class Inputs(NamedTuple):
    """Of the layer that mixes the rows: so many of a word's bytes, then blocks of width inputs. constant: rows that are the same of
    all tokens, by the number of their block."""

    chars: int
    blocks: int
    constant: Mapping[int, np.ndarray]


def _row_of(table: Any, value: int) -> np.ndarray:
    """What a hash embedding makes of a value."""
    return np.asarray(table.predict(np.full(1, value, dtype=np.uint64)))[0]


def _embeddings(prefix: str, embed: Any, width: int, vocab: Any) -> Embeddings:
    """Of a MultiHashEmbed, or the one beside a CharacterEmbed."""
    columns = [feature_name(column) for column in nodes_of(embed, "extract_features")[0].attrs["columns"]]
    tables = sorted(nodes_of(embed, "hashembed"), key=lambda node: int(node.attrs["column"]))
    if len(tables) != len(columns) or any(name not in FEATURES for name in columns):
        raise ConvertError(
            f"{prefix}: the embedding's features {columns} are not those of its {len(tables)} tables: "
            "train it with spaCy's own MultiHashEmbed"
        )
    names = [f"{prefix}/embed/{place}" for place in range(len(tables))]
    for node, name in zip(tables, names):
        param_section(node, "E", (node.get_dim("nV"), width), name)
    constants = {place: constant_value(name, vocab) for place, name in enumerate(columns)}
    fixed = {place: _row_of(tables[place], value) for place, value in constants.items() if value is not None}
    differing = [place for place in constants if place not in fixed]
    if not differing:  # there has to be one
        return _of_one_row(prefix, fixed[0])
    seeds = [int(tables[place].attrs["seed"]) for place in differing]
    numbers = [feature_number(columns[place]) for place in differing]
    heads = [tensor(f"{prefix}/attrs", numbers, "u4"), tensor(f"{prefix}/seeds", seeds, "u4")]
    rows = [tensor(names[number], tables[place].get_param("E"), "f4") for number, place in enumerate(differing)]
    return Embeddings(heads, rows, fixed)


def check_embedded(pipe: Any) -> None:
    """Refuses a component, trained or not, whose encoder reads a flag that the language tells in Python."""
    model = getattr(pipe, "model", None)
    for node in nodes_of(model, "extract_features") if isinstance(model, Model) else ():
        for column in node.attrs["columns"]:
            constant_value(feature_name(column), pipe.vocab)


def _of_one_row(prefix: str, row: np.ndarray) -> Embeddings:
    """A table whose four rows that are added are one and the same, whatever the feature: together they are this row, exactly."""
    heads = [tensor(f"{prefix}/attrs", [Attr.NORM], "u4"), tensor(f"{prefix}/seeds", [0], "u4")]
    return Embeddings(heads, [tensor(f"{prefix}/embed/0", row[None] / 4, "f4")], {})


def _chars(prefix: str, embed: Any) -> tuple[list[Section], int]:
    """The rows of a word's bytes, where an encoder embeds some (spacy/ml/_character_embed.py), and how many inputs they make."""
    nodes = nodes_of(embed, "charembed")
    if not nodes:
        return [], 0
    (node,) = nodes
    places, width = node.get_dim("nC"), node.get_dim("nM")
    section = f"{prefix}/chars"
    return [param_section(node, "E", (places, CHAR_VALUES, width), section)], places * width


def _mix_sections(prefix: str, embed: Any, width: int, read: Inputs) -> list[Section]:
    """The layer that mixes the rows."""
    (mix,), (norm,) = nodes_of(embed, "maxout"), nodes_of(embed, "layernorm")
    pieces, inputs = mix.get_dim("nP"), read.chars + width * read.blocks
    weights = param_section(mix, "W", (width, pieces, inputs), f"{prefix}/W").array
    bias = param_section(mix, "b", (width, pieces), f"{prefix}/b").array.astype("f8")
    by_block = weights[:, :, read.chars :].reshape(width, pieces, read.blocks, width)
    for block, row in read.constant.items():
        bias += by_block[:, :, block].astype("f8") @ row.astype("f8")
    differing = [block for block in range(read.blocks) if block not in read.constant]
    blocks = by_block[:, :, differing].reshape(width, pieces, -1)
    mixed = np.concatenate([weights[:, :, : read.chars], blocks], axis=2)
    return [packed_layer(f"{prefix}/W", mixed, bias.astype("f4")), *_norm_sections(prefix, norm, width)]


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


def edge_sections(prefix: str, tok2vec: Any, reach: int) -> list[Section]:
    """How many rows the encoder has beyond the ends of a document (with_array's pad), which change from layer to layer, where it
    has not as many as it can see: beyond those each layer sees zeros. reach: of all layers."""
    pad = int(tok2vec.layers[-1].attrs.get("pad", 0))
    if pad >= reach:
        return []
    count = [tensor(f"{prefix}/edge_count", [pad], "u4")] if pad else []
    return [tensor(f"{prefix}/cuts_edges", [1], "u4"), *count]


def mish_sections(prefix: str, mish: Any, norm: Any, outputs: int, inputs: int) -> list[Section]:
    """A layer of mish, and the layer norm after it."""
    return [linear_section(mish, outputs, inputs, prefix), *_norm_sections(prefix, norm, outputs)]


def window_sections(prefix: str, encode: Any, width: int) -> tuple[list[Section], int]:
    """The layers of a MaxoutWindowEncoder or MishWindowEncoder, and how many rows on either side they see together."""
    maxouts, norms = nodes_of(encode, "maxout"), nodes_of(encode, "layernorm")
    layers, is_mish = maxouts or nodes_of(encode, "mish"), not maxouts
    windows = [int(node.attrs["window_size"]) for node in nodes_of(encode, "expand_window")]
    if not 1 <= len(layers) <= TOK2VEC_MAX_DEPTH or len(norms) != len(layers) or windows != windows[:1] * len(layers):
        raise ConvertError(
            f"{prefix}: the encoder's layers are not {len(layers)} layers that see windows of one size: "
            "train it with spaCy's own MaxoutWindowEncoder or MishWindowEncoder"
        )
    window, write = windows[0], mish_sections if is_mish else maxout_sections
    found = [tensor(f"{prefix}/window", [window, is_mish], "u4")] if window != 1 or is_mish else []
    for depth, (layer, norm) in enumerate(zip(layers, norms)):
        found += write(f"{prefix}/conv/{depth}", layer, norm, width, (2 * window + 1) * width)
    return found, window * len(layers)


def encoder_sections(prefix: str, tok2vec: Any, vocab: Any) -> NetworkSections:
    """MultiHashEmbed or CharacterEmbed, and MaxoutWindowEncoder or MishWindowEncoder (spacy/ml/models/tok2vec.py)."""
    embed, encode = tok2vec.get_ref("embed"), tok2vec.get_ref("encode")
    width = int(tok2vec.get_dim("nO"))
    heads, tables, constant = _embeddings(prefix, embed, width, vocab)
    static = _static(prefix, embed, width, vocab.vectors)
    chars, char_inputs = _chars(prefix, embed)
    tables += static.embeddings  # last, as in spaCy
    layers, reach = window_sections(prefix, encode, width)
    read = Inputs(char_inputs, len(tables) + len(constant), constant)
    network = [*heads, *static.network, *edge_sections(prefix, tok2vec, reach)]
    network += [*chars, *_mix_sections(f"{prefix}/mix", embed, width, read), *layers]
    return NetworkSections(network, tables)


def own_encoder_sections(factory: str, pipe: Any, tok2vec: Any) -> NetworkSections:
    """FACTORY/tok2vec/...; none where tok2vec, the layer that the component's model reads, listens to the shared encoder."""
    if isinstance(tok2vec, Tok2VecListener):
        return NetworkSections([], [])
    return encoder_sections(f"{factory}/tok2vec", tok2vec, pipe.vocab)


def tok2vec_sections(pipe: Any, strings: StringTable) -> NetworkSections:
    """Everything under tok2vec/: the encoder that others listen to."""
    return encoder_sections("tok2vec", pipe.model, pipe.vocab)
