"""Whole runs, shrunk to seconds: Locust against `tern serve`, and against a server that keeps count of what it was sent."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Callable

import pytest
from common import REDUCED, ROOT, heed_interrupts
from load import payloads, window
from runtime.tern_server import TernServer

pytest.importorskip("locust")

TOOLS = ROOT / "deploy" / "load"
TIME_SCALE = 0.04  # the warm-up takes 2.4 s
CUT_TIME_SCALE = 0.16  # of the run that is interrupted: it would take a minute, time enough on a busy machine
PATIENCE = 120.0

SECRET = "2b7e151628aed2a6"
KEYS = ("--header", f"apikey: {SECRET}", "--header", "x-trace: on")

without_tern = pytest.mark.skipif(REDUCED, reason="runs none of the instrumented programs")


def start(module: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=TOOLS,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={key: value for key, value in os.environ.items() if key != "LOCUST_SKIP_MONKEY_PATCH"},
        preexec_fn=heed_interrupts,
    )


def start_run(scenario: str, url: str, out: Path, *options: str) -> subprocess.Popen[str]:
    return start("load", "run", scenario, "--host", url, "--out", str(out), "--time-scale", str(TIME_SCALE), *options)


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    try:
        output, _ = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    return process.returncode, output


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def totals(prefix: Path) -> tuple[int, int]:
    """(requests, failures) of Locust's statistics."""
    of_all = [row for row in rows(Path(f"{prefix}_stats.csv")) if row["Name"] == "Aggregated"]
    return int(of_all[0]["Request Count"]), int(of_all[0]["Failure Count"])


# ---- against tern -------------------------------------------------------------------------------------------------------


Result = tuple[int, str, Path]  # exit code, output, prefix of the reports


