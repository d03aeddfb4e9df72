"""The package's types: checked by mypy, and against what is there at run time by stubtest."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from common import ROOT

pytest.importorskip("mypy")

CONFIG = ROOT / "python" / "mypy.ini"
PROGRAM = ROOT / "tests" / "python" / "typed_program.py"

# What is made of tables when a module is run, or stands for types alone.
NOT_SAID = r"""
tern_nlp\.(attrs|symbols|parts_of_speech)\.[A-Z][A-Z0-9_]*|tern_nlp\.(attrs|symbols|parts_of_speech)\.[a-z]\w*
tern_nlp\.lang\._data\..*
tern_nlp\.language\.BaseDefaults\..*|tern_nlp\.language\.Language\.default_error_handler
tern_nlp\..*\.__new__
tern_nlp\.components\.Made|tern_nlp\.running\.Context
tern_nlp\.spark\.(Column|DataFrame|SparkSession)|tern_nlp\.ray\.Dataset
"""


@pytest.fixture(scope="module")
def typed(package_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package without what needs spaCy."""
    folder = tmp_path_factory.mktemp("typed")
    shutil.copytree(package_folder / "tern_nlp", folder / "tern_nlp")
    for name in ("convert", "spacy"):
        shutil.rmtree(folder / "tern_nlp" / name)
    assert (folder / "tern_nlp" / "py.typed").is_file() and (folder / "tern_nlp" / "_tern.pyi").is_file()
    return folder


def run(folder: Path, *arguments: Any) -> str:
    environment = {**os.environ, "PYTHONPATH": str(folder), "MYPYPATH": str(folder)}
    command = [sys.executable, *map(str, arguments)]
    found = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600)
    return "" if found.returncode == 0 else found.stdout + found.stderr


def mypy(folder: Path, *arguments: Any) -> str:
    return run(folder, "-m", "mypy", "--cache-dir", folder / "cache", *arguments)


def test_the_package(typed: Path) -> None:
    assert not mypy(typed, "--config-file", CONFIG, "-p", "tern_nlp")


def test_a_program(typed: Path, tmp_path: Path) -> None:
    strict = ("--strict", "--follow-imports", "silent")
    assert not mypy(typed, *strict, PROGRAM)
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        PROGRAM.read_text().replace("checked: int = number", "checked: str = number").replace("doc[0:2]", "doc[0]")
    )
    found = mypy(typed, *strict, wrong)
    assert "Found 3 errors" in found and '"Token", variable has type "Span"' in found


def test_the_program_runs(package_folder: Path) -> None:
    assert not run(package_folder, PROGRAM)


def test_types_are_those_at_run_time(typed: Path) -> None:
    allowed = typed / "allowed.txt"
    allowed.write_text(NOT_SAID)
    options = ("--concise", "--ignore-disjoint-bases", "--ignore-unused-allowlist", "--allowlist", allowed)
    assert not run(typed, "-m", "mypy.stubtest", "tern_nlp", *options, "--mypy-config-file", CONFIG)
