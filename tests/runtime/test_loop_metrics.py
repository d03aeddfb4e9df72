"""Metrics in CloudWatch's embedded metric format, checked against the rules of its specification and its JSON schema.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from common import REDUCED
from runtime.bootstrap_run import EVENTS, TEXT_EVENT, Outcome, Serve, body_of, serve, text_event
from runtime.mock_runtime_api import Invocation

ENV = {"TERN_EMF_NAMESPACE": "tern/ner", "AWS_LAMBDA_FUNCTION_NAME": "ner", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST"}
SIZES = [(prefix + unit).capitalize() for prefix in ("", "kilo", "mega", "giga", "tera") for unit in ("bytes", "bits")]
UNITS = {"Seconds", "Microseconds", "Milliseconds", "Percent", "Count", "None", "Count/Second"}
UNITS |= {size + rate for size in SIZES for rate in ("", "/Second")}


def check_emf(line: str) -> dict[str, Any]:
    """The document, after every rule of the specification that applies to one with a single directive."""
    assert len(line.encode()) <= 256 * 1024
    root = json.loads(line)
    metadata = root["_aws"]
    assert isinstance(metadata["Timestamp"], int)
    assert set(metadata) == {"Timestamp", "CloudWatchMetrics"}  # no additional members
    (directive,) = metadata["CloudWatchMetrics"]
    assert set(directive) == {"Namespace", "Dimensions", "Metrics"}
    assert isinstance(directive["Namespace"], str) and 1 <= len(directive["Namespace"]) <= 1024
    assert isinstance(directive["Dimensions"], list) and len(directive["Dimensions"]) >= 1
    for dimensions in directive["Dimensions"]:
        assert isinstance(dimensions, list) and len(dimensions) <= 30
        for name in dimensions:
            assert isinstance(name, str) and 1 <= len(name) <= 250
            assert isinstance(root[name], str) and 1 <= len(root[name]) <= 1024
    names = [metric["Name"] for metric in directive["Metrics"]]
    assert len(names) <= 100 and len(set(names)) == len(names)
    for metric in directive["Metrics"]:
        assert set(metric) <= {"Name", "Unit", "StorageResolution"}
        assert isinstance(metric["Name"], str) and 1 <= len(metric["Name"]) <= 1024
        assert metric["Unit"] in UNITS
        assert type(root[metric["Name"]]) in (int, float)  # no text, no true
    return root


def documents(outcome: Outcome) -> list[dict[str, Any]]:
    return [check_emf(line) for line in outcome.log.splitlines() if '"_aws"' in line]


def units(document: dict[str, Any]) -> dict[str, str]:
    return {metric["Name"]: metric["Unit"] for metric in document["_aws"]["CloudWatchMetrics"][0]["Metrics"]}


def test_one_document_for_each_invocation(serve: Serve, nlp_ner) -> None:
    texts = [json.loads(TEXT_EVENT)["text"], "Zo\u00eb M\u00fcller moved to New York in 2019."]
    begin = int(time.time() * 1000)
    outcome = serve([Invocation(text_event(text), request_id=f"id-{i}") for i, text in enumerate(texts)], env=ENV)
    first, second = documents(outcome)
    for document, text, post in zip((first, second), texts, outcome.posts):
        assert begin <= document["_aws"]["Timestamp"] <= int(post.time * 1000) + 1
        assert document["Tokens"] == len(nlp_ner(text))
        assert document["Entities"] == len(body_of(post)["entities"])
        assert document["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "tern/ner"
        assert document["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["FunctionName"]]
        assert (document["FunctionName"], document["FunctionVersion"]) == ("ner", "$LATEST")
        assert 0 < document["Duration"] < 120_000
    common = {
        "Duration": "Milliseconds",
        "Tokens": "Count",
        "Entities": "Count",
        "Errors": "Count",
        "ColdStart": "Count",
        "PeakRssMb": "Megabytes",
    }
    assert units(first) == {**common, "InitMs": "Milliseconds"}
    assert units(second) == common
    assert (first["ColdStart"], second["ColdStart"]) == (1, 0)
    assert 0 < first["InitMs"] < 120_000 and "InitMs" not in second
    assert [document["requestId"] for document in (first, second)] == ["id-0", "id-1"]
    assert first["xrayTraceId"].startswith("Root=1-")


@pytest.mark.skipif(REDUCED, reason="sanitizers take memory of their own")
def test_peak_memory_grows_with_the_work(serve: Serve) -> None:
    small, large, after = documents(serve([TEXT_EVENT, text_event("Rome, " * 20_000), TEXT_EVENT], env=ENV))
    assert 5 < small["PeakRssMb"] < 128
    assert small["PeakRssMb"] + 10 < large["PeakRssMb"] == pytest.approx(after["PeakRssMb"], rel=0.2)


def test_line_comes_before_the_answer_and_whatever_the_log_says(serve: Serve) -> None:
    env = {**ENV, "AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "FATAL"}
    outcome = serve([TEXT_EVENT], env=env)
    assert len(documents(outcome)) == len(outcome.log.splitlines()) == 1


def test_errors_count_as_invocations_without_tokens(serve: Serve) -> None:
    (document,) = documents(serve([b'{"text": 17}'], env=ENV))
    assert (document["Tokens"], document["Entities"]) == (0, 0)


def http_event(**fields: Any) -> bytes:
    event = json.loads((EVENTS / "http_api_v2.json").read_text())
    return json.dumps(
        {**event, "isBase64Encoded": False, "body": json.dumps(json.loads(TEXT_EVENT)), **fields}
    ).encode()


def test_faults_of_the_function_count_on_every_way(serve: Serve) -> None:
    """A deadline that has come does; what the caller got wrong does not, nor is the next answer's count that of the one before."""
    script = [
        Invocation(TEXT_EVENT, time_left=5.0),
        Invocation(http_event(), time_left=5.0),
        *(
            Invocation(event, time_left=1e5)
            for event in (TEXT_EVENT, http_event(), b'{"text": 17}', http_event(body="{"))
        ),
    ]
    outcome = serve(script, env={**ENV, "TERN_DEADLINE_MARGIN_MS": "10000"})
    assert [document["Errors"] for document in documents(outcome)] == [1, 1, 0, 0, 0, 0]
    assert [body_of(post).get("statusCode") for post in outcome.posts] == [None, 504, None, 200, None, 400]
    errors = re.findall("ERROR .*(Function[.][A-Za-z]+): ", outcome.log)
    assert errors == ["Function.DeadlineExceeded"] * 2 + ["Function.BadRequest"]


