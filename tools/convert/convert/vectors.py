"""Static vectors (spacy/vectors.pyx, spacy/ml/staticvectors.py).

Each encoder has a table of its own, already multiplied by its projection. How a text finds its rows is the same for all: by one
index of the texts that have a row (engine/text/word_vectors.h), or, with floret vectors, by hashes of its pieces
(engine/text/floret.h).
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import numpy as np
from spacy.attrs import ORTH
from spacy.vectors import Mode, Vectors

from .constants import FLORET_MAX_MARK, FLORET_MAX_PIECE, MAX_VECTOR_BITS
from .container import Section, tensor, text
from .errors import ConvertError
from .strings import StringTable

TABLE = "table of vectors"
"""The title of the group that no engine reads."""
KEYS_OF_A_START = 16
"""About as many keys begin with the same bits: the fewer, the longer the index of starts."""
BLOCK_ROWS = 8192

FLORET_SETTINGS = ("minn", "maxn", "hash_count", "hash_seed", "bow", "eow")
MAX_HASHES = 4
"""Rows of a piece of floret vectors."""


class VectorTable(NamedTuple):
    """keys u64[K], ascending; row_of i8[K]: number of each in rows f4[R][columns], which are different from each other."""

    keys: np.ndarray
    row_of: np.ndarray
    rows: np.ndarray


def check_vectors(vectors: Any) -> None:
    """Refuses, by name, what the engine cannot look up as spaCy does."""
    if type(vectors) is not Vectors:
        raise ConvertError(
            f"vectors of the class {type(vectors).__qualname__} are not supported, only {Vectors.__qualname__}: "
            "train the pipeline with those"
        )
    if vectors.attr != ORTH:
        raise ConvertError(
            "vectors that belong to another attribute than ORTH are not supported: train the pipeline with vectors "
            "of whole words"
        )
    if not vectors.data.size or (vectors.mode == Mode.default and not vectors.key2row):
        raise ConvertError(
            "the pipeline reads static vectors, but has none: its vocabulary has lost them: save it with them, "
            "by nlp.to_disk without exclude"
        )
    if vectors.data.dtype != np.float32 or vectors.data.ndim != 2:
        raise ConvertError(
            f"vectors of {vectors.data.dtype} are not supported, only of float32: change their type before the training"
        )
    if not np.isfinite(vectors.data).all():
        raise ConvertError("a vector has a value that is not a finite number: make the vectors again")
    if vectors.mode == Mode.floret:
        _check_floret(vectors)


def _check_floret(vectors: Any) -> None:
    if not vectors.minn <= vectors.maxn <= FLORET_MAX_PIECE:
        raise ConvertError(
            f"floret vectors with minn = {vectors.minn}, maxn = {vectors.maxn} are not supported, only up to "
            f"{FLORET_MAX_PIECE}: train the vectors with that"
        )
    if not 1 <= vectors.hash_count <= MAX_HASHES:
        raise ConvertError(
            f"floret vectors with hash_count = {vectors.hash_count} are not supported, only 1 to {MAX_HASHES}: "
            "train the vectors with that"
        )
    for name, mark in (("bow", vectors.bow), ("eow", vectors.eow)):
        if not isinstance(mark, str) or len(mark.encode("utf-8")) > FLORET_MAX_MARK:
            raise ConvertError(
                f"floret vectors with {name} = {mark!r} are not supported, only a text of up to {FLORET_MAX_MARK} bytes: "
                "train the vectors with that"
            )


def vector_rows(vectors: Any) -> np.ndarray:
    """The rows f4[R][columns] that a file has for each encoder, before its projection: of floret vectors all, as words
    hash to them.
    """
    check_vectors(vectors)
    return vectors.data if vectors.mode == Mode.floret else read_vectors(vectors).rows


def last_row(vectors: Any) -> np.ndarray:
    """The row f4[1][columns] that version 1 of StaticVectors takes for a text without one: it has the number -1."""
    check_vectors(vectors)
    if vectors.mode == Mode.floret:
        raise ConvertError(
            "version 1 of MultiHashEmbed cannot read floret vectors, in spaCy neither: train it with version 2"
        )
    return np.ascontiguousarray(vectors.data[-1:])


def read_vectors(vectors: Any) -> VectorTable:
    """Every key with a row. Rows that no key has are left out, equal ones are there once, in the order of their first."""
    check_vectors(vectors)
    keys = np.fromiter(vectors.key2row.keys(), dtype=np.uint64, count=len(vectors.key2row))
    row_of = np.fromiter(vectors.key2row.values(), dtype=np.int64, count=len(keys))
    order = np.argsort(keys)[row_of[np.argsort(keys)] >= 0]  # a negative row is none
    keys, row_of = keys[order], row_of[order]
    if not len(keys) or row_of.max() >= len(vectors.data):
        raise ConvertError(
            "the vectors' keys lead to no row, or to one that is not there: make the vectors again, by "
            "`python -m spacy init vectors`"
        )
    used, row_of = np.unique(row_of, return_inverse=True)
    rows = np.ascontiguousarray(vectors.data[used])
    _, first, row_of_used = np.unique(rows.view(f"V{rows.strides[0]}").ravel(), return_index=True, return_inverse=True)
    number = np.argsort(np.argsort(first))
    return VectorTable(keys, number[row_of_used][row_of], rows[np.sort(first)])


def project(rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """rows . weights^T as float32[R][width], rounded once: whichever way spaCy's matrix library adds, it is as near as can be."""
    projection = weights.astype(np.float64).T
    blocks = [rows[at : at + BLOCK_ROWS].astype(np.float64) @ projection for at in range(0, len(rows), BLOCK_ROWS)]
    return np.concatenate([block.astype("<f4") for block in blocks])


