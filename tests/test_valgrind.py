"""A sample under valgrind: what the sanitizers do not see, above all reads of uninitialised memory, and leaks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from common import BUILD, MODEL

ERROR = 99
VALGRIND = [
    "valgrind",
    "--quiet",
    f"--error-exitcode={ERROR}",
    "--leak-check=full",
    "--errors-for-leak-kinds=definite,indirect,possible",
]


def is_sanitized(build: Path) -> bool:
    cache = (build / "CMakeCache.txt").read_text(encoding="utf-8", errors="replace")
    return any(line.startswith("TERN_SANITIZE:") and not line.endswith("=") for line in cache.splitlines())


def run_valgrind(program: Path, *args: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    if not shutil.which("valgrind"):
        pytest.skip("valgrind is not installed")
    if is_sanitized(BUILD):
        pytest.skip("valgrind cannot run programs built with sanitizers")
    env = {**os.environ, "TERN_MODEL": str(MODEL)}
    done = subprocess.run(
        [*VALGRIND, str(program), *args], input=stdin, capture_output=True, env=env, timeout=300, check=False
    )
    assert done.returncode != ERROR, done.stderr.decode("utf-8", "replace")
    return done


def test_ner(program) -> None:
    done = run_valgrind(program("tern"), "ner", "Alan Turing was born on June 23, 1912, in London, England.")
    assert done.returncode == 0 and done.stderr == b""
    assert [line.split("\t")[3] for line in done.stdout.decode().splitlines()] == [
        "Alan Turing",
        "June 23, 1912",
        "London",
        "England",
    ]


def test_pipe(program) -> None:
    """Texts that grow and shrink, tokenizer exceptions, another script, and lines that are refused, in one process."""
    texts = [
        "",
        "I can't pay $1,000.50 to https://example.com/a?b=c ... :-)",
        "Angela Merkel met Emmanuel Macron in Paris. " * 20,
        "Москва 東京 \u0000 e.g. 10km",
        "Paris",
    ]
    lines: list[str] = [json.dumps({"text": text}) for text in texts] + ['{"text": "\\ud800"}', "[", '{"text": 1}']
    done = run_valgrind(program("tern"), "pipe", stdin="\n".join(lines).encode())
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer.get("text") for answer in answers] == texts + [None, None, 1]
    assert all("error" in answer for answer in answers[len(texts) :])


def test_refused_model(program, tmp_path: Path) -> None:
    path = tmp_path / "cut.tern"
    path.write_bytes(MODEL.read_bytes()[:-64])
    done = run_valgrind(program("tern"), "ner", "-m", str(path), "Paris")
    assert done.returncode == 1 and b"cut off" in done.stderr
