"""Every shape of event and every field of a request through the real bootstrap; events/ holds them as AWS documents them."""
from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest
from runtime.bootstrap_run import Serve, serve, take_time  # noqa: F401
from runtime.lambda_calls import EVENTS, Calls, invoke, load
from runtime.mock_runtime_api import MockRuntimeApi, run_bootstrap
from runtime.tern_server import TernServer

TEXT = "Alan Turing was born on June 23, 1912, in London, England."
EMOJI = "\U0001f600 Zoë Müller moved to New York in 2019, said \U0001d49c Apple."
JSON_HEADER = {"content-type": "application/json"}
EXPOSED = {"access-control-expose-headers": "server-timing"}

Call = Callable[..., Calls]


@pytest.fixture(scope="session")
def call(serve: Serve) -> Call:  # noqa: F811
    """call(event, event, ..., env={...})"""
    return partial(invoke, serve)


def entities(nlp: Any, text: str, format: str = "ner", offsets: str = "codepoint") -> Dict[str, List[Dict[str, Any]]]:
    """What spaCy finds, with its offsets in other units."""
    width = {
        "codepoint": len,
        "utf16": lambda part: len(part.encode("utf-16-le")) // 2,
        "byte": lambda part: len(part.encode()),
    }[offsets]
    start, end = ("start", "end") if format == "ner" else ("start_char", "end_char")
    return {
        "entities": [
            {"text": e.text, "label": e.label_, start: width(text[: e.start_char]), end: width(text[: e.end_char])}
            for e in nlp(text).ents
        ]
    }


def with_body(event: Dict[str, Any], body: Any) -> Dict[str, Any]:
    return {**event, "body": json.dumps(body), "isBase64Encoded": False}


# ---- shapes ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("multi", [False, True])
def test_load_balancer(call: Call, nlp_full: Any, multi: bool) -> None:
    answer = call(load("alb/multi_value_headers" if multi else "alb/request")).only
    assert json.loads(answer.pop("body")) == entities(nlp_full, TEXT)
    assert take_time(answer) > 0
    headers: Dict[str, Any] = {"multiValueHeaders": {"content-type": ["application/json"]}} if multi else {"headers": JSON_HEADER}
    assert answer == {"statusCode": 200, "statusDescription": "200 OK", "isBase64Encoded": False, **headers}


def test_load_balancer_checks_the_health(call: Call, model_file: Path) -> None:
    answer = call(load("alb/health_check")).only
    assert answer["statusCode"] == 200
    name = model_file.stem
    assert json.loads(answer["body"]) == {"status": "ok", "model": name, "models": [name], "ner": [name]}


@pytest.mark.parametrize("name", ["alb/request", "function_url", "http_api_v2", "rest_v1", "http_api_v1_base64", "body_string"])
def test_fields_of_requests_in_every_http_event(call: Call, nlp_full: Any, name: str) -> None:
    request = {"texts": [EMOJI, TEXT], "offsets": "utf16", "format": "spacy"}
    good, bad = call(with_body(load(name), request), with_body(load(name), {"text": TEXT, "texts": []})).answers
    assert json.loads(good.body["body"]) == {"results": [entities(nlp_full, text, "spacy", "utf16") for text in (EMOJI, TEXT)]}
    assert bad.body["statusCode"] == 400
    assert "both" in json.loads(bad.body["body"])["error"]


def test_direct_events(call: Call, nlp_full: Any, nlp_ner: Any) -> None:
    answers = call(load("direct/texts"), load("direct/spacy")).answers
    texts = load("direct/texts")["texts"]
    results = answers[0].body["results"]
    assert [results[0], results[2]] == [entities(nlp_full, texts[0]), entities(nlp_full, texts[2])]
    assert [list(results[1]), list(results[3])] == [["error"], ["error"]]
    assert "empty" in results[1]["error"] and "not a number" in results[3]["error"]
    assert answers[1].body == entities(nlp_ner, load("direct/spacy")["text"], "spacy", "utf16")


def test_answer_reads_like_that_of_the_spacy_service(call: Call, nlp_full: Any) -> None:
    """doc.ents as [{"text", "label", "start_char", "end_char"}], in this order."""
    answer = call({"text": TEXT, "format": "spacy"}).only
    expected = [
        {"text": e.text, "label": e.label_, "start_char": e.start_char, "end_char": e.end_char} for e in nlp_full(TEXT).ents
    ]
    assert json.dumps(answer) == json.dumps({"entities": expected})


def test_destinations(call: Call, nlp_full: Any) -> None:
    success, failure = call(load("destination/on_success"), load("destination/on_failure")).answers
    assert success == (None, entities(nlp_full, TEXT))
    assert failure.error == "Function.BadRequest"
    assert '"text" is missing' in failure.body["errorMessage"]


@pytest.mark.parametrize(
    "name, seen",
    [
        ("s3", 'Records of "aws:s3"'),
        ("sns", 'Records of "aws:sns"'),
        ("eventbridge_schedule", 'with the keys "version", "id", "detail-type", "source", ...'),
    ],
)
def test_unknown_events_are_named(call: Call, name: str, seen: str) -> None:
    ((error, body),) = call(load(f"unknown/{name}")).answers
    assert error == "Function.BadRequest"
    assert body["errorMessage"].startswith("unknown event ") and seen in body["errorMessage"]
    assert "expected" in body["errorMessage"]


