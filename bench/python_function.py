#!/usr/bin/env python3
"""Cold starts of the function in Python (deploy/python) on tern_nlp beside the same on spaCy, in local environments like Lambda's.

    python bench/python_function.py [--memory MB] [--rounds N] [--unthrottled]

Takes the package out of the build tree (make build-tests). Limits are imposed by cgroups, which needs root.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "tests")]

from cold import Start, start_once
from common import BUILD, SPACY_PACKAGE
from local_lambda import functions
from local_lambda.cgroup import why_not


@click.command()
@click.option("--memory", default=512, show_default=True, help="MB, and its share of a CPU.")
@click.option("--rounds", default=5, show_default=True)
@click.option("--unthrottled", is_flag=True, help="Without control groups: all the CPU and memory of this machine.")
def main(memory: int, rounds: int, unthrottled: bool) -> None:
    reason = None if unthrottled else why_not()
    if reason is not None:
        sys.exit(f"python_function: {reason}. With --unthrottled it runs without limits.")
    with tempfile.TemporaryDirectory() as folder:
        install = ["cmake", "--install", str(BUILD), "--component", "python", "--prefix", folder]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
        specs = [functions.tern_in_python(Path(folder)), functions.spacy(SPACY_PACKAGE)]
        found: dict[str, list[Start]] = {spec.name: [] for spec in specs}
        for turn in range(rounds + 1):
            for spec in specs:
                start = start_once(spec, None if unthrottled else memory)
                if turn:  # the first ones fill the page cache
                    found[spec.name].append(start)
    print(
        "no limits" if unthrottled else f"{memory} MB", f"median of {rounds} starts, files in the page cache", sep=", "
    )
    for name, starts in found.items():
        answer = statistics.median(start.answer_ms for start in starts)
        peak = statistics.median(start.usage.peak_mb for start in starts)
        print(f"{name:16} exec to first answer {answer:8,.0f} ms   peak memory {peak:6.1f} MB")


if __name__ == "__main__":
    main()
