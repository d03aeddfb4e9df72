"""Encoders that read static vectors: documents and layers are spaCy's, with a pipeline that spaCy trains for this test."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Callable

import numpy as np
import pytest

pytest.importorskip("spacy")

import oracle_inside
from comparison import Comparison
from convert import container
from convert.container import Group, Section, halved
from corpus import project_texts
from differences import first_layer_difference
from vector_pipeline import SYMBOLS, VectorPipeline

PIPELINES = ("full", "everything", "ner", "senter for parser", "senter")


@pytest.fixture(scope="module")
def compared(vector_pipeline: VectorPipeline, program: Callable[[str], Path]) -> Callable[[str], Comparison]:
    return lambda pipeline: Comparison(
        str(vector_pipeline.folder), pipeline, program("tests/stages"), vector_pipeline.model
    )


@pytest.fixture(scope="module")
def texts(amount: Callable[[int, int], int]) -> list[str]:
    """The project's, and words in an order that nobody wrote: with vectors, without, of reserved names."""
    choose = random.Random(1)
    words = (
        [word for text in project_texts() for word in text.split(" ")] + list(SYMBOLS) * 20 + ["Zqxj", "apPLe", "\n"]
    )
    orders = [" ".join(choose.choices(words, k=choose.randrange(1, 60))) for _ in range(amount(80, 300))]
    return project_texts()[:: amount(4, 1)] + orders


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_documents(compared: Callable[[str], Comparison], texts: list[str], pipeline: str) -> None:
    differences = compared(pipeline).differences(texts)
    assert differences == [], differences[0]


def test_a_long_document(compared: Callable[[str], Comparison], texts: list[str]) -> None:
    assert compared("full").differences([" ".join(texts)]) == []


def test_layers(compared: Callable[[str], Comparison]) -> None:
    comparison = compared("everything")
    texts = project_texts()[::9]
    with_vector = without = 0
    for text, got in zip(texts, comparison.stages("--layers").texts(texts)):
        doc = comparison.nlp.make_doc(text)
        for encoder in oracle_inside.ENCODERS if len(doc) else ():
            want = oracle_inside.layers(comparison.nlp, encoder, doc)
            assert first_layer_difference(encoder, want, got["layers"][encoder]) is None, text
            assert want.layers[-1].tobytes() == oracle_inside.encoder(comparison.nlp, encoder, doc).tobytes()
            with_vector += int(want.static.any(axis=1).sum())
            without += int((~want.static.any(axis=1)).sum())
    assert with_vector > 1000 and without > 300


# ---- the same file with other tables -----------------------------------------------------------------------------------


def answers(
    comparison: Comparison, model: Path, change: Callable[[Section], Section], texts: list[str]
) -> list[object]:
    """What tern says with a file whose sections were changed."""
    sections = container.read(comparison.model.read_bytes()).values()
    model.write_bytes(container.write([[change(section) for section in sections]]))
    return list(replace(comparison, model=model).stages().texts(texts))


def test_vectors_matter(compared: Callable[[str], Comparison], texts: list[str], tmp_path: Path) -> None:
    def without(section: Section) -> Section:
        return replace(section, array=np.zeros_like(section.array)) if section.name.endswith("/static") else section

    normal = list(compared("full").stages().texts(texts))
    changed = answers(compared("full"), tmp_path / "zero.tern", without, texts)
    assert sum(a != b for a, b in zip(normal, changed)) > len(texts) / 5


def test_half_precision(compared: Callable[[str], Comparison], texts: list[str], tmp_path: Path) -> None:
    """Rows of halves, which are expanded one by one, are the rounded rows."""

    def half(section: Section) -> Section:
        return halved(Group("", [section])).sections[0]

    def rounded(section: Section) -> Section:
        return replace(section, array=half(section).array.astype(section.array.dtype))

    halves = answers(compared("full"), tmp_path / "half.tern", half, texts)
    assert halves == answers(compared("full"), tmp_path / "rounded.tern", rounded, texts)
