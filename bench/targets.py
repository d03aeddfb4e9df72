"""What tern set out to reach, beside what a run has measured."""

from __future__ import annotations

from typing import Any, Callable, NamedTuple

Results = dict[str, dict[str, dict[str, Any]]]
Found = tuple[str, bool]  # in words, and whether it is enough


class Target(NamedTuple):
    figure: str
    wanted: str
    judge: Callable[[Results], Found]


def row(results: Results, section: str, start: str) -> dict[str, Any]:
    return next((found for name, found in results[section].items() if name.startswith(start)), {})


def ratio(section: str, start: str, least: float) -> Callable[[Results], Found]:
    def judge(results: Results) -> Found:
        found = row(results, section, start)["ratio"]
        return f"{found:.3g}×", found >= least

    return judge


def at_most(section: str, start: str, most: float, unit: str) -> Callable[[Results], Found]:
    def judge(results: Results) -> Found:
        found = row(results, section, start)["tern"]["median"]
        return f"{found:.3g} {unit}", found <= most

    return judge


def steady(results: Results) -> Found:
    found = row(results, "warm", "512 MB, 15 tokens")["tern"]
    times = found["p99"] / found["median"]
    return f"{times:.3g} times", times <= 3


# The engine's sets of kernels, best first; bench/kernels.c measures those that run.
KERNEL_SETS = ("avx512", "avx2", "neon", "portable")


def encoder(results: Results) -> Found:
    """The lowest share of the peak from 8 rows up, of the set that the engine chooses."""
    kernels: Any = results["kernels"]
    peak = max(kernels["peaks"].values())
    shares = {
        f"{rows} rows of {shape}": rate / peak
        for shape, products in kernels["products"].items()
        for rows, rate in products[next(name for name in KERNEL_SETS if name in products)].items()
        if int(rows) >= 8
    }
    worst = min(shares, key=lambda key: shares[key])
    return f"{100 * shares[worst]:.0f} % ({worst})", shares[worst] >= 0.75


COLD = "512 MB, files in the page cache: exec to first answer"
TARGETS = (
    Target("cold start at 512 MB, exec to first answer", "≤ 1/500 of spaCy's", ratio("cold", COLD, 500)),
    Target("the same, absolute", "≤ 15 ms", at_most("cold", COLD, 15, "ms")),
    Target(
        "cold start without limits",
        "≤ 5 ms",
        at_most("cold", "no limits, files in the page cache: exec to first answer", 5, "ms"),
    ),
    Target("warm, 15 tokens, 512 MB", "≤ 1/40 of spaCy's p50", ratio("warm", "512 MB, 15 tokens", 40)),
    Target("the same, absolute", "≤ 1 ms", at_most("warm", "512 MB, 15 tokens", 1, "ms")),
    Target("the same, p99 by p50", "≤ 3", steady),
    Target("warm, 1,500 tokens, 512 MB", "≤ 1/15 of spaCy's", ratio("warm", "512 MB, 1500 tokens", 15)),
    Target("throughput, NER alone", "≥ 15 × nlp.pipe", ratio("throughput", "NER alone: library / nlp.pipe", 15)),
    Target(
        "throughput, whole pipeline", "≥ 15 × nlp.pipe", ratio("throughput", "whole pipeline: library / nlp.pipe", 15)
    ),
    Target("encoder, from 8 rows up", "≥ 75 % of the measured peak", encoder),
    Target("tokenizer", "≤ 250 ns a token", at_most("throughput", "tokenizer", 250, "ns")),
    Target(
        "resident set after one request",
        "≤ 20 MB",
        at_most("cold", "no limits, files in the page cache: peak memory", 20, "MB"),
    ),
    Target("zip with weights", "≤ 12 MB", at_most("sizes", "package, zipped", 12, "MB")),
)


def judged(results: Results) -> list[list[str]]:
    """Rows of a table, of what the run has measured."""
    rows = []
    for target in TARGETS:
        try:
            words, enough = target.judge(results)
        except (KeyError, StopIteration, ValueError):
            continue
        rows.append([target.figure, target.wanted, words, "reached" if enough else "missed"])
    return rows
