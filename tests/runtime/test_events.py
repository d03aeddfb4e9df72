"""Every shape of event and every field of a request through the real bootstrap; events/ holds them as AWS documents them."""

from __future__ import annotations

import base64
import gzip
import json
from functools import partial
from pathlib import Path
from typing import Any, Callable

import pytest
from runtime.bootstrap_run import Serve, serve, take_time
from runtime.lambda_calls import EVENTS, Calls, invoke, load
from runtime.mock_runtime_api import MockRuntimeApi, run_bootstrap
from runtime.tern_server import TernServer

TEXT = "Alan Turing was born on June 23, 1912, in London, England."
EMOJI = "\U0001f600 Zoë Müller moved to New York in 2019, said \U0001d49c Apple."
JSON_HEADER = {"content-type": "application/json"}
EXPOSED = {"access-control-expose-headers": "server-timing, retry-after, x-amzn-requestid, x-amzn-errortype"}

Call = Callable[..., Calls]


@pytest.fixture(scope="session")
def call(serve: Serve) -> Call:
    """call(event, event, ..., env={...})"""
    return partial(invoke, serve)


def entities(nlp: Any, text: str, format: str = "ner", offsets: str = "codepoint") -> dict[str, list[dict[str, Any]]]:
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


def with_body(event: dict[str, Any], body: Any) -> dict[str, Any]:
    return {**event, "body": json.dumps(body), "isBase64Encoded": False}


# ---- shapes ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("multi", [False, True])
def test_load_balancer(call: Call, nlp_full: Any, multi: bool) -> None:
    answer = call(load("alb/multi_value_headers" if multi else "alb/request")).only
    assert json.loads(answer.pop("body")) == entities(nlp_full, TEXT)
    assert take_time(answer) > 0
    headers: dict[str, Any] = (
        {"multiValueHeaders": {"content-type": ["application/json"]}} if multi else {"headers": JSON_HEADER}
    )
    assert answer == {"statusCode": 200, "statusDescription": "200 OK", "isBase64Encoded": False, **headers}


def test_load_balancer_checks_the_health(call: Call, model_file: Path) -> None:
    answer = call(load("alb/health_check")).only
    assert answer["statusCode"] == 200
    name = model_file.stem
    assert json.loads(answer["body"]) == {
        "status": "ok",
        "model": name,
        "models": [name],
        "ner": [name],
        "redact": [name],
    }


@pytest.mark.parametrize("name", ["lattice/v1", "lattice/v1_base64", "lattice/v2"])
def test_vpc_lattice(call: Call, nlp_full: Any, name: str) -> None:
    event = load(name)
    path = "raw_path" if "raw_path" in event else "path"
    good, nothing, put, health, preflight = (
        answer.body
        for answer in call(
            event,
            {**event, path: "/nothing", "method": "PUT"},
            {**event, "method": "PUT"},
            {**event, path: "/healthz", "method": "GET"},
            {**event, "method": "OPTIONS"},
        ).answers
    )
    assert json.loads(good.pop("body")) == entities(nlp_full, TEXT)
    assert take_time(good) > 0
    assert good == {"statusCode": 200, "statusDescription": "200 OK", "isBase64Encoded": False, "headers": JSON_HEADER}
    assert (nothing["statusCode"], nothing["statusDescription"]) == (404, "404 Not Found")
    assert (put["statusCode"], put["headers"]["allow"]) == (405, "POST, OPTIONS")
    assert json.loads(health["body"])["status"] == "ok"
    assert (preflight["statusCode"], preflight["headers"]["allow"]) == (200, "POST, OPTIONS")


@pytest.mark.parametrize("name, value", [("lattice/v1", "text/plain"), ("lattice/v2", ["text/plain"])])
def test_headers_of_vpc_lattice_count(call: Call, name: str, value: Any) -> None:
    event = load(name)
    answer = call({**event, "headers": {**event["headers"], "content-type": value}}).only
    assert (answer["statusCode"], answer["statusDescription"]) == (415, "415 Unsupported Media Type")


@pytest.mark.parametrize(
    "name", ["alb/request", "function_url", "http_api_v2", "rest_v1", "http_api_v1_base64", "lattice/v2", "body_string"]
)
def test_fields_of_requests_in_every_http_event(call: Call, nlp_full: Any, name: str) -> None:
    request = {"texts": [EMOJI, TEXT], "offsets": "utf16", "format": "spacy"}
    good, bad = call(with_body(load(name), request), with_body(load(name), {"text": TEXT, "texts": []})).answers
    assert json.loads(good.body["body"]) == {
        "results": [entities(nlp_full, text, "spacy", "utf16") for text in (EMOJI, TEXT)]
    }
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
        {"text": e.text, "label": e.label_, "start_char": e.start_char, "end_char": e.end_char}
        for e in nlp_full(TEXT).ents
    ]
    assert json.dumps(answer) == json.dumps({"entities": expected})


def test_destinations(call: Call, nlp_full: Any) -> None:
    success, failure = call(load("destination/on_success"), load("destination/on_failure")).answers
    assert success == (None, entities(nlp_full, TEXT))
    assert failure.error == "Function.BadRequest"
    assert '"text" is missing' in failure.body["errorMessage"]