def floret_section(vectors: Any, strings: StringTable) -> Section:
    """vectors/floret."""
    marks = [strings.number(mark) for mark in (vectors.bow, vectors.eow)]
    return tensor("vectors/floret", [vectors.minn, vectors.maxn, vectors.hash_count, vectors.hash_seed, *marks], "u4")


def index_sections(vectors: Any, strings: StringTable) -> list[Section]:
    """Everything under vectors/: how the rows of a word are found."""
    check_vectors(vectors)
    return [floret_section(vectors, strings)] if vectors.mode == Mode.floret else key_sections(read_vectors(vectors))


def table_sections(vocab: Any) -> list[Section]:
    """Everything under table/: the vectors as spaCy has them, for Python. Empty without vectors."""
    vectors = vocab.vectors
    if not vectors.data.size:
        return []
    check_vectors(vectors)
    settings = {"mode": vectors.mode}
    if vectors.mode == Mode.floret:
        settings |= {name: getattr(vectors, name) for name in FLORET_SETTINGS}
    found = [text("table/settings", json.dumps(settings)), tensor("table/rows", vectors.data, "f4")]
    if vectors.mode == Mode.floret:
        return found
    rows = {key: row for key, row in vectors.key2row.items() if row >= 0}  # a negative row is none
    pairs = np.array(list(rows.items()), dtype=np.uint64)
    known = (vocab.strings[key] for key in rows if key in vocab.strings)
    names = "".join(f"{name}\0" for name in known if "\0" not in name)
    return [*found, tensor("table/keys", pairs, "u8"), *([text("table/names", names)] if names else [])]


def key_sections(table: VectorTable) -> list[Section]:
    """vectors/start and vectors/keys."""
    bits = max((len(table.rows) - 1).bit_length(), (len(table.keys) // KEYS_OF_A_START).bit_length(), 1)
    if bits > MAX_VECTOR_BITS:
        raise ConvertError(
            f"{len(table.keys)} vectors are too many: prune them, by vocab.prune_vectors, before the training"
        )
    starts = np.searchsorted(table.keys >> np.uint64(64 - bits), np.arange((1 << bits) + 1, dtype=np.uint64))
    entries = (table.keys << np.uint64(bits)) | table.row_of.astype(np.uint64)
    return [tensor("vectors/start", starts, "u4"), tensor("vectors/keys", entries, "u8")]
