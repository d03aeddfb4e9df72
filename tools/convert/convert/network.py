"""Weights of networks, read from the live thinc model as they are (float32, C order); the named entity recogniser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from spacy.pipeline.tok2vec import Tok2VecListener

from .config_check import ATTRS, MAX_DEPTH
from .container import Section, half_if_exact, tensor
from .errors import ConvertError
from .strings import StringTable
from .vectors import project, vector_rows

MOVES = {"B": 1, "I": 2, "L": 3, "U": 4, "O": 5}
"""First letter of a transition's name -> NER_* (spacy/pipeline/_parser_internals/ner.pyx)."""
NER_SLOTS = (3, 6)
"""Without and with extra_state_tokens (engine/model_bind.h)."""
PANEL = 16
"""Columns of a panel (engine/kernels.h)."""


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
    """A maxout layer [outputs][pieces][inputs], [outputs][pieces] as engine/kernels.h reads it; a linear layer has one piece."""
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
    if len(tables) != len(columns) or any(name not in ATTRS for name in columns):
        raise ConvertError(
            f"{prefix}: the embedding's features {columns} are not those of its {len(tables)} tables: "
            "train it with spaCy's own MultiHashEmbed"
        )
    seeds = [int(node.attrs["seed"]) for node in tables]
    heads = [tensor(f"{prefix}/attrs", [ATTRS[name] for name in columns], "u4"), tensor(f"{prefix}/seeds", seeds, "u4")]
    rows = [
        param_section(node, "E", (node.get_dim("nV"), width), f"{prefix}/embed/{f}") for f, node in enumerate(tables)
    ]
    return heads, rows


def _static(prefix: str, embed: Any, width: int, vectors: Any) -> list[Section]:
    """The projected vectors [rows][width], where the encoder reads some. The engine reads them in place, be they f32 or f16."""
    found = []
    for node in nodes_of(embed, "static_vectors"):
        rows = vector_rows(vectors)
        weights = param_section(node, "W", (width, rows.shape[1]), f"{prefix}/static/W").array
        found.append(half_if_exact(tensor(f"{prefix}/static", project(rows, weights), "f4")))
    return found


def encoder_sections(prefix: str, tok2vec: Any, vectors: Any) -> NetworkSections:
    """MultiHashEmbed and MaxoutWindowEncoder (spacy/ml/models/tok2vec.py). vectors: the vocabulary's."""
    embed, encode = tok2vec.get_ref("embed"), tok2vec.get_ref("encode")
    width = int(tok2vec.get_dim("nO"))
    heads, tables = _embeddings(prefix, embed, width)
    tables += _static(prefix, embed, width, vectors)  # last, as in spaCy
    (mix,), (mix_norm,) = nodes_of(embed, "maxout"), nodes_of(embed, "layernorm")
    maxouts, norms = nodes_of(encode, "maxout"), nodes_of(encode, "layernorm")
    windows = [int(node.attrs["window_size"]) for node in nodes_of(encode, "expand_window")]
    if not 1 <= len(maxouts) <= MAX_DEPTH or len(norms) != len(maxouts) or windows != [1] * len(maxouts):
        raise ConvertError(
            f"{prefix}: the encoder's layers are not {len(maxouts)} maxout layers with window 1: "
            "train it with spaCy's own MaxoutWindowEncoder and window_size = 1"
        )
    network = heads + maxout_sections(f"{prefix}/mix", mix, mix_norm, width, width * len(tables))
    for depth, (maxout, norm) in enumerate(zip(maxouts, norms)):
        network += maxout_sections(f"{prefix}/conv/{depth}", maxout, norm, width, 3 * width)
    return NetworkSections(network, tables)


def own_encoder_sections(factory: str, pipe: Any, tok2vec: Any) -> NetworkSections:
    """FACTORY/tok2vec/...; none where tok2vec, the layer that the component's model reads, listens to the shared encoder."""
    if isinstance(tok2vec, Tok2VecListener):
        return NetworkSections([], [])
    return encoder_sections(f"{factory}/tok2vec", tok2vec, pipe.vocab.vectors)