@pytest.mark.parametrize(
    "name, seen, remedy",
    [
        ("s3", 'Records of "aws:s3"', "read a file and send"),
        ("sns", 'Records of "aws:sns"', "subscribe an SQS queue to the topic"),
        ("kinesis", 'Records of "aws:kinesis"', "into an SQS queue"),
        ("dynamodb", 'Records of "aws:dynamodb"', "into an SQS queue"),
        ("kafka", 'Records of "aws:kafka"', "into an SQS queue"),
        ("eventbridge", "an event of EventBridge", "input transformer"),
        ("websocket_message", "a WebSocket event of API Gateway", "use an HTTP API"),
        ("websocket_connect", "a WebSocket event of API Gateway", "use an HTTP API"),
    ],
)
def test_unknown_events_are_named(call: Call, name: str, seen: str, remedy: str) -> None:
    ((error, body),) = call(load(f"unknown/{name}")).answers
    assert error == "Function.BadRequest"
    assert body["errorMessage"].startswith(f"cannot answer {seen}: ") and remedy in body["errorMessage"]
    assert "Xylophonius" not in body["errorMessage"]


def test_unknown_events_without_a_name_show_their_keys(call: Call) -> None:
    ((error, body),) = call({"Text": TEXT, "lang": "en"}).answers
    assert error == "Function.BadRequest"
    assert body["errorMessage"].startswith('unknown event with the keys "Text", "lang": expected {"text": ...}')


@pytest.mark.parametrize("name", sorted(path.stem for path in (EVENTS / "ping").glob("*.json")))
def test_what_keeps_a_function_warm_is_answered_quietly(call: Call, name: str) -> None:
    calls = call(load(f"ping/{name}"), env={"AWS_LAMBDA_LOG_LEVEL": "INFO"})
    assert calls.only == {"status": "ok"}
    assert calls.log.count("\n") == 1  # the end of the script


@pytest.mark.parametrize(
    "own",
    [
        {"body": "article"},
        {"httpMethod": "GET"},
        {"requestContext": {"user": 1}},
        {"path": "/", "headers": {}, "version": "2.0"},
    ],
)
def test_members_like_those_of_a_gateway_do_not_make_a_request_its_event(
    call: Call, nlp_full: Any, own: dict[str, Any]
) -> None:
    assert call({"text": TEXT, **own}).only == entities(nlp_full, TEXT)


# ---- compressed bodies ------------------------------------------------------------------------------------------------------


def compressed(event: dict[str, Any], body: bytes, coding: str = "gzip") -> dict[str, Any]:
    """As a gateway passes on what is no text; the header in the spelling of the client."""
    name = "multiValueHeaders" if "multiValueHeaders" in event and not event.get("headers") else "headers"
    headers = {**(event.get(name) or {}), "Content-Encoding": [coding] if name == "multiValueHeaders" else coding}
    return {**event, name: headers, "body": base64.b64encode(body).decode(), "isBase64Encoded": True}


@pytest.mark.parametrize(
    "name", ["http_api_v2", "function_url", "rest_v1", "alb/request", "alb/multi_value_headers", "body_string"]
)
def test_gzip_is_decompressed_in_every_http_event(call: Call, nlp_full: Any, name: str) -> None:
    plain = json.dumps({"text": TEXT}).encode()
    bodies = (gzip.compress(plain), gzip.compress(plain)[:-1], gzip.compress(bytes(50_000_000)), plain)
    good, short, bomb, none = (
        answer.body for answer in call(*(compressed(load(name), body) for body in bodies)).answers
    )
    assert json.loads(good["body"]) == entities(nlp_full, TEXT)
    for answer, status, words in (
        (short, 400, "ends too early"),
        (bomb, 413, "6291456 bytes when it is decompressed"),
        (none, 400, "but the body is not"),
    ):
        assert answer["statusCode"] == status and words in json.loads(answer["body"])["error"]


def test_other_codings_are_refused(call: Call) -> None:
    answer = call(compressed(load("http_api_v2"), b"x", "br")).only
    assert (answer["statusCode"], answer["headers"]["accept-encoding"]) == (415, "gzip")
    assert "Content-Encoding may be gzip" in json.loads(answer["body"])["error"]


def test_what_a_gateway_has_decompressed_is_taken(call: Call, nlp_full: Any) -> None:
    """A REST API with content encoding does so. One that takes the body for text spoils it, which nobody can mend."""
    event = compressed(load("rest_v1"), b"")
    plain, spoilt = (
        {**event, "isBase64Encoded": False, "body": body}
        for body in (json.dumps({"text": TEXT}), gzip.compress(b"{}").decode("utf-8", "replace"))
    )
    good, bad = (answer.body for answer in call(plain, spoilt).answers)
    assert json.loads(good["body"]) == entities(nlp_full, TEXT)
    assert bad["statusCode"] == 400 and "binaryMediaTypes" in json.loads(bad["body"])["error"]


# ---- cross-origin requests --------------------------------------------------------------------------------------------------

