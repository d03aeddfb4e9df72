"""Scores of entities in Python: Span.score, Doc.to_json, tables."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import pytest
from common import MODEL, Run

TEXT = "Alan Turing was born on June 23, 1912, in London, England."


@pytest.fixture(scope="module")
def nlp(package: ModuleType) -> Any:
    return package.load(MODEL, scores=True)


def test_spans_have_scores(package: ModuleType, nlp: Any, run: Run) -> None:
    wanted = json.loads(run("tern", "ner", "--json", TEXT).stdout)["entities"]
    doc = nlp(TEXT)
    assert [(ent.text, round(ent.score, 6)) for ent in doc.ents] == [(each["text"], each["score"]) for each in wanted]
    assert doc[0:1].score is None
    assert doc.copy().ents[0].score == doc.ents[0].score
    bare = package.load(MODEL)(TEXT)
    assert {ent.score for ent in bare.ents} == {None}
    assert bare.to_json() == doc.to_json()


def test_json_has_them_when_asked(nlp: Any) -> None:
    doc = nlp(TEXT)
    ents = doc.to_json(scores=True)["ents"]
    assert [ent.pop("score") for ent in ents] == [ent.score for ent in doc.ents]
    assert ents == doc.to_json()["ents"]


def test_other_tokens_have_none(nlp: Any) -> None:
    doc = nlp(TEXT)
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[0:2])
    assert {ent.score for ent in doc.ents} == {None}


def test_scores_survive_components(package: ModuleType) -> None:
    nlp = package.load(MODEL, scores=True)
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "WORD", "pattern": "born"}])
    scores = {ent.label_: ent.score for ent in nlp(TEXT).ents}
    assert scores["WORD"] is None and 0 < scores["PERSON"] <= 1


def test_tables(package: ModuleType, nlp: Any) -> None:
    pa = pytest.importorskip("pyarrow")
    for pipeline in (nlp, package.load(MODEL)):
        (row,) = pa.table(pipeline.annotate([TEXT], fields=["ents.text", "ents.score"])).to_pylist()
        assert row["ents"] == [{"text": ent.text, "score": pytest.approx(ent.score)} for ent in nlp(TEXT).ents]
        (row,) = pa.table(pipeline.annotate([TEXT], fields=["ents"])).to_pylist()
        assert "score" not in row["ents"][0]
    assert package.tables.row(nlp(TEXT), ["ents.score"])["ents"] == [{"score": ent.score} for ent in nlp(TEXT).ents]