def test_batch_counts_all_texts(serve: Serve, nlp_ner) -> None:
    texts = ["Alan Turing was born in London.", "Paris.", "Nothing at all here"]
    outcome = serve([json.dumps({"texts": texts}).encode()], env=ENV)
    (document,) = documents(outcome)
    assert document["Tokens"] == sum(len(nlp_ner(text)) for text in texts)
    assert document["Entities"] == sum(len(result["entities"]) for result in body_of(outcome.posts[0])["results"])


def test_environment_that_was_provisioned_is_no_cold_start(serve: Serve) -> None:
    env = {**ENV, "AWS_LAMBDA_INITIALIZATION_TYPE": "provisioned-concurrency"}
    first, _ = documents(serve([TEXT_EVENT, TEXT_EVENT], env=env))
    assert first["ColdStart"] == 0 and first["InitMs"] > 0


def test_without_a_function_name_there_is_no_dimension(serve: Serve) -> None:
    (document,) = documents(serve([TEXT_EVENT], env={"TERN_EMF_NAMESPACE": "tern"}))
    assert document["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [[]]
    assert "FunctionName" not in document


def test_hostile_ids_are_escaped(serve: Serve) -> None:
    value = '\xff"\\\x01}'
    (document,) = documents(serve([Invocation(TEXT_EVENT, request_id=value)], env=ENV))
    assert document["requestId"] == value.replace("\xff", "\ufffd")


def test_none_without_a_namespace(serve: Serve) -> None:
    assert "_aws" not in serve([TEXT_EVENT], env={"AWS_LAMBDA_FUNCTION_NAME": "ner"}).log


@pytest.mark.parametrize("value", ["AWS/Lambda", " ", "x" * 256, 'a"b', "caf\u00e9", "a\nb"])
def test_namespace_that_cloudwatch_refuses_fails_the_start(serve: Serve, value: str) -> None:
    outcome = serve([TEXT_EVENT], env={"TERN_EMF_NAMESPACE": value})
    (post,) = outcome.posts
    assert post.path.endswith("/init/error")
    assert body_of(post)["errorType"] == "Runtime.BadConfig"
    assert "TERN_EMF_NAMESPACE" in body_of(post)["errorMessage"]
