"""The bootstrap's log: text and JSON, levels, what stands in it and what must not; and what X-Ray is told."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from common import TINY
from runtime.bootstrap_run import ENTITIES, INIT_LINE, TEXT_EVENT, Serve, body_of, serve, text_event
from runtime.mock_runtime_api import Invocation, MockRuntimeApi, run_bootstrap

TRACE_ID = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1"  # the mock's
TIMESTAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
JSON = {"AWS_LAMBDA_LOG_FORMAT": "JSON"}
LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"]
BAD = b'{"text": 17}'


def with_level(level: str, **other: str) -> dict[str, str]:
    return {**JSON, "AWS_LAMBDA_LOG_LEVEL": level, **other}


@pytest.mark.parametrize(
    "env, listed",
    [({}, "{model}"), ({"TERN_MODEL": "a={model},b={tiny}"}, "a={model},b={tiny}")],
    ids=["one model", "two"],
)
def test_start_tells_the_models_and_their_time(
    serve: Serve, model_file: Path, env: dict[str, str], listed: str
) -> None:
    """Text and JSON, once a start, at INFO; seed 002's "Model loaded successfully in"."""
    names = {"model": str(model_file), "tiny": str(TINY)}
    env, listed = {name: value.format(**names) for name, value in env.items()}, listed.format(**names)
    for form in ({}, JSON):
        outcome = serve([TEXT_EVENT, TEXT_EVENT], env={**env, **form})
        (line,) = outcome.started.splitlines()
        level, message = (json.loads(line)[key] for key in ("level", "message")) if form else line.split(" ", 2)[1:]
        found = INIT_LINE.search(outcome.started)
        assert (level, found[1]) == ("INFO", listed) and message.startswith("init: opened ")
        assert 0 <= float(found[2]) <= float(found[3])
    assert serve([TEXT_EVENT], env={**env, **with_level("WARN")}).started == ""


def test_failed_start_opened_nothing(serve: Serve, tmp_path: Path) -> None:
    outcome = serve([], replies=[202], model=tmp_path / "none.tern")
    assert outcome.started == "" and "Runtime.ModelNotFound" in outcome.log


def test_text_line(serve: Serve) -> None:
    headers = {"Lambda-Runtime-Aws-Tenant-Id": "blue"}
    line = serve([Invocation(BAD, request_id="id-1", headers=headers)]).log.splitlines()[0]
    start = re.escape(f" ERROR RequestId: id-1 XrayTraceId: {TRACE_ID} TenantId: blue Function.BadRequest: ")
    assert re.match(TIMESTAMP + start, line), line


def test_json_line(serve: Serve) -> None:
    headers = {"Lambda-Runtime-Aws-Tenant-Id": "blue"}
    first, last = serve([Invocation(BAD, request_id="id-1", headers=headers)], env=JSON).lines
    assert re.fullmatch(TIMESTAMP, first.pop("timestamp"))
    message = first.pop("message")
    assert message.startswith("Function.BadRequest: ") and "must be a string, not a number" in message
    assert first == {"level": "ERROR", "requestId": "id-1", "xrayTraceId": TRACE_ID, "tenantId": "blue"}
    assert set(last) == {"timestamp", "level", "message"}  # the script's end belongs to no invocation


def test_what_the_platform_did_not_send_is_left_out(serve: Serve) -> None:
    headers = {"Lambda-Runtime-Trace-Id": None}
    outcome = serve([Invocation(TEXT_EVENT), Invocation(BAD, headers=headers)], env=JSON)
    assert set(outcome.lines[0]) == {"timestamp", "level", "message", "requestId"}


@pytest.mark.parametrize("value", ["JSON", "json", "Json"])
def test_format_in_any_case(serve: Serve, value: str) -> None:
    assert serve([BAD], env={"AWS_LAMBDA_LOG_FORMAT": value}).lines


@pytest.mark.parametrize("value", ["Text", "", "yaml"])
def test_other_formats_are_text(serve: Serve, value: str) -> None:
    assert re.match(TIMESTAMP + " ERROR ", serve([BAD], env={"AWS_LAMBDA_LOG_FORMAT": value}).log)


@pytest.mark.parametrize("level", LEVELS)
def test_lines_below_the_level_are_dropped(serve: Serve, level: str) -> None:
    refused = [Invocation(b"{}", status=403)]  # a warning
    outcome = serve([TEXT_EVENT, BAD, *refused], env=with_level(level.lower()))
    seen = {line["level"] for line in outcome.lines}
    expected = {"TRACE", "DEBUG", "WARN", "ERROR"} & set(LEVELS[LEVELS.index(level) :])
    assert seen == expected


def test_unknown_level_is_info(serve: Serve) -> None:
    outcome = serve([TEXT_EVENT, BAD, Invocation(b"{}", status=403)], env=with_level("LOUD"))
    assert {line["level"] for line in outcome.lines} == {"WARN", "ERROR"}


