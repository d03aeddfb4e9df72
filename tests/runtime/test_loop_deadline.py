"""What the bootstrap does when the time of an invocation runs out: it answers before the platform would end the environment."""

from __future__ import annotations

import json
import re

from runtime.bootstrap_run import ENTITIES, EVENTS, TEXT_EVENT, Serve, body_of, check_error, serve, text_event
from runtime.mock_runtime_api import Invocation

LARGE = "Alan Turing was born in London. " * 31_250  # a million characters: many seconds of work
# 300 ms to work in, and then time enough for an answer's way on a busy machine.
TIME_LEFT = 3.0
MARGIN = {"TERN_DEADLINE_MARGIN_MS": "2700"}


def test_time_that_is_too_short_is_answered_in_time_and_the_next_works(serve: Serve) -> None:
    late = Invocation(text_event(LARGE), request_id="late", time_left=TIME_LEFT)
    outcome = serve([late, Invocation(TEXT_EVENT, request_id="next", time_left=60.0)], env=MARGIN)
    assert [post.path.split("invocation/")[1] for post in outcome.posts] == ["late/error", "next/response"]
    check_error(outcome.posts[0], "Function.DeadlineExceeded", "time limit")
    assert outcome.posts[0].time < late.deadline
    assert body_of(outcome.posts[1]) == {"entities": ENTITIES}
    assert "RequestId: late" in outcome.log and "Function.DeadlineExceeded" in outcome.log


def test_http_event_gets_a_gateway_timeout(serve: Serve) -> None:
    event = json.loads((EVENTS / "http_api_v2.json").read_text())
    event["body"] = json.dumps({"text": LARGE})
    event["isBase64Encoded"] = False
    late = Invocation(json.dumps(event).encode(), time_left=TIME_LEFT)
    outcome = serve([late], env=MARGIN)
    answer = body_of(outcome.posts[0])
    assert answer["statusCode"] == 504
    assert "time limit" in json.loads(answer["body"])["error"]
    assert re.search("ERROR RequestId: .*Function.DeadlineExceeded: the time limit", outcome.log)
    assert outcome.posts[0].time < late.deadline


def test_time_within_the_margin_is_no_time_at_all(serve: Serve) -> None:
    outcome = serve([Invocation(TEXT_EVENT, time_left=5.0)], env={"TERN_DEADLINE_MARGIN_MS": "10000"})
    check_error(outcome.posts[0], "Function.DeadlineExceeded")


def test_enough_time(serve: Serve) -> None:
    outcome = serve([Invocation(TEXT_EVENT, time_left=60.0)])
    assert body_of(outcome.posts[0]) == {"entities": ENTITIES}


def test_platform_whose_deadline_is_a_constant_in_the_past(serve: Serve) -> None:
    outcome = serve([Invocation(TEXT_EVENT, headers={"Lambda-Runtime-Deadline-Ms": "600000"})])
    assert body_of(outcome.posts[0]) == {"entities": ENTITIES}
