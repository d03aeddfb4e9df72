"""The local Lambda's rules, on a function that does what it is told. No time is judged."""

from __future__ import annotations

import http.client
import json
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable
from urllib.parse import urlsplit

import pytest
from local_lambda import cgroup
from local_lambda.environment import Spec
from local_lambda.front import CONTROL, Front, event_of, response_of
from local_lambda.function import Function, Invocation, Throttled
from local_lambda.wire import Message

RUNTIME = Path(__file__).with_name("told_runtime.py")
LIMITED = cgroup.why_not() is None


def spec(**environment: str) -> Spec:
    return Spec("told", [sys.executable, "-S", str(RUNTIME)], environment)


@pytest.fixture
def function() -> Iterator[Function]:
    with Function(spec(), 256, environments=2, throttle=False, timeout=30) as made:
        yield made


def call(function: Function, **event: Any) -> Invocation:
    return function.invoke(json.dumps(event).encode())


def body(done: Invocation) -> Any:
    assert done.answer.error is None, done
    return json.loads(done.answer.body)


def until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.001)


def test_first_is_cold_and_the_next_are_not(function: Function) -> None:
    first, *others = [call(function) for _ in range(3)]
    assert (first.cold, [done.cold for done in others]) == (True, [False, False])
    assert len({body(done)["pid"] for done in (first, *others)}) == function.environments == 1
    assert first.seconds >= first.init_seconds > 0 and [done.init_seconds for done in others] == [0, 0]
    assert body(first)["memory"] == "256"


def test_deadline_is_the_timeout(function: Function) -> None:
    assert 25 < body(call(function))["deadline"] <= 30.1


def test_recycled_environments_are_new_ones(function: Function) -> None:
    before = body(call(function))["pid"]
    function.recycle()
    assert function.environments == 0
    done = call(function)
    assert done.cold and body(done)["pid"] != before


def test_busy_environment_is_recycled_after_its_answer(function: Function) -> None:
    call(function)
    answers = []
    caller = threading.Thread(target=lambda: answers.append(call(function, sleep=0.5)))
    caller.start()
    until(lambda: not function.idle())
    function.recycle()
    caller.join()
    assert body(answers[0])["pid"] and function.environments == 0


def test_environments_start_on_demand_up_to_their_number(function: Function) -> None:
    release = threading.Barrier(3)
    answers = []

    def caller() -> None:
        release.wait()
        answers.append(call(function, sleep=1))

    callers = [threading.Thread(target=caller) for _ in range(2)]
    for thread in callers:
        thread.start()
    release.wait()
    until(lambda: function.environments == 2)
    with pytest.raises(Throttled):
        call(function)
    for thread in callers:
        thread.join()
    assert len({body(done)["pid"] for done in answers}) == 2 and all(done.cold for done in answers)
    assert not call(function).cold


def test_error_of_an_invocation_keeps_the_environment(function: Function) -> None:
    pid = body(call(function))["pid"]
    failed = call(function, error="Function.BadRequest")
    assert failed.answer.error == "Function.BadRequest" and b"told to" in failed.answer.body
    assert body(call(function))["pid"] == pid


def test_end_of_the_process_is_an_error_and_the_next_is_cold(function: Function) -> None:
    call(function)
    failed = call(function, exit=7)
    assert failed.answer.error == "Runtime.ExitError" and b"exit status 7" in failed.answer.body
    assert function.environments == 0 and call(function).cold


def test_timeout_ends_the_environment() -> None:
    with Function(spec(), 256, throttle=False, timeout=1.0) as function:
        call(function)
        failed = call(function, sleep=60)
        assert failed.answer.error == "Sandbox.Timedout" and b"after 1.00 seconds" in failed.answer.body
        assert call(function).cold


@pytest.mark.parametrize("broken, kind", [("error", "Runtime.ModelNotFound"), ("exit", "Runtime.ExitError")])
def test_failed_start(broken: str, kind: str) -> None:
    with Function(spec(BROKEN_START=broken), 256, throttle=False) as function:
        assert [call(function).answer.error for _ in range(2)] == [kind, kind]
        assert function.environments == 0


def test_answer_over_the_limit(function: Function) -> None:
    assert len(call(function, size=6_291_556).answer.body) == 6_291_556
    assert call(function, size=6_291_557).answer.error == "Function.ResponseSizeTooLarge"
    assert not call(function).cold


def test_answer_on_another_connection(function: Function) -> None:
    assert body(call(function, reconnect=True, result=1)) == 1
    assert not call(function).cold


def test_answer_to_another_request_is_refused(function: Function) -> None:
    assert body(call(function, answer_as="no-such-id")) == {"refused": 400}


