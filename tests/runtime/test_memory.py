"""Long texts in a process of little memory: refused with a sentence or made to wait, while small ones go on. What a
text needs is in
tests/unit/test_memory.c, what the system allows in tests/unit/test_memory_share.c; bench/hostile.py has real limits."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Callable

import pytest
from common import REDUCED
from runtime.bootstrap_run import ENTITIES, EVENTS, TEXT_EVENT, Serve, body_of, check_error, serve, text_event
from runtime.tern_server import TernServer, ner_body

HOSTILE = "(" * 200_000  # a token for each code point
SMALL = ner_body("Alan Turing was born in London.")

Start = Callable[..., TernServer]


@pytest.fixture(scope="session")
def start(program, model_file: Path) -> Start:
    return lambda *options: TernServer(program("tern"), model_file, *options)


def test_a_text_that_never_fits_is_refused_and_small_ones_go_on(start: Start) -> None:
    with start("--memory", "64", "--threads", "1") as server:
        for _ in range(2):
            answer = server.ner(ner_body(HOSTILE))
            assert answer.status == 413
            assert "more memory" in answer.json["error"] and "split it" in answer.json["error"]
            assert server.ner(SMALL).status == 200


def test_one_of_several_texts_is_refused_alone(start: Start) -> None:
    with start("--memory", "64", "--threads", "1") as server:
        answer = server.ner(json.dumps({"texts": ["Alan Turing", HOSTILE, "Alan Turing"]}).encode())
        assert answer.status == 200
        assert [list(result) for result in answer.json["results"]] == [["entities"], ["error"], ["entities"]]


def test_long_texts_wait_for_each_other(start: Start) -> None:
    """Each needs all that there is: they run one after another, and each is answered."""
    body = ner_body("a" * 70_000)
    with start("--memory", "96", "--threads", "4") as server, ThreadPoolExecutor(9) as pool:
        long_ones = [pool.submit(server.ner, body) for _ in range(4 if REDUCED else 8)]
        assert server.ner(SMALL).status == 200
        assert [one.result().status for one in long_ones] == [200] * len(long_ones)


def test_the_function_s_memory_is_known(serve: Serve) -> None:
    outcome = serve([text_event(HOSTILE), TEXT_EVENT], env={"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "64"})
    check_error(outcome.posts[0], "Function.MemoryLimit", "more memory")
    assert body_of(outcome.posts[1]) == {"entities": ENTITIES}


def test_http_event_gets_413(serve: Serve) -> None:
    event = json.loads((EVENTS / "http_api_v2.json").read_text())
    event["body"] = json.dumps({"text": HOSTILE})
    event["isBase64Encoded"] = False
    outcome = serve([json.dumps(event).encode()], env={"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "64"})
    answer = body_of(outcome.posts[0])
    assert answer["statusCode"] == 413
    assert "more memory" in json.loads(answer["body"])["error"]


@pytest.mark.parametrize("value", ["0", "63", "-1", "1g", ""])
def test_memory_is_a_number_of_megabytes(run, value: str) -> None:
    done = run("tern", "serve", "--memory", value)
    assert done.returncode == 2
    assert "--memory must be a number from 64 to 16777216" in done.stderr.decode()