@pytest.fixture(scope="module")
def finished(program, model_file: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """A heavy and C heavy, shrunk, side by side, each with a `tern serve` of its own."""
    out = tmp_path_factory.mktemp("reports")
    scored = TernServer(program("tern"), model_file, scores="")
    with scored as one, TernServer(program("tern"), model_file) as other:
        running = {"A-heavy": start_run("A-heavy", one.url, out), "C-heavy": start_run("C-heavy", other.url, out)}
        return {name: (*finish(process), out / name) for name, process in running.items()}


@pytest.mark.parametrize("scenario", ["A-heavy", "C-heavy"])
def test_no_failures(scenario: str, finished: dict[str, Result]) -> None:
    status, output, prefix = finished[scenario]
    assert status == 0, output
    requests, failures = totals(prefix)
    assert failures == 0 and rows(Path(f"{prefix}_failures.csv")) == [] and rows(Path(f"{prefix}_exceptions.csv")) == []
    assert requests >= 10  # one for each user at least


@pytest.mark.parametrize("scenario", ["A-heavy", "C-heavy"])
def test_reports(scenario: str, finished: dict[str, Result]) -> None:
    _, output, prefix = finished[scenario]
    html = Path(f"{prefix}.html").read_text(encoding="utf-8")
    assert "/ner" in html and "127.0.0.1" in html
    run = window.read(Path(f"{prefix}{window.SUFFIX}"))
    assert f"Reports: {prefix}.html" in output
    assert run.document["completed"] and run.document["scenario"] == scenario
    assert (run.document["requests"], run.document["failures"]) == totals(prefix)
    seconds = {"A-heavy": 360, "C-heavy": 330}[scenario] * TIME_SCALE
    # Not shorter, but for the clock's steps; longer on a busy machine.
    assert (run.end - run.start).total_seconds() >= seconds - 0.05
    assert (run.start - window.from_text(run.document["warm_up_start"])).total_seconds() >= 60 * TIME_SCALE - 0.05


@pytest.mark.parametrize("scenario", ["A-heavy", "C-heavy"])
def test_history_is_the_main_window(scenario: str, finished: dict[str, Result]) -> None:
    run = window.read(Path(f"{finished[scenario][2]}{window.SUFFIX}"))
    history = rows(run.history)
    stamps = [int(row["Timestamp"]) for row in history]
    assert stamps and run.start.timestamp() <= min(stamps) and max(stamps) <= run.end.timestamp()
    users = [int(row["User Count"]) for row in history]
    assert max(users) == 10
    counts = [int(row["Total Request Count"]) for row in history if row["Name"] == "Aggregated"]
    assert counts == sorted(counts) and counts[-1] <= run.document["requests"]


@without_tern
def test_picture_of_locusts_side(finished: dict[str, Result]) -> None:
    pytest.importorskip("matplotlib")
    prefix = finished["C-heavy"][2]
    status, output = finish(start("load", "plot", f"{prefix}{window.SUFFIX}", "--format", "svg"))
    assert status == 0, output
    picture = Path(f"{prefix}_plot.svg").read_text(encoding="utf-8")
    assert picture.startswith("<?xml") and "</svg>" in picture


# ---- against a server that counts --------------------------------------------------------------------------------------


class Counter(ThreadingHTTPServer):
    """Answers from payloads.json, except where `spoil` says another status for the n-th request; notes when each came."""

    daemon_threads = True

    def __init__(self, spoil: Callable[[int], int]) -> None:
        self.answers = {p.text: p.entities for of_kind in payloads.read().values() for p in of_kind}
        self.spoil, self.came, self.lock = spoil, [], threading.Lock()
        self.keys: list[str | None] = []  # of the header apikey
        super().__init__(("127.0.0.1", 0), CounterHandler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class CounterHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Counter

    def do_POST(self) -> None:
        with self.server.lock:
            number = len(self.server.came)
            self.server.came.append(time.time())
            self.server.keys.append(self.headers["apikey"])
        text = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"]
        body = json.dumps({"entities": self.server.answers[text]}).encode()
        self.send_response(self.server.spoil(number) if self.path == "/stage/ner" else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(spoil: Callable[[int], int]) -> Iterator[Counter]:
    with Counter(spoil) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Counter, Result]]:
    """Three runs side by side: one that fails in the warm-up only, one that gets wrong answers, one that is interrupted."""
    out = tmp_path_factory.mktemp("counted") / "new" / "folder"
    with ExitStack() as servers:
        early = servers.enter_context(
            serving(lambda number: 500 if number < 2 else 200)
        )  # once for each user of the warm-up
        wrong = servers.enter_context(serving(lambda number: 500 if number % 2 else 200))
        wrong.answers = {text: entities[1:] for text, entities in wrong.answers.items()}
        cut = servers.enter_context(serving(lambda number: 200))
        running = {
            "early": (
                early,
                start_run("C-heavy", early.url + "/stage", out, "--label", "early", *KEYS),
                "C-heavy-early",
            ),
            "wrong": (wrong, start_run("C-heavy", wrong.url + "/stage", out, "--label", "wrong"), "C-heavy-wrong"),
            "cut": (cut, start_with_locust(cut.url, out / "cut"), "cut"),
        }
        deadline = time.monotonic() + PATIENCE
        while not is_past_warm_up(cut.came) and time.monotonic() < deadline:
            time.sleep(0.1)
        running["cut"][1].send_signal(signal.SIGINT)
        return {name: (server, (*finish(process), out / prefix)) for name, (server, process, prefix) in running.items()}


@without_tern
def test_headers_go_along_and_stay_out_of_the_reports(counted: dict[str, tuple[Counter, Result]]) -> None:
    server, (_, output, prefix) = counted["early"]
    assert set(server.keys) == {SECRET} and None in counted["wrong"][0].keys
    reports = list(prefix.parent.glob("C-heavy-early*"))
    assert len(reports) >= 6
    assert not [path.name for path in reports if SECRET in path.read_text(encoding="utf-8")] and SECRET not in output


@without_tern
def test_reports_name_scenario_and_label(counted: dict[str, tuple[Counter, Result]]) -> None:
    _, (_, _, prefix) = counted["early"]
    html = Path(f"{prefix}.html").read_text(encoding="utf-8")
    assert '"profile": "C-heavy early (Spike, heavy)"' in html  # the window's title
    assert re.search(r"<body><h1[^>]*>C-heavy early \(Spike, heavy\)</h1>", html)
    assert window.read(Path(f"{prefix}{window.SUFFIX}")).document["label"] == "early"


def is_past_warm_up(came: list[float]) -> bool:
    return bool(came) and came[-1] - came[0] > 60 * CUT_TIME_SCALE + 2


def start_with_locust(url: str, prefix: Path) -> subprocess.Popen[str]:
    return start(
        "locust",
        "-f",
        "locustfile.py",
        "--headless",
        "--scenario",
        "A-heavy",
        "--time-scale",
        str(CUT_TIME_SCALE),
        "--host",
        url,
        "--path",
        "/stage/ner",
        "--csv",
        str(prefix),
        "--html",
        f"{prefix}.html",
    )


@without_tern
def test_warm_up_does_not_count_and_everything_after_it_does(counted: dict[str, tuple[Counter, Result]]) -> None:
    server, (status, output, prefix) = counted["early"]
    assert status == 0, output
    run = window.read(Path(f"{prefix}{window.SUFFIX}"))
    in_warm_up = sum(came < run.start.timestamp() for came in server.came)
    assert in_warm_up > 2
    # Two users may have a request in flight when the statistics are reset: it counts. A millisecond is lost in writing.
    in_window = len(server.came) - in_warm_up
    assert in_window - 1 <= run.document["requests"] <= in_window + 2
    assert run.document["failures"] == 0 and totals(prefix) == (run.document["requests"], 0)


@without_tern
def test_wrong_answers_fail_the_run(counted: dict[str, tuple[Counter, Result]]) -> None:
    _, (status, output, prefix) = counted["wrong"]
    assert status == 1, output
    requests, failures = totals(prefix)
    assert failures == requests > 0
    errors = rows(Path(f"{prefix}_failures.csv"))
    assert sum(int(row["Occurrences"]) for row in errors) == failures
    assert {"status 500" in row["Error"] or "entities differ from spaCy's" in row["Error"] for row in errors} == {True}


@without_tern
def test_interrupted_run_of_locusts_own_command_still_reports(counted: dict[str, tuple[Counter, Result]]) -> None:
    _, (status, output, prefix) = counted["cut"]
    assert status == 0, output
    run = window.read(Path(f"{prefix}{window.SUFFIX}"))
    assert not run.document["completed"]
    assert totals(prefix) == (run.document["requests"], 0) and run.document["requests"] > 0
    assert Path(f"{prefix}.html").exists()


# ---- wrong use ----------------------------------------------------------------------------------------------------------


@without_tern
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "D-heavy", "--host", "http://127.0.0.1", "--out", "."], "D-heavy"),
        (["run", "A-heavy", "--out", "."], "--host"),
        (["run", "A-heavy", "--host", "127.0.0.1:8080", "--out", "."], "http://"),
        (["run", "A-heavy", "--host", "http://127.0.0.1", "--out", ".", "--time-scale", "0.01"], "shortest step"),
        (["run", "A-heavy", "--host", "http://127.0.0.1", "--out", ".", "--header", "apikey"], "'NAME: VALUE'"),
        (["plot"], "RECORD"),
        (["plot", "locustfile.py"], "not the record of a finished run"),
    ],
)
def test_wrong_use_of_the_runner(arguments: list[str], words: str) -> None:
    status, output = finish(start("load", *arguments))
    assert status in (1, 2) and words in output and "Traceback" not in output


