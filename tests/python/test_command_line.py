"""`python -m tern_nlp` is the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path


def command(*arguments: str, text: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    others = {name: value for name, value in os.environ.items() if name != "TERN_MODEL"}
    return subprocess.run(
        [sys.executable, "-m", "tern_nlp", *arguments],
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        env={**others, **environment},
    )


def test_it_finds_the_package_s_model() -> None:
    done = command("pipe", "--only", "ner", text='{"text": "Alan Turing was born in London."}\n')
    assert done.returncode == 0, done.stderr
    assert [entity["label"] for entity in json.loads(done.stdout)["ents"]] == ["PERSON", "GPE"]


def test_it_ends_as_the_program_does() -> None:
    done = command("parse", "--no-such-option")
    assert done.returncode == 2
    assert done.stderr.startswith("tern")


def test_without_the_program_it_says_what_to_do(package_folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "tern_nlp"
    copy.mkdir()
    for name in ("__main__.py", "__init__.py"):
        (copy / name).write_text((package_folder / "tern_nlp" / name).read_text() if name == "__main__.py" else "")
    done = command("ner", "text", PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert "cannot be run" in done.stderr
    assert "tools/wheel" in done.stderr
