#!/usr/bin/env python3
"""Texts made to take memory, of 1,000,000 code points each, in small processes: is each answered or refused, does a
small text get its
answer meanwhile, and what is the most memory that the process had?

    python bench/hostile.py lambda --memory 512      # each kind alone, to a function of 512 MB
    python bench/hostile.py server --memory 1024     # each kind four times at once, to `tern serve` in 1 GB
    python bench/hostile.py server --kind apostrophes --binary OTHER/tern

The limits are imposed by cgroups (local_lambda/cgroup.py), which needs root. The kinds are those of tests/unit/hostile.h.
"""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
from local_lambda import functions
from local_lambda.cgroup import Cgroup, why_not
from local_lambda.environment import Ended, Environment
from texts import ROOT

KINDS_HEADER = ROOT / "tests" / "unit" / "hostile.h"
SMALL = "Alan Turing was born in London."
SECONDS = 900.0  # Lambda's longest


class Row(NamedTuple):
    kind: str
    outcomes: list[str]  # of each large text: a status, or what became of the process
    seconds: float  # until the last of them
    small_seconds: float  # the slowest small text meanwhile, or after it; -1: not answered
    peak_mb: float


def kinds() -> dict[str, str]:
    """{name: piece}"""
    found = re.findall(r'^    {"([^"]+)", ("(?:[^"\\]|\\.)*")}', KINDS_HEADER.read_text(), re.MULTILINE)
    return {
        name: json.loads(re.sub(r"\\U([0-9A-F]{8})", lambda m: json.dumps(chr(int(m[1], 16)))[1:-1], piece))
        for name, piece in found
    }


def body_of(piece: str, length: int) -> bytes:
    return json.dumps({"text": (piece * (length // len(piece) + 1))[:length]}, ensure_ascii=False).encode()


def peak_mb(pid: int) -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


# ---- Lambda -----------------------------------------------------------------------------------------------------------------


def in_function(binary: Path, model: Path, memory: int, kind: str, body: bytes) -> Row:
    environment = Environment(functions.tern(binary, model), memory, timeout=SECONDS, all_cpus=True)
    outcomes, small, peak = [], -1.0, 0.0
    begin = time.monotonic()
    try:
        environment.start()
        answer = environment.invoke(body)
        outcomes.append(answer.error or "200")
        seconds = time.monotonic() - begin
        small = environment.invoke(json.dumps({"text": SMALL}).encode()).seconds
        peak = environment.usage().peak_mb
    except Ended as problem:
        outcomes.append(problem.kind)
        seconds = time.monotonic() - begin
    finally:
        environment.end()
    return Row(kind, outcomes, seconds, small, peak)


# ---- server -----------------------------------------------------------------------------------------------------------------


def ask(port: int, body: bytes) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("POST", "/ner", body, {"Content-Type": "application/json"})
        return str(connection.getresponse().status)
    except (OSError, http.client.HTTPException) as problem:
        return type(problem).__name__
    finally:
        connection.close()


def small_texts(port: int, stop: threading.Event) -> Iterator[float]:
    """Seconds of one small text after another."""
    while not stop.wait(0.05):
        begin = time.monotonic()
        if ask(port, json.dumps({"text": SMALL}).encode()) != "200":
            yield -1.0
            return
        yield time.monotonic() - begin


def start_server(binary: Path, model: Path, cgroup: Cgroup) -> tuple[subprocess.Popen[bytes], int]:
    process = subprocess.Popen(
        [binary, "serve", "-m", model, "--port", "0", "--threads", "4"], stdout=subprocess.PIPE, preexec_fn=cgroup.enter
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline().decode().rsplit(":", 1)[1].strip().rstrip("/"))


def in_server(binary: Path, model: Path, memory: int, kind: str, body: bytes) -> Row:
    cgroup, outcomes, waits, stop = Cgroup(memory, all_cpus=True), [], [], threading.Event()
    process, port = start_server(binary, model, cgroup)
    begin = time.monotonic()
    try:
        large = [threading.Thread(target=lambda: outcomes.append(ask(port, body))) for _ in range(4)]
        small = threading.Thread(target=lambda: waits.extend(small_texts(port, stop)))
        for thread in [*large, small]:
            thread.start()
        for thread in large:
            thread.join()
        seconds = time.monotonic() - begin
        stop.set()
        small.join()
        peak = peak_mb(process.pid) if process.poll() is None else 0.0
    finally:
        process.kill()
        process.wait()
        cgroup.remove()
    return Row(kind, sorted(outcomes), seconds, -1.0 if not waits or min(waits) < 0 else max(waits), peak)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("where", type=click.Choice(["lambda", "server"]))
@click.option("--memory", type=click.IntRange(64), default=512, show_default=True, help="MB.")
@click.option("--length", type=click.IntRange(1), default=1_000_000, show_default=True, help="Code points.")
@click.option("--kind", "only", multiple=True, help="Only this kind; may be repeated.")
@click.option(
    "--binary", type=click.Path(exists=True, path_type=Path, resolve_path=True), help="Default: this build's."
)
@click.option(
    "--model",
    type=click.Path(exists=True, path_type=Path, resolve_path=True),
    default=ROOT / "weights" / "en_core_web_sm.tern",
)
def main(where: str, memory: int, length: int, only: tuple[str, ...], binary: Path, model: Path) -> None:
    """Send hostile texts to a function or a server with little memory. Exit status 1 if the system ended it."""
    reason = why_not()
    if reason:
        sys.exit(f"hostile: {reason}")
    run = in_function if where == "lambda" else in_server
    chosen = binary or ROOT / "build" / ("bootstrap" if where == "lambda" else "tern")
    lost = False
    click.echo(f"{'kind':18} {'seconds':>8} {'small ms':>9} {'peak MB':>8}  outcomes")
    for kind, piece in kinds().items():
        if only and kind not in only:
            continue
        row = run(chosen, model, memory, kind, body_of(piece, length))
        lost |= row.peak_mb == 0
        click.echo(
            f"{row.kind:18} {row.seconds:8.1f} {1e3 * row.small_seconds:9.1f} {row.peak_mb:8.0f}  {' '.join(row.outcomes)}"
        )
    sys.exit(lost)


if __name__ == "__main__":
    main()
