"""Runs the bootstrap against a scripted Runtime API, and looks at what it sent: shared by its tests.

A test module that wants the fixture imports it: `from runtime.bootstrap_run import serve  # noqa: F401`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable, NamedTuple

import pytest
from runtime.mock_runtime_api import Invocation, MockRuntimeApi, Request, run_bootstrap

EVENTS = Path(__file__).parent / "events"
# The sample of the API's contract; offsets are spaCy's.
ENTITIES = [
    {"text": "Alan Turing", "label": "PERSON", "start": 0, "end": 11},
    {"text": "June 23, 1912", "label": "DATE", "start": 24, "end": 37},
    {"text": "London", "label": "GPE", "start": 42, "end": 48},
    {"text": "England", "label": "GPE", "start": 50, "end": 57},
]
TEXT_EVENT = (EVENTS / "text.json").read_bytes()
ERROR_TYPE = re.compile(r"(Runtime|Function)\.[A-Z][a-zA-Z]+")
MAX_RESPONSE = 6_291_556


INIT_LINE = re.compile(r"^.*\binit: opened (.*) in (\d+\.\d) ms, ready after (\d+\.\d) ms.*\n", re.MULTILINE)


def split_init(log: str) -> tuple[str, str]:
    """(what the log says of a start that went well, everything else of it)."""
    started = "".join(found[0] for found in INIT_LINE.finditer(log))
    return started, INIT_LINE.sub("", log)


class Outcome(NamedTuple):
    exit: int
    log: str  # without the line of the start
    api: MockRuntimeApi
    started: str  # that line

    @property
    def posts(self) -> list[Request]:
        return self.api.posts

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The log, where every line of it is JSON."""
        return [json.loads(line) for line in self.log.splitlines()]


Serve = Callable[..., Outcome]


@pytest.fixture(scope="session")
def serve(program, model_file) -> Serve:
    """serve([invocation or event, ...], replies=[...], env={...}, prefix="/x"): runs the bootstrap until the script's end."""

    def call(
        invocations: Sequence[Invocation | bytes],
        replies: Sequence[int | str] = (),
        env: dict[str, str] | None = None,
        prefix: str = "",
        model: Path | None = model_file,
        extensions: bool = False,
    ) -> Outcome:
        script = [i if isinstance(i, Invocation) else Invocation(i) for i in invocations]
        with MockRuntimeApi(script, replies, prefix, extensions) as api:
            done = run_bootstrap(program("bootstrap"), api.address, model, env)
        assert api.unexpected == []
        assert done.stderr == b""
        started, log = split_init(done.stdout.decode())
        return Outcome(done.returncode, log, api, started)

    return call


def body_of(post: Request) -> Any:
    assert post.headers["content-type"] == "application/json"
    return json.loads(post.body)


def take_time(answer: dict[str, Any]) -> float:
    """Takes server-timing out of an HTTP answer's headers: the milliseconds that it tells."""
    value = answer.get("headers", answer.get("multiValueHeaders")).pop("server-timing")
    value = value if isinstance(value, str) else value[0]
    found = re.fullmatch(r"ner;dur=(\d+\.\d{3})", value)
    assert found, value
    return float(found[1])


def the_response(outcome: Outcome) -> Any:
    """The body of the only POST, which must be an accepted answer."""
    (post,) = outcome.posts
    assert post.path.endswith("/response"), (post.path, post.body)
    assert "lambda-runtime-function-error-type" not in post.headers
    return body_of(post)


def check_error(post: Request, error_type: str, *words: str) -> dict[str, Any]:
    body = body_of(post)
    assert body["errorType"] == error_type
    assert ERROR_TYPE.fullmatch(post.headers["lambda-runtime-function-error-type"])
    assert post.headers["lambda-runtime-function-error-type"] == error_type
    assert body["stackTrace"] == []
    for word in words:
        assert word in body["errorMessage"]
    return body


def the_error(outcome: Outcome, error_type: str, *words: str) -> dict[str, Any]:
    (post,) = outcome.posts
    assert post.path.endswith("/error"), (post.path, post.body)
    body = check_error(post, error_type, *words)
    assert body["requestId"] in post.path
    return body


def text_event(text: str) -> bytes:
    return json.dumps({"text": text}).encode()
