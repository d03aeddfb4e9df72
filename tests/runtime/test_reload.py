"""Model files that are overwritten, cut short or replaced under `tern serve`; SIGHUP; what a crash says."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import termios
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest
from common import REDUCED, TINY
from runtime.terminal import open_terminal
from runtime.tern_server import PATIENCE, Answer, TernServer, ner_body, raw_request, read_answer

TEXT = "Angela Merkel visited Paris on Monday."
LONG_TEXT = "Alan Turing was born in London, and Angela Merkel paid $5 million to Apple on Monday. " * (
    400 if REDUCED else 2500
)

Start = Callable[..., TernServer]


@pytest.fixture(scope="session")
def start(program) -> Start:
    return lambda model, *options: TernServer(program("tern"), model, *options)


@pytest.fixture
def model(model_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(model_file, tmp_path / "model.tern"))


@pytest.fixture(scope="module")
def answers(start: Start, model_file: Path) -> dict[str, bytes]:
    """What the two models say of the text."""
    found = {}
    for name, file in {"en": model_file, "tiny": TINY}.items():
        with start(file) as server:
            found[name] = server.ner(ner_body(TEXT)).body
    assert found["en"] != found["tiny"]
    return found


def replace(model: Path, by: Path) -> None:
    fresh = model.with_name("fresh")
    shutil.copy(by, fresh)
    fresh.replace(model)


def next_line(server: TernServer) -> str:
    assert server.process.stdout is not None
    return server.process.stdout.readline().decode()


def reload(server: TernServer) -> None:
    """A server of one model that finds entities, to which nothing else has been said."""
    server.send_signal(signal.SIGHUP)
    while (line := next_line(server)) != "reloaded the models\n":
        assert line, server.errors()


def next_problem(server: TernServer) -> str:
    assert server.process.stderr is not None
    return server.process.stderr.readline().decode()


class Crowd:
    """Clients that ask for as long as the context lasts; then all answers are there."""

    def __init__(self, server: TernServer, clients: int = 4) -> None:
        self.server, self.answers, self.failures = server, [], []  # type: TernServer, List[Answer], List[Exception]
        self.stop = threading.Event()
        self.seen = threading.Semaphore(0)
        self.threads = [threading.Thread(target=self.ask) for _ in range(clients)]

    def ask(self) -> None:
        connection = self.server.http()
        try:
            while not self.stop.is_set():
                connection.request("POST", "/ner", ner_body(TEXT), {"Content-Type": "application/json"})
                got = connection.getresponse()
                self.answers.append(Answer(got.status, got.headers, got.read()))
                self.seen.release()
        except Exception as failure:
            self.failures.append(failure)
            self.seen.release()
        finally:
            connection.close()

    def wait(self, count: int = 20) -> None:
        """Until so many more answers have come."""
        for _ in range(count):
            assert self.seen.acquire(timeout=PATIENCE)

    def __enter__(self) -> Crowd:
        for thread in self.threads:
            thread.start()
        self.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()
        assert self.failures == []
        assert {answer.status for answer in self.answers} == {200}


# ---- files that are written to --------------------------------------------------------------------------------------------


def zeros(path: Path) -> None:
    with open(path, "r+b") as file:
        file.write(b"\0" * path.stat().st_size)


def another_model(path: Path) -> None:
    """As `cp` does: cut to nothing, then written."""
    shutil.copyfile(TINY, path)


DAMAGE = {
    "zeros": zeros,
    "nothing": lambda path: os.truncate(path, 0),
    "cp": another_model,
    "half": lambda path: os.truncate(path, path.stat().st_size // 2),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_what_is_written_to_a_file_in_use_changes_no_answer(
    start: Start, model: Path, answers: dict[str, bytes], damage: Callable[[Path], None]
) -> None:
    with start(model) as server, Crowd(server) as crowd:
        damage(model)
        crowd.wait(50)
    assert {answer.body for answer in crowd.answers} == {answers["en"]}


def one_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


REFUSED = {
    "zeros": (zeros, "not a .tern model file"),
    "nothing": (DAMAGE["nothing"], "is empty"),
    "half": (DAMAGE["half"], "cut off"),
    "one bit": (one_bit, "checksum"),
    "gone": (os.remove, "cannot open"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_reload_of_a_damaged_file_changes_nothing(
    start: Start, model: Path, answers: dict[str, bytes], name: str
) -> None:
    damage, reason = REFUSED[name]
    with start(model) as server:
        with Crowd(server) as crowd:
            damage(model)
            server.send_signal(signal.SIGHUP)
            line = next_problem(server)
            crowd.wait()
        assert {answer.body for answer in crowd.answers} == {answers["en"]}
        assert line.startswith(f"tern: the models stay as they were: model {model}: ") and reason in line
        assert server.request("GET", "/healthz").json["ner"] == ["model"]
        replace(model, TINY)
        reload(server)
        assert server.ner(ner_body(TEXT)).body == answers["tiny"]


def test_one_damaged_model_of_two(
    start: Start, model: Path, model_file: Path, tmp_path: Path, answers: dict[str, bytes]
) -> None:
    """Neither is replaced, both go on: a client never meets a mixture."""
    tiny = Path(shutil.copy(TINY, tmp_path / "tiny.tern"))
    with start(f"en={model}", "-m", f"tiny={tiny}") as server:
        os.truncate(model, 100)
        replace(tiny, model_file)  # which would change its answers
        server.send_signal(signal.SIGHUP)
        assert f"model {model}: " in next_problem(server)
        for name in "en", "tiny":
            assert server.request("POST", f"/ner/{name}", ner_body(TEXT)).body == answers[name]


# ---- files that are replaced ------------------------------------------------------------------------------------------------


def test_replaced_under_load(start: Start, model: Path, model_file: Path, answers: dict[str, bytes]) -> None:
    """Each answer is the old model's or the new one's, and none is lost; what asks after the reload gets the new one."""
    with start(model, "--threads", "2") as server, Crowd(server) as crowd:
        for round in range(3 if REDUCED else 10):
            name, file = (("tiny", TINY), ("en", model_file))[round % 2]
            replace(model, file)
            reload(server)
            assert server.ner(ner_body(TEXT)).body == answers[name]
            crowd.wait()
    assert {answer.body for answer in crowd.answers} == set(answers.values())


def test_a_request_ends_with_the_models_that_it_began_with(
    start: Start, model: Path, answers: dict[str, bytes]
) -> None:
    """One that computes, and one of which only the half has come; the old models' memory and threads go with the last of them."""
    body = ner_body(TEXT)
    with start(model, "--threads", "2") as server:
        tasks = Path(f"/proc/{server.process.pid}/task")
        before = len(list(tasks.iterdir()))
        long = ner_body(LONG_TEXT)
        expected = server.ner(long).body
        with server.connect() as computing, server.connect() as half:
            computing.sendall(raw_request(long))
            half.sendall(raw_request(body)[:-10])
            assert server.ner(body).status == 200  # and what came before it has been seen
            replace(model, TINY)
            reload(server)
            assert server.ner(body).body == answers["tiny"]
            assert read_answer(computing).body == expected
            assert len(list(tasks.iterdir())) > before
            half.sendall(raw_request(body)[-10:])
            assert read_answer(half).body == answers["en"]
        while len(list(tasks.iterdir())) > before:  # else the test hangs
            pass


