"""The load scenarios of deploy/load against ten local environments: tern and spaCy, one after the other in each scenario."""

from __future__ import annotations

import concurrent.futures
import csv
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cold import UNLIMITED_MB, request_event
from local_lambda.front import Front
from local_lambda.function import Function
from local_lambda.share import cpu_share
from measured import Bench, rounded
from texts import ROOT, SENTENCE

LOAD = ROOT / "deploy" / "load"
SHAPES = ("A-light", "A-heavy", "B-light", "B-heavy", "C-light", "C-heavy")
MEMORIES = (1024, 512)
ENVIRONMENTS = 10
# The evaluation's own figures, from AWS over the network, whole length (Pitzanti, Iannini, 2025, figures 4 and 9).
PUBLISHED = {
    "1024 MB, A-heavy": {
        "requests": 11080,
        "failures": 0,
        "rps": 30.72,
        "p50_ms": 180,
        "p95_ms": 580,
        "p99_ms": 1100,
        "max_ms": 4549,
    },
    "1024 MB, B-heavy": {
        "requests": 14637,
        "failures": 0,
        "rps": 24.39,
        "p50_ms": 170,
        "p95_ms": 390,
        "p99_ms": 840,
        "max_ms": 4681,
    },
}
SHORTEST = 0.034  # the scenarios' shortest step then lasts a second


def load_shapes(bench: Bench, time_scale: float = SHORTEST) -> Iterator[None]:
    shapes, scale = (("B-heavy",), SHORTEST) if bench.quick else (SHAPES, time_scale)
    for memory in (MEMORIES[:1] if bench.quick else MEMORIES) if bench.throttle else [UNLIMITED_MB]:
        one, other = (Function(spec, memory, ENVIRONMENTS, bench.throttle, 30.0) for spec in bench.specs)
        with one, other, Front(one) as first, Front(other) as second:
            for function in (one, other):
                start_all(function)
            for shape in shapes:
                row = {front.function.spec.name: run(bench, front, shape, memory, scale) for front in (first, second)}
                oversubscribed = bench.throttle and ENVIRONMENTS * cpu_share(memory) > (os.cpu_count() or 1)
                bench.results.setdefault("load", {})[f"{memory} MB, {shape}"] = {
                    "shape": shape,
                    "memory_mb": memory,
                    "time_scale": scale,
                    "environments": ENVIRONMENTS,
                    "environments_want_more_than_the_machine_has": oversubscribed,
                    **row,
                }
                yield


def start_all(function: Function) -> None:
    """Cold starts before the load: in a shortened scenario they would count for more than in a whole one."""
    with concurrent.futures.ThreadPoolExecutor(ENVIRONMENTS) as callers:
        done = list(callers.map(function.invoke, [request_event(SENTENCE)] * ENVIRONMENTS))
    failed = [one.answer for one in done if one.answer.error]
    if failed:
        raise RuntimeError(f"{function.spec.name} with {function.memory_mb} MB: {failed[0]}")


def run(bench: Bench, front: Front, shape: str, memory: int, scale: float) -> dict[str, Any]:
    """Locust's figures of the main window, and what the environments had to do for it."""
    function = front.function
    function.history.clear()
    label = f"{function.spec.name}-{memory}MB"
    folder = bench.folder / "load"
    prefix = folder / f"{shape}-{label}"
    for old in folder.glob(f"{prefix.name}*"):
        old.unlink()
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "load",
            "run",
            shape,
            "--host",
            front.url,
            "--out",
            folder.resolve(),
            "--label",
            label,
            "--time-scale",
            str(scale),
        ],
        cwd=LOAD,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    statistics_file = Path(f"{prefix}_stats.csv")
    if not statistics_file.is_file():
        raise RuntimeError(f"{shape}: Locust gave no results:\n{done.stdout.decode('utf-8', 'replace')[-2000:]}")
    provider = function.summary()
    return {
        **figures(statistics_file),
        "cold_starts": len(provider["init_ms"]),
        "duration_ms": rounded(statistics.median(provider["duration_ms"])) if provider["duration_ms"] else None,
    }


def figures(statistics_file: Path) -> dict[str, float]:
    with statistics_file.open(newline="", encoding="utf-8") as lines:
        rows: list[dict[str, str]] = list(csv.DictReader(lines))
    total = next(row for row in rows if row["Name"] == "Aggregated")
    columns = {
        "requests": "Request Count",
        "failures": "Failure Count",
        "rps": "Requests/s",
        "average_ms": "Average Response Time",
        "p50_ms": "50%",
        "p95_ms": "95%",
        "p99_ms": "99%",
        "max_ms": "Max Response Time",
    }
    return {name: float(total[column]) if total[column] not in ("", "N/A") else 0.0 for name, column in columns.items()}
