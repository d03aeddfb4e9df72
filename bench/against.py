"""An earlier revision of tern, built beside this one, so that both run in one run and alternate."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from machine import git
from measured import Program
from texts import ROOT

FOLDER = ROOT / "build" / "bench" / "against"
# Before measure.c heeded TERN_GEMM it opened the model by itself.
OPENS = "tern_model_open(argv[1]"
HEEDS = '(getenv("TERN_GEMM") && tern_use_kernels(getenv("TERN_GEMM"), &error)) || '


def sources(revision: str, folder: Path) -> None:
    """The tree of the revision, with nothing of git's."""
    folder.mkdir(parents=True)
    archive = subprocess.Popen(["git", "-C", ROOT, "archive", revision], stdout=subprocess.PIPE)
    subprocess.run(["tar", "-x", "-C", folder], stdin=archive.stdout, check=True)
    if archive.wait():
        raise RuntimeError(f"git archive cannot read {revision}")
    heed_kernels(folder / "bench" / "measure.c")


def heed_kernels(measure: Path) -> None:
    text = measure.read_text("utf-8")
    measure.write_text(text.replace(OPENS, HEEDS + OPENS, 1), "utf-8")


# As that revision would have it; without OpenBLAS, which once was linked with and need not be here.
WAYS = ((), ("-DTERN_OPENBLAS=OFF",))


def build(folder: Path) -> None:
    """tern and measure. The log is in the folder."""
    made = folder / "build"
    jobs = str(os.cpu_count() or 1)
    for way in WAYS:
        configure = ["cmake", "-S", folder, "-B", made, "-DCMAKE_BUILD_TYPE=Release", "-DTERN_TESTS=ON", *way]
        compile_both = ["cmake", "--build", made, "--parallel", jobs, "--target", "tern", "measure"]
        with (folder / "build.log").open("ab") as log:
            if all(
                not subprocess.run(command, stdout=log, stderr=log).returncode for command in (configure, compile_both)
            ):
                return
        shutil.rmtree(made, ignore_errors=True)
    log_file = folder / "build.log"
    missing = set(re.findall(r"Package '(.+?)', required by", log_file.read_text("utf-8", "replace")))
    needs = f"; pkg-config does not find what it needs: {', '.join(sorted(missing))}" if missing else ""
    raise RuntimeError(f"that revision cannot be built{needs}: {log_file.relative_to(ROOT)} says why")


def built(revision: str) -> Program:
    """Built once and kept. It runs with the model file of its own tree: formats change."""
    commit = git("rev-parse", "--short", f"{revision}^{{commit}}")
    folder = FOLDER / commit
    done = folder / "done"
    if not done.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        sources(commit, folder)
        build(folder)
        done.touch()
    return Program("before", folder / "build", folder / "weights" / "en_core_web_sm.tern", commit)
