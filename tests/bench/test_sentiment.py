"""bench/sentiment.py: which models a function has, what a start must answer to count, each measurement once. No time is judged."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rich")
pytest.importorskip("spacy")

import cold
import models
import official
import sentiment
import texts
from common import BUILD, MODEL, SPACY_PACKAGE
from local_lambda import functions
from local_lambda.environment import Spec, Usage
from measured import Bench
from sentiment import Compared, Model

SCORES = {"positive": 0.7, "negative": 0.2, "neutral": 0.1}
ANSWER = {"sentiment": "POSITIVE", "confidence": 0.7, "scores": SCORES}


def compared(tmp_path: Path, **given: Model) -> Compared:
    bench = Bench(tmp_path, tmp_path / "bootstrap", tmp_path, "package", ["text"], 1, True, 0, tmp_path, None)
    return Compared("xx", bench, **given)


@pytest.fixture
def pair(tmp_path: Path) -> dict[str, Model]:
    """Files that hold nothing."""
    found = {}
    for name in ("entities", "sentiment"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / f"{name}.cfg").touch()
        found[name] = Model(tmp_path / f"{name}.tern", folder)
    return found


# ---------------------------------------------------------------------- which models


def test_function_of_tern_has_models_by_name(tmp_path: Path, pair: dict[str, Model]) -> None:
    of = {
        names: functions_of(compared(tmp_path, **{name: pair[name] for name in names}))
        for names in (("entities",), ("sentiment",), ("entities", "sentiment"))
    }
    tern = {names: specs["tern"].environment["TERN_MODEL"] for names, specs in of.items()}
    entities, opinions = f"ner={pair['entities'].file}", f"sentiment={pair['sentiment'].file}"
    assert tern == {
        ("entities",): entities,
        ("sentiment",): opinions,
        ("entities", "sentiment"): f"{entities},{opinions}",
    }


def test_function_of_spacy_loads_what_is_asked_for(tmp_path: Path, pair: dict[str, Model]) -> None:
    entities, opinions = (
        {"NER_PACKAGE": str(pair["entities"].folder)},
        {"SENTIMENT_PACKAGE": str(pair["sentiment"].folder)},
    )
    for names, handler, wanted in (
        (("entities",), "handler", entities),
        (("sentiment",), "sentiment_handler", opinions),
        (("entities", "sentiment"), "sentiment_handler", {**entities, **opinions}),
    ):
        spec = functions_of(compared(tmp_path, **{name: pair[name] for name in names}))["spaCy"]
        assert spec.environment == {**wanted, **functions.ONE_THREAD}
        assert (
            spec.handler == spec.command[-1] == f"{handler}.lambda_handler"
            and (spec.folder / f"{handler}.py").is_file()
        )


def functions_of(one: Compared) -> dict[str, Spec]:
    return {spec.name: spec for spec in one.specs}


def test_files_of_both_models_are_dropped(tmp_path: Path, pair: dict[str, Model]) -> None:
    one = compared(tmp_path, **pair)
    files = {name: [path.name for path in one.model_files(spec)] for name, spec in functions_of(one).items()}
    assert files == {"tern": ["entities.tern", "sentiment.tern"], "spaCy": ["entities.cfg", "sentiment.cfg"]}


def test_one_file_needs_no_name() -> None:
    assert functions.tern(Path("b"), Path("/m.tern")).environment["TERN_MODEL"] == "/m.tern"


# ---------------------------------------------------------------------- what is the same


@pytest.mark.parametrize(
    "other, wanted",
    [
        (ANSWER, True),
        ({**ANSWER, "scores": {**SCORES, "mixed": 0}}, True),
        ({**ANSWER, "scores": {**SCORES, "positive": 0.700009}}, True),
        ({**ANSWER, "scores": {**SCORES, "positive": 0.70002}}, False),
        ({**ANSWER, "scores": {**SCORES, "mixed": 0.6}}, False),
        ({**ANSWER, "sentiment": "NEUTRAL"}, False),
    ],
)
def test_scores_may_differ_by_rounding(other: dict[str, Any], wanted: bool) -> None:
    assert sentiment.same(ANSWER, other) is sentiment.same(other, ANSWER) is wanted


def test_entities_may_not_differ() -> None:
    assert sentiment.same({"entities": []}, {"entities": []}) and not sentiment.same(
        {"entities": []}, {"entities": [1]}
    )


def test_different_answers_end_the_run(tmp_path: Path, pair: dict[str, Model], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def start_once(spec: Spec, memory: int | None, *request: Any) -> cold.Start:
        asked.append(request)
        name = "POSITIVE" if spec.name == "tern" else "NEUTRAL"
        return cold.Start(1.0, 2.0, Usage(3.0, 4, 5, 6.0, 7), json.dumps({**ANSWER, "sentiment": name}).encode())

    monkeypatch.setattr(cold, "start_once", start_once)
    one = compared(tmp_path, sentiment=pair["sentiment"])
    tern, spacy = one.specs
    assert one.start(tern, 512).answer_ms == one.start(tern, 512).answer_ms == 2.0
    with pytest.raises(ValueError, match="spaCy, xx, answers"):
        one.start(spacy, 512)
    assert asked == [(texts.SENTENCE_SENTIMENT, "/sentiment", b"confidence")] * 3


# ---------------------------------------------------------------------- measurements


def test_all_is_measured(opinions: Any, program: Any, tmp_path: Path) -> None:
    pytest.importorskip("awslambdaric")
    program("tern")
    program("tests/measure")
    entities = official.installed_folder(SPACY_PACKAGE)
    if entities is None:
        pytest.skip(f"{SPACY_PACKAGE} is not installed")
    taken = models.enough(texts.lines_of(texts.PROJECT_TEXTS), 200)
    bench = Bench(
        BUILD,
        program("bootstrap"),
        opinions.model,
        str(opinions.folder),
        taken,
        1,
        True,
        min(os.sched_getaffinity(0)),
        tmp_path,
        "a test needs none",
    )
    both = Compared("both models", bench, Model(MODEL, entities), Model(opinions.model, opinions.folder))
    alone = Compared("sentiment alone", bench, sentiment=both.sentiment)
    list(models.starts([alone, both], None, cached=True, turns=1))
    sentiment.record(bench, [alone, both])
    list(sentiment.requests(alone, None))
    list(sentiment.throughput(bench))
    sentiment.sizes(bench)
    assert {section: len(rows) for section, rows in bench.results.items()} == {
        "cold": 2 * 6,
        "warm": 1,
        "cost": 1,
        "throughput": 7,
        "sizes": 1,
    }
    for row in (row for rows in bench.results.values() for row in rows.values()):
        assert row["tern"]["samples"] and row["spaCy"]["samples"] and "failed" not in row
    about = {
        "commit": "abc",
        "cpu": "CPU",
        "cpus": 2,
        "time": "now",
        "command": "python",
        "load_at_start": [0.1],
        "load_at_end": [0.2],
    }
    text = sentiment.markdown({"about": about, "quick": True, "unlimited": "", "results": bench.results})
    assert text.count("\n## ") == 5 and "| whole pipeline: tern sentiment --jsonl / nlp.pipe | tokens/s |" in text
