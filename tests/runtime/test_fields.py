"""One rule for the fields of a request, however it comes: a slip of the pen is asked about, null is absent, others
are the caller's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest
from common import Run
from runtime.bootstrap_run import Serve, serve
from runtime.lambda_calls import invoke, load
from runtime.tern_server import TernServer

TEXT = "I met Zo\u00eb M\u00fcller in New York."
ENTITIES = ["Zo\u00eb M\u00fcller", "New York"]
# Status and what is answered: the texts of the entities, or the error.
Answer = tuple[int, Any]
Ask = Callable[[dict[str, Any]], Answer]


def read(status: int, answer: Any) -> Answer:
    if "error" in answer:
        return status, answer["error"]
    document = answer.get("entities") or [{"text": answer["text"][e["start"] : e["end"]]} for e in answer["ents"]]
    return status, [entity["text"] for entity in document]


@pytest.fixture(scope="module")
def server(program: Callable[[str], Path], model_file: Path) -> Iterator[TernServer]:
    with TernServer(program("tern"), model_file) as running:
        yield running


@pytest.fixture(params=["tern serve", "HTTP API", "body", "direct", "queue", "tern pipe"])
def ask(request: pytest.FixtureRequest, server: TernServer, serve: Serve, run: Run) -> Ask:
    def over_http(fields: dict[str, Any]) -> Answer:
        answer = server.ner(json.dumps(fields).encode())
        return read(answer.status, answer.json)

    def of_event(fields: dict[str, Any]) -> Answer:
        body = json.dumps(fields)
        answer = invoke(
            serve, {**load("http_api_v2"), "body": body} if request.param == "HTTP API" else {"body": body}
        ).only
        return read(answer["statusCode"], json.loads(answer["body"]))

    def directly(fields: dict[str, Any]) -> Answer:
        ((error, body),) = invoke(serve, fields).answers
        return (400, body["errorMessage"]) if error else read(200, body)

    def in_queue(fields: dict[str, Any]) -> Answer:
        """Without an output queue only errors can be seen."""
        event = load("sqs/batch")
        event["Records"] = [{**event["Records"][0], "messageId": "m", "body": json.dumps(fields)}]
        calls = invoke(serve, event)
        if calls.only == {"batchItemFailures": []}:
            return 200, ENTITIES
        return 400, calls.log.split("SQS message m: Function.BadRequest: ")[1].split("\n")[0]

    def piped(fields: dict[str, Any]) -> Answer:
        done = run("tern", "pipe", input=json.dumps(fields).encode())
        return read(200 if done.returncode == 0 else 400, json.loads(done.stdout))

    return {"tern serve": over_http, "direct": directly, "queue": in_queue, "tern pipe": piped}.get(
        request.param, of_event
    )


@pytest.mark.parametrize(
    "field, meant", [("offset", "offsets"), ("Format", "format"), ("modle", "model"), ("component", "components")]
)
def test_slips_are_asked_about(ask: Ask, field: str, meant: str, request: pytest.FixtureRequest) -> None:
    if "tern pipe" in request.node.name:
        pytest.skip("other members of a record are its own")
    assert ask({"text": TEXT, field: "utf16"}) == (400, f'there is no field "{field}": did you mean "{meant}"?')


def test_null_is_absent(ask: Ask) -> None:
    optional = ("texts", "model", "task", "offsets", "format", "components", "sentences", "input", "tokens", "spaces")
    assert ask({"text": TEXT, **dict.fromkeys(optional)}) == (200, ENTITIES)


def test_a_text_is_not_null(ask: Ask) -> None:
    assert ask({"text": None, "id": 7}) == (400, '"text" must be a string, not null')


def test_other_fields_are_the_callers_own(ask: Ask) -> None:
    own = {
        "id": 7,
        "next": "x",
        "test": True,
        "text2": "London",
        "meta": {"offset": 1},
        "language": "en",
        "": None,
        "units": "utf16",
    }
    assert ask({**own, "text": TEXT}) == (200, ENTITIES)


WORDS = ["I", "met", "Zo\u00eb", "M\u00fcller", "in", "New", "York", "."]


def test_words_instead_of_a_text(ask: Ask) -> None:
    assert ask({"tokens": WORDS}) == (200, ENTITIES)
    assert ask({"tokens": WORDS, "spaces": [True] * 6 + [False, False], "id": 7}) == (200, ENTITIES)


@pytest.mark.parametrize(
    "fields, error",
    [
        ({"tokens": "a"}, '"tokens" must be an array of strings, not a string'),
        ({"tokens": None}, '"tokens" must be an array of strings, not null'),
        ({"tokens": ["a", 1]}, '"tokens"[1] must be a string, not a number'),
        ({"tokens": ["a", "", "b"]}, '"tokens"[1] is empty: leave it out'),
        ({"tokens": ["a"], "spaces": True}, '"spaces" must be an array of true and false, not true or false'),
        ({"tokens": ["a"], "spaces": [1]}, '"spaces"[0] must be true or false, not a number'),
        ({"tokens": ["a"], "spaces": []}, '"tokens" has 1 items and "spaces" 0: send one for each token'),
        ({"text": "a", "tokens": ["a"]}, 'there are both "text" and "tokens": send one of them'),
        ({"text": "a", "spaces": [True]}, 'there is "spaces" without "tokens": send both, or the text alone'),
        ({"token": ["a"]}, 'there is no field "token": did you mean "tokens"?'),
        ({"tokens": ["a"], "space": [True]}, 'there is no field "space": did you mean "spaces"?'),
    ],
)
def test_words_that_are_refused(request: pytest.FixtureRequest, ask: Ask, fields: dict[str, Any], error: str) -> None:
    if "token" in fields and request.node.callspec.params["ask"] == "direct":
        pytest.skip("without a text it is no request")
    assert ask(fields) == (400, error)
