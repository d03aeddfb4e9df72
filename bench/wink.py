"""wink-nlp (npm) beside tern: another small library for English. For speed only: its model finds no persons and no places."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from measured import Bench, jsonl
from texts import ROOT, of_length

PACKAGES = ("wink-nlp@2.4.0", "wink-eng-lite-web-model@1.8.1")
FOLDER = ROOT / "build" / "wink"
SCRIPT = Path(__file__).parent / "wink" / "measure.js"


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


def wink(bench: Bench) -> Iterator[None]:
    if not (shutil.which("node") and shutil.which("npm")):
        bench.results["wink-nlp"] = {"skipped": {"why": "node and npm are not installed"}}
        return
    install()
    short = of_length(bench.texts, 15, 20)

    def tern(texts: list[str]) -> Sequence[Sequence[int]]:
        return bench.inside_measure(bench.entities, "run", texts)

    rates: dict[str, list[float]] = {"tern": [], "wink-nlp": []}
    times: dict[str, list[float]] = {"tern": [], "wink-nlp": []}
    for _ in range(bench.rounds):
        with bench.on_one_core():
            for who, measure in (("tern", tern), ("wink-nlp", run)):
                found, few = measure(bench.texts), measure(short)
                rates[who].append(sum(row[1] for row in found) / sum(row[0] for row in found) * 1e9)
                times[who].extend(row[0] / 1e6 for row in few)
        yield
    note = {"note": "wink-nlp finds no persons, places or organisations; its tokens are its own"}
    bench.record("wink-nlp", "entities of all texts", "tokens/s", rates, True, **note)
    bench.record("wink-nlp", "entities of a text of 15 tokens", "ms", times, **note)
