"""The survey itself: what it counts is what --check says, and its pipelines have labels to choose from."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest

spacy = pytest.importorskip("spacy")

import run_survey
from comparison import spacy_alone
from thinc.api import Config


def row(repository: int, **settings: Any) -> dict[str, Any]:
    """Of a configuration with a shared encoder and a spancat, of which some settings are changed."""
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec")
    nlp.add_pipe("spancat", config={"model": {"tok2vec": {"@architectures": "spacy.Tok2VecListener.v1", "width": 96}}})
    config = nlp.config.interpolate()
    components = {**config["components"], "spancat": {**config["components"]["spancat"], **settings}}
    return {"nlp": config["nlp"], "components": components, "repository": repository, "vectors": False}


def with_a_wrong_setting() -> dict[str, Any]:
    """What spaCy itself does not take."""
    made = row(3)
    made["components"]["tok2vec"]["model"]["subword_features"] = None
    return made


def test_only_what_converts_is_counted() -> None:
    """Another library's function is refused, but for a scorer, which no document needs."""
    rows = [
        row(0),
        row(1, scorer={"@scorers": "another_scorer.v1"}),
        row(2, suggester={"@misc": "another_suggester.v1"}),
        with_a_wrong_setting(),
    ]
    survey = run_survey.Survey(rows)
    assert survey.converting == [2, 2.0] and survey.given_words == [0, 0.0]
    assert len(survey.shapes) == 1
    assert any("another_suggester.v1" in reason for reason in survey.votes)
    assert any("subword_features" in reason for reason in survey.votes)


@spacy_alone
def test_span_categorisers_are_made(program: Callable[[str], Path]) -> None:
    config = Config(run_survey.small_sizes({key: row(0, spans_key="mine")[key] for key in ("nlp", "components")}))
    nlp = run_survey.initialised(config, vectors=False)
    assert "LONGER" in nlp.get_pipe("spancat").labels
    texts = run_survey.texts_of(4)
    assert any(nlp(text).spans["mine"] for text in texts)
    assert run_survey.compared(config, False, program("tests/stages"), texts) == ("equal", "")
