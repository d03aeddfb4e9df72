"""From rated texts to a trained pipeline, its vectors projected; and the calibration that is folded into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from spacy.language import Language
from thinc.api import Config, Model

from . import augment, distill, pipeline, training, vectors
from .data import RATINGS, Row, soft_targets, vote_shares

Examples = tuple[Sequence[str], np.ndarray]  # texts, (texts, 3) targets


def learn(
    nlp: Language,
    valences: Mapping[str, float],
    rows: Sequence[Row],
    config: Config,
    seed: int,
    title: str,
    *more: Examples,
) -> Model:
    """A fresh textcat in nlp, in the place of an earlier one, that learns the rows, made texts and `more`."""
    training.fix_seed(seed)
    parts: list[Examples] = [([row.text for row in rows], soft_targets(rows))]
    parts += [augment.examples(rows, valences, config["augmentation"], seed), *more]
    docs = [nlp.make_doc(text) for texts, _ in parts for text in texts]
    targets = np.concatenate([targets for _, targets in parts])
    votes = np.concatenate([vote_shares(rows), np.zeros((len(docs) - len(rows), len(RATINGS)), dtype="float32")])
    model = training.add_textcat(nlp, config, docs)
    training.train(model, docs, targets, votes, config["training"], seed, title)
    return model


def teach(
    sources: tuple[str, str], valences: Mapping[str, float], rows: Sequence[Row], config: Config, seed: int
) -> distill.Lesson:
    """What the teachers say of texts made of the rows. sources: as for fit."""
    nlp = pipeline.base(*sources, valences, (row.text for row in rows))

    def teacher(part: Sequence[Row], teacher_seed: int, title: str) -> Model:
        return learn(nlp, valences, part, config, teacher_seed, title)

    settings = config["distillation"]
    return distill.lesson(nlp, rows, teacher, settings["teachers"], settings["texts"], seed)


def fit(
    sources: tuple[str, str], valences: Mapping[str, float], rows: Sequence[Row], config: Config, seed: int, title: str,
    lesson: distill.Lesson,
) -> Language:  # fmt: skip
    """sources: what gives tokenizer and senter, and what gives the vectors (pipeline.base)."""
    nlp = pipeline.base(*sources, valences, (row.text for row in rows))
    model = learn(nlp, valences, rows, config, seed, title, (lesson.texts, lesson.targets))
    vectors.project(nlp, model)
    return nlp


def fold(nlp: Language, calibration: Mapping[str, float]) -> None:
    """Makes spaCy's own scores the calibrated ones."""
    training.fold_calibration(nlp.get_pipe("textcat").model, calibration["temperature"], calibration["neutral"])
