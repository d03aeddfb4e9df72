"""What spaCy computes on its way: encoder layers, scores and decisions, in the form of tests/parity/stages_inside.c."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc
from thinc.api import Model

ENCODERS = ("tok2vec", "senter", "ner")
CLASSIFIERS = ("tagger", "senter")
DECIDERS = ("ner", "parser")


# ---- encoder layers --------------------------------------------------------------------------------------------------


@dataclass
class Layers:
    embed: np.ndarray  # [tokens][features * width], before the mixing maxout
    static: (
        np.ndarray
    )  # [tokens][width] projected static vectors beside them, or [tokens][0] where the encoder has none
    layers: list[np.ndarray]  # mixed embedding, then one per convolution: [tokens][width] each


def encoder_model(nlp: Language, component: str) -> Model:
    """The component's own embed and encode."""
    model = nlp.get_pipe(component).model
    if component == "ner":
        return model.get_ref("tok2vec").layers[0]
    return model if component == "tok2vec" else model.get_ref("tok2vec")


def layers(nlp: Language, component: str, doc: Doc) -> Layers:
    """Outputs of thinc's own layers, run one after the other."""
    embed, encode = encoder_model(nlp, component).layers
    *inputs, mix, _ = embed.layers
    (hashed, vectors) = inputs[0].layers if len(inputs) == 1 else (embed, None)
    extract, _, sums = hashed.layers[:3]
    keys = np.ascontiguousarray(extract.predict([doc])[0])
    summed = sums.layers[0].predict(keys)
    static = vectors.predict([doc]).data if vectors else summed[:, :0]
    row = mix.layers[0].predict(np.hstack([summed, static]))
    found = [row]
    convolutions = encode.layers[0].layers
    pad = len(convolutions)  # window 1 (spacy/ml/models/tok2vec.py: with_array(..., pad=receptive_field))
    padded = np.pad(row, ((pad, pad), (0, 0)))
    for convolution in convolutions:
        padded = convolution.predict(padded)
        found.append(padded[pad:-pad])
    return Layers(summed, static, found)


def encoder(nlp: Language, component: str, doc: Doc) -> np.ndarray:
    """The encoder's output as spaCy itself computes it; the last of layers() must be this."""
    return encoder_model(nlp, component).predict([doc])[0]


# ---- scores ----------------------------------------------------------------------------------------------------------


def scores(nlp: Language, classifier: str, doc: Doc) -> np.ndarray:
    """[tokens][classes] of the linear layer over the encoder's rows, as it comes: spaCy does not normalise it."""
    softmax = nlp.get_pipe(classifier).model.get_ref("softmax")
    assert not softmax.attrs["softmax_normalize"]
    return softmax.predict(encoder(nlp, "tok2vec" if classifier == "tagger" else classifier, doc))


# ---- decisions -------------------------------------------------------------------------------------------------------


@dataclass
class Trace:
    scores: np.ndarray  # [steps][classes]
    valid: np.ndarray  # [steps][classes] bool
    chosen: list[int]  # [steps]


def class_names(nlp: Language, decider: str) -> list[str]:
    moves = nlp.get_pipe(decider).moves
    return [moves.get_class_name(i) for i in range(moves.n_moves)]


def valid_ner_classes(moves: Any, names: list[str], state: Any) -> list[bool]:
    # "U-" cannot be looked up by name; it is for blocked tokens, which a fresh document has none of (ner.pyx Unit)
    return [name != "U-" and bool(moves.is_valid(state, name)) for name in names]


def valid_parser_classes(moves: Any, names: list[str], state: Any) -> list[bool]:
    """Labels make no difference (arc_eager.pyx set_valid), so one class of each action is asked."""
    valid: dict[str, bool] = {}
    for name in names:
        assert not name.endswith("-subtok")
        if name[0] not in valid:
            valid[name[0]] = bool(moves.is_valid(state, name))
    return [valid[name[0]] for name in names]


def trace(nlp: Language, decider: str, doc: Doc) -> Trace:
    """Decision by decision through spaCy's step model; doc is fresh from the tokenizer, and gets the annotations."""
    component = nlp.get_pipe(decider)
    moves, names = component.moves, class_names(nlp, decider)
    valid_classes = valid_ner_classes if decider == "ner" else valid_parser_classes
    if decider == "parser":
        nlp.get_pipe("tok2vec")(doc)  # leaves the tensor that the parser's listener reads
    step_model = component.model.predict([doc])
    first = states = moves.init_batch([doc])
    rows: list[np.ndarray] = []
    valid: list[list[bool]] = []
    while states and not states[0].is_final():
        row = step_model.predict(states)
        rows.append(row[0].copy())
        valid.append(valid_classes(moves, names, states[0]))
        states = component.transition_states(states, row)
    component.set_annotations([doc], first)
    table = np.array(rows, dtype=np.float32).reshape(len(rows), len(names))
    allowed = np.array(valid, dtype=bool).reshape(len(rows), len(names))
    chosen = np.where(allowed, table, -np.inf).argmax(axis=1).tolist() if len(rows) else []
    return Trace(table, allowed, chosen)
