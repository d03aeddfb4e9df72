"""How the programs of the build are linked: hardened, with no library from the current directory, and with none for
a comparison.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Callable

import pytest
from common import REDUCED
from elf import calls, faults, needed


def programs_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file() and os.access(path, os.X_OK))


def test_every_program_is_hardened(build_dir: Path) -> None:
    programs = programs_in(build_dir) + programs_in(build_dir / "tests")
    assert {"tern", "bootstrap", "stages"} <= {path.name for path in programs}
    assert {path.name: faults(path) for path in programs if faults(path)} == {}


@pytest.mark.parametrize("name", ["tern", "bootstrap"])
def test_copies_and_stacks_are_checked(name: str, program: Callable[[str], Path]) -> None:
    if REDUCED:
        pytest.skip("the sanitizers check more")
    checked = {symbol for symbol in calls(program(name)) if symbol.startswith("__") and symbol.endswith("_chk")}
    assert "__stack_chk_fail" in calls(program(name)) and len(checked) > 3


@pytest.mark.parametrize("name", ["tern", "bootstrap"])
def test_a_reference_is_not_linked(name: str, program: Callable[[str], Path]) -> None:
    libraries = needed(program(name))
    assert libraries and not [library for library in libraries if "blas" in library or "gfortran" in library]


@pytest.mark.parametrize("name", ["tern", "bootstrap"])
def test_libraries_of_the_current_directory_are_not_taken(
    name: str, program: Callable[[str], Path], tmp_path: Path
) -> None:
    """An empty file is no library: who opens it says so and does not start."""
    libraries = needed(program(name))
    for library in libraries:
        (tmp_path / library).touch()

    def start(**env: str) -> str:
        environment = {key: value for key, value in os.environ.items() if key != "LD_LIBRARY_PATH"}
        return subprocess.run(
            [str(program(name)), "--version"],
            cwd=tmp_path,
            env={**environment, **env},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        ).stderr

    assert not [library for library in libraries if library in start()]
    assert [library for library in libraries if library in start(LD_LIBRARY_PATH=str(tmp_path))]