def test_models_that_come_and_go(start: Start, model: Path, opinions) -> None:
    """The page of state and the routes tell what the new files can do."""
    with start(f"one={model}") as server:
        assert server.request("GET", "/healthz").json == {
            "status": "ok",
            "model": "one",
            "models": ["one"],
            "ner": ["one"],
            "redact": ["one"],
        }
        assert server.request("POST", "/sentiment", ner_body(TEXT)).status == 404
        replace(model, opinions.model)
        reload(server)
        assert next_line(server) == "POST /sentiment: one\n"
        assert server.request("GET", "/healthz").json == {
            "status": "ok",
            "model": "one",
            "models": ["one"],
            "sentiment": ["one"],
        }
        assert server.request("POST", "/sentiment", ner_body(TEXT)).status == 200
        assert server.ner(ner_body(TEXT)).status == 404


def read_only_memory(server: TernServer) -> int:
    """Bytes of the mappings that belong to no file and cannot be written to, as loaded models are (proc_pid_maps(5))."""
    maps = Path(f"/proc/{server.process.pid}/maps").read_text()
    pairs = re.findall(r"^([0-9a-f]+)-([0-9a-f]+) r--p 0+ 00:00 0 *$", maps, re.MULTILINE)
    return sum(int(end, 16) - int(begin, 16) for begin, end in pairs)