@pytest.mark.skipif(not LIMITED, reason=f"no control groups here: {cgroup.why_not()}")
def test_memory_limit_ends_the_process() -> None:
    with Function(spec(), 128) as function:
        assert body(call(function, allocate_mb=16))["memory"] == "128"
        failed = call(function, allocate_mb=512)
        assert failed.answer.error == "Runtime.ExitError"
        assert b"out of its 128 MB" in failed.answer.body or b"exit status 1" in failed.answer.body  # a MemoryError
        assert call(function).cold


@pytest.mark.skipif(not LIMITED, reason=f"no control groups here: {cgroup.why_not()}")
def test_groups_are_removed() -> None:
    with Function(spec(), 512) as function:
        call(function)
        (environment,) = function.idle()
        folders = list(environment._cgroup.folders.values())
        assert all(folder.is_dir() for folder in folders)
        assert environment.usage().peak_mb > 1
    assert not any(folder.exists() for folder in folders)


# ---------------------------------------------------------------------- the front


def request(url: str, method: str, path: str, sent: Any = None) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    connection.request(method, path, None if sent is None else json.dumps(sent))
    answer = connection.getresponse()
    return answer.status, dict(answer.getheaders()), answer.read()


def test_front_gives_events_and_responses(function: Function) -> None:
    result = {"statusCode": 418, "headers": {"X-Kind": "tea"}, "body": "pot"}
    with Front(function) as front:
        status, headers, text = request(front.url, "POST", "/ner", {"result": result})
        assert (status, headers["X-Kind"], text) == (418, "tea", b"pot")
        assert request(front.url, "POST", "/ner", {"result": {"entities": []}})[::2] == (200, b'{"entities": []}')
        failed = request(front.url, "POST", "/ner", {"error": "Function.Wrong"})
        assert failed[::2] == (500, b'{"message":"Internal Server Error"}')
        assert json.loads(request(front.url, "GET", CONTROL)[2])["invocations"] == 3
        request(front.url, "POST", CONTROL)
        assert function.environments == 0


def test_front_refuses_when_all_are_busy() -> None:
    with Function(spec(), 256, environments=1, throttle=False) as function, Front(function) as front:
        call(function)
        caller = threading.Thread(target=lambda: call(function, sleep=1))
        caller.start()
        until(lambda: not function.idle())
        assert request(front.url, "POST", "/ner", {})[0] == 503
        caller.join()


def test_front_survives_what_is_no_http(function: Function) -> None:
    with Front(function) as front:
        with socket.create_connection(front.server_address) as peer:
            peer.sendall(b"hello\r\n\r\n")
            assert peer.makefile("rb").readline().startswith(b"HTTP/1.1 400")
        with socket.create_connection(front.server_address) as peer:
            peer.sendall(b"POST /ner HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
            assert peer.makefile("rb").readline().startswith(b"HTTP/1.1 400")
        assert request(front.url, "GET", CONTROL)[0] == 200


def test_event_is_of_format_2() -> None:
    event = json.loads(event_of(Message("POST /ner?x=1 HTTP/1.1", {}, b'{"text": "\xc3\xa9"}')))
    assert (event["version"], event["rawPath"], event["rawQueryString"]) == ("2.0", "/ner", "x=1")
    assert event["isBase64Encoded"] is False
    assert event["requestContext"]["http"]["method"] == "POST" and json.loads(event["body"]) == {"text": "é"}
    binary = json.loads(event_of(Message("POST /ner HTTP/1.1", {}, b"\xff")))
    assert (binary["isBase64Encoded"], binary["body"]) == (True, "/w==")
    assert "body" not in json.loads(event_of(Message("GET / HTTP/1.1", {}, b"")))


def test_base64_response() -> None:
    assert response_of(b'{"statusCode": 200, "body": "/w==", "isBase64Encoded": true}')[2] == b"\xff"


# ---------------------------------------------------------------------- the functions that are compared


TEXT = "Alan Turing was born on June 23, 1912, in London, England."


def test_tern_and_spacy_give_the_same_answer(program, model_file: Path) -> None:
    pytest.importorskip("awslambdaric")
    pytest.importorskip("spacy")
    from common import SPACY_PACKAGE
    from local_lambda import functions

    answers = []
    for compared in (functions.tern(program("bootstrap"), model_file), functions.spacy(SPACY_PACKAGE)):
        with Function(compared, 1769, throttle=False, timeout=60) as function, Front(function) as front:
            status, headers, text = request(front.url, "POST", "/ner", {"text": TEXT})
            assert status == 200, text
            answers.append(json.loads(text))
            assert request(front.url, "POST", "/ner", {"text": ""})[0] == 400
    for entity in answers[0]["entities"]:
        assert 0 < entity.pop("score") <= 1
    assert answers[0] == answers[1] and len(answers[0]["entities"]) == 4
