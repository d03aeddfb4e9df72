"""GFLOP/s of the encoder's matrix products by number of rows, beside what multiply-adds alone reach on this processor."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from typing import Any

from measured import Bench, rounded


def parse(listed: str) -> dict[str, Any]:
    """{"peaks": {set: GFLOP/s}, "products": {"288x288": {kernel: {rows: median}}}}"""
    found: dict[str, Any] = {"peaks": {}, "products": {}}
    for line in listed.splitlines():
        name, *values = line.split()
        if name == "peak":
            found["peaks"][values[0]] = float(values[1])
        else:
            shape, rows = f"{values[0]}x{values[1]}", values[2]
            found["products"].setdefault(shape, {}).setdefault(name, {})[rows] = rounded(float(values[3]))
    return found


def kernels(bench: Bench) -> Iterator[None]:
    program = bench.build / "tests" / "bench_kernels"
    with bench.on_one_core():
        done = subprocess.run([program, str(bench.few(60, 10))], stdout=subprocess.PIPE, check=True)
    bench.results["kernels"] = parse(done.stdout.decode())
    yield