PREFLIGHTS = sorted(path.stem for path in (EVENTS / "preflight").glob("*.json"))
PREFLIGHT_HEADERS = {
    "access-control-allow-methods": "POST, OPTIONS",
    "access-control-allow-headers": "content-type, content-encoding, authorization, x-api-key, apikey, x-amz-target, x-amz-date, "
    "x-amz-content-sha256, x-amz-security-token, x-amz-user-agent, amz-sdk-invocation-id, amz-sdk-request",
    "access-control-max-age": "7200",
}


def headers_of(answer: dict[str, Any]) -> dict[str, str]:
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
def test_preflight(call: Call, name: str, origins: str | None, expected: dict[str, str]) -> None:
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
    texts = call(*(with_body(event, {"text": TEXT * count}) for count in (1, 1, 500))).answers  # the first one warms up
    _, short, long = (take_time(answer.body) for answer in texts)
    assert 0 < short < long
    assert "server-timing" not in call(with_body({**event, "rawPath": "/nothing"}, {"text": TEXT})).only["headers"]


# ---- fields and settings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offsets", ["codepoint", "utf16", "byte"])
@pytest.mark.parametrize("format", ["ner", "spacy"])
def test_offsets_and_formats(call: Call, nlp_full: Any, offsets: str, format: str) -> None:
    texts = [EMOJI, "Alan \x00 Turing \ufffe was born in London.", "e\u0301 Angela Merkel"]
    expected = [entities(nlp_full, text, format, offsets) for text in texts]
    asked, default = (
        call({"texts": texts, "offsets": offsets, "format": format}, env={"TERN_OFFSETS": "byte"}).only,
        call({"texts": texts}, env={"TERN_OFFSETS": offsets, "TERN_FORMAT": format}).only,
    )
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
def test_wrong_values_are_answered_with_the_allowed_ones(call: Call, fields: dict[str, Any], words: list[str]) -> None:
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
        ("TERN_CORS_ORIGIN", "example.com", ["https://example.org"]),
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
    program: Callable[[str], Path], model_file: Path, name: str, value: str, words: list[str]
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
    for name, value in {
        "TERN_FORMAT": "spacy",
        "TERN_OFFSETS": "utf16",
        "TERN_MAX_CHARS": "100",
        "TERN_MAX_TEXTS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    with TernServer(program("tern"), model_file) as server:
        answers = [
            server.ner(json.dumps(body).encode())
            for body in (
                {"text": EMOJI},
                {"texts": [EMOJI], "offsets": "byte", "format": "ner"},
                {"text": "x" * 101},
                {"texts": ["a", "b"]},
            )
        ]
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
    assert b"TERN_OUTPUT_QUEUE_URL" not in done.stdout  # Lambda's


# ---- messages of a queue, without an output queue ---------------------------------------------------------------------------


def test_batch_of_messages(call: Call) -> None:
    calls = call(load("sqs/batch"), load("sqs/batch"))
    assert [answer.body for answer in calls.answers] == [{"batchItemFailures": []}] * 2
    assert calls.log.count("SQS: 3 messages, 0 failed, ") == 2
    dropped = [line for line in calls.log.splitlines() if "TERN_OUTPUT_QUEUE_URL is not set" in line]
    assert len(dropped) == 1 and " WARN " in dropped[0]  # once a process


def test_events_in_messages_are_named(call: Call) -> None:
    event = load("sqs/events")
    calls = call(event)
    assert calls.only == {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in event["Records"]]}
    names = [
        "the s3:TestEvent",
        'Records of "aws:s3"',
        'Records of "aws:s3"',
        "an event of EventBridge",
        "the record of a Lambda destination",
        "a confirmation that SNS asks for",
    ]
    for record, name in zip(event["Records"], names):
        assert f"SQS message {record['messageId']}: Function.BadRequest: cannot answer {name}" in calls.log


@pytest.mark.parametrize(
    "body, words",
    [
        ('\ufeff{"text": "Xylophonius"}', "U+FEFF, a byte order mark"),
        ('\u00a0{"text": "Xylophonius"}', "U+00A0"),
        ('[{"text": "Xylophonius"}]', "the message is an array"),
        (json.dumps('{"text": "Xylophonius"}'), "encoded twice"),
        (base64.b64encode(b'{"text": "Xylophonius"}').decode(), "JSON in base64"),
        (
            base64.encodebytes(b'{"text": "Xylophonius, and a text that is longer than a line"}').decode(),
            "JSON in base64",
        ),
        (base64.b64encode(gzip.compress(b'{"text": "Xylophonius"}', mtime=0)).decode(), "gzip"),
    ],
)
def test_json_in_disguise_fails(call: Call, body: str, words: str) -> None:
    event = load("sqs/batch")
    event["Records"][0]["body"] = body
    calls = call(event)
    assert calls.only == {"batchItemFailures": [{"itemIdentifier": event["Records"][0]["messageId"]}]}
    assert words in calls.log and "Xylophonius" not in calls.log


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
        assert calls.log.count(f"SQS message {record['messageId']}: Function.BadRequest: ") == 1
