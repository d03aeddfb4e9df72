"""The README's commands, run as they stand there."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Callable
from urllib.parse import urlsplit

import pytest
from common import ROOT
from runtime.tern_server import TernServer

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = {kind: re.findall(rf"```{kind}\n(.*?)```", README, re.S) for kind in ("sh", "json")}


def command(start: str) -> list[str]:
    """The words of the one command that begins so."""
    lines = [line for block in BLOCKS["sh"] for line in block.splitlines() if line.startswith(start)]
    assert len(lines) == 1, f"README.md has {len(lines)} commands that begin with {start!r}"
    return shlex.split(lines[0])


def test_first_command_prints_the_sample_entities() -> None:
    build = os.environ.get("TERN_BUILD", "build")
    if build != "build":
        pytest.skip("tools/run builds into build/, which the release run tests")
    done = subprocess.run(command("tools/run"), cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    assert [line.split("\t")[2:] for line in done.stdout.splitlines()] == [
        ["PERSON", "Alan Turing"],
        ["DATE", "June 23, 1912"],
        ["GPE", "London"],
        ["GPE", "England"],
    ]


def test_second_command_is_there() -> None:
    assert os.access(ROOT / command("tools/test")[0], os.X_OK)


def test_request_gets_the_response_below_it(program: Callable[[str], Path], model_file: Path) -> None:
    words = command("curl")
    body, (name, value), url = words[words.index("-d") + 1], words[words.index("-H") + 1].split(": "), words[-1]
    with TernServer(program("tern"), model_file) as server:
        answer = server.request("POST", urlsplit(url).path, body.encode(), {name: value})
    assert (answer.status, answer.json) == (200, json.loads(BLOCKS["json"][0]))


def test_files_that_it_names_exist() -> None:
    named = set(re.findall(r"`((?:engine|runtime|tools|tests|weights|bench|web)/[\w./-]+)`", README)) | {"LICENSE"}
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_sentiment_is_what_it_says(program: Callable[[str], Path]) -> None:
    asked, answered = re.findall(r"`POST /sentiment` answers `(\{.*?\})`.*?`(\{.*?\})`", README, re.S)[0]
    with TernServer(program("tern"), ROOT / "weights/sentiment.tern") as server:
        answer = server.request("POST", "/sentiment", asked.encode(), {"Content-Type": "application/json"}).json
    told = re.match(r'\{"sentiment": "(\w+)", "confidence": ([\d.]+), "scores": \{(.*)\}', answered)
    assert told and (answer["sentiment"], list(answer["scores"])) == (told[1], re.findall(r'"(\w+)"', told[3]))
    assert answer["confidence"] == pytest.approx(float(told[2]), abs=2e-6)
