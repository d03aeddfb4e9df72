#!/usr/bin/env python3
"""Instructions per token, counted by callgrind: the figure without noise, which can be compared between commits.

    python bench/instructions.py --out now.json                  # counts
    python bench/instructions.py --against before.json           # counts, and fails if a count has grown by over 3 %
    python bench/instructions.py --functions 25                  # the profile by function
    python bench/instructions.py --arch arm64 --build build-arm64    # of NEON, under qemu (bench/README.md)

The same compiler and file of texts give the same counts on every machine, but for the few that depend on addresses.
Valgrind's processor has AVX2 and no AVX-512: the counts are of the kernels for AVX2, and with --kernels portable of those. What
AVX-512 takes cannot be counted like this.
"""

from __future__ import annotations

import concurrent.futures
import json
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from measured import Bench, Program, components_environment, environment_with, jsonl, rounded
from texts import PROJECT_TEXTS, ROOT, lines_of

COUNTED = "measured_pass"  # of measure.c: the second time that the texts are run
LONG_TEXT_CHARACTERS = 1500
# Of the sets, those that valgrind's processor runs. Elsewhere than on x86-64: what the library chooses.
KERNELS = ("avx2", "portable") if platform.machine() in ("x86_64", "AMD64") else ("native", "portable")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
ARM = "arm64"
PLUGIN = Path(__file__).resolve().parent / "qemu_count.c"
# Mode of measure, components, texts. The texts are the project's, so that counts need nothing else.
Case = tuple[str, tuple[str, ...], list[str]]


def cases() -> dict[str, Case]:
    texts = lines_of(PROJECT_TEXTS)
    short = [text for text in texts if 60 <= len(text) <= 120][:6]
    run: list[str] = []
    for text in texts:
        if sum(map(len, run)) < LONG_TEXT_CHARACTERS:
            run.append(text)
    whole: tuple[str, ...] = ()
    return {
        "short requests, entities": ("request", whole, short),
        "short requests, NER alone": ("request", ("ner",), short),
        "long text, entities": ("request", whole, [" ".join(run)]),
        "long text, everything": ("run", whole, [" ".join(run)]),
        "long text, NER alone": ("run", ("ner",), [" ".join(run)]),
    }


def count(measure: Path, model: Path, case: Case, functions: int = 12, kernels: str = KERNELS[0]) -> dict[str, Any]:
    """{"instructions_per_token", "tokens", "functions": {name: share in percent}}"""
    mode, only, texts = case
    environment = environment_with(**components_environment(only), TERN_GEMM=kernels)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "callgrind.out"
        subprocess.run(
            [
                "valgrind",
                "--quiet",
                "--tool=callgrind",
                f"--callgrind-out-file={out}",
                "--collect-atstart=no",
                f"--toggle-collect={COUNTED}",
                measure,
                model,
                mode,
            ],
            input=jsonl(texts),
            stdout=subprocess.DEVNULL,
            env=environment,
            check=True,
        )
        listed = subprocess.run(["callgrind_annotate", "--threshold=100", out], stdout=subprocess.PIPE, check=True)
    total, parts = parse(listed.stdout.decode())
    if not total:
        raise SystemExit(f"callgrind counted nothing: is {measure} built with its symbols?")
    return told(total, parts, tokens_of([measure, model], texts), functions)


def count_arm(measure: Path, model: Path, case: Case, functions: int = 12) -> dict[str, Any]:
    """The same of a program for arm64, which qemu runs."""
    mode, only, texts = case
    with tempfile.TemporaryDirectory() as folder:
        plugin, out = Path(folder) / "count.so", Path(folder) / "counts"
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", plugin, PLUGIN], check=True)
        subprocess.run(
            ["qemu-aarch64", "-plugin", f"{plugin},in={COUNTED},out={out}", measure, model, mode],
            input=jsonl(texts),
            stdout=subprocess.DEVNULL,
            env=environment_with(**components_environment(only)),
            check=True,
        )
        parts = parse_counts(out.read_text())
    if not parts:
        raise SystemExit(f"qemu counted nothing: is {measure} built with its symbols?")
    return told(sum(parts.values()), parts, tokens_of(["qemu-aarch64", measure, model], texts), functions)


def told(total: int, parts: dict[str, int], tokens: int, functions: int) -> dict[str, Any]:
    shares = sorted(parts.items(), key=lambda part: -part[1])[:functions]
    return {
        "instructions_per_token": rounded(total / tokens),
        "tokens": tokens,
        "functions": {name: rounded(100 * instructions / total) for name, instructions in shares},
    }


