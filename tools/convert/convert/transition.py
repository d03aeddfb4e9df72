"""What the parser and the named entity recogniser share: the network of a transition-based component."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .constants import BEAM_MAX_WIDTH, PANEL, TRANSITION_MAX_CLASSES
from .container import Section, tensor
from .errors import ConvertError
from .network import NetworkSections, linear_section, own_encoder_sections, packed_layer, param_section


def check_decisions(pipe: Any) -> None:
    """Refuses a transition-based component whose classes spaCy masks, or whose search finds nothing in spaCy."""
    width, density = pipe.cfg.get("beam_width", 1), pipe.cfg.get("beam_density", 0.0)
    if not 1 <= width <= BEAM_MAX_WIDTH:
        raise ConvertError(
            f"component {pipe.name}: beam_width = {width} is not supported, only 1 to {BEAM_MAX_WIDTH}: set such a width"
        )
    if width > 1 and not density <= 1:
        raise ConvertError(
            f"component {pipe.name}: beam_density = {density} leaves nothing in the beam, and spaCy fails: set one that is "
            "at most 1"
        )
    if pipe.model.attrs["unseen_classes"]:
        raise ConvertError(f"component {pipe.name} has labels that it was never trained on: train it or remove them")


def beam_sections(prefix: str, pipe: Any) -> list[Section]:
    """Of a component that searches. A width of 1 decides greedily, in whatever factory (transition_parser.pyx predict)."""
    width, density = pipe.cfg.get("beam_width", 1), pipe.cfg.get("beam_density", 0.0)
    if width == 1:
        return []
    return [tensor(f"{prefix}/beam_width", [width], "u4"), tensor(f"{prefix}/beam_density", [max(density, 0.0)], "f4")]


def _lower_sections(lower: Any, name: str, slots: int, outputs: int) -> list[Section]:
    """The layer that is computed ahead for each token and slot, and what a slot without a token adds."""
    hidden, pieces = int(lower.get_dim("nI")), int(lower.get_dim("nP"))
    weights = param_section(lower, "W", (slots, outputs, pieces, hidden), f"{name}/W").array
    biases = np.zeros((slots, outputs, pieces), dtype="<f4")
    biases[0] = param_section(lower, "b", (outputs, pieces), f"{name}/b").array
    # the padding has a leading dimension of 1 for the sake of old models
    pads = param_section(lower, "pad", (1, slots, outputs, pieces), f"{name}/pad").array[0] + biases
    panels = np.stack([packed_layer("", W, b).array.reshape(-1, 1 + hidden, PANEL) for W, b in zip(weights, biases)])
    # a layer without inputs: its biases alone, in the order of a row of sums
    rows = np.stack([packed_layer("", pad[:, :, None][:, :, :0], pad).array.reshape(-1) for pad in pads])
    return [tensor(f"{name}/W", panels, "f4"), tensor(f"{name}/pad", rows, "f4")]


def transition_sections(prefix: str, pipe: Any, allowed_slots: Sequence[int], classes: int) -> NetworkSections:
    """Own encoder, linear, lower and upper, or scores, and the settings of a search, of a TransitionBasedParser
    (spacy/ml/models/parser.py, _precomputable_affine.py)."""
    if classes > TRANSITION_MAX_CLASSES:
        raise ConvertError(
            f"component {pipe.name} has {classes} moves, two to four for each label; {TRANSITION_MAX_CLASSES} are "
            "supported: train it with fewer labels"
        )
    lower, upper = pipe.model.get_ref("lower"), pipe.model.get_ref("upper")
    tok2vec, *_, linear = pipe.model.get_ref("tok2vec").layers
    encoder, width = own_encoder_sections(prefix, pipe, tok2vec), int(tok2vec.get_dim("nO"))
    slots, hidden = int(lower.get_dim("nF")), int(lower.get_dim("nI"))
    if slots not in allowed_slots:
        raise ConvertError(
            f"{prefix}: the lower layer has {slots} slots, not {' or '.join(map(str, allowed_slots))}: "
            "train it with spaCy's own state features"
        )
    has_upper = bool(pipe.model.attrs["has_upper"])
    outputs, name = (hidden, f"{prefix}/lower") if has_upper else (classes, f"{prefix}/scores")
    sums = _lower_sections(lower, name, slots, outputs)
    layers = [linear_section(linear, hidden, width, f"{prefix}/linear"), *sums]
    if has_upper:
        layers.append(linear_section(upper, classes, hidden, f"{prefix}/upper"))
    return NetworkSections([*encoder.network, *beam_sections(prefix, pipe), *layers], encoder.embeddings)
