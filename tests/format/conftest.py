"""Opening damaged model files."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Callable, NamedTuple

import pytest
from common import MODEL, TINY

Opener = Callable[[Sequence[Path]], "list[Outcome]"]


class Outcome(NamedTuple):
    status: int  # enum tern_status
    pos: int
    message: str


@pytest.fixture(scope="session")
def open_files(program: Callable[[str], Path]) -> Opener:
    """open_files(paths): what tern_model_open (and a run, where it opens) says to each. A crash fails the test."""

    def call(paths: Sequence[Path]) -> list[Outcome]:
        done = subprocess.run(
            [str(program("tests/open_model")), *map(str, paths)],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode != 0:
            pytest.fail(f"open_model ended with {done.returncode}\n{done.stdout}\n{done.stderr}", pytrace=False)
        lines = [line.split(" ", 2) for line in done.stdout.splitlines()]
        assert len(lines) == len(paths)
        return [Outcome(int(status), int(pos), message) for status, pos, message in lines]

    return call


@pytest.fixture(scope="session", params=[TINY, MODEL], ids=["tiny", "real"])
def model_bytes(request: pytest.FixtureRequest) -> bytes:
    """A valid file: the tests' tiny model, and the real one."""
    path: Path = request.param
    if not os.access(path, os.R_OK):
        pytest.fail(f"no model file at {path}", pytrace=False)
    return path.read_bytes()
