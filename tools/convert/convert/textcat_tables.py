"""Text classifiers (spacy/ml/models/textcat.py): pooled rows of an encoder, a bag of words, or both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from spacy.pipeline.tok2vec import Tok2VecListener

from .constants import NO_STRING, Activation, Pool, TextcatPart
from .container import Section, tensor
from .errors import ConvertError
from .first_ensemble import first_ensemble_encoder, first_ensemble_output, is_first_ensemble
from .network import (
    NetworkSections,
    linear_section,
    maxout_sections,
    nodes_of,
    own_encoder_sections,
    packed_layer,
    param_section,
)
from .strings import StringTable

REDUCTIONS = {"reduce_first": Pool.FIRST, "reduce_last": Pool.LAST, "reduce_max": Pool.MAX, "reduce_mean": Pool.MEAN}
"""Layer -> POOL_*."""
WORD = 64


# ---- bag of words ----------------------------------------------------------------------------------------------------


def sparse_rows(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(used u64, before u32, rows) of weights [positions][labels]: those of its rows that are not all zero, one at least."""
    is_used = weights.any(axis=1)
    padded = np.zeros(-(-len(weights) // WORD) * WORD, dtype=bool)
    padded[: len(weights)] = is_used
    used = np.packbits(padded, bitorder="little").view("<u8")
    counts = padded.reshape(-1, WORD).sum(axis=1)
    return used, np.cumsum(counts) - counts, weights[is_used] if is_used.any() else weights[:1]


def _bow_activation(model: Any) -> Activation:
    if nodes_of(model, "softmax_activation"):
        return Activation.SOFTMAX
    return Activation.LOGISTIC if nodes_of(model, "logistic") else Activation.NONE


def bow_sections(prefix: str, model: Any, labels: int) -> list[Section]:
    """A TextCatBOW (thinc sparselinear.pyx, spacy/ml/extract_ngrams.py), with its own activation."""
    (linear,), (extract,) = nodes_of(model, "sparse_linear"), nodes_of(model, "extract_ngrams")
    buckets, overlaps = int(linear.get_dim("length")), bool(linear.attrs["v1_indexing"])
    weights = param_section(linear, "W", (labels * buckets,), f"{prefix}/W").array
    bias = param_section(linear, "b", (labels,), f"{prefix}/b")
    # v1_indexing: a row of label c and bucket i is at i + c, so that only the beginning is ever read
    by_position = weights[: buckets + labels - 1, None] if overlaps else weights.reshape(labels, buckets).T
    used, before, rows = sparse_rows(by_position)
    settings = [int(extract.attrs["ngram_size"]), buckets, _bow_activation(model), int(overlaps)]
    return [
        tensor(f"{prefix}/settings", settings, "u4"),
        bias,
        tensor(f"{prefix}/used", used, "u8"),
        tensor(f"{prefix}/before", before, "u4"),
        tensor(f"{prefix}/rows", rows, "f4"),
    ]


# ---- pooled rows -----------------------------------------------------------------------------------------------------


def pooling_of(model: Any) -> int:
    """POOL_* bits; 0 for a bag of words alone."""
    if nodes_of(model, "para-attn"):
        return Pool.ATTENTION
    return sum(bit for name, bit in REDUCTIONS.items() if nodes_of(model, name))


def _attention_sections(prefix: str, model: Any, width: int, is_first: bool) -> list[Section]:
    """The query, the key transform where there is one, and the layer after the sum, which is the last of its kind; that of
    TextCatEnsemble.v1 has no norm."""
    (attention,) = nodes_of(model, "para-attn")
    query = param_section(attention, "Q", (width,), f"{prefix}/query").array
    found = [packed_layer(f"{prefix}/query/W", query[None, None], np.zeros((1, 1), dtype="<f4"))]
    keys = [linear_section(node, width, width, f"{prefix}/key") for node in nodes_of(attention, "gelu")]
    if len(keys) != len(attention.layers):
        raise ConvertError(
            f"{prefix}: the attention's key transform is not one layer of Gelu: train it with spaCy's own "
            "TextCatParametricAttention"
        )
    hidden, norm = nodes_of(model, "maxout")[-1], nodes_of(model, "layernorm")[-1]
    if is_first:
        pieces = hidden.get_dim("nP")
        weights = param_section(hidden, "W", (width, pieces, width), f"{prefix}/hidden/W").array
        bias = param_section(hidden, "b", (width, pieces), f"{prefix}/hidden/b").array
        return [*found, packed_layer(f"{prefix}/hidden/W", weights, bias)]
    return found + keys + maxout_sections(f"{prefix}/hidden", hidden, norm, width, width)


def _pooled_activation(model: Any) -> Activation:
    return Activation.SOFTMAX if nodes_of(model, "softmax") else Activation.LOGISTIC


def _read_by(model: Any) -> Any:
    """What the model reads: an encoder of its own, or a listener."""
    return next(node for node in model.walk() if node.has_ref("tok2vec")).get_ref("tok2vec")


def _is_first(tok2vec: Any) -> bool:
    return not isinstance(tok2vec, Tok2VecListener) and is_first_ensemble(tok2vec)


def _pooled_sections(factory: str, pipe: Any, pooling: int, bow_labels: int) -> NetworkSections:
    """Encoder, pooling, output layer."""
    tok2vec = _read_by(pipe.model)
    width, labels = int(tok2vec.get_dim("nO")), len(pipe.labels)
    is_first = _is_first(tok2vec)
    if is_first:
        network, embeddings = first_ensemble_encoder(f"{factory}/tok2vec", tok2vec)
    else:
        network, embeddings = own_encoder_sections(factory, pipe, tok2vec)
    if pooling == Pool.ATTENTION:
        network = network + _attention_sections(factory, pipe.model, width, is_first)
    if is_first:
        output = first_ensemble_output(f"{factory}/output", pipe.model, labels, width)
        return NetworkSections([*network, output], embeddings)
    (output,) = nodes_of(pipe.model, "softmax") + nodes_of(pipe.model, "linear")
    inputs = bow_labels + width * bin(pooling).count("1")
    return NetworkSections([*network, linear_section(output, labels, inputs, f"{factory}/output")], embeddings)


# ---- the component ---------------------------------------------------------------------------------------------------


def same_labels(labels: Sequence[str], earlier: Sequence[str]) -> list[int] | None:
    """The number of each label among those of the classifier earlier in the pipeline, or NO_STRING; None if it has none of them."""
    numbers: dict[str, int] = {label: number for number, label in enumerate(earlier)}
    return [numbers.get(label, NO_STRING) for label in labels] if set(labels) & set(earlier) else None


def textcat_sections(factory: str, pipe: Any, strings: StringTable, earlier: Sequence[str] = ()) -> NetworkSections:
    """Everything under FACTORY/ of a TextCategorizer or MultiLabel_TextCategorizer. threshold and positive_label change no
    score. earlier: labels of the other classifier, if that is earlier in the pipeline."""
    if not pipe.labels:
        raise ConvertError(f"component {pipe.name} has no labels: train it or leave it out")
    pooling, labels = pooling_of(pipe.model), len(pipe.labels)
    activation = _pooled_activation(pipe.model) if pooling else Activation.NONE
    same = same_labels(pipe.labels, earlier)
    bag = [node for node in pipe.model.walk() if nodes_of(node, "sparse_linear") and not pooling_of(node)]
    bow = bow_sections(f"{factory}/bow", bag[0], labels) if bag else []
    pooled = _pooled_sections(factory, pipe, pooling, labels if bag else 0) if pooling else NetworkSections([], [])
    parts = (
        TextcatPart.BOW * bool(bag)
        | TextcatPart.KEYS * bool(nodes_of(pipe.model, "gelu"))
        | TextcatPart.SAME * (same is not None)
        | TextcatPart.PLAIN * bool(pooling and _is_first(_read_by(pipe.model)))
    )
    tables = [
        tensor(f"{factory}/settings", [pooling, activation, parts], "u4"),
        tensor(f"{factory}/labels", [strings.label(label) for label in pipe.labels], "u4"),
    ]
    tables += [tensor(f"{factory}/same", same, "u4")] if same is not None else []
    return NetworkSections(tables + pooled.network, bow + pooled.embeddings)
