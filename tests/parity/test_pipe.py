"""`tern pipe` prints spaCy's Doc.to_json() of every project text."""
from __future__ import annotations

import json
from typing import List

import pytest

pytest.importorskip("spacy")

import oracle  # noqa: E402
from common import SPACY_PACKAGE  # noqa: E402
from corpus import project_texts  # noqa: E402


@pytest.mark.parametrize("pipeline, options", [("full", []), ("ner", ["--only", "ner"])])
def test_documents(run, pipeline: str, options: List[str]) -> None:
    texts = project_texts()
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()
    done = run("tern", "pipe", *options, input=lines)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    got = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(got) == len(texts)
    for text, doc, answer in zip(texts, oracle.pipeline(SPACY_PACKAGE, pipeline).pipe(texts), got):
        assert answer == doc.to_json(), f"of {text[:300]!r}"
