"""`tern pipe` prints spaCy's Doc.to_json() of every project text."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("spacy")

import oracle
from common import SPACY_PACKAGE
from corpus import project_texts


@pytest.mark.parametrize("pipeline, options", [("full", []), ("ner", ["--only", "ner"])])
def test_documents(run, pipeline: str, options: list[str]) -> None:
    texts = project_texts()
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()
    done = run("tern", "pipe", *options, input=lines)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    got = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(got) == len(texts)
    for text, doc, answer in zip(texts, oracle.pipeline(SPACY_PACKAGE, pipeline).pipe(texts), got):
        assert answer == doc.to_json(), f"of {text[:300]!r}"


def test_norms(run) -> None:
    """--norm adds spaCy's Token.norm_ as the last key, and changes nothing else."""
    texts = [*project_texts(), "He didn't; I can't've. U+0000: Don\0't, \u0130X\0Y."]
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()
    done = run("tern", "pipe", "--norm", input=lines)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    nlp = oracle.pipeline(SPACY_PACKAGE, "full")
    exceptions = 0
    for text, doc, line in zip(texts, nlp.pipe(texts), done.stdout.splitlines()):
        answer = json.loads(line)
        assert all(list(token)[-1] == "norm" for token in answer["tokens"])
        norms = [token.pop("norm") for token in answer["tokens"]]
        assert norms == [token.norm_ for token in doc], f"of {text[:300]!r}"
        assert answer == doc.to_json()
        exceptions += sum(norm != token.lower_ for norm, token in zip(norms, doc))
    assert exceptions > 100
