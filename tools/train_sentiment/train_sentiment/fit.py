"""From rated texts to a trained pipeline, its vectors projected; and the calibration that is folded into it."""
from __future__ import annotations

from typing import Mapping, Sequence

import numpy as np
from spacy.language import Language
from thinc.api import Config

from . import augment, pipeline, training, vectors
from .data import RATINGS, Row, soft_targets, vote_shares


def fit(
    sources: tuple[str, str], valences: Mapping[str, float], rows: Sequence[Row], config: Config, seed: int, title: str
) -> Language:
    """sources: what gives tokenizer and senter, and what gives the vectors (pipeline.base)."""
    training.fix_seed(seed)
    nlp = pipeline.base(*sources, valences, (row.text for row in rows))
    texts, targets = augment.examples(rows, valences, config["augmentation"], seed)
    docs = [nlp.make_doc(text) for text in [*(row.text for row in rows), *texts]]
    model = training.add_textcat(nlp, config, docs)
    votes = np.concatenate([vote_shares(rows), np.zeros((len(texts), len(RATINGS)), dtype="float32")])
    training.train(model, docs, np.concatenate([soft_targets(rows), targets]), votes, config["training"], seed, title)
    vectors.project(nlp, model)
    return nlp


def fold(nlp: Language, calibration: Mapping[str, float]) -> None:
    """Makes spaCy's own scores the calibrated ones."""
    training.fold_calibration(nlp.get_pipe("textcat").model, calibration["temperature"], calibration["neutral"])