def test_many_reloads_take_no_memory(start: Start, model: Path) -> None:
    with start(model) as server:
        once = read_only_memory(server)
        assert once >= model.stat().st_size
        for _ in range(10):
            reload(server)
            assert server.ner(ner_body(TEXT)).status == 200
        assert read_only_memory(server) < once + model.stat().st_size


# ---- signals ----------------------------------------------------------------------------------------------------------------


def test_sighup_and_sigterm_at_once(start: Start, model: Path, answers: dict[str, bytes]) -> None:
    with start(model) as server, server.connect() as connection:
        connection.sendall(raw_request(ner_body(TEXT)))
        for number in signal.SIGHUP, signal.SIGHUP, signal.SIGTERM, signal.SIGHUP:
            server.send_signal(number)
        assert read_answer(connection).body == answers["en"]
        assert server.wait() == 0


@pytest.fixture
def on_terminal(program, model: Path) -> Iterator[Callable[..., TernServer]]:
    """on_terminal(): a server that has a terminal; .hang_up() closes it."""
    master, slave = open_terminal()

    class OnTerminal(TernServer):
        def __init__(self, ignoring: bool) -> None:
            def take_terminal() -> None:
                fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
                signal.signal(signal.SIGHUP, signal.SIG_IGN if ignoring else signal.SIG_DFL)

            self.process = subprocess.Popen(
                [str(program("tern")), "serve", "-m", str(model), "--port", "0"],
                stdin=slave,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                preexec_fn=take_terminal,
            )
            os.close(slave)
            self.read_address()

        def hang_up(self) -> None:
            os.close(master)

    yield OnTerminal


def test_the_end_of_its_terminal_ends_it(on_terminal: Callable[..., TernServer]) -> None:
    with on_terminal(ignoring=False) as server:
        reload(server)
        server.hang_up()
        assert server.wait() == 0


def test_nohup_outlives_its_terminal(on_terminal: Callable[..., TernServer]) -> None:
    with on_terminal(ignoring=True) as server:
        reload(server)
        server.hang_up()
        reload(server)
        assert server.ner(ner_body(TEXT)).status == 200


# ---- the other commands -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_pipe_gives_no_answer_after_its_file_was_written_to(
    program, model: Path, damage: Callable[[Path], None]
) -> None:
    exit_code, first, rest, errors = pipe_during(program, model, damage)
    assert (exit_code, rest) == (1, b"") and json.loads(first)["ents"]
    assert errors.startswith("tern: ") and errors.count("\n") == 1 and str(model) in errors and "rename" in errors


@pytest.mark.parametrize("change", [lambda path: replace(path, TINY), os.remove], ids=["replaced", "removed"])
def test_a_pipe_goes_on_after_its_file_was_replaced(program, model: Path, change: Callable[[Path], None]) -> None:
    exit_code, first, rest, errors = pipe_during(program, model, change)
    assert (exit_code, rest, errors) == (0, first, "")


def pipe_during(program, model: Path, change: Callable[[Path], None]) -> tuple[int, bytes, bytes, str]:
    """Exit code, the answer before the change, that after it, and standard error."""
    pipe, line = subprocess.PIPE, ner_body(TEXT) + b"\n"
    with subprocess.Popen([program("tern"), "pipe", "-m", model], stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(line)
        process.stdin.flush()
        first = process.stdout.readline()
        change(model)
        rest, errors = process.communicate(line, PATIENCE)
    return process.returncode, first, rest, errors.decode()


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGFPE, signal.SIGILL])
def test_crash_says_what_was_going_on(start: Start, model: Path, number: signal.Signals) -> None:
    with start(model) as server:
        assert server.stop(number) == -number
        assert server.errors().splitlines()[0] == f"tern: {number.name} during serve; the process ends"
