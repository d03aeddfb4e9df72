"""Tables in Markdown of a run's results."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from load_shapes import PUBLISHED
from targets import judged

TITLES = {
    "cold": "Cold starts in local environments",
    "warm": "Warm requests in local environments: time in the function",
    "cost": "Cost of a million requests",
    "load": "Load scenarios, ten environments (deploy/load)",
    "throughput": "Throughput of one core",
    "requests": "Requests on a whole core, JSON to JSON, without a network",
    "processes": "Commands, from exec",
    "sizes": "Bytes",
    "wink-nlp": "Beside wink-nlp",
}
WHO = ("tern", "spaCy", "wink-nlp")
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
        rows.append([*cells, f"{row['ratio']:.3g}×" if "ratio" in row else ""])
    columns = ["measured", "unit", *(column for who in names for column in (who, "p95, p99")), "tern is better by"]
    used = [i for i in range(len(columns)) if i < 2 or any(row[i] for row in rows)]
    return table([columns[i] for i in used], [[row[i] for i in used] for row in rows])


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
            number(row["instructions_per_token"]),
            ", ".join(f"{function} {share:.0f} %" for function, share in list(row["functions"].items())[:6]),
        ]
        for name, row in section.items()
    ]
    return table(["what", "instructions a token", "where"], rows)


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
    return parts


def markdown(report: dict[str, Any]) -> str:
    parts = opening("tern beside spaCy", report)
    targets = judged(report["results"])
    if targets:
        parts += ["## Targets\n", table(["figure", "wanted", "measured", ""], targets)]
    special = {"load": load_table, "kernels": kernel_table, "instructions": instruction_table}
    titles = {**TITLES, "kernels": "Matrix products", "instructions": "Instructions per token (callgrind, AVX2)"}
    for section, found in report["results"].items():
        parts += [f"## {titles.get(section, section)}\n", special.get(section, compared)(found)]
    return "\n".join(parts)


def save(path: Path, content: dict[str, Any], tables: str) -> None:
    """The results as JSON, a row a line, and their tables as .md beside it."""
    path.write_text(json.dumps(content, separators=(",", ":")).replace('},"', '},\n"') + "\n", encoding="utf-8")
    path.with_suffix(".md").write_text(tables, encoding="utf-8")
