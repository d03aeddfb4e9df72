"""Encoders that read floret vectors, with several settings: documents and layers are spaCy's, with pipelines that
spaCy trains for this.
"""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any, Callable

import pytest

pytest.importorskip("spacy")

import oracle_inside
from common import REDUCED
from comparison import Comparison
from convert import container
from convert.container import Group, Section, halved
from corpus import project_texts
from differences import first_layer_difference
from stages import Stages
from vector_pipeline import SYMBOLS, make

SETTINGS: dict[str, dict[str, Any]] = {
    "as official": {"minn": 4, "maxn": 5, "hash_count": 2, "hash_seed": 2166136261},
    "short pieces, four rows": {"minn": 0, "maxn": 3, "hash_count": 4, "hash_seed": 0},
    "marks of several characters": {"minn": 2, "maxn": 6, "hash_count": 3, "hash_seed": 1, "bow": "é«", "eow": "» 東"},
    "no marks": {"minn": 30, "maxn": 32, "hash_count": 2, "hash_seed": 5, "bow": "", "eow": ""},
}
LONGEST_WORD = 30
"""Characters, where layers are compared: long sums differ by what was projected first, the rows or their sum."""


@pytest.fixture(scope="module", params=list(SETTINGS)[: 2 if REDUCED else None])
def compared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, program: Callable[[str], Path]
) -> Callable[[str], Comparison]:
    made = make(tmp_path_factory.mktemp("floret"), project_texts(), SETTINGS[request.param])
    return lambda pipeline: Comparison(str(made.folder), pipeline, program("tests/stages"), made.model)


@pytest.fixture(scope="module")
def texts(some_texts: Callable[[int], list[str]]) -> list[str]:
    """Of many scripts; words of 1 to 300 characters; reserved names."""
    choose = random.Random(1)
    long_words = ["".join(choose.choices("abcäé東ж😀", k=length)) for length in range(1, 300, 7)]
    return some_texts(23) + [" ".join([*SYMBOLS, word, "x", *SYMBOLS]) for word in long_words]


@pytest.mark.parametrize("pipeline", ["full", "senter"])
def test_documents(compared: Callable[[str], Comparison], texts: list[str], pipeline: str) -> None:
    differences = compared(pipeline).differences(texts)
    assert differences == [], f"{len(differences)} of {len(texts)} texts differ; the first:\n{differences[0]}"


def test_layers(compared: Callable[[str], Comparison], texts: list[str]) -> None:
    comparison = compared("everything")
    some = [text for text in texts if text and max(map(len, text.split(" "))) <= LONGEST_WORD][::9]
    assert len(some) > 10
    for text, got in zip(some, comparison.stages("--layers").texts(some)):
        doc = comparison.nlp.make_doc(text)
        for encoder in oracle_inside.ENCODERS:
            want = oracle_inside.layers(comparison.nlp, encoder, doc)
            assert want.static.any(axis=1).all()
            assert first_layer_difference(encoder, want, got["layers"][encoder]) is None, text


def answers(
    comparison: Comparison, model: Path, change: Callable[[Section], Section], texts: list[str]
) -> list[object]:
    """What tern says with a file whose sections were changed."""
    sections = container.read(comparison.model.read_bytes()).values()
    model.write_bytes(container.write([[change(section) for section in sections]]))
    return list(replace(comparison, model=model).stages().texts(texts))


def test_each_setting_matters(compared: Callable[[str], Comparison], texts: list[str], tmp_path: Path) -> None:
    comparison, texts = compared("full"), texts[::3]
    normal = list(comparison.stages().texts(texts))
    minn, maxn, hash_count = container.read(comparison.model.read_bytes())["vectors/floret"].array[:3].tolist()
    for place, value in (
        (0, minn - 1 if minn else 1),
        (1, maxn + 1 if maxn < 32 else maxn - 1),
        (2, hash_count % 4 + 1),
        (3, 99),
    ):

        def changed(section: Section) -> Section:
            if section.name != "vectors/floret":
                return section
            settings = section.array.copy()
            settings[place] = value
            if settings[0] > settings[1]:
                settings[1] = settings[0]
            return replace(section, array=settings)

        got = answers(comparison, tmp_path / "changed.tern", changed, texts)
        assert sum(a != b for a, b in zip(normal, got)) > (10 if place > 1 or maxn < 30 else 0), place


def test_half_precision(compared: Callable[[str], Comparison], texts: list[str], tmp_path: Path) -> None:
    """Rows of halves, which are expanded one by one, are the rounded rows."""

    def half(section: Section) -> Section:
        return halved(Group("", [section])).sections[0]

    def rounded(section: Section) -> Section:
        return replace(section, array=half(section).array.astype(section.array.dtype))

    halves = answers(compared("full"), tmp_path / "half.tern", half, texts[::3])
    assert halves == answers(compared("full"), tmp_path / "rounded.tern", rounded, texts[::3])


def test_a_word_that_is_the_whole_text(compared: Callable[[str], Comparison]) -> None:
    """Time is linear in its length; spaCy's sum of so many rows is not compared."""
    length = 100_000 if REDUCED else 1_000_000
    comparison = compared("full")
    got = next(Stages(comparison.program, comparison.model).texts(["é" * length], timeout=120))
    assert got["end"][-1] == length
    assert comparison.differences(["é" * 20_000]) == []