def tokens_of(command: list[Any], texts: list[str]) -> int:
    done = subprocess.run([*command, "run"], input=jsonl(texts), stdout=subprocess.PIPE, check=True)
    return sum(int(line.split()[1]) for line in done.stdout.splitlines())


def parse(listed: str) -> tuple[int, dict[str, int]]:
    """Total and instructions by function of callgrind_annotate's listing; a function's own, without those that it calls."""
    parts: dict[str, int] = {}
    total = 0
    for line in listed.splitlines():
        found = re.match(r"\s*([\d,]+) \([ \d.]+%\)\s+(.+)$", line)
        if not found:
            continue
        instructions, what = int(found.group(1).replace(",", "")), found.group(2)
        if what.startswith("PROGRAM TOTALS"):
            total = instructions
        else:
            name = re.sub(r" \[.*\]$|'\d+", "", what).rpartition(":")[2]
            parts[name] = parts.get(name, 0) + instructions
    return total, parts


def parse_counts(lines: str) -> dict[str, int]:
    """Instructions by function, of what qemu_count.c writes."""
    return {name: int(count) for count, name in (line.split(" ", 1) for line in lines.splitlines())}


def grown(before: dict[str, Any], now: dict[str, Any], percent: float) -> list[str]:
    """What counts over so many percent more than before, in words."""
    words = []
    for name in before.keys() & now.keys():
        old, new = before[name]["instructions_per_token"], now[name]["instructions_per_token"]
        if new > old * (1 + percent / 100):
            words.append(
                f"{name}: {old:,.0f} instructions a token before, {new:,.0f} now ({100 * (new / old - 1):+.1f} %)"
            )
    return sorted(words)


def counted(program: Program, kernels: str, case: Case) -> dict[str, Any]:
    return count(program.measure, program.model, case, kernels=kernels)


def row_of(name: str, kernels: str, program: Program) -> tuple[str, str]:
    """(name of the row, in which program's column). A row without a set's name is of the best that can be counted."""
    return (name if kernels == KERNELS[0] else f"{name}, {kernels}"), program.name


def instructions(bench: Bench) -> Iterator[None]:
    """As a step of the whole bench. Counts do not depend on what runs beside, so two are taken at once."""
    wanted = [(KERNELS[0], program) for program in bench.programs] + [(KERNELS[1], bench.program)]
    chosen = list(cases().items())[: bench.few(5, 2)]
    work = {
        row_of(name, kernels, program): (program, kernels, case) for name, case in chosen for kernels, program in wanted
    }
    found = bench.results.setdefault("instructions", {})
    with concurrent.futures.ThreadPoolExecutor(2) as workers:
        running = {workers.submit(counted, *what): row for row, what in work.items()}
        try:
            for done in concurrent.futures.as_completed(running):
                put(found, *running[done], done.result())
                yield
        finally:
            workers.shutdown(cancel_futures=True)


def put(found: dict[str, Any], name: str, who: str, counts: dict[str, Any]) -> None:
    row = found.setdefault(name, {})
    if who == "before":
        row["before"] = counts["instructions_per_token"]
    else:
        row.update(counts)


@click.command(help=__doc__.split("\n\n")[0])
@click.option("--build", type=click.Path(exists=True, file_okay=False, path_type=Path), default=ROOT / "build")
@click.option("--model", type=FILE, default=ROOT / "weights" / "en_core_web_sm.tern")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the counts here.")
@click.option("--against", type=FILE, help="Counts of another commit.")
@click.option("--limit", default=3.0, show_default=True, help="Percent that a count may grow.")
@click.option("--functions", default=12, show_default=True, help="How many functions to show.")
@click.option("--kernels", type=click.Choice(KERNELS), default=KERNELS[0], show_default=True, help="Of which set.")
@click.option("--arch", type=click.Choice([ARM]), help="Of a build for another processor, under qemu.")
def main(
    build: Path, model: Path, out: Path, against: Path, limit: float, functions: int, kernels: str, arch: str | None
) -> None:
    found = {}
    program = build.resolve() / "tests" / "measure", model.resolve()
    for name, case in cases().items():
        row = count_arm(*program, case, functions) if arch else count(*program, case, functions, kernels)
        found[name] = row
        click.echo(f"{name}: {row['instructions_per_token']:,.0f} instructions a token ({row['tokens']} tokens)")
        for function, share in row["functions"].items():
            click.echo(f"  {share:5.1f} %  {function}")
    if out:
        out.write_text(json.dumps(found, indent=1) + "\n")
    if against:
        worse = grown(json.loads(against.read_text()), found, limit)
        for line in worse:
            click.echo(f"more: {line}", err=True)
        sys.exit(bool(worse))


if __name__ == "__main__":
    main()
