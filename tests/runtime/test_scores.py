"""Scores of entities where people meet them: requests, events, the command. What they are is tested in tests/parity."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest
from common import Run
from runtime.bootstrap_run import serve  # noqa: F401
from runtime.lambda_calls import invoke, load
from runtime.tern_server import TernServer

TEXT = "Apple told Alan Turing on June 23, 1912, that Kiera lives in London or New Yorker."
LEAST = 0.9


@pytest.fixture(scope="module")
def server(program: Callable[[str], Path], model_file: Path) -> Iterator[TernServer]:
    with TernServer(program("tern"), model_file, scores="") as running:
        yield running


def post(server: TernServer, **fields: Any) -> Any:
    return server.ner(json.dumps({"text": TEXT, **fields}).encode()).json


def checked(entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The score is the last member, a probability of at most six decimals; the text has sure and unsure ones."""
    for entity in entities:
        assert list(entity)[-1] == "score"
        assert 0 < entity["score"] <= 1 and round(entity["score"], 6) == entity["score"]
    assert min(entity["score"] for entity in entities) < LEAST < max(entity["score"] for entity in entities)
    return entities


def plain(entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in entity.items() if key != "score"} for entity in entities]


# ---- requests --------------------------------------------------------------------------------------------------------


def test_each_entity_has_a_score(server: TernServer) -> None:
    found = checked(post(server)["entities"])
    in_spacys = checked(post(server, format="spacy")["entities"])
    assert [entity["score"] for entity in in_spacys] == [entity["score"] for entity in found]
    assert list(in_spacys[0]) == ["text", "label", "start_char", "end_char", "score"]
    (several,) = post(server, text=None, texts=[TEXT])["results"]
    assert several["entities"] == found


def test_without_scores(server: TernServer) -> None:
    assert post(server, scores=False)["entities"] == plain(post(server)["entities"])
    assert post(server, scores=None) == post(server, scores=True) == post(server)


@pytest.mark.parametrize("scores", [True, False])
def test_unsure_entities_are_left_out(server: TernServer, scores: bool) -> None:
    every = post(server)["entities"]
    sure = [entity for entity in every if entity["score"] >= LEAST]
    wanted = sure if scores else plain(sure)
    assert post(server, scores=scores, min_score=LEAST)["entities"] == wanted
    assert post(server, scores=scores, min_score=LEAST, format="spacy")["entities"] == [
        {{"start": "start_char", "end": "end_char"}.get(key, key): value for key, value in entity.items()}
        for entity in wanted
    ]
    assert post(server, min_score=0)["entities"] == post(server, min_score=0.0)["entities"] == every
    assert post(server, min_score=1)["entities"] == [entity for entity in every if entity["score"] == 1]


@pytest.mark.parametrize(
    "fields, words",
    [
        ({"min_score": "0.5"}, '"min_score" must be a number from 0 to 1, not a string'),
        ({"min_score": True}, '"min_score" must be a number from 0 to 1, not true or false'),
        ({"min_score": 1.01}, '"min_score" must be from 0 to 1'),
        ({"min_score": -0.01}, '"min_score" must be from 0 to 1'),
        ({"scores": 1}, '"scores" must be true or false, not a number'),
        ({"min_scor": 0.5}, 'there is no field "min_scor": did you mean "min_score"?'),
        ({"Scores": True}, 'there is no field "Scores": did you mean "scores"?'),
    ],
)
def test_wrong_values(server: TernServer, fields: dict[str, Any], words: str) -> None:
    answer = server.ner(json.dumps({"text": TEXT, **fields}).encode())
    assert (answer.status, answer.json) == (400, {"error": words})


@pytest.mark.parametrize("number", ["1e-1", "0.1000000000000000055511151231257827", "10E-2", "0.1" + "0" * 100])
def test_numbers_as_json_has_them(server: TernServer, number: str) -> None:
    answer = server.ner(f'{{"text": {json.dumps(TEXT)}, "min_score": {number}}}'.encode())
    assert answer.json == post(server, min_score=0.1)


@pytest.mark.parametrize("number", ["1e400", "-0.0000000001", "0.1" + "0" * 126])
def test_numbers_that_are_none(server: TernServer, number: str) -> None:
    answer = server.ner(f'{{"text": "a", "min_score": {number}}}'.encode())
    assert answer.status == 400 and '"min_score"' in answer.json["error"]


# ---- settings and events ---------------------------------------------------------------------------------------------


def test_setting_of_a_server(program: Callable[[str], Path], model_file: Path) -> None:
    with TernServer(program("tern"), model_file, scores="0") as running:
        assert "score" not in post(running)["entities"][0]
        checked(post(running, scores=True)["entities"])
        assert len(post(running, min_score=LEAST)["entities"]) < len(post(running)["entities"])