# ---- cross-origin requests --------------------------------------------------------------------------------------------------

PREFLIGHTS = sorted(path.stem for path in (EVENTS / "preflight").glob("*.json"))
PREFLIGHT_HEADERS = {
    "access-control-allow-methods": "POST, OPTIONS",
    "access-control-allow-headers": "content-type, authorization, x-api-key, apikey",
    "access-control-max-age": "3600",
}


def headers_of(answer: Dict[str, Any]) -> Dict[str, str]:
    if "headers" in answer:
        assert "multiValueHeaders" not in answer
        return dict(answer["headers"])
    return {name: value for name, (value,) in answer["multiValueHeaders"].items()}


@pytest.mark.parametrize("name", PREFLIGHTS)
@pytest.mark.parametrize(
    "origins, expected",
    [
        (None, {}),
        ("*", {**PREFLIGHT_HEADERS, "access-control-allow-origin": "*"}),
        (
            "https://other.example,https://app.example.com",
            {**PREFLIGHT_HEADERS, "access-control-allow-origin": "https://app.example.com", "vary": "Origin"},
        ),
        ("https://other.example", {"vary": "Origin"}),
    ],
)
def test_preflight(call: Call, name: str, origins: str | None, expected: Dict[str, str]) -> None:
    answer = call(load(f"preflight/{name}"), env={} if origins is None else {"TERN_CORS_ORIGIN": origins}).only
    assert answer["statusCode"] == 200
    assert headers_of(answer) == {**JSON_HEADER, "allow": "POST, OPTIONS", **expected}


@pytest.mark.parametrize("name", ["function_url", "rest_v1", "alb/request", "alb/multi_value_headers"])
@pytest.mark.parametrize("body, status", [({"text": TEXT}, 200), ({}, 400)])
def test_answers_name_the_allowed_origin(call: Call, name: str, body: Any, status: int) -> None:
    event = with_body(load(name), body)
    if name.endswith("multi_value_headers"):
        event["multiValueHeaders"] = {**event["multiValueHeaders"], "origin": ["https://app.example.com"]}
    else:
        event["headers"] = {**event["headers"], "Origin": "https://app.example.com"}
    answer = call(event, env={"TERN_CORS_ORIGIN": "https://app.example.com"}).only
    assert answer["statusCode"] == status
    assert take_time(answer) > 0
    allowed = {"vary": "Origin", "access-control-allow-origin": "https://app.example.com"}
    assert headers_of(answer) == {**JSON_HEADER, **allowed, **EXPOSED}


def test_time_is_that_of_the_work(call: Call) -> None:
    event = load("http_api_v2")
    texts = call(*(with_body(event, {"text": TEXT * count}) for count in (1, 1, 500))).answers   # the first one warms up
    _, short, long = (take_time(answer.body) for answer in texts)
    assert 0 < short < long
    assert "server-timing" not in call(with_body({**event, "rawPath": "/nothing"}, {"text": TEXT})).only["headers"]


# ---- fields and settings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offsets", ["codepoint", "utf16", "byte"])
@pytest.mark.parametrize("format", ["ner", "spacy"])
def test_offsets_and_formats(call: Call, nlp_full: Any, offsets: str, format: str) -> None:
    texts = [EMOJI, "Alan \x00 Turing \ufffe was born in London.", "e\u0301 Angela Merkel"]
    expected = [entities(nlp_full, text, format, offsets) for text in texts]
    asked, default = call(
        {"texts": texts, "offsets": offsets, "format": format}, env={"TERN_OFFSETS": "byte"}
    ).only, call({"texts": texts}, env={"TERN_OFFSETS": offsets, "TERN_FORMAT": format}).only
    assert asked == default == {"results": expected}


@pytest.mark.parametrize(
    "fields, words",
    [
        ({"offsets": "utf-8"}, ['"codepoint"', '"utf16"', '"byte"']),
        ({"format": "json"}, ['"ner"', '"spacy"']),
        ({"components": ["NER"]}, ["it has: tok2vec, tagger"]),
        ({"texts": ["a"]}, ['both "text" and "texts"']),
    ],
)
def test_wrong_values_are_answered_with_the_allowed_ones(call: Call, fields: Dict[str, Any], words: List[str]) -> None:
    ((error, body),) = call({"text": TEXT, **fields}).answers
    assert error == "Function.BadRequest"
    for word in words:
        assert word in body["errorMessage"]


def test_limits_from_the_environment(call: Call) -> None:
    limits = {"TERN_MAX_CHARS": "5", "TERN_MAX_TEXTS": "2"}
    events = {"texts": ["1\u20ac  .", "1\u20ac  .."]}, {"texts": ["a", "b", "c"]}, {"text": "      "}
    first, second, third = call(*events, env=limits).answers
    assert list(first.body["results"][0]) == ["entities"]
    assert "the limit is 5" in first.body["results"][1]["error"]
    assert second.error == "Function.TooManyTexts" and "the limit is 2" in second.body["errorMessage"]
    assert third.error == "Function.TextTooLong"