@without_tern
def test_environment_without_the_packages(tmp_path: Path) -> None:
    """It says which and how to get them, and makes nothing. -S: no site-packages."""
    command = [
        sys.executable,
        "-S",
        "-m",
        "load",
        "run",
        "A-light",
        "--host",
        "http://127.0.0.1:9",
        "--out",
        str(tmp_path / "x"),
    ]
    done = subprocess.run(command, cwd=TOOLS, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "has no locust, click, boto3, matplotlib" in done.stderr and "pip install -r requirements.txt" in done.stderr
    assert "Traceback" not in done.stderr and not (tmp_path / "x").exists()


@without_tern
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--time-scale", "0.01"], "shortest step"),
        (["--reset-stats"], "--reset-stats"),
        (["--header", "apikey"], "'NAME: VALUE'"),
        (["--master", "--expect-workers", "1"], "single Locust process"),
    ],
)
def test_wrong_use_of_locust(arguments: list[str], words: str) -> None:
    status, output = finish(
        start("locust", "-f", "locustfile.py", "--headless", "--host", "http://127.0.0.1:9", *arguments)
    )
    assert status != 0 and words in output


@without_tern
def test_form_of_the_web_interface(unused_port: int) -> None:
    """It has the scenario and how long it takes, and keeps the key to itself."""
    process = start("locust", "-f", "locustfile.py", "--web-host", "127.0.0.1", "--web-port", str(unused_port), *KEYS)
    try:
        page = patiently_get(f"http://127.0.0.1:{unused_port}/")
    finally:
        process.terminate()
        finish(process)
    found = re.search(r'"extra_options": (\{.*?\}\})', page)
    assert found and set(json.loads(found[1])) == {"scenario", "time_scale", "path", "label"}
    assert SECRET not in page


@pytest.fixture
def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def patiently_get(url: str) -> str:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
                return answer.read().decode()
        except urllib.error.URLError:
            assert time.monotonic() < deadline, f"nothing listens on {url}"
            time.sleep(0.2)


@without_tern
def test_reports_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / f"A-light{window.SUFFIX}").write_text("{}")
    status, output = finish(start("load", "run", "A-light", "--host", "http://127.0.0.1:9", "--out", str(tmp_path)))
    assert status == 2 and "--label" in output
