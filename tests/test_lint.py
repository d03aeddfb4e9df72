"""tools/lint: the sources are clean, and it notices what is not."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from common import REDUCED, ROOT

pytestmark = [
    pytest.mark.skipif(REDUCED, reason="runs no instrumented program"),
    pytest.mark.skipif(shutil.which("git") is None or not (ROOT / ".git").exists(), reason="not a checkout of git"),
]


def lint(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["tools/lint", *options], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture(scope="module", autouse=True)
def repository() -> subprocess.CompletedProcess[str]:
    """What it says of this repository. It also makes .venv-lint, to which the checkouts of the other tests link."""
    return lint(ROOT)


def test_the_sources_are_clean(repository: subprocess.CompletedProcess[str]) -> None:
    assert repository.returncode == 0, repository.stderr


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository of git with the settings and the scripts of this one, and nothing else."""
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    shutil.copytree(
        ROOT / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("convert", "train_sentiment", "__pycache__")
    )
    for name in (".gitattributes", ".gitignore", ".clang-format", "ruff.toml"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv-lint").symlink_to(ROOT / ".venv-lint")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    return tmp_path


def test_what_git_ignores_is_not_read(checkout: Path) -> None:
    (checkout / "build").mkdir()
    (checkout / "build" / "new").write_text(NOTICED["tools/new"])
    done = lint(checkout)
    assert done.returncode == 0, done.stderr
    assert "Clean: " in done.stderr


NOTICED = {
    "wide.c": "int  f( void ) {return 1 ;}\n",
    "wide.py": "x = {  'a':1 }\n",
    "unused.py": "import os\n",
    "tools/new": "#!/bin/sh\nrm -rf $1/*\n",
    "tools/sourced.sh": "# shellcheck shell=bash\nnew() { cd $1; }\n",
    # Reads what neither it nor the file that it sources sets.
    "tools/user": '#!/usr/bin/env bash\n. tools/lib.sh\necho "$no_such_name"\n',
    "tabs.yaml": "a:\n\t- b\n",
    "spaces.md": "a \n",
    # Lets whoever opens an issue run commands.
    ".github/workflows/open.yml": "on: issues\npermissions: {}\njobs:\n  one:\n    runs-on: ubuntu-24.04\n    steps:\n"
    "      - run: echo ${{ github.event.issue.title }}\n",
}


def test_what_is_noticed(checkout: Path) -> None:
    linters = "clang-format,ruff format,ruff check,shellcheck,white space,zizmor"
    for name, text in NOTICED.items():
        (checkout / name).write_text(text)
    subprocess.run(["git", "-C", str(checkout), "add", "."], check=True)
    done = lint(checkout)
    assert [name for name in NOTICED if name not in done.stderr] == []
    assert (done.returncode, f"lint: not clean: {linters}; see above" in done.stderr) == (1, True)


def test_a_workflow_that_github_would_refuse(checkout: Path) -> None:
    (checkout / ".github" / "workflows" / "ci.yml").write_text("on: push\njobs:\n  one:\n    steps: []\n")
    done = lint(checkout)
    assert done.returncode == 1
    assert '"runs-on" is a required property' in done.stderr and "lint: not clean: zizmor; see above" in done.stderr


def test_fix_formats(checkout: Path) -> None:
    (checkout / "new.py").write_text("import sys\nimport os\n\nx = [ os, sys ,'a' ]\n")
    done = lint(checkout, "--fix")
    assert done.returncode == 0, done.stderr
    assert (checkout / "new.py").read_text() == 'import os\nimport sys\n\nx = [os, sys, "a"]\n'


def test_without_the_packages(checkout: Path) -> None:
    (checkout / ".venv-lint").unlink()
    (checkout / "tools" / "lint-requirements.txt").write_text("no-such-package-of-tern==1.0\n")
    done = subprocess.run(
        ["tools/lint"],
        cwd=checkout,
        env={**os.environ, "PIP_NO_INDEX": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, "no-such-package-of-tern" in done.stderr) == (1, True)
    assert "lint: Installing the linters into .venv-lint: failed (exit code 1), see above" in done.stderr
    assert not (checkout / ".venv-lint" / "stamp").exists()  # the next run tries again
