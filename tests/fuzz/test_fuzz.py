"""A short run of every libFuzzer target on its committed corpus; the model's also with other kernels than this CPU's.

TERN_FUZZ_SECONDS: for each target (10); TERN_FUZZ_SEED: of its random numbers (1, so that a run can be repeated).
An input that breaks something is shown in hex; put it into corpus/ once the cause is mended: it stays as a regression test.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from common import ROOT
from fuzz_targets import KERNELS, NOT_HERE, TARGETS, corpus, run, short_run

FUZZ_BUILD = (ROOT / os.environ.get("TERN_FUZZ_BUILD", "build-fuzz")).resolve()
CASES = [(target, "native") for target in TARGETS] + [("model", kernels) for kernels in KERNELS]


def run_target(target: str, tmp_path: Path, *arguments: str, kernels: str) -> str:
    """Its report; fails with the input that broke it."""
    if not (FUZZ_BUILD / "fuzz" / f"fuzz_{target}").exists():
        pytest.skip(f"fuzz_{target} has not been built: make fuzz")
    done = run(FUZZ_BUILD, target, f"-artifact_prefix={tmp_path}/broken-", *arguments, kernels=kernels)
    report = done.stderr.decode("utf-8", "replace")
    if done.returncode == NOT_HERE[0] and NOT_HERE[1] in report:
        pytest.skip(f"this CPU has no {kernels}")
    if done.returncode != 0:
        inputs = "\n".join(f"{path.name}: {path.read_bytes().hex()}" for path in tmp_path.glob("broken-*"))
        pytest.fail(f"exit code {done.returncode}\n{report[-6000:]}\n{inputs[:20000]}", pytrace=False)
    return report


@pytest.mark.parametrize("target, kernels", CASES)
def test_corpus(target: str, kernels: str, tmp_path: Path) -> None:
    """Every committed input, one by one."""
    inputs = [str(path) for path in corpus(target)]
    assert inputs
    report = run_target(target, tmp_path, *inputs, kernels=kernels)
    assert report.count("Executed ") == len(inputs)


@pytest.mark.parametrize("target, kernels", CASES)
def test_short_run(target: str, kernels: str, tmp_path: Path) -> None:
    work = tmp_path / "corpus"
    work.mkdir()
    for path in corpus(target):
        shutil.copy(path, work)
    report = run_target(target, tmp_path, *short_run(target), str(work), kernels=kernels)
    executed = [int(line.split()[-1]) for line in report.splitlines() if "number_of_executed_units" in line]
    assert executed and executed[0] > len(corpus(target)) // 2
