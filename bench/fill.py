#!/usr/bin/env python3
"""Puts the figures of a run into the tables of docs/benchmarks.md, between their marks.

    python bench/fill.py bench/results/<commit>-<CPU>.json ...

Of several results, for example of processors with other instructions, the first that has a figure gives it. run.py does it
after a full run. A table of which nothing was measured stays as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable

import click
from measured import KERNEL_SETS
from report import number, table
from texts import ROOT

DOCUMENTS = (ROOT / "docs" / "benchmarks.md",)
SIDE_BY_SIDE = {"avx2": "AVX2", "avx512": "AVX-512"}
SETS = {**SIDE_BY_SIDE, "neon": "NEON", "portable": "portable"}
PIPELINES = ("whole pipeline", "NER alone")
NOT_MEASURED = "–"
Results = dict[str, dict[str, dict[str, Any]]]


def row(runs: Sequence[Results], section: str, name: str) -> dict[str, Any]:
    return next((results[section][name] for results in runs if name in results.get(section, {})), {})


def times(found: dict[str, Any]) -> str:
    """The median ratio, and the rounds' least and largest."""
    if "ratio" not in found:
        return NOT_MEASURED
    low, high = found.get("spread", (None, None))
    return f"{found['ratio']:.3g}×" + (f" ({low:.3g} to {high:.3g})" if low else "")


def median(found: dict[str, Any], who: str) -> str:
    return number(found[who]["median"]) if who in found else NOT_MEASURED


def shown(runs: Sequence[Results], section: str) -> list[str]:
    """AVX2 and AVX-512 in any case, and what else was measured."""
    seen = {found.get("kernels") for results in runs for found in results.get(section, {}).values()}
    return [*SIDE_BY_SIDE, *(name for name in KERNEL_SETS if name in seen and name not in SIDE_BY_SIDE)]


def rates(runs: Sequence[Results], section: str, line: Callable[[str, str, str], Sequence[str]]) -> list[list[str]]:
    """A line for each pipeline and way to run it, with cells for each set."""
    return [
        [f"{pipeline}, {what}", *(cell for kernels in shown(runs, section) for cell in line(kernels, pipeline, what))]
        for pipeline in PIPELINES
        for what in ("library", "tern pipe")
    ]


def sets_table(runs: Sequence[Results]) -> str:
    """tern, spaCy and how many times faster, set by set."""

    def line(kernels: str, pipeline: str, what: str) -> list[str]:
        found = row(runs, "sets", f"{kernels}, {pipeline}: {what} / nlp.pipe")
        return [median(found, "tern"), median(found, "spaCy"), times(found)]

    heads = [f"{SETS[name]}: {what}" for name in shown(runs, "sets") for what in ("tern", "`nlp.pipe`", "")]
    return table(["tokens/s of one core", *(head.rstrip(": ") for head in heads)], rates(runs, "sets", line))


def openblas_table(runs: Sequence[Results]) -> str:
    def line(kernels: str, pipeline: str, what: str) -> list[str]:
        found = row(runs, "sets", f"{kernels}, {pipeline}: {what} / nlp.pipe by OpenBLAS")
        return [median(found, "spaCy"), times(found)]

    heads = [f"{SETS[name]}: {what}" for name in shown(runs, "sets") for what in ("`nlp.pipe`", "tern beside it")]
    return table(["tokens/s of one core", *heads], rates(runs, "sets", line))


def against_table(runs: Sequence[Results]) -> str:
    def line(kernels: str, pipeline: str, what: str) -> list[str]:
        found = row(runs, "against", f"{kernels}, {pipeline}: {what}")
        return [median(found, "before"), median(found, "tern"), times(found)]

    heads = [f"{SETS[name]}{what}" for name in shown(runs, "against") for what in (" before", " now", "")]
    return table(["tokens/s of one core", *heads], rates(runs, "against", line))


def wink_table(runs: Sequence[Results]) -> str:
    rows = []
    for pipeline in ("NER alone", "tok2vec, parser, NER"):
        for what, unit in (("entities of all texts", "tokens/s"), ("entities of a text of 15 tokens", "ms")):
            found = {name: row(runs, "wink-nlp", f"{name}, {pipeline}: {what}") for name in SIDE_BY_SIDE}
            wink = next((one for one in found.values() if one), {})
            cells = [cell for one in found.values() for cell in (median(one, "tern"), times(one))]
            rows.append([f"{pipeline}: {what}, {unit}", median(wink, "wink-nlp"), *cells])
    heads = [head for name in SIDE_BY_SIDE.values() for head in (f"tern, {name}", f"{name} beside wink-nlp")]
    return table(["", "wink-nlp", *heads], rows)


