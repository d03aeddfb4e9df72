"""wink-nlp (npm) beside tern: another small library for English. For speed only: its model finds no persons and no places."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from measured import Bench, jsonl
from sets import sets_here
from texts import ROOT, of_length

PACKAGES = ("wink-nlp@2.4.0", "wink-eng-lite-web-model@1.8.1")
FOLDER = ROOT / "build" / "wink"
SCRIPT = Path(__file__).parent / "wink" / "measure.js"
PIPELINES: dict[str, tuple[str, ...]] = {"NER alone": ("ner",), "tok2vec, parser, NER": ("tok2vec", "parser", "ner")}
NOTE = (
    "tern finds persons, places and organisations, wink-nlp does not; tokens are tern's for both. "
    "JavaScript has no kernel sets: wink-nlp is the same beside all"
)
Rows = Sequence[Sequence[int]]  # (nanoseconds, tokens, ...) of each text


def install() -> None:
    if (FOLDER / "node_modules" / "wink-nlp").is_dir():
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", FOLDER, *PACKAGES],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def run(texts: list[str]) -> list[tuple[int, int, int]]:
    """(nanoseconds, tokens, entities) of each text."""
    environment = {**os.environ, "NODE_PATH": str(FOLDER / "node_modules")}
    done = subprocess.run(["node", SCRIPT], input=jsonl(texts), stdout=subprocess.PIPE, env=environment, check=True)
    return [tuple(map(int, line.split())) for line in done.stdout.splitlines()]  # type: ignore[misc]


def rate(rows: Rows, tokens: int) -> float:
    return tokens / sum(row[0] for row in rows) * 1e9


def rows_of(bench: Bench, name: str | tuple[str, str], texts: list[str]) -> Rows:
    """name: wink-nlp, or (kernel set, pipeline)."""
    if isinstance(name, str):
        return run(texts)
    return bench.program.inside_measure("run", texts, PIPELINES[name[1]], name[0])


def wink(bench: Bench) -> Iterator[None]:
    if not (shutil.which("node") and shutil.which("npm")):
        bench.results["wink-nlp"] = {"skipped": {"why": "node and npm are not installed"}}
        return
    install()
    short = of_length(bench.texts, 15, 20)
    turns = [(kernels, pipeline) for kernels in sets_here(bench.program) for pipeline in PIPELINES]
    names = ["wink-nlp", *turns]
    long_rates: dict[object, list[float]] = {name: [] for name in names}
    short_times: dict[object, list[float]] = {name: [] for name in names}
    tokens = sum(row[1] for row in bench.program.inside_measure("tokenize", bench.texts))
    try:
        for _ in range(bench.rounds):
            with bench.on_one_core():
                for name in names:
                    long_rates[name].append(rate(rows_of(bench, name, bench.texts), tokens))
                    short_times[name].extend(row[0] / 1e6 for row in rows_of(bench, name, short))
            yield
    finally:
        record(bench, turns, long_rates, short_times)


def record(
    bench: Bench,
    turns: Sequence[tuple[str, str]],
    long_rates: dict[object, list[float]],
    short_times: dict[object, list[float]],
) -> None:
    also = {"note": NOTE}
    for turn in turns:
        name = ", ".join(turn)
        rates = {"tern": long_rates[turn], "wink-nlp": long_rates["wink-nlp"]}
        times = {"tern": short_times[turn], "wink-nlp": short_times["wink-nlp"]}
        bench.record("wink-nlp", f"{name}: entities of all texts", "tokens/s", rates, True, paired=True, **also)
        bench.record("wink-nlp", f"{name}: entities of a text of 15 tokens", "ms", times, **also)
