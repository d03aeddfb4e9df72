"""TERN_GEMM: every set of kernels that runs here gives the same document; another name is an error that says what there is."""
from __future__ import annotations

import json
import re
from typing import List

import pytest
from common import REDUCED, Run
from corpus import project_texts


@pytest.fixture(scope="module")
def names(run: Run) -> List[str]:
    """The names in the error about one that is none of them."""
    refused = run("tern", "ner", "text", env={"TERN_GEMM": "mkl"})
    assert (refused.returncode, refused.stdout) == (1, b"")
    found = re.search(r"^tern: TERN_GEMM: there are no kernels mkl: this library and this CPU have ([a-z0-9, ]+)$", refused.stderr.decode().strip())
    assert found, refused.stderr
    return found.group(1).split(", ")


def test_unknown_name_says_what_there_is(names: List[str]) -> None:
    assert names[0] == "native" and "portable" in names and len(names) == len(set(names))


@pytest.mark.parametrize("name", ["", "native,", "NATIVE", "portabl", "portable2"])
def test_only_whole_names_count(run: Run, name: str) -> None:
    done = run("tern", "ner", "text", env={"TERN_GEMM": name})
    assert (done.returncode == 0) == (name == ""), done.stderr   # empty: as if it were not set


def test_every_set_gives_the_same_documents(run: Run, names: List[str]) -> None:
    texts = [text for text in project_texts() if text.strip()][::40 if REDUCED else 4]
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()
    answers = {}
    for name in names:
        done = run("tern", "pipe", input=lines, env={"TERN_GEMM": name}, timeout=300)
        assert (done.returncode, done.stderr) == (0, b""), name
        answers[name] = done.stdout.splitlines()
    assert len(answers["native"]) == len(texts) > 20 and all(b'"ents"' in line for line in answers["native"])
    for name in names[1:]:
        assert answers[name] == answers["native"], name
