"""Trains spaCy's textcat on soft targets.

spaCy's own training wants 0 or 1 for each class (E851); here the gradient of the cross-entropy with soft targets,
softmax - target, goes into the pipe's model, and everything else is spaCy's and thinc's.

While it trains, a second softmax beside the pipe's own predicts the shares of the nine ratings: how strong a text is tells
more about it than its class does (multi-task learning). It is not part of the pipeline.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import (
    Adam,
    Config,
    Model,
    Softmax,
    chain,
    concatenate,
    fix_random_seed,
    get_current_ops,
    set_dropout_rate,
)
from tqdm import tqdm

from .data import LABELS, NEUTRAL, RATINGS


def add_textcat(nlp: Language, config: Config, docs: Sequence[Doc]) -> Model:
    """A fresh textcat pipe at the end of nlp, in the place of an earlier one, initialised on some docs; returns its model."""
    if "textcat" in nlp.pipe_names:
        nlp.remove_pipe("textcat")
    pipe = nlp.add_pipe("textcat", config={"model": config["model"]})
    for label in LABELS:
        pipe.add_label(label)
    examples = []
    for i, doc in enumerate(docs[:100]):
        reference = Doc(nlp.vocab, words=[t.text for t in doc], spaces=[bool(t.whitespace_) for t in doc])
        reference.cats = {label: float(i % len(LABELS) == c) for c, label in enumerate(LABELS)}
        examples.append(Example(doc, reference))
    pipe.initialize(lambda: examples, nlp=nlp)
    return pipe.model


def _batches(count: int, size: int, rng: np.random.RandomState) -> Iterable[np.ndarray]:
    order = rng.permutation(count)
    return (order[start : start + size] for start in range(0, count, size))


def with_votes(model: Model) -> Model:
    """The model's layers with a second output layer: (docs, 3 + 9), the classes and the shares of the ratings."""
    text, classes = model.layers
    votes = Softmax(nO=len(RATINGS), nI=classes.get_dim("nI"))
    votes.initialize()
    return chain(text, concatenate(classes, votes))


def gradient(scores: np.ndarray, targets: np.ndarray, votes: np.ndarray, weight: float) -> np.ndarray:
    """(docs, 3 + 9) of the mean cross-entropy of the classes, and `weight` times that of the votes where there are any."""
    difference = scores - np.concatenate([targets, votes], axis=1)
    difference[:, len(LABELS) :] *= weight * votes.any(axis=1, keepdims=True)
    return (difference / len(scores)).astype("float32")


def train(
    model: Model,
    docs: Sequence[Doc],
    targets: np.ndarray,
    votes: np.ndarray,
    settings: dict[str, Any],
    seed: int,
    title: str,
) -> None:
    """targets: (docs, 3); votes: (docs, 9), zeros where there are none.

    Adam with warm-up and linear decay; the model ends with the averages of its weights.
    """
    rng = np.random.RandomState(seed)
    optimizer = Adam(
        settings["learn_rate"],
        L2=settings["weight_decay"],
        L2_is_weight_decay=True,
        grad_clip=settings["grad_clip"],
        use_averages=True,
    )
    taught = with_votes(model)
    set_dropout_rate(taught, settings["dropout"])
    total = settings["epochs"] * math.ceil(len(docs) / settings["batch_texts"])
    with tqdm(total=total, desc=title, unit="batch", mininterval=2) as progress:
        for _ in range(settings["epochs"]):
            for batch in _batches(len(docs), settings["batch_texts"], rng):
                step = progress.n
                warm, left = min(1, (step + 1) / settings["warmup_steps"]), 1 - step / total
                optimizer.learn_rate = settings["learn_rate"] * warm * left
                scores, backprop = taught.begin_update([docs[i] for i in batch])
                backprop(gradient(scores, targets[batch], votes[batch], settings["votes_weight"]))
                taught.finish_update(optimizer)
                progress.update()
    keep_averages(model, optimizer.averages)


def keep_averages(model: Model, averages: dict[tuple[int, str], np.ndarray]) -> None:
    for node in model.walk():
        for name in node.param_names:
            if (node.id, name) in averages:
                node.set_param(name, averages[(node.id, name)])


def fix_seed(seed: int) -> None:
    """The same numbers on the same machine and the same libraries."""
    fix_random_seed(seed)
    get_current_ops().use_blis = False  # numpy's matrix product: another library sums in another order


def predict(model: Model, docs: Sequence[Doc], batch: int = 256) -> np.ndarray:
    """(docs, 3) probabilities; zeros for a document without tokens, as spaCy gives them."""
    out = np.zeros((len(docs), len(LABELS)), dtype="float32")
    full = [i for i, doc in enumerate(docs) if len(doc)]
    for start in range(0, len(full), batch):
        part = full[start : start + batch]
        out[part] = model.predict([docs[i] for i in part])
    return out


def output_layer(model: Model) -> Model:
    """The softmax layer, whose W and b make the scores."""
    return [node for node in model.walk() if node.name == "softmax"][-1]


def fold_calibration(model: Model, temperature: float, neutral: float) -> None:
    """measures.calibrated as weights: softmax((W x + b + neutral) / T), so that spaCy's own scores are the calibrated ones."""
    layer = output_layer(model)
    bias = layer.get_param("b").copy()
    bias[NEUTRAL] += neutral
    layer.set_param("b", bias / temperature)
    layer.set_param("W", layer.get_param("W") / temperature)