@pytest.mark.parametrize(
    "name, value, words",
    [
        ("TERN_FORMAT", "text", ['"ner" or "spacy"', 'not "text"']),
        ("TERN_OFFSETS", "chars", ['"codepoint", "utf16" or "byte"']),
        ("TERN_MAX_TEXTS", "many", ["from 1 to 100000"]),
        ("TERN_CORS_ORIGIN", "example.com", ["https://example.com"]),
        ("TERN_COMPONENTS", "tagger", ['"ner" must be among']),
        ("TERN_OUTPUT_QUEUE_URL", "my-queue", ["https://sqs.us-east-1.amazonaws.com/123456789012/NAME"]),
        ("TERN_OUTPUT_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/", ["https://sqs."]),
        ("TERN_OUTPUT_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/1/q?x=y", ["https://sqs."]),
        ("TERN_OUTPUT_QUEUE_URL", "https://user@sqs.us-east-1.amazonaws.com/1/q", ["https://sqs."]),
        ("TERN_OUTPUT_QUEUE_URL", "ftp://sqs.us-east-1.amazonaws.com/1/q", ["https://sqs."]),
        ("TERN_OUTPUT_QUEUE_URL", "http://localhost/1/q", ["AWS_REGION"]),
        ("TERN_OUTPUT_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/1/q", ["AWS_ACCESS_KEY_ID"]),
    ],
)
def test_bad_settings_end_the_start(
    program: Callable[[str], Path], model_file: Path, name: str, value: str, words: List[str]
) -> None:
    with MockRuntimeApi([]) as api:
        done = run_bootstrap(program("bootstrap"), api.address, model_file, {name: value})
    (request,) = api.requests
    assert request.path.endswith("/runtime/init/error")
    body = json.loads(request.body)
    assert body["errorType"] == "Runtime.BadConfig"
    for word in [name, *words]:
        assert word in body["errorMessage"]
    assert done.returncode == 1


def test_server_has_the_same_settings(
    program: Callable[[str], Path], model_file: Path, nlp_full: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"TERN_FORMAT": "spacy", "TERN_OFFSETS": "utf16", "TERN_MAX_CHARS": "100", "TERN_MAX_TEXTS": "1"}.items():
        monkeypatch.setenv(name, value)
    with TernServer(program("tern"), model_file) as server:
        answers = [server.ner(json.dumps(body).encode()) for body in (
            {"text": EMOJI}, {"texts": [EMOJI], "offsets": "byte", "format": "ner"}, {"text": "x" * 101}, {"texts": ["a", "b"]})]
    assert [a.status for a in answers] == [200, 200, 413, 413]
    assert answers[0].json == entities(nlp_full, EMOJI, "spacy", "utf16")
    assert answers[1].json == {"results": [entities(nlp_full, EMOJI, "ner", "byte")]}


def test_server_refuses_bad_settings(run: Callable[..., Any]) -> None:
    done = run("tern", "serve", "--port", "0", env={"TERN_OFFSETS": "x"})
    assert done.returncode == 1
    assert done.stderr == b'tern: TERN_OFFSETS must be "codepoint", "utf16" or "byte", not "x"\n'


def test_server_explains_its_settings(run: Callable[..., Any]) -> None:
    done = run("tern", "serve", "--help")
    assert done.returncode == 0
    for name in ("TERN_MODEL", "TERN_COMPONENTS", "TERN_FORMAT", "TERN_OFFSETS", "TERN_MAX_CHARS", "TERN_MAX_TEXTS"):
        assert f"\n  {name} ".encode() in done.stdout
    assert b"TERN_OUTPUT_QUEUE_URL" not in done.stdout   # Lambda's


# ---- messages of a queue, without an output queue ---------------------------------------------------------------------------


def test_batch_of_messages(call: Call) -> None:
    calls = call(load("sqs/batch"))
    assert calls.only == {"batchItemFailures": []}
    assert "SQS: 3 messages, 0 failed, " in calls.log
    assert "TERN_OUTPUT_QUEUE_URL is not set" in calls.log


def test_fifo_batch(call: Call) -> None:
    records = load("sqs/fifo")["Records"]
    calls = call(load("sqs/fifo"))
    assert calls.only == {"batchItemFailures": [{"itemIdentifier": records[n]["messageId"]} for n in (1, 3)]}
    assert f'SQS message {records[1]["messageId"]}: Function.BadRequest: "text" must be a string' in calls.log


def test_failed_messages_are_logged_without_their_text(call: Call) -> None:
    secret = "Xylophonius"
    event = load("sqs/batch")
    bodies = [json.dumps({"text": secret, "format": secret}), f'{{"text": "{secret}', ""]
    event["Records"] = [{**record, "body": body} for record, body in zip(event["Records"], bodies)]
    calls = call(event)
    assert len(calls.only["batchItemFailures"]) == 3
    assert secret not in calls.log
    for record in event["Records"]:
        assert calls.log.count(f'SQS message {record["messageId"]}: Function.BadRequest: ') == 1
