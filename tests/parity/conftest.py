"""What the parity tests share: spaCy beside tern in every pipeline of oracle.PIPELINES, in this process or on workers."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, Callable

import pytest

pytest.importorskip("spacy")

import oracle
from common import SPACY_PACKAGE
from comparison import Comparison, text_maker, worker_pool
from random_texts import TextMaker


@pytest.fixture(scope="session")
def comparison(program: Callable[[str], Path], model_file: Path) -> Callable[[str], Comparison]:
    """comparison("full"), comparison("ner"), ..."""
    return lambda pipeline: Comparison(SPACY_PACKAGE, pipeline, program("tests/stages"), model_file)


@pytest.fixture(scope="session")
def nlp_everything() -> Any:
    """spaCy with every component of the package, the senter included."""
    return oracle.pipeline(SPACY_PACKAGE, "everything")


@pytest.fixture(scope="session")
def make_texts() -> Callable[[int], TextMaker]:
    """make_texts(seed)"""
    return lambda seed: text_maker(SPACY_PACKAGE, seed)


@pytest.fixture(scope="session")
def workers() -> Iterator[Executor]:
    with worker_pool() as pool:
        yield pool
