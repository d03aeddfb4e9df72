"""What tern set out to reach, beside what a run has measured."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Callable, NamedTuple

from measured import KERNEL_SETS

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


def with_spread(section: str, name: str, least: float) -> Callable[[Results], Found]:
    """Of rounds: the median ratio counts."""

    def judge(results: Results) -> Found:
        found = results[section][name]
        low, high = found.get("spread", (found["ratio"],) * 2)
        return f"{found['ratio']:.3g}× ({low:.3g} to {high:.3g})", found["ratio"] >= least

    return judge


def count_at_most(name: str, most: float) -> Callable[[Results], Found]:
    def judge(results: Results) -> Found:
        found = results["instructions"][name]["instructions_per_token"]
        return f"{found:,.0f}", found <= most

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


SHORT_NER = "short requests, NER alone"
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
    Target(
        "entity_ruler, 1,000 token patterns and 20,000 phrases",
        "≥ 20 × spaCy's",
        with_spread("rulers", "entity_ruler: all texts", 20),
    ),
    Target("tokenizer", "≤ 250 ns a token", at_most("throughput", "tokenizer", 250, "ns")),
    Target(
        "resident set after one request",
        "≤ 20 MB",
        at_most("cold", "no limits, files in the page cache: peak memory", 20, "MB"),
    ),
    Target("zip with weights", "≤ 12 MB", at_most("sizes", "package, zipped", 12, "MB")),
)


def of_sets() -> Iterator[Target]:
    """What was set out for each kernel set that was measured; the portable one is for comparison."""
    for kernels in KERNEL_SETS[:-1]:
        for pipeline, least in (("NER alone", 17), ("whole pipeline", 16)):
            row_name = f"{kernels}, {pipeline}: library / nlp.pipe"
            yield Target(
                f"{pipeline} with {kernels}, beside nlp.pipe", f"≥ {least} ×", with_spread("sets", row_name, least)
            )
        beside = with_spread("wink-nlp", f"{kernels}, NER alone: entities of all texts", 0.9)
        yield Target(f"NER alone with {kernels}, beside wink-nlp", "≥ 0.9 ×, with persons and places", beside)
    for pipeline in ("NER alone", "whole pipeline"):
        for what in ("library", "tern pipe"):
            before = with_spread("against", f"avx2, {pipeline}: {what}", 1.4)
            yield Target(f"{pipeline} with avx2, {what}, beside the earlier tern's avx2", "≥ 1.4 ×", before)
    yield Target("instructions a token, NER alone, short requests (avx2)", "≤ 70,000", count_at_most(SHORT_NER, 70_000))
    yield Target("start of `tern`", "≤ 3 ms", at_most("start", "`tern --version`", 3, "ms"))
    yield Target("cold start at 512 MB", "≤ 5 ms", at_most("cold", COLD, 5, "ms"))
    yield Target("warm, 15 tokens, 512 MB", "≤ 0.5 ms", at_most("warm", "512 MB, 15 tokens", 0.5, "ms"))


def judged(results: Results) -> list[list[str]]:
    """Rows of a table, of what the run has measured."""
    rows = []
    for target in (*of_sets(), *TARGETS):
        try:
            words, enough = target.judge(results)
        except (KeyError, StopIteration, ValueError):
            continue
        rows.append([target.figure, target.wanted, words, "reached" if enough else "missed"])
    return rows
