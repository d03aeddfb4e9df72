"""Components that make groups of spans (spacy/pipeline/spancat.py, span_finder.py; spacy/ml/models/spancat.py, span_finder.py)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from spacy.pipeline.spancat import ngram_suggester, preset_spans_suggester

from .constants import (
    MAX_PIECES,
    NO_STRING,
    SPANCAT_MAX_HIDDEN,
    SPANCAT_MAX_SIZE,
    SPANCAT_MAX_SIZES,
    SPANCAT_NO_LIMIT,
    Activation,
    Pool,
    SpancatPart,
)
from .container import Section, tensor
from .errors import ConvertError
from .network import NetworkSections, linear_section, nodes_of, own_encoder_sections, packed_layer, param_section
from .strings import StringTable

REDUCTIONS = {
    "reduce_first": Pool.FIRST,
    "reduce_last": Pool.LAST,
    "reduce_max": Pool.MAX,
    "reduce_mean": Pool.MEAN,
    "reduce_sum": Pool.SUM,
}
"""Layer -> POOL_*."""


# ---- networks --------------------------------------------------------------------------------------------------------


def poolings_of(reducer: Any) -> list[Pool]:
    """In the order in which the layers after it read them."""
    return [REDUCTIONS[node.name] for node in reducer.walk(order="dfs_pre") if node.name in REDUCTIONS]


def _hidden_sections(prefix: str, reducer: Any, poolings: Sequence[Pool], width: int) -> list[Section]:
    """The maxout layer of a mean_max_reducer; its inputs in the order of the POOL_* bits. None where there is none."""
    found: list[Section] = []
    for maxout, norm in zip(nodes_of(reducer, "maxout"), nodes_of(reducer, "layernorm")):
        outputs, pieces, inputs = int(maxout.get_dim("nO")), int(maxout.get_dim("nP")), width * len(poolings)
        if pieces > MAX_PIECES or outputs > SPANCAT_MAX_HIDDEN:
            raise ConvertError(
                f"{prefix}: {pieces} maxout pieces and {outputs} outputs of the hidden layer are more than the {MAX_PIECES} and "
                f"{SPANCAT_MAX_HIDDEN} that are supported: train it with fewer"
            )
        weights = param_section(maxout, "W", (outputs, pieces, inputs), f"{prefix}/W").array
        blocks = weights.reshape(outputs, pieces, len(poolings), width)
        in_order = blocks[:, :, np.argsort(poolings)].reshape(weights.shape)
        bias = param_section(maxout, "b", (outputs, pieces), f"{prefix}/b").array
        found += [
            packed_layer(f"{prefix}/W", in_order, bias),
            param_section(norm, "G", (outputs,), f"{prefix}/G"),
            param_section(norm, "b", (outputs,), f"{prefix}/beta"),
        ]
    return found


def _output(scorer: Any, classes: int, inputs: int, prefix: str) -> tuple[Section, Activation]:
    """The linear layer of a scorer, and what turns its sums into scores."""
    (layer,) = nodes_of(scorer, "softmax") + nodes_of(scorer, "linear")
    attrs = layer.attrs
    if attrs.get("softmax_temperature", 1.0) != 1.0:
        raise ConvertError(
            f"{prefix}: a softmax of temperature {attrs['softmax_temperature']} is not supported: train it with 1"
        )
    if attrs.get("softmax_normalize", False):
        activation = Activation.SOFTMAX
    else:
        activation = Activation.LOGISTIC if nodes_of(scorer, "logistic") else Activation.NONE
    return linear_section(layer, classes, inputs, prefix), activation


# ---- suggesters ------------------------------------------------------------------------------------------------------


def _sizes(pipe: Any, sizes: Sequence[int]) -> list[tuple[int, int]]:
    """(size, its place in the list), ascending."""
    if not 1 <= len(sizes) <= SPANCAT_MAX_SIZES or not all(1 <= size <= SPANCAT_MAX_SIZE for size in sizes):
        raise ConvertError(
            f"component {pipe.name}: its suggester's sizes are not 1 to {SPANCAT_MAX_SIZES} numbers from 1 to "
            f"{SPANCAT_MAX_SIZE}: train it with such sizes"
        )
    return sorted((int(size), place) for place, size in enumerate(sizes))


def _suggester(pipe: Any) -> tuple[list[tuple[int, int]], str | None]:
    """Sizes of n-grams, or none and the key of preset spans."""
    suggester = pipe.suggester
    function = suggester.func if isinstance(suggester, partial) else None
    if function is ngram_suggester:
        return _sizes(pipe, suggester.keywords["sizes"]), None
    if function is preset_spans_suggester:
        return [], suggester.keywords["spans_key"]
    raise ConvertError(
        f"component {pipe.name}: its suggester is not one of spaCy's: train it with spacy.ngram_suggester.v1, "
        "spacy.ngram_range_suggester.v1 or spacy.preset_spans_suggester.v1"
    )


# ---- the components --------------------------------------------------------------------------------------------------


def _limit(pipe: Any, key: str) -> int:
    """A setting that is a number from 0 on or None, no limit."""
    value = pipe.cfg[key]
    if value is None:
        return SPANCAT_NO_LIMIT
    if not 0 <= value < SPANCAT_NO_LIMIT:
        raise ConvertError(f"component {pipe.name}: {key} = {value} is not supported: train it with a number from 0 on")
    return int(value)


def _threshold(pipe: Any, max_positive: int) -> float:
    value = pipe.cfg["threshold"]
    if value is None and max_positive != 1:
        raise ConvertError(
            f"component {pipe.name}: without a threshold spaCy cannot run it either, unless max_positive is 1: set threshold"
        )
    return float("-inf") if value is None else float(value)


def check_suggested(pipe: Any) -> None:
    """Refuses the settings of a SpanCategorizer that the engine does not have."""
    _suggester(pipe)
    _threshold(pipe, _limit(pipe, "max_positive"))


def spancat_sections(factory: str, pipe: Any, strings: StringTable) -> NetworkSections:
    """Everything under FACTORY/ of a SpanCategorizer."""
    if not pipe.labels:
        raise ConvertError(f"component {pipe.name} has no labels: train it or leave it out")
    tok2vec, reducer, scorer = (pipe.model.get_ref(name) for name in ("tok2vec", "reducer", "scorer"))
    width, poolings = int(tok2vec.get_dim("nO")), poolings_of(reducer)
    network, embeddings = own_encoder_sections(factory, pipe, tok2vec)
    hidden = _hidden_sections(f"{factory}/hidden", reducer, poolings, width)
    hidden_width = int(nodes_of(reducer, "maxout")[0].get_dim("nO")) if hidden else 0
    classes = len(pipe.labels) + bool(pipe.add_negative_label)
    output, activation = _output(scorer, classes, hidden_width or width * len(poolings), f"{factory}/output")
    sizes, preset_key = _suggester(pipe)
    max_positive = _limit(pipe, "max_positive")
    parts = SpancatPart.NEGATIVE * bool(pipe.add_negative_label)
    parts |= SpancatPart.DISJOINT * (not pipe.cfg["allow_overlap"])
    settings = [
        strings.label(pipe.key),
        NO_STRING if preset_key is None else strings.label(preset_key),
        sum(poolings),
        activation,
        hidden_width,
        max_positive,
        parts,
    ]
    tables = [
        tensor(f"{factory}/settings", settings, "u4"),
        tensor(f"{factory}/threshold", [_threshold(pipe, max_positive)], "f4"),
        tensor(f"{factory}/labels", [strings.label(label) for label in pipe.labels], "u4"),
    ]
    tables += [tensor(f"{factory}/sizes", sizes, "u4")] if sizes else []
    return NetworkSections([*tables, *network, *hidden, output], embeddings)


def span_finder_sections(pipe: Any, strings: StringTable) -> NetworkSections:
    """Everything under span_finder/."""
    tok2vec, scorer = pipe.model.get_ref("tok2vec"), pipe.model.get_ref("scorer")
    network, embeddings = own_encoder_sections("span_finder", pipe, tok2vec)
    output, activation = _output(scorer, 2, int(tok2vec.get_dim("nO")), "span_finder/output")
    key, shortest = strings.label(str(pipe.cfg["spans_key"])), pipe.cfg["min_length"]
    longest = SPANCAT_NO_LIMIT if pipe.cfg["max_length"] is None else int(pipe.cfg["max_length"])
    settings = [key, 1 if shortest is None else int(shortest), longest, activation]
    tables = [
        tensor("span_finder/settings", settings, "u4"),
        tensor("span_finder/threshold", [float(pipe.cfg["threshold"])], "f4"),
    ]
    return NetworkSections([*tables, *network, output], embeddings)
