"""The table of word vectors: spaCy's vectors with the lexicon's columns beside them, and its projection after training.

In training a row is [vector | lexicon columns], and StaticVectors learns a projection W of it. What a trained model reads of a
row is only W·row, so the saved table holds that and the saved W is the identity: spaCy computes the same numbers from a fifth
of the bytes. The projections are rounded to what a 16-bit float holds, so that a converter may store them so without loss.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Callable

import numpy as np
from spacy.language import Language
from spacy.vectors import Vectors
from spacy.vocab import Vocab
from thinc.api import Model

from . import lexicon

WORD = re.compile(r"[A-Za-z]['A-Za-z]*")


def _merge(rows: np.ndarray, row_of: Mapping[str, int]) -> tuple[np.ndarray, dict[str, int]]:
    """Without equal rows and rows that no word has; words of zero rows are left out, as unknown words read zeros anyway."""
    used = sorted(set(row_of.values()))
    distinct, number = np.unique(rows[used], axis=0, return_inverse=True)
    renumbered = dict(zip(used, number.reshape(-1).tolist()))
    zero = {i for i, row in enumerate(distinct) if not row.any()}
    keep = [i for i in range(len(distinct)) if i not in zero]
    final = {old: new for new, old in enumerate(keep)}
    return distinct[keep], {word: final[renumbered[row]] for word, row in row_of.items() if renumbered[row] not in zero}


def _set(nlp: Language, rows: np.ndarray, row_of: Mapping[str, int]) -> None:
    """Sorted by word, so that the same words give the same file."""
    table = Vectors(strings=nlp.vocab.strings, data=np.ascontiguousarray(rows, dtype="float32"), name="sentiment")
    for word in sorted(row_of):
        table.add(nlp.vocab.strings.add(word), row=row_of[word])
    nlp.vocab.vectors = table


def words_of(vocab: Vocab) -> dict[str, int]:
    """word -> row of a vocabulary's vectors."""
    return {vocab.strings[key]: int(row) for key, row in vocab.vectors.key2row.items() if key in vocab.strings}


def build(nlp: Language, base: Vocab, valences: Mapping[str, float], keep: Callable[[str], bool]) -> None:
    """Gives nlp the vectors of base's words that are kept, and of the lexicon's, with its columns."""
    known = words_of(base)
    data = base.vectors.data
    columns = {word: lexicon.columns(word, valences) for word in {*known, *lexicon.words(valences)}}
    words = [w for w in sorted(columns) if columns[w].any() or keep(w)]
    nothing = np.zeros(data.shape[1], dtype="float32")
    row_of: dict[str, int] = {}
    number: dict[tuple[int, bytes], int] = {}
    rows: list[np.ndarray] = []
    for word in words:
        row, extra = known.get(word, -1), columns[word]
        pair = (row, extra.tobytes())
        if pair not in number:
            number[pair] = len(rows)
            rows.append(np.concatenate([data[row] if row >= 0 else nothing, extra]))
        row_of[word] = number[pair]
    _set(nlp, *_merge(np.array(rows), row_of))


def static_layer(model: Model) -> Model:
    """The one StaticVectors layer of a model."""
    (layer,) = [node for node in model.walk() if node.name == "static_vectors"]
    return layer


def project(nlp: Language, model: Model) -> None:
    """Puts W·row in the place of every row and the identity in the place of W."""
    layer = static_layer(model)
    weights = layer.get_param("W")
    rows = (nlp.vocab.vectors.data @ weights.T).astype("float16").astype("float32")
    _set(nlp, *_merge(rows, words_of(nlp.vocab)))
    layer.set_param("W", None)  # else thinc refuses to change its shape
    layer.set_dim("nM", len(weights), force=True)
    layer.set_param("W", np.eye(len(weights), dtype="float32"))


def spellings(words: Iterable[str]) -> set[str]:
    """The words and their forms at a sentence's start and in capitals."""
    return {form for word in words for form in (word, word.lower(), word.title(), word.upper())}
