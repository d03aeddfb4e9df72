"""Teaches one model what the mean of several says: each of them learns without one part of the documents.

The mean of models is better than any of them, as their chance errors differ. One model of the same size comes closer to it
by learning what the mean says of many more texts than there are ratings for (Bucila et al., Model Compression, KDD 2006).
Those texts are made of the rated ones (unlabelled.py). The rated texts keep the targets of their votes: replacing these by
what models say that did not learn them was worse on development.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Callable

import numpy as np
from spacy.language import Language
from thinc.api import Model

from . import unlabelled
from .data import LABELS, Row, folds
from .training import predict

Learn = Callable[[Sequence[Row], int, str], Model]  # rows, seed, title of the progress bar


@dataclass(frozen=True)
class Lesson:
    """texts with the (texts, 3) mean scores of the teachers, and the (rows, 3) scores of each row's one teacher without it."""

    texts: list[str]
    targets: np.ndarray
    held_out: np.ndarray


def lesson(nlp: Language, rows: Sequence[Row], learn: Learn, teachers: int, count: int, seed: int) -> Lesson:
    """`count` texts made of the rows, scored by teachers of which each learns all documents but its fold.

    Raises ValueError for fewer than two teachers: the only one would have nothing to learn from.
    """
    if teachers < 2:
        raise ValueError(f"teachers = {teachers} in [distillation]: give 2 or more")
    fold_of = folds(rows, teachers)
    texts = unlabelled.texts(rows, count, seed)
    docs, row_docs = [nlp.make_doc(text) for text in texts], [nlp.make_doc(row.text) for row in rows]
    total = np.zeros((count, len(LABELS)))
    held_out = np.zeros((len(rows), len(LABELS)))
    for fold in range(teachers):
        learned = [row for row, number in zip(rows, fold_of) if number != fold]
        model = learn(learned, seed + 1 + fold, f"teacher {fold + 1} of {teachers}")
        total += predict(model, docs)
        without = np.flatnonzero(fold_of == fold)
        held_out[without] = predict(model, [row_docs[i] for i in without])
    return Lesson(texts, (total / teachers).astype("float32"), held_out)
