"""A short run of every libFuzzer target on its committed corpus.

TERN_FUZZ_SECONDS: for each target (20); TERN_FUZZ_SEED: of its random numbers (1, so that a run can be repeated).
An input that breaks something is shown in hex; put it into corpus/ once the cause is mended: it stays as a regression test.
"""
from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from common import ROOT, TINY

FUZZ_BUILD = (ROOT / os.environ.get("TERN_FUZZ_BUILD", "build-fuzz")).resolve()
SECONDS = int(os.environ.get("TERN_FUZZ_SECONDS", "20"))
SEED = int(os.environ.get("TERN_FUZZ_SEED", "1"))
LIMITS = ["-timeout=10", "-rss_limit_mb=2048"]
MAX_LENGTH = {"model": 98304, "json": 4096, "tokenizer": 2048, "formats": 1024, "gzip": 4096, "http": 2048}


def corpus(target: str) -> Path:
    return Path(__file__).parent / "corpus" / target


def run_target(target: str, tmp_path: Path, *args: str) -> str:
    """Its report; fails with the input that broke it."""
    program = FUZZ_BUILD / "fuzz" / f"fuzz_{target}"
    if not program.exists():
        pytest.skip(f"{program} has not been built: make fuzz")
    done = subprocess.run([str(program), *LIMITS, f"-artifact_prefix={tmp_path}/broken-", *args], capture_output=True,
                          timeout=SECONDS + 120, check=False)
    report = done.stderr.decode("utf-8", "replace")
    if done.returncode != 0:
        inputs = "\n".join(f"{path.name}: {path.read_bytes().hex()}" for path in tmp_path.glob("broken-*"))
        pytest.fail(f"exit code {done.returncode}\n{report[-6000:]}\n{inputs[:20000]}", pytrace=False)
    return report


@pytest.mark.parametrize("target", MAX_LENGTH)
def test_corpus(target: str, tmp_path: Path) -> None:
    """Every committed input, one by one."""
    inputs = [str(path) for path in sorted(corpus(target).iterdir())]
    assert inputs
    report = run_target(target, tmp_path, *inputs)
    assert report.count("Executed ") == len(inputs)


@pytest.mark.parametrize("target", MAX_LENGTH)
def test_short_run(target: str, tmp_path: Path) -> None:
    work = tmp_path / "corpus"
    shutil.copytree(corpus(target), work)
    if target == "model":
        shutil.copy(TINY, work)
    report = run_target(target, tmp_path, f"-max_total_time={SECONDS}", f"-seed={SEED}", f"-max_len={MAX_LENGTH[target]}",
                        "-print_final_stats=1", str(work))
    executed = [int(line.split()[-1]) for line in report.splitlines() if "number_of_executed_units" in line]
    assert executed and executed[0] > len(list(work.iterdir())) // 2