def test_events(serve: Any) -> None:  # noqa: F811
    body = json.dumps({"text": TEXT, "min_score": 0.5})
    http = {**load("http_api_v2"), "body": body}
    calls = invoke(serve, {"text": TEXT}, {"text": TEXT, "scores": False}, http, env={"TERN_SCORES": ""})
    (_, scored), (_, bare), (_, over_http) = calls.answers
    assert plain(checked(scored["entities"])) == bare["entities"]
    assert json.loads(over_http["body"])["entities"] == [e for e in scored["entities"] if e["score"] >= 0.5]


# ---- the command -----------------------------------------------------------------------------------------------------


def good(run: Run, *arguments: str, text: str | None = None) -> str:
    done = run("tern", *arguments, input=None if text is None else text.encode())
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


def refused(run: Run, *arguments: str) -> str:
    done = run("tern", *arguments, input=b"")
    assert (done.returncode, done.stdout) == (2, b"")
    return done.stderr.decode()


def test_ner(run: Run, server: TernServer) -> None:
    found = checked(json.loads(good(run, "ner", "--json", TEXT))["entities"])
    assert found == post(server)["entities"]
    rows = [line.split("\t") for line in good(run, "ner", "--scores", TEXT).splitlines()]
    assert [(row[2], float(row[3]), row[4]) for row in rows] == [(e["label"], e["score"], e["text"]) for e in found]
    bare = good(run, "ner", TEXT).splitlines()
    assert bare == ["\t".join([*row[:3], row[4]]) for row in rows]
    sure = [line for line, entity in zip(bare, found) if entity["score"] >= LEAST]
    assert good(run, "ner", "--min-score", str(LEAST), TEXT).splitlines() == sure


def test_pipe(run: Run, tmp_path: Path) -> None:
    line = json.dumps({"text": TEXT}) + "\n"
    whole = json.loads(good(run, "pipe", text=line))
    scored = json.loads(good(run, "pipe", "--scores", text=line))
    ents = checked(scored.pop("ents"))
    assert plain(ents) == whole.pop("ents") and scored == whole
    fields = good(run, "pipe", "--scores", "--fields", "ents", "--min-score", str(LEAST), text=line)
    assert json.loads(fields) == {"ents": [ent for ent in ents if ent["score"] >= LEAST]}
    head, *rows = good(run, "pipe", "--scores", "--to", "tsv", text=line).splitlines()
    assert head == "id\tstart\tend\tlabel\tscore\ttext"
    assert [float(row.split("\t")[4]) for row in rows] == [ent["score"] for ent in ents]
    assert good(run, "pipe", "--to", "tsv", text=line).startswith("id\tstart\tend\tlabel\ttext\n")


def test_scores_do_not_depend_on_the_texts_around(run: Run) -> None:
    texts = [TEXT, "in London", "Angela Merkel met Kiera in Paris on Monday", "Apple"] * 8
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    together = good(run, "pipe", "--scores", "--fields", "ents", text=lines).splitlines()
    alone = [
        good(run, "pipe", "--scores", "--fields", "ents", text=line + "\n").strip() for line in lines.splitlines()[:4]
    ]
    assert together == alone * 8


def test_docbin_leaves_out_what_is_unsure(run: Run, tmp_path: Path) -> None:
    spacy = pytest.importorskip("spacy")
    from spacy.tokens import DocBin

    line = json.dumps({"text": TEXT}) + "\n"
    sure = json.loads(good(run, "pipe", "--min-score", str(LEAST), text=line))["ents"]
    path = tmp_path / "x.spacy"
    good(run, "pipe", "--min-score", str(LEAST), "-o", str(path), text=line)
    (doc,) = DocBin().from_disk(path).get_docs(spacy.blank("en").vocab)
    assert [(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents] == [
        (ent["start"], ent["end"], ent["label"]) for ent in sure
    ]


def test_parse(run: Run) -> None:
    whole = json.loads(good(run, "parse", "--format", "json", TEXT))
    scored = json.loads(good(run, "parse", "--format", "json", "--scores", TEXT))
    assert plain(checked(scored.pop("ents"))) == whole.pop("ents") and scored == whole
    table = good(run, "parse", "--only", "ner", "--min-score", "1", TEXT)
    assert "PERSON" not in table and "PERSON" in good(run, "parse", "--only", "ner", TEXT)


@pytest.mark.parametrize("command", ["ner", "parse", "pipe"])
@pytest.mark.parametrize("value", ["", "x", "1.5", "-1", "nan", "inf", "0x1", " 0.5", "0.5 "])
def test_wrong_least_scores(run: Run, command: str, value: str) -> None:
    assert f'--min-score must be a number from 0 to 1, not "{value}"' in refused(run, command, "--min-score", value)


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["parse", "--scores"], "--scores is for the format json"),
        (["parse", "--tree", "--min-score", "0.5"], "--min-score is for the formats table and json"),
        (["pipe", "--to", "conllu", "--scores"], "--scores is for --to jsonl and tsv"),
        (["pipe", "--to", "conllu", "--min-score", "0.5"], "--min-score is for entities"),
    ],
)
def test_formats_without_scores(run: Run, arguments: list[str], words: str) -> None:
    assert words in refused(run, *arguments)
