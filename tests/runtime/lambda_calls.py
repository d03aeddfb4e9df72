"""Events through the real bootstrap: what the function's caller gets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple, Union

from runtime.bootstrap_run import Serve, body_of, check_error
from runtime.mock_runtime_api import Invocation

EVENTS = Path(__file__).parent / "events"
Event = Union[Invocation, bytes, dict[str, Any]]


class Answer(NamedTuple):
    error: str | None  # the error type of a failed invocation
    body: Any  # JSON: the result, or {"errorMessage": ..., "errorType": ...}


class Calls(NamedTuple):
    answers: list[Answer]
    log: str

    @property
    def only(self) -> Any:
        """The result of the one invocation, which must not have failed."""
        ((error, body),) = self.answers
        assert error is None, body
        return body


def load(name: str) -> dict[str, Any]:
    """The recorded event events/NAME.json."""
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return event


def invoke(serve: Serve, *events: Event, env: dict[str, str] | None = None) -> Calls:
    """Has one process answer the events, in their order."""
    outcome = serve([json.dumps(e).encode() if isinstance(e, dict) else e for e in events], env=env)
    answers = []
    for post in outcome.posts:
        body = body_of(post)
        if post.path.endswith("/response"):
            assert "lambda-runtime-function-error-type" not in post.headers
            answers.append(Answer(None, body))
        else:
            check_error(post, body["errorType"])
            answers.append(Answer(body["errorType"], body))
    return Calls(answers, outcome.log)
