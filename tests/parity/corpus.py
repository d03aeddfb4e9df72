"""Texts to compare on: those written for this project, and the shared corpus where it is there."""

from __future__ import annotations

import json
from pathlib import Path

HERE = Path(__file__).resolve().parent
TEXTS = {path.stem: path for path in sorted((HERE / "texts").glob("*.jsonl"))}
CORPUS = HERE.parents[2] / "shared" / "corpus" / "ewt-dev.jsonl"


def read_texts(path: Path) -> list[str]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def project_texts() -> list[str]:
    """The texts written for this project, in a fixed order."""
    return [text for path in TEXTS.values() for text in read_texts(path)]
