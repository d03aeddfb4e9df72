"""Runs every cmocka program of the build (tests/test_*) and shows each test inside it as a test of its own.

The programs run while pytest collects, because only they know which tests they contain.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest
from common import BUILD, ROOT

TIMEOUT_SECONDS = 300
TAP_LINE = re.compile(r"^(ok|not ok) \d+ (- |# SKIP )(\S+)", re.MULTILINE)
TAP_PLAN = re.compile(r"^1\.\.(\d+)$", re.MULTILINE)


class Result(NamedTuple):
    program: str
    test: str
    failure: str | None  # what the program printed; None: passed
    skipped: bool = False


def run_program(path: Path) -> list[Result]:
    """Results of one program's tests; a crash, a time-out or an empty report is a failed test called (program)."""
    try:
        done = subprocess.run(
            [str(path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "CMOCKA_MESSAGE_OUTPUT": "TAP"},
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as expired:
        output = (expired.stdout or b"").decode("utf-8", "replace")
        return [Result(path.name, "(program)", f"no end after {TIMEOUT_SECONDS} s\n{output}")]
    output = done.stdout.decode("utf-8", "replace")
    found = TAP_LINE.findall(output)
    planned = sum(int(count) for count in TAP_PLAN.findall(output))
    results = []
    for verdict, mark, name in found:
        skipped = mark != "- "
        results.append(Result(path.name, name, None if verdict == "ok" or skipped else output, skipped))
    failed = any(result.failure is not None for result in results)
    if planned == 0 or len(results) != planned or (done.returncode != 0 and not failed):
        failure = f"exit status {done.returncode}, {len(found)} of {planned} tests\n{output}"
        results.append(Result(path.name, "(program)", failure))
    return results


def expected_programs() -> list[str]:
    """Names of the programs that the sources promise, so that one that was not built is noticed."""
    sources = [*(ROOT / "tests" / "unit").glob("test_*.c"), *(ROOT / "tests" / "parity").glob("test_*.c")]
    return sorted(source.stem for source in sources)


def collect() -> list[Result]:
    results: list[Result] = []
    for name in expected_programs():
        path = BUILD / "tests" / name
        if os.access(path, os.X_OK):
            results.extend(run_program(path))
        else:
            results.append(Result(name, "(program)", f"{path} has not been built"))
    return results


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    results = collect()
    metafunc.parametrize("result", results, ids=[f"{r.program}::{r.test}" for r in results])


def test_c(result: Result) -> None:
    if result.skipped:
        pytest.skip("skipped by the C program")
    if result.failure is not None:
        pytest.fail(result.failure, pytrace=False)