def instruction_table(runs: Sequence[Results]) -> str:
    found = next(results["instructions"] for results in runs if "instructions" in results)
    names = [name for name in found if not name.endswith(", portable")]
    rows = [
        [
            name,
            *(
                number(one[key]) if key in one else NOT_MEASURED
                for one, key in (
                    (found[name], "before"),
                    (found[name], "instructions_per_token"),
                    (found.get(f"{name}, portable", {}), "instructions_per_token"),
                )
            ),
        ]
        for name in names
    ]
    return table(["instructions a token", "AVX2 before", "AVX2", "portable"], rows)


def lambda_table(runs: Sequence[Results]) -> str:
    """What a function's user sees, and sizes: with the set that the library chooses."""
    lines = (
        (
            "cold start with 512 MB, from exec to the first answer",
            "cold",
            "512 MB, files in the page cache: exec to first answer",
        ),
        ("the same without CPU limits", "cold", "no limits, files in the page cache: exec to first answer"),
        ("request of 15 tokens, entities of the whole pipeline, with 512 MB", "warm", "512 MB, 15 tokens"),
        ("the same with 1,500 tokens", "warm", "512 MB, 1500 tokens"),
        ("peak memory after one request", "cold", "no limits, files in the page cache: peak memory after one request"),
        ("package with weights, zipped", "sizes", "package, zipped"),
        ("start of `tern` (`tern --version`, from exec to its end)", "start", "`tern --version`"),
    )
    rows = []
    for title, section, name in lines:
        found = row(runs, section, name)
        unit = found.get("unit", "")
        cells = [f"{median(found, who)} {unit}" if who in found else NOT_MEASURED for who in ("tern", "spaCy")]
        rows.append([title, *cells, f"{found['ratio']:.3g}×" if "spaCy" in found and "ratio" in found else ""])
    return table(["", "tern", "spaCy", ""], rows)


# Mark in the document: the section that must have been measured, and the table.
TABLES: dict[str, tuple[str, Callable[[Sequence[Results]], str]]] = {
    "sets": ("sets", sets_table),
    "openblas": ("sets", openblas_table),
    "against": ("against", against_table),
    "wink": ("wink-nlp", wink_table),
    "instructions": ("instructions", instruction_table),
    "lambda": ("warm", lambda_table),
}


def sources(paths: Sequence[Path], contents: Sequence[dict[str, Any]]) -> str:
    """Of which runs the tables are."""
    lines = []
    for path, content in zip(paths, contents):
        about = content["about"]
        before = f"; *before* is commit {about['against']}" if about.get("against") else ""
        shown_path = f"../bench/results/{path.with_suffix('.md').name}"
        lines.append(f"* [{about['commit']}]({shown_path}): {about['cpu']}, {about['time'][:10]}{before}\n")
    return "".join(lines)


def put(document: str, mark: str, content: str) -> str:
    """Between <!-- figures: MARK --> and the next <!-- end -->."""
    pattern = re.compile(rf"(<!-- figures: {re.escape(mark)} -->\n).*?(<!-- end -->)", re.DOTALL)
    return pattern.sub(lambda found: found[1] + content + found[2], document)


def filled(document: str, runs: Sequence[Results]) -> str:
    for mark, (section, make) in TABLES.items():
        if any(section in results for results in runs):
            document = put(document, mark, make(runs))
    return document


def fill(paths: Sequence[Path]) -> list[Path]:
    """The documents that have changed. The paths are of JSON results."""
    contents = [json.loads(path.read_text("utf-8")) for path in paths]
    changed = []
    for document in DOCUMENTS:
        before = document.read_text("utf-8")
        after = filled(before, [content["results"] for content in contents])
        after = put(after, "sources", sources(paths, contents))
        if after != before:
            document.write_text(after, "utf-8")
            changed.append(document)
    return changed


@click.command(help=__doc__.split("\n\n")[0])
@click.argument("results", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(results: tuple[Path, ...]) -> None:
    for path in fill(results):
        click.echo(f"Filled: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
