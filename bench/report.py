"""Tables in Markdown of a run's results."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from load_shapes import PUBLISHED
from measured import OTHERS
from targets import judged

TITLES = {
    "cold": "Cold starts in local environments",
    "warm": "Warm requests in local environments: time in the function",
    "cost": "Cost of a million requests",
    "load": "Load scenarios, ten environments (deploy/load)",
    "throughput": "Throughput of one core",
    "requests": "Requests on a whole core, JSON to JSON, without a network",
    "processes": "Commands, from exec",
    "rulers": "Rulers",
    "sizes": "Bytes",
    "wink-nlp": "Beside wink-nlp",
    "sets": "Throughput of one core by kernel set, spaCy held to the same instructions",
    "against": "Beside an earlier tern, in the same rounds",
    "start": "Start of the command, from exec to its end",
}
WHO = ("tern", *OTHERS)
LOAD_COLUMNS = (
    ("requests", "requests"),
    ("failures", "failures"),
    ("rps", "requests/s"),
    ("p50_ms", "p50 ms"),
    ("p95_ms", "p95 ms"),
    ("p99_ms", "p99 ms"),
    ("max_ms", "longest ms"),
    ("duration_ms", "in the function ms"),
)


def number(value: Any) -> str:
    if value is None:
        return ""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def compared(section: dict[str, dict[str, Any]]) -> str:
    """Medians of all, p95 and p99 where there are enough samples to speak of them."""
    names = [who for who in WHO if any(who in row for row in section.values())]
    rows: list[list[str]] = []
    for name, row in section.items():
        if "unit" not in row:  # a step that was left out
            rows.append([name, row.get("why", ""), *[""] * (2 * len(names) + 1)])
            continue
        cells = [name, row["unit"]]
        for who in names:
            found = row.get(who)
            failed = "fails" if who in row.get("failed", {}) else ""
            cells.append(number(found["median"]) if found else failed)
            cells.append(
                f"{number(found['p95'])}, {number(found['p99'])}" if found and len(found["samples"]) >= 20 else ""
            )
        rows.append([*cells, better_by(row)])
    columns = ["measured", "unit", *(column for who in names for column in (who, "p95, p99")), "tern is better by"]
    used = [i for i in range(len(columns)) if i < 2 or any(row[i] for row in rows)]
    return table([columns[i] for i in used], [[row[i] for i in used] for row in rows])


def better_by(row: dict[str, Any]) -> str:
    """The ratio, and of rounds the least and the largest."""
    words = f"{row['ratio']:.3g}×" if "ratio" in row else ""
    return f"{words} ({row['spread'][0]:.3g} to {row['spread'][1]:.3g})" if "spread" in row else words


def with_notes(section: dict[str, dict[str, Any]]) -> str:
    """A table, and below it what its rows say that they have in common."""
    notes = dict.fromkeys(row["note"] for row in section.values() if "note" in row)
    return compared(section) + "".join(f"\n{note}.\n" for note in notes)


def sets_table(section: dict[str, dict[str, Any]]) -> str:
    """Where spaCy's products are computed decides much: so what computed them is told first."""
    lines = {}
    for row in section.values():
        found = row["spacy_kernels"]
        features = ", ".join(found["numpy"]) or "no more than it always needs"
        lines[row["kernels"]] = (
            f"* beside {row['kernels']}, spaCy has: BLIS {found['BLIS']}, OpenBLAS {found['OpenBLAS']}, numpy {features}"
        )
    about = (
        "OpenBLAS and numpy are held to the instructions of each set. The BLIS of thinc's wheel cannot be: it chooses by "
        "itself, and heeds no variable. *nlp.pipe* is spaCy as installed, by BLIS; *by OpenBLAS* it multiplies "
        "matrices with numpy instead (`use_blis=False`), but for the parser's own loops.\n"
    )
    return "\n".join([about, *lines.values(), "", compared(section)])


