"""Operations of Amazon Comprehend as events of Lambda: every gateway's form, through the real bootstrap."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any, Callable

import pytest

pytest.importorskip("boto3")

from runtime.bootstrap_run import Serve, serve  # noqa: F401
from runtime.comprehend_client import SENTIMENT
from runtime.lambda_calls import Calls, invoke, load
from runtime.mock_runtime_api import Invocation
from runtime.service_model import TARGET, check_error, check_output

SENTENCE = "Alan Turing was born on June 23, 1912, in London, England."
FOUND = [
    ("PERSON", "Alan Turing", 0, 11),
    ("DATE", "June 23, 1912", 24, 37),
    ("LOCATION", "London", 42, 48),
    ("LOCATION", "England", 50, 57),
]
BODY = {"Text": SENTENCE, "LanguageCode": "en"}
Event = dict[str, Any]


@pytest.fixture(scope="module")
def call(serve: Serve, model_file: Any) -> Callable[..., Calls]:  # noqa: F811
    both = {"TERN_MODEL": f"en={model_file},mood={SENTIMENT}"}
    return lambda *events, env=None: invoke(serve, *events, env={**both, **(env or {})})


def asks(name: str, operation: str, body: Any, path: str = "/", header: str = "x-amz-target") -> Event:
    """The recorded event of that name, as an SDK's request would make it."""
    event = load(name)
    headers = {header: TARGET + operation, "content-type": "application/x-amz-json-1.1"}
    lists = {key: [value] for key, value in headers.items()}
    if "multiValueHeaders" in event:
        event["multiValueHeaders"] = lists
    if "headers" in event:
        event["headers"] = lists if name == "lattice/v2" else headers
    for key in ("path", "rawPath", "raw_path"):
        if key in event:
            event[key] = path
    event["body"] = body if isinstance(body, str) else json.dumps(body)
    for key in ("isBase64Encoded", "is_base64_encoded"):
        if key in event:
            event[key] = False
    return event


def headers_of(answer: Event) -> dict[str, str]:
    return answer.get("headers") or {key: value for key, (value,) in answer["multiValueHeaders"].items()}


GATEWAYS = [
    "function_url",
    "http_api_v2",
    "rest_v1",
    "alb/request",
    "alb/multi_value_headers",
    "lattice/v1",
    "lattice/v2",
]


@pytest.mark.parametrize("name", GATEWAYS)
def test_every_gateway(call: Callable[..., Calls], name: str) -> None:
    calls = call(
        asks(name, "DetectEntities", BODY),
        asks(name, "DetectSentiment", BODY, header="X-Amz-Target"),
        asks(name, "DetectSyntax", BODY, path="/prod"),
        asks(name, "BatchDetectKeyPhrases", {"TextList": [SENTENCE, "x"], "LanguageCode": "en"}, path="/prod/"),
        asks(name, "DetectDominantLanguage", {"Text": "x"}),
        asks(name, "DetectSyntax", {**BODY, "Text": "x" * 5001}),
    )
    operations = ["DetectEntities", "DetectSentiment", "DetectSyntax", "BatchDetectKeyPhrases"]
    answers = [answer.body for answer in calls.answers]
    for operation, answer in zip(operations, answers):
        assert answer["statusCode"] == 200 and answer["isBase64Encoded"] is False
        assert headers_of(answer)["content-type"] == "application/x-amz-json-1.1"
        assert len(headers_of(answer)["x-amzn-requestid"]) == 36
        check_output(operation, json.loads(answer["body"]))
    entities = json.loads(answers[0]["body"])["Entities"]
    assert [(e["Type"], e["Text"], e["BeginOffset"], e["EndOffset"]) for e in entities] == FOUND
    assert headers_of(answers[1])["server-timing"].startswith("sentiment;dur=")
    assert len({headers_of(answer)["x-amzn-requestid"] for answer in answers}) == len(answers)
    for operation, answer, error in (
        ("DetectDominantLanguage", answers[4], "UnknownOperationException"),
        ("DetectSyntax", answers[5], "TextSizeLimitExceededException"),
    ):
        body = json.loads(answer["body"])
        check_error(operation, answer["statusCode"], body)
        assert body["__type"] == headers_of(answer)["x-amzn-errortype"] == error


def test_bodies(call: Callable[..., Calls]) -> None:
    """In base64, compressed, as an object, none; and what the gateway has spoilt."""
    encoded = asks("function_url", "DetectEntities", base64.b64encode(json.dumps(BODY).encode()).decode())
    packed = asks("function_url", "DetectEntities", base64.b64encode(gzip.compress(json.dumps(BODY).encode())).decode())
    packed["headers"]["content-encoding"] = "gzip"
    encoded["isBase64Encoded"] = packed["isBase64Encoded"] = True
    as_object = asks("function_url", "DetectEntities", "")
    as_object["body"] = BODY
    none = asks("function_url", "DetectEntities", "")
    del none["body"]
    damaged = {**encoded, "body": "="}
    unpacked = {**packed, "body": json.dumps(BODY), "isBase64Encoded": False}
    calls = call(encoded, packed, as_object, unpacked, none, damaged)
    *good, without, wrong = (answer.body for answer in calls.answers)
    assert [len(json.loads(answer["body"])["Entities"]) for answer in good] == [4, 4, 4, 4]
    assert json.loads(without["body"])["__type"] == "ValidationException"
    assert (wrong["statusCode"], json.loads(wrong["body"])["__type"]) == (400, "SerializationException")


def test_an_answer_that_is_too_large(call: Callable[..., Calls]) -> None:
    """For a load balancer, which takes 1 MB."""
    text = "I " * 2500
    event = asks("alb/request", "BatchDetectSyntax", {"TextList": [text] * 25, "LanguageCode": "en"})
    answer = call(event).only
    body = json.loads(answer["body"])
    assert (answer["statusCode"], body["__type"]) == (413, "RequestEntityTooLargeException")
    assert "a load balancer carries" in body["Message"]


def test_other_events_stay(call: Callable[..., Calls]) -> None:
    plain = load("function_url")
    plain["rawPath"] = "/"
    ner = load("function_url")
    ner["headers"]["x-amz-target"] = f"{TARGET}DetectEntities"
    missing, found = (answer.body for answer in call(plain, ner).answers)
    assert missing["statusCode"] == 404 and "x-amzn-requestid" not in missing["headers"]
    assert [entity["label"] for entity in json.loads(found["body"])["entities"]] == ["PERSON", "DATE", "GPE", "GPE"]


def test_pages_may_ask(call: Callable[..., Calls]) -> None:
    asking = load("preflight/function_url")
    asking["rawPath"] = "/"
    answer = call(asking, env={"TERN_CORS_ORIGIN": "*"}).only
    assert answer["statusCode"] == 200 and "x-amz-target" in answer["headers"]["access-control-allow-headers"]


def test_a_deadline(call: Callable[..., Calls]) -> None:
    """A fault of the function: the status and the log say so. The margin is the whole time."""
    event = asks("function_url", "BatchDetectSyntax", {"TextList": [SENTENCE] * 25, "LanguageCode": "en"})
    calls = call(Invocation(json.dumps(event).encode(), time_left=5.0), env={"TERN_DEADLINE_MARGIN_MS": "10000"})
    answer = calls.only
    body = json.loads(answer["body"])
    assert (answer["statusCode"], body["__type"]) == (504, "InternalServerException")
    assert "Function.DeadlineExceeded" in calls.log
