"""TERN_GEMM: every set of kernels that runs here gives the same document; another name is an error that says what there is."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from common import BUILD, REDUCED, ROOT, Run
from corpus import project_texts


@pytest.fixture(scope="module")
def names(run: Run) -> list[str]:
    """The names in the error about one that is none of them."""
    refused = run("tern", "ner", "text", env={"TERN_GEMM": "mkl"})
    assert (refused.returncode, refused.stdout) == (1, b"")
    found = re.search(
        r"^tern: TERN_GEMM: there are no kernels mkl: this library and this CPU have ([a-z0-9, ]+)$",
        refused.stderr.decode().strip(),
    )
    assert found, refused.stderr
    return found.group(1).split(", ")


def test_unknown_name_says_what_there_is(names: list[str]) -> None:
    assert names[0] == "native" and "portable" in names and len(names) == len(set(names))


@pytest.mark.parametrize("name", ["", "native,", "NATIVE", "portabl", "portable2"])
def test_only_whole_names_count(run: Run, name: str) -> None:
    done = run("tern", "ner", "text", env={"TERN_GEMM": name})
    assert (done.returncode == 0) == (name == ""), done.stderr  # empty: as if it were not set


@pytest.fixture(params=["no library", "another library"])
def without_openblas(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A folder for LD_LIBRARY_PATH that hides the machine's OpenBLAS, if there is one."""
    if "TERN_OPENBLAS:BOOL=OFF" in (BUILD / "CMakeCache.txt").read_text(encoding="utf-8", errors="replace"):
        pytest.skip("this build leaves OpenBLAS out")
    source = (ROOT / "engine" / "kernels" / "kernels_openblas.c").read_text(encoding="utf-8")
    files = [tmp_path / name for name in re.findall(r'"(libopenblas\.[\w.]+)"', source)]
    assert len(files) > 3
    for file in files:
        if request.param == "no library":
            file.touch()
        else:
            compiler = os.environ.get("CC", "cc")
            subprocess.run([compiler, "-shared", "-x", "c", "-o", str(file), os.devnull], check=True)
    return str(tmp_path)


def test_openblas_is_loaded_only_when_it_is_chosen(run: Run, without_openblas: str) -> None:
    hidden = {"LD_LIBRARY_PATH": without_openblas}
    assert run("tern", "ner", "London", env=hidden).stdout == b"0\t6\tGPE\tLondon\n"
    refused = run("tern", "ner", "London", env={**hidden, "TERN_GEMM": "openblas"})
    assert (refused.returncode, refused.stdout) == (1, b"")
    words = refused.stderr.decode().strip()
    found = re.search(
        r"the kernels openblas cannot run here: they need OpenBLAS, .*apt-get install libopenblas0-serial\); "
        r"those that can are (native, .*)$",
        words,
    )
    assert found and "openblas" not in found.group(1), words


def test_every_set_gives_the_same_documents(run: Run, names: list[str]) -> None:
    texts = [text for text in project_texts() if text.strip()][:: 40 if REDUCED else 4]
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()
    answers = {}
    for name in names:
        done = run("tern", "pipe", input=lines, env={"TERN_GEMM": name}, timeout=300)
        assert (done.returncode, done.stderr) == (0, b""), name
        answers[name] = done.stdout.splitlines()
    assert len(answers["native"]) == len(texts) > 20 and all(b'"ents"' in line for line in answers["native"])
    for name in names[1:]:
        assert answers[name] == answers["native"], name
