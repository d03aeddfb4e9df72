"""Runs every cmocka program of the build (tests/test_*) and shows each test inside it as a test of its own.

The sources say which tests there are: a program that was not built, or that leaves one out, is noticed.
"""

from __future__ import annotations

import functools
import os
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest
from common import BUILD, ROOT

TIMEOUT_SECONDS = 300
TEST_FUNCTION = re.compile(r"^static void (\w+)\(void \*\*\w+\)", re.MULTILINE)
TAP_LINE = re.compile(r"^(ok|not ok) \d+ (?:- |(# SKIP) )(\S+)", re.MULTILINE)
TAP_PLAN = re.compile(r"^1\.\.(\d+)$", re.MULTILINE)


def programs_of_sources() -> dict[str, list[str]]:
    """By program."""
    sources = [*(ROOT / "tests" / "unit").glob("test_*.c"), *(ROOT / "tests" / "parity").glob("test_*.c")]
    return {source.stem: TEST_FUNCTION.findall(source.read_text(encoding="utf-8")) for source in sorted(sources)}


TESTS = programs_of_sources()


class Report(NamedTuple):
    end: str  # of the program, with what it printed
    ended_well: bool
    planned: int
    verdicts: list[tuple[str, str]]  # test, "ok", "not ok" or "skipped"; a test may be in several groups

    def verdicts_on(self, test: str) -> set[str]:
        return {verdict for name, verdict in self.verdicts if name == test}


@functools.cache
def run_program(path: Path) -> Report:
    if not os.access(path, os.X_OK):
        return Report(f"{path} has not been built", False, 0, [])
    environment = {**os.environ, "CMOCKA_MESSAGE_OUTPUT": "TAP"}
    try:
        done = subprocess.run(
            [str(path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as expired:
        output = (expired.stdout or b"").decode("utf-8", "replace")
        return Report(f"no end after {TIMEOUT_SECONDS} s\n{output}", False, 0, [])
    output = done.stdout.decode("utf-8", "replace")
    verdicts = [(name, "skipped" if skipped else verdict) for verdict, skipped, name in TAP_LINE.findall(output)]
    planned = sum(int(count) for count in TAP_PLAN.findall(output))
    return Report(f"exit status {done.returncode}\n{output}", done.returncode == 0, planned, verdicts)


@pytest.mark.parametrize("name, test", [(name, test) for name, tests in TESTS.items() for test in tests])
def test_c(name: str, test: str) -> None:
    report = run_program(BUILD / "tests" / name)
    verdicts = report.verdicts_on(test)
    if verdicts == {"skipped"}:
        pytest.skip("skipped by the C program")
    if not verdicts or "not ok" in verdicts:
        pytest.fail(report.end, pytrace=False)


@pytest.mark.parametrize("name", TESTS)
def test_program(name: str) -> None:
    """It runs what its source has, nothing else, to the end; where a test failed, that one says so."""
    report = run_program(BUILD / "tests" / name)
    assert {test for test, _ in report.verdicts} == set(TESTS[name]) != set(), report.end
    assert report.planned == len(report.verdicts), report.end
    assert report.ended_well or "not ok" in {verdict for _, verdict in report.verdicts}, report.end