def test_nothing_is_logged_of_what_went_well(serve: Serve) -> None:
    outcome = serve([TEXT_EVENT] * 3)
    assert outcome.log.count("\n") == 1  # the end of the script


def test_text_is_shown_at_trace_only(serve: Serve) -> None:
    event = text_event("Xylophonius \U0001f600 was born in London.")
    shown = serve([event], env=with_level("TRACE"))
    assert any(line["level"] == "TRACE" and event.decode() in line["message"] for line in shown.lines)
    assert b"Xylophonius" in event
    assert "Xylophonius" not in serve([event], env=with_level("DEBUG")).log


def test_debug_tells_counts(serve: Serve) -> None:
    (line,) = [line for line in serve([TEXT_EVENT], env=with_level("DEBUG")).lines if line["level"] == "DEBUG"]
    assert re.fullmatch(r"\d+ tokens, 4 entities in [\d.]+ ms", line["message"])


HOSTILE = ['a"b\\c', "a\x01\x1b[31mb", "caf\xe9 \xff", "x" * 5000, '"}\t{"level": "FATAL']


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("env", [JSON, {}])
def test_hostile_headers_stay_within_their_line(serve: Serve, value: str, env: dict[str, str]) -> None:
    headers = {"Lambda-Runtime-Aws-Tenant-Id": value, "Lambda-Runtime-Trace-Id": value}
    outcome = serve([Invocation(BAD, request_id=value, headers=headers)], env=env)
    lines: list[str] = outcome.log.split("\n")
    assert len(lines) == 3 and lines[2] == ""  # the error, the end of the script
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f]", outcome.log)
    if env:
        assert outcome.lines[0]["level"] == "ERROR"
        expected = value.encode("latin-1").decode("utf-8", "replace")[:256]
        for key in ("requestId", "xrayTraceId", "tenantId"):
            assert outcome.lines[0][key].startswith(expected[:250])
            assert len(outcome.lines[0][key]) <= 260
    assert body_of(outcome.posts[0])["errorType"] == "Function.BadRequest"


def test_line_of_a_long_event_is_cut_and_still_json(serve: Serve) -> None:
    event = text_event('"\\' * 150_000)
    outcome = serve([event], env=with_level("TRACE"))
    longest = max(outcome.log.split("\n"), key=len)
    assert 250_000 < len(longest.encode()) <= 262_144
    assert json.loads(longest)["message"].endswith("...")


# ---- X-Ray ----------------------------------------------------------------------------------------------------------------


def cause_of(headers: dict[str, str]) -> dict[str, object]:
    value = headers["lambda-runtime-function-xray-error-cause"]
    assert len(value) < 65536 and value.isascii() and value.isprintable()
    return json.loads(value)


def test_cause_of_a_failed_start(serve: Serve, tmp_path: Path) -> None:
    outcome = serve([TEXT_EVENT], model=tmp_path / 'a "quoted" \\ name.tern')
    (post,) = outcome.posts
    message = body_of(post)["errorMessage"]
    assert 'a "quoted" \\ name.tern' in message
    assert cause_of(post.headers) == {
        "working_directory": os.getcwd(),
        "exceptions": [{"type": "Runtime.ModelNotFound", "message": message, "stack": []}],
        "paths": [],
    }


def test_cause_and_body_of_a_path_that_is_no_text(program, tmp_path: Path) -> None:
    path = os.path.join(os.fsencode(tmp_path), b"caf\xc3\xa9-\xff\x01.tern")
    with MockRuntimeApi([Invocation(TEXT_EVENT)]) as api:
        done = run_bootstrap(
            program("bootstrap"), api.address, Path(os.fsdecode(path)), {"AWS_LAMBDA_LOG_FORMAT": "JSON"}
        )
    (post,) = api.posts
    assert "caf\u00e9-\ufffd\x01.tern" in json.loads(post.body.decode("utf-8"))["errorMessage"]
    assert "caf??-??.tern" in str(cause_of(post.headers)["exceptions"])
    assert "caf\u00e9-\ufffd\x01.tern" in json.loads(done.stdout.decode("utf-8"))["message"]


def test_mistakes_of_the_caller_are_no_fault_of_the_function(serve: Serve) -> None:
    (post,) = serve([BAD]).posts
    assert "lambda-runtime-function-xray-error-cause" not in post.headers


# ---- what comes with an invocation ------------------------------------------------------------------------------------------


def test_client_context_and_identity_are_taken_as_they_are(serve: Serve) -> None:
    headers = {"Lambda-Runtime-Client-Context": "no json {", "Lambda-Runtime-Cognito-Identity": "\xff;,\t"}
    assert body_of(serve([Invocation(TEXT_EVENT, headers=headers)]).posts[0]) == {"entities": ENTITIES}
