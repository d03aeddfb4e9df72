"""The answers that the C tests compare with are still those of the installed spaCy."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("spacy")

import make
import oracle
from common import SPACY_PACKAGE


def test_golden_answers_are_current() -> None:
    lines = make.GOLDEN.read_text(encoding="ascii").splitlines()
    made, here = json.loads(lines[0])["meta"], oracle.versions(oracle.pipeline(SPACY_PACKAGE, "full"))
    for key in ("model_version", "unicode"):
        if made[key] != here[key]:
            pytest.skip(f"golden answers are of {key} {made[key]}, here is {here[key]}")
    assert make.golden_lines(SPACY_PACKAGE)[1:] == lines[1:]