def load_table(section: dict[str, dict[str, Any]]) -> str:
    rows = []
    for name, row in section.items():
        for who, found in {**row, "spaCy, as published": PUBLISHED.get(name)}.items():
            if isinstance(found, dict):
                rows.append([name, who, *(number(found.get(key)) for key, _ in LOAD_COLUMNS)])
    return table(["scenario", "function", *(title for _, title in LOAD_COLUMNS)], rows)


def kernel_table(found: dict[str, Any]) -> str:
    peak = max(found["peaks"].values(), default=0.0)
    parts = []
    for shape, products in found["products"].items():
        rows = [
            [
                count,
                *(f"{number(products[name][count])} ({100 * products[name][count] / peak:.0f} %)" for name in products),
            ]
            for count in next(iter(products.values()))
        ]
        parts.append(
            f"W[{shape.replace('x', '][')}], GFLOP/s and share of the peak:\n\n" + table(["rows", *products], rows)
        )
    peaks = ", ".join(f"{name} {number(value)}" for name, value in found["peaks"].items())
    return f"Measured peak of multiply-adds on registers, GFLOP/s: {peaks}.\n\n" + "\n".join(parts)


def instruction_table(section: dict[str, dict[str, Any]]) -> str:
    rows = [
        [
            name,
            number(row.get("before")),
            number(row.get("instructions_per_token")),
            ", ".join(f"{function} {share:.0f} %" for function, share in list(row.get("functions", {}).items())[:6]),
        ]
        for name, row in section.items()
    ]
    return table(["what", "before", "instructions a token", "where"], rows)


def opening(title: str, report: dict[str, Any]) -> list[str]:
    """Heading, what was measured on what, and what the reader must be told first."""
    about = report["about"]
    parts = [
        f"# {title}: commit {about['commit']}, {about['cpu']} ({about['cpus']} CPUs)\n",
        f"{about['time']}, `{about['command']}`; load average {about['load_at_start'][0]:.1f} before, "
        f"{about['load_at_end'][0]:.1f} at the end. Medians.\n",
    ]
    if report["quick"]:
        parts.append("**A quick run: it shows that everything works; its figures are of a few samples.**\n")
    if report["unlimited"]:
        parts.append(f"**The environments had no limits of CPU and memory: {report['unlimited']}.**\n")
    if about.get("against"):
        parts.append(f"*before*: commit {about['against']}, built on this machine and run in the same rounds.\n")
    if not report.get("packaged", True):
        parts.append(
            "**The environments ran the build's bootstrap, which loads shared libraries, not the package's: its cold starts and "
            "its memory are not those of the package (`make package`).**\n"
        )
    return parts


def failures(failed: dict[str, str]) -> list[str]:
    rows = [[step, why] for step, why in failed.items()]
    return ["## What was not measured, or not to the end\n", table(["step", "why"], rows)] if rows else []


def markdown(report: dict[str, Any]) -> str:
    parts = opening("tern beside spaCy", report)
    targets = judged(report["results"])
    if targets:
        parts += ["## Targets\n", table(["figure", "wanted", "measured", ""], targets)]
    parts += failures(report.get("failed", {}))
    special = {
        "load": load_table,
        "kernels": kernel_table,
        "instructions": instruction_table,
        "sets": sets_table,
        "wink-nlp": with_notes,
        "rulers": with_notes,
    }
    titles = {
        **TITLES,
        "kernels": "Matrix products",
        "instructions": "Instructions per token (callgrind, whose processor has AVX2 and no AVX-512)",
    }
    for section, found in report["results"].items():
        try:
            shown = special.get(section, compared)(found)
        except (KeyError, ValueError, StopIteration) as problem:  # of a step that was broken off
            shown = f"These results are not whole: {problem!r}.\n"
        parts += [f"## {titles.get(section, section)}\n", shown]
    return "\n".join(parts)


def save(path: Path, content: dict[str, Any], tables: str) -> None:
    """The results as JSON, a row a line, and their tables as .md beside it."""
    path.write_text(json.dumps(content, separators=(",", ":")).replace('},"', '},\n"') + "\n", encoding="utf-8")
    path.with_suffix(".md").write_text(tables, encoding="utf-8")
