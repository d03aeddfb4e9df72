"""Texts to measure with."""

from __future__ import annotations

import functools
import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT.parent / "shared" / "corpus" / "ewt-dev.jsonl"
PROJECT_TEXTS = ROOT / "tests" / "parity" / "texts" / "documents.jsonl"
FRENCH = ROOT / "bench" / "french.jsonl"
SENTENCE = "Alan Turing was born on June 23, 1912, in London, England."  # 15 tokens
SENTENCE_SENTIMENT = "The cake was wonderful, the staff were friendly and we will come again."  # 15 tokens
SENTENCE_FRENCH = "Alan Turing est né le 23 juin 1912 à Londres, en Angleterre."  # 14 tokens


def choose(given: Path | None) -> Path:
    return given or (CORPUS if CORPUS.is_file() else PROJECT_TEXTS)


def lines_of(path: Path) -> list[str]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


@functools.cache
def tokenizer() -> Any:
    """English, as in the pipelines that are compared."""
    import spacy

    return spacy.blank("en")


def of_length(texts: Sequence[str], tokens: int, count: int) -> list[str]:
    """So many different texts of exactly so many tokens, cut from the texts one after the other."""
    nlp = tokenizer()
    stream = itertools.cycle(texts)
    found: list[str] = []
    while len(found) < count:
        parts: list[str] = []
        have = 0
        while have <= tokens:
            parts.append(next(stream).strip())
            have += len(nlp.make_doc(parts[-1]))
        cut = nlp.make_doc(" ".join(parts))[:tokens].text
        if len(nlp.make_doc(cut)) == tokens:
            found.append(cut)
    return found