def transition_sections(prefix: str, pipe: Any, allowed_slots: Sequence[int], classes: int) -> NetworkSections:
    """Own encoder, linear, lower and upper, or scores, of a TransitionBasedParser (spacy/ml/models/parser.py,
    _precomputable_affine.py)."""
    lower, upper = pipe.model.get_ref("lower"), pipe.model.get_ref("upper")
    tok2vec, *_, linear = pipe.model.get_ref("tok2vec").layers
    encoder, width = own_encoder_sections(prefix, pipe, tok2vec), int(tok2vec.get_dim("nO"))
    slots, hidden, pieces = int(lower.get_dim("nF")), int(lower.get_dim("nI")), int(lower.get_dim("nP"))
    if slots not in allowed_slots:
        raise ConvertError(
            f"{prefix}: the lower layer has {slots} slots, not {' or '.join(map(str, allowed_slots))}: "
            "train it with spaCy's own state features"
        )
    has_upper = bool(pipe.model.attrs["has_upper"])
    outputs, name = (hidden, f"{prefix}/lower") if has_upper else (classes, f"{prefix}/scores")
    weights = param_section(lower, "W", (slots, outputs, pieces, hidden), f"{name}/W").array
    biases = np.zeros((slots, outputs, pieces), dtype="<f4")
    biases[0] = param_section(lower, "b", (outputs, pieces), f"{name}/b").array
    # the padding has a leading dimension of 1 for the sake of old models
    pads = param_section(lower, "pad", (1, slots, outputs, pieces), f"{name}/pad").array[0] + biases
    panels = np.stack([packed_layer("", W, b).array.reshape(-1, 1 + hidden, PANEL) for W, b in zip(weights, biases)])
    # a layer without inputs: its biases alone, in the order of a row of sums
    rows = np.stack([packed_layer("", pad[:, :, None][:, :, :0], pad).array.reshape(-1) for pad in pads])
    layers = [
        linear_section(linear, hidden, width, f"{prefix}/linear"),
        tensor(f"{name}/W", panels, "f4"),
        tensor(f"{name}/pad", rows, "f4"),
    ]
    if has_upper:
        layers.append(linear_section(upper, classes, hidden, f"{prefix}/upper"))
    return NetworkSections(encoder.network + layers, encoder.embeddings)


def read_ner_moves(moves: Any) -> list[tuple[int, str]]:
    """(NER_* action, label) of every class, in the order of the upper layer's rows; O has the empty label."""
    table = []
    for number in range(moves.n_moves):
        name = moves.get_class_name(number)
        action, _, label = name.partition("-")
        if action not in MOVES:
            raise ConvertError(
                f"transition {name!r} of the named entity recogniser is not supported, only those of "
                "spaCy's BILUO system: train it without transitions of your own"
            )
        table.append((MOVES[action], label))
    return table


def check_greedy(pipe: Any) -> None:
    """Refuses a transition-based component that searches, or whose classes spaCy masks."""
    if pipe.cfg.get("beam_width", 1) != 1:
        raise ConvertError(
            f"component {pipe.name}: beam_width = {pipe.cfg['beam_width']} is not supported, only 1: "
            "train the component without a beam"
        )
    if pipe.model.attrs["unseen_classes"]:
        raise ConvertError(f"component {pipe.name} has labels that it was never trained on: train it or remove them")


def ner_sections(pipe: Any, strings: StringTable) -> NetworkSections:
    """Everything under ner/ of an EntityRecognizer."""
    check_greedy(pipe)
    moves = read_ner_moves(pipe.moves)
    rows = [(action, strings.label(label)) for action, label in moves]
    network, embeddings = transition_sections("ner", pipe, NER_SLOTS, len(moves))
    return NetworkSections([*network, tensor("ner/moves", rows, "u4")], embeddings)
