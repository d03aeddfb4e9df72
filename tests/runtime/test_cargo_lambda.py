"""The bootstrap against a Runtime API that others wrote."""

from __future__ import annotations

import json
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from runtime.bootstrap_run import ENTITIES
from runtime.cargo_lambda import FUNCTION, Peer, run_peer
from runtime.mock_runtime_api import PATIENCE

SAMPLE = "Alan Turing was born on June 23, 1912, in London, England."
# With the time that CI machines take; the emulator itself answers in milliseconds.
INVOKE_TIMEOUT = 60.0


@pytest.fixture
def peer(program, model_file, tmp_path: Path) -> Iterator[Peer]:
    env = {"TERN_SHUTDOWN_HOOK": "1", "AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "DEBUG"}
    with run_peer(program("bootstrap"), model_file, tmp_path, env) as running:
        yield running


def post(url: str, body: object, headers: dict[str, str]) -> tuple[int, object]:
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=INVOKE_TIMEOUT) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


@pytest.mark.long
def test_all_ways_to_call_a_function(peer: Peer) -> None:
    invoke, http = f"{peer.url}/2015-03-31/functions/{FUNCTION}/invocations", f"{peer.function_url}/ner"
    as_json = {"Content-Type": "application/json"}
    assert post(invoke, {"text": SAMPLE}, as_json) == (200, {"entities": ENTITIES})
    assert post(http, {"text": SAMPLE}, as_json) == (200, {"entities": ENTITIES})

    status, error = post(invoke, {"text": 17}, as_json)
    assert status == 500 and isinstance(error, dict)
    assert error["errorType"] == "Function.BadRequest" and "must be a string, not a number" in error["errorMessage"]
    assert post(http, {"text": 17}, as_json)[0] == 400
    assert post(http, {"text": SAMPLE}, {"Content-Type": "text/plain"})[0] == 415
    assert post(f"{peer.function_url}/elsewhere", {"text": SAMPLE}, as_json)[0] == 404

    assert post(http, {"text": SAMPLE}, as_json) == (200, {"entities": ENTITIES})  # it is still there

    peer.bootstrap.send_signal(signal.SIGTERM)
    stdout, stderr = peer.bootstrap.communicate(timeout=PATIENCE)
    assert peer.bootstrap.returncode == 0 and stderr == b""
    lines = [json.loads(line) for line in stdout.splitlines()]
    assert [line["level"] for line in lines].count("ERROR") == 1  # the direct invocation that failed
    assert all(line["xrayTraceId"].startswith("Root=1-") for line in lines if "requestId" in line)
    assert lines[-1]["message"].startswith("SIGTERM")
    assert "WARN" not in {line["level"] for line in lines}  # the extension was registered
