"""How the bootstrap ends: told to, by a crash; and several invocations at once."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Callable

import pytest
from runtime.bootstrap_run import ENTITIES, TEXT_EVENT, body_of, check_error, split_init, text_event
from runtime.mock_runtime_api import HOLD, NO_ANSWER, PATIENCE, Invocation, MockRuntimeApi, start_bootstrap
from runtime.scripted_queue import ScriptedQueue

HOOK = {"TERN_SHUTDOWN_HOOK": "1"}


def all_received(port: int) -> bool:
    """No client of the port has bytes that it has yet to read."""
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return all(row[4].endswith(":00000000") for row in rows if row[2].endswith(f":{port:04X}"))


def asleep(pid: int) -> bool:
    """All threads wait."""
    states = [(task / "stat").read_text().rpartition(")")[2].split()[0] for task in Path(f"/proc/{pid}/task").iterdir()]
    return set(states) == {"S"}


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


class Running:
    """A bootstrap whose script may send it signals."""

    def __init__(self, program: Path, model: Path) -> None:
        self.program, self.model = program, model
        self.process: subprocess.Popen[bytes] | None = None
        self.started = threading.Event()

    def send(self, number: int) -> Callable[[], None]:
        """For Invocation.before: sends the signal."""

        def call() -> None:
            assert self.started.wait(PATIENCE)
            assert self.process
            self.process.send_signal(number)

        return call

    def send_when_asleep(self, number: int) -> Callable[[], None]:
        """For Invocation.halfway: sends the signal once the bootstrap has taken in what was sent to it."""
        send = self.send(number)

        def call() -> None:
            assert self.started.wait(PATIENCE)
            assert self.process
            wait_until(lambda: all_received(self.port) and asleep(self.process.pid))
            send()

        return call

    def run(
        self,
        script: Sequence[Invocation],
        env: dict[str, str] | None = None,
        extensions: bool = False,
        replies: Sequence[object] = (),
    ) -> MockRuntimeApi:
        """Until it has ended by itself; then .exit, .log and, of the start, .started_line are there."""
        with MockRuntimeApi(script, replies, extensions=extensions) as api:
            self.port = int(api.address.rpartition(":")[2])
            self.process = start_bootstrap(self.program, api.address, self.model, env)
            self.started.set()
            try:
                stdout, stderr = self.process.communicate(timeout=PATIENCE)
            finally:
                self.process.kill()
        self.exit, self.errors = self.process.returncode, stderr.decode()
        self.started_line, self.log = split_init(stdout.decode())
        return api


@pytest.fixture
def running(program, model_file) -> Running:
    return Running(program("bootstrap"), model_file)


def ids(api: MockRuntimeApi) -> list[str]:
    return [post.path.split("/")[-2] for post in api.posts]


# ---- SIGTERM --------------------------------------------------------------------------------------------------------------


def test_hook_registers_an_extension_without_events_before_the_first_next(running: Running) -> None:
    api = running.run([Invocation(TEXT_EVENT)], HOOK, extensions=True)
    register, ready = api.extension_requests
    assert (register.method, register.path) == ("POST", "/2020-01-01/extension/register")
    assert re.fullmatch(r"[\w.-]{1,128}", register.headers["lambda-extension-name"])
    assert json.loads(register.body) == {"events": []}
    assert (ready.method, ready.path) == ("GET", "/2020-01-01/extension/event/next")
    assert ready.headers["lambda-extension-identifier"] == "ext-7"
    assert register.time <= api.requests[0].time
    assert body_of(api.posts[0]) == {"entities": ENTITIES}
    assert running.exit == 1  # the script's end is a failure as ever


def test_sigterm_ends_it_with_status_0(running: Running) -> None:
    script = [Invocation(TEXT_EVENT, request_id="a"), Invocation(b"", fault=HOLD, before=running.send(signal.SIGTERM))]
    api = running.run(script, HOOK, extensions=True)
    assert ids(api) == ["a"]
    assert running.exit == 0
    assert running.log.endswith(" INFO SIGTERM: the process ends\n")
    assert running.errors == ""


def test_sigterm_lets_an_invocation_be_finished(running: Running) -> None:
    begun = Invocation(
        TEXT_EVENT, request_id="begun", halfway=running.send_when_asleep(signal.SIGTERM), pause_in_body=1.0
    )
    api = running.run([begun, Invocation(TEXT_EVENT, request_id="never")], HOOK, extensions=True)
    assert ids(api) == ["begun"]
    assert body_of(api.posts[0]) == {"entities": ENTITIES}
    assert running.exit == 0


def test_hook_that_is_refused_is_no_reason_to_fail(running: Running) -> None:
    script = [Invocation(TEXT_EVENT), Invocation(b"", fault=HOLD, before=running.send(signal.SIGTERM))]
    api = running.run(script, HOOK, extensions=False)
    assert body_of(api.posts[0]) == {"entities": ENTITIES}
    assert " WARN the shutdown hook cannot be registered: " in running.log
    assert running.exit == 0


def test_without_the_hook_nothing_is_registered(running: Running) -> None:
    api = running.run([Invocation(TEXT_EVENT)], extensions=True)
    assert api.extension_requests == []


def test_without_the_hook_sigterm_is_what_it_always_was(running: Running) -> None:
    running.run([Invocation(b"", fault=HOLD, before=running.send(signal.SIGTERM))])
    assert running.exit == -signal.SIGTERM


# ---- crashes --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGFPE, signal.SIGILL])
def test_signal_is_named_and_takes_its_course(running: Running, number: signal.Signals) -> None:
    running.run([Invocation(TEXT_EVENT), Invocation(b"", fault=HOLD, before=running.send(number))])
    first, *frames = running.log.splitlines()
    assert re.fullmatch(rf"\S+ FATAL {number.name}; the process ends", first)
    assert running.exit == -number
    assert len(frames) >= 2 and all(re.search(r"\[0x[0-9a-f]+\]$", frame) for frame in frames)


# ---- a model file that is mapped, and written to ----------------------------------------------------------------------------


def overwrite(path: Path) -> None:
    with open(path, "r+b") as file:
        file.write(b"\0" * path.stat().st_size)


def rename(path: Path) -> None:
    fresh = path.with_name("fresh")
    fresh.write_bytes(b"not a model")
    fresh.replace(path)


CHANGES = [
    overwrite,
    lambda path: os.truncate(path, 0),
    lambda path: os.truncate(path, 4096),
    lambda path: os.utime(path, (1, 1)),
]


@pytest.mark.parametrize("change", CHANGES, ids=["overwritten", "emptied", "cut short", "another time"])
def test_model_file_that_was_written_to_is_not_used(
    running: Running, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    running.model = model = Path(shutil.copy(running.model, tmp_path / "model.tern"))
    changed = Invocation(TEXT_EVENT, request_id="changed", before=lambda: change(model))
    api = running.run([Invocation(TEXT_EVENT, request_id="whole"), changed, Invocation(TEXT_EVENT, request_id="never")])
    assert ids(api) == ["whole", "changed"]
    assert body_of(api.posts[0]) == {"entities": ENTITIES}
    check_error(api.posts[1], "Function.ModelChanged", 'the model "model"', "write a new file and rename that")
    assert running.exit == 1  # so that the platform starts another one, with the file as it is then
    assert "ERROR RequestId: changed " in running.log


def test_model_file_that_was_replaced_stays_open(running: Running, tmp_path: Path) -> None:
    running.model = model = Path(shutil.copy(running.model, tmp_path / "model.tern"))
    api = running.run([Invocation(TEXT_EVENT), Invocation(TEXT_EVENT, before=lambda: rename(model))])
    assert [body_of(post) for post in api.posts] == [{"entities": ENTITIES}] * 2


def test_answer_during_which_the_file_was_written_to_is_not_given(running: Running, tmp_path: Path) -> None:
    """The output queue is asked in the middle of an invocation."""
    running.model = model = Path(shutil.copy(running.model, tmp_path / "model.tern"))
    event = {"Records": [{"messageId": "1", "eventSource": "aws:sqs", "body": "Alan Turing"}]}
    keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "eu-central-1", "no_proxy": "*"}
    with ScriptedQueue(before=lambda: os.utime(model, (1, 1))) as queue:
        api = running.run([Invocation(json.dumps(event).encode())], {**keys, "TERN_OUTPUT_QUEUE_URL": queue.url})
        assert len(queue.accepted) == 1
    (post,) = api.posts
    check_error(post, "Function.ModelChanged")
    assert running.exit == 1


# ---- several invocations at once --------------------------------------------------------------------------------------------

WORKERS = 4


def at_once(texts: Sequence[str]) -> list[Invocation]:
    """Each is sent only when WORKERS wait for one."""
    barrier = threading.Barrier(WORKERS, timeout=PATIENCE)
    return [Invocation(text_event(text), request_id=f"id-{i}", before=barrier.wait) for i, text in enumerate(texts)]


def test_parallel_invocations_on_one_model(running: Running, nlp_ner) -> None:
    texts = [
        "Alan Turing was born in London.",
        "Angela Merkel visited Paris on Monday.",
        "U.S. stocks fell 3.5% on Tuesday, said Apple Inc. of Cupertino, California.",
        "M\u00fcnchen and \u6771\u4eac are cities; Tim Cook isn't.",
    ] * 5
    api = running.run(at_once(texts), {"AWS_LAMBDA_MAX_CONCURRENCY": str(WORKERS), "TERN_COMPONENTS": "ner"})
    assert sorted(ids(api)) == sorted(f"id-{i}" for i in range(len(texts)))
    for post in api.posts:
        text = texts[int(post.path.split("/")[-2][3:])]
        expected = [
            {"text": e.text, "label": e.label_, "start": e.start_char, "end": e.end_char} for e in nlp_ner(text).ents
        ]
        assert body_of(post) == {"entities": expected}
    assert api.connections == WORKERS
    assert running.exit == 1
    assert running.errors == ""


def test_log_lines_of_parallel_invocations_name_their_own(running: Running) -> None:
    script = at_once(["x"] * WORKERS)
    for i, invocation in enumerate(script):
        invocation.event = b'{"text": %d}' % i
    api = running.run(script, {"AWS_LAMBDA_MAX_CONCURRENCY": str(WORKERS), "AWS_LAMBDA_LOG_FORMAT": "JSON"})
    lines = [json.loads(line) for line in running.log.splitlines()]
    assert sorted(line["requestId"] for line in lines if "requestId" in line) == [f"id-{i}" for i in range(WORKERS)]
    assert len(api.posts) == WORKERS
    for post in api.posts:
        check_error(post, "Function.BadRequest")


def test_worker_that_fails_takes_the_others_along(running: Running) -> None:
    script = at_once(["London"] * WORKERS) + [Invocation(b"{}", status=500)] + [Invocation(b"", fault=HOLD)] * WORKERS
    api = running.run(script, {"AWS_LAMBDA_MAX_CONCURRENCY": str(WORKERS)})
    assert len(api.posts) == WORKERS
    assert running.exit == 1
    assert running.log.count("giving up") == 1


def test_answer_that_cannot_be_delivered_ends_all_workers(running: Running) -> None:
    script = [Invocation(TEXT_EVENT)] + [Invocation(b"", fault=HOLD)] * WORKERS
    running.run(script, {"AWS_LAMBDA_MAX_CONCURRENCY": str(WORKERS)}, replies=[NO_ANSWER] * 100)
    assert running.exit == 1
    assert "the answer was not accepted" in running.log


def test_sigterm_ends_all_workers(running: Running) -> None:
    barrier = threading.Barrier(WORKERS, action=running.send(signal.SIGTERM), timeout=PATIENCE)
    script = at_once(["London"] * WORKERS) + [Invocation(b"", fault=HOLD, before=barrier.wait) for _ in range(WORKERS)]
    api = running.run(script, {**HOOK, "AWS_LAMBDA_MAX_CONCURRENCY": str(WORKERS)}, extensions=True)
    assert len(api.posts) == WORKERS
    assert running.exit == 0


def test_cold_start_is_one_for_all_workers(running: Running) -> None:
    env = {"AWS_LAMBDA_MAX_CONCURRENCY": str(WORKERS), "TERN_EMF_NAMESPACE": "tern"}
    running.run(at_once(["London"] * (2 * WORKERS)), env)
    documents = [json.loads(line) for line in running.log.splitlines() if "_aws" in line]
    assert sorted(document["ColdStart"] for document in documents) == [0] * (2 * WORKERS - 1) + [1]
