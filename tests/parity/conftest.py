"""What the parity tests share: spaCy beside tern in every pipeline of oracle.PIPELINES, and texts to compare on."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest

pytest.importorskip("spacy")

import oracle
from common import REDUCED, SPACY_PACKAGE
from comparison import Comparison, text_maker
from corpus import project_texts
from mutants import EngineBuild
from random_texts import TextMaker


@pytest.fixture(scope="session")
def comparison(program: Callable[[str], Path], model_file: Path) -> Callable[[str], Comparison]:
    """comparison("full"), comparison("ner"), ..."""
    return lambda pipeline: Comparison(SPACY_PACKAGE, pipeline, program("tests/stages"), model_file)


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> EngineBuild:
    """To compile mutants with."""
    return EngineBuild(tmp_path_factory.mktemp("engine"))


@pytest.fixture(scope="session")
def nlp_everything() -> Any:
    """spaCy with every component of the package, the senter included."""
    return oracle.pipeline(SPACY_PACKAGE, "everything")


@pytest.fixture(scope="session")
def make_texts() -> Callable[[int], TextMaker]:
    """make_texts(seed)"""
    return lambda seed: text_maker(SPACY_PACKAGE, seed)


@pytest.fixture(scope="session")
def amount(pytestconfig: pytest.Config) -> Callable[[int, int], int]:
    """amount(300, 20_000): how many examples, the second number with --all."""
    return lambda few, many: many if pytestconfig.getoption("--all") else few


@pytest.fixture(scope="session")
def some_texts(amount: Callable[[int, int], int]) -> Callable[[int], list[str]]:
    """some_texts(seed): some of the project's texts, of every kind, and random ones; with --all, all of them and more."""

    def draw(seed: int) -> list[str]:
        written = project_texts()[:: amount(8 if REDUCED else 4, 1)]
        return written + text_maker(SPACY_PACKAGE, seed).texts_of(amount(60 if REDUCED else 150, 800))

    return draw
