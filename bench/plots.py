"""Plots of a run's results as SVG."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import matplotlib

matplotlib.use("Agg")
matplotlib.rcParams.update(
    {
        "svg.hashsalt": "tern",
        "svg.fonttype": "none",
        "font.size": 10,
        "axes.grid": True,
        "grid.alpha": 0.3,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
)

import matplotlib.pyplot as pyplot
from matplotlib import ticker
from matplotlib.figure import Figure

COLOURS = {
    "tern": "#0a7d55",
    "spaCy": "#3b7dd8",
    "sgemm": "#8a8a8a",
    "openblas": "#c0c0c0",
    "avx512": "#0a7d55",
    "avx2": "#d08a1d",
    "neon": "#0a7d55",
    "portable": "#b5485d",
}
FUNCTIONS = ("tern", "spaCy")
Results = dict[str, dict[str, Any]]


def plain(axis: Any) -> None:
    """Numbers as they are read, instead of powers of ten."""
    show = ticker.FuncFormatter(lambda value, _: f"{value:,.3g}" if value < 1000 else f"{value:,.0f}")
    axis.set_major_formatter(show)
    axis.set_minor_formatter(ticker.NullFormatter())


def plot_latency(results: Results) -> Figure:
    """Time in the function by length of text, for each amount of memory."""
    rows = list(results["warm"].values())
    memories = sorted({row["memory_mb"] for row in rows})
    figure, axes = pyplot.subplots(1, len(memories), figsize=(2.6 * len(memories) + 1, 3.4), sharey=True, squeeze=False)
    for axis, memory in zip(axes[0], memories):
        for who in FUNCTIONS:
            found = [row for row in rows if row["memory_mb"] == memory and who in row]
            lengths = [row["tokens"] for row in found]
            axis.plot(lengths, [row[who]["median"] for row in found], marker="o", color=COLOURS[who], label=who)
            axis.fill_between(
                lengths,
                [row[who]["median"] for row in found],
                [row[who]["p95"] for row in found],
                color=COLOURS[who],
                alpha=0.2,
                linewidth=0,
            )
        axis.set(xscale="log", yscale="log", title=f"{memory} MB", xlabel="tokens")
        plain(axis.xaxis)
        plain(axis.yaxis)
    axes[0][0].set_ylabel("ms in the function (median to p95)")
    axes[0][0].legend()
    return figure


def plot_power(results: Results) -> Figure:
    """Time and cost over memory."""
    lengths = [tokens for tokens in (15, 150, 1500) if any(row["tokens"] == tokens for row in results["warm"].values())]
    figure, axes = pyplot.subplots(2, len(lengths), figsize=(3.2 * len(lengths) + 1, 5.4), sharex=True, squeeze=False)
    for column, tokens in enumerate(lengths):
        for line, (section, title) in enumerate((("warm", "ms"), ("cost", "$ per million"))):
            axis = axes[line][column]
            for who in FUNCTIONS:
                found = [row for row in results[section].values() if row["tokens"] == tokens and who in row]
                axis.plot(
                    [row["memory_mb"] for row in found],
                    [row[who]["median"] for row in found],
                    marker="o",
                    color=COLOURS[who],
                    label=who,
                )
            axis.set(yscale="log")
            axis.yaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
            plain(axis.yaxis)
            if line == 0:
                axis.set_title(f"{tokens} tokens")
            else:
                axis.set_xlabel("MB")
            if column == 0:
                axis.set_ylabel(title)
    axes[0][0].legend()
    return figure


def plot_cold(results: Results) -> Figure:
    """From exec to the first answer, by memory."""
    what = ": exec to first answer"
    rows = [(name[: -len(what)], row) for name, row in results["cold"].items() if name.endswith(what)]
    figure, axis = pyplot.subplots(figsize=(8, 0.45 * len(rows) + 1.2))
    for offset, who in ((0.2, "tern"), (-0.2, "spaCy")):
        found = [(i, row[who]["median"]) for i, (_, row) in enumerate(rows) if who in row]
        bars = axis.barh(
            [i + offset for i, _ in found], [value for _, value in found], 0.38, color=COLOURS[who], label=who
        )
        axis.bar_label(bars, fmt="{:,.0f}", padding=3)
    axis.set(xscale="log", xlim=(1, None), xlabel="ms from exec to the first answer", yticks=range(len(rows)))
    plain(axis.xaxis)
    axis.set_yticklabels([name for name, _ in rows])
    axis.invert_yaxis()
    axis.legend(loc="lower left", bbox_to_anchor=(0, 1), ncol=2, frameon=False)
    return figure


def plot_load(results: Results) -> Figure:
    """Response times of the scenarios: median, and up to p99."""
    rows = list(results["load"].items())
    figure, axis = pyplot.subplots(figsize=(max(5.0, 0.9 * len(rows) + 2), 4))
    for offset, who in ((-0.2, "tern"), (0.2, "spaCy")):
        places = [i + offset for i in range(len(rows))]
        axis.bar(
            places, [row[who]["p50_ms"] for _, row in rows], 0.38, color=COLOURS[who], label=f"{who}: p50, line to p99"
        )
        axis.vlines(
            places, [row[who]["p50_ms"] for _, row in rows], [row[who]["p99_ms"] for _, row in rows], color="black"
        )
    axis.set(yscale="log", ylim=(1, None), ylabel="ms, as Locust saw it", xticks=range(len(rows)))
    plain(axis.yaxis)
    axis.set_xticklabels([name.replace(", ", "\n") for name, _ in rows], fontsize=8)
    axis.legend(loc="lower left", bbox_to_anchor=(0, 1), ncol=2, frameon=False)
    return figure


def plot_kernels(results: Results) -> Figure:
    """GFLOP/s by number of rows, under the processor's peak."""
    found = results["kernels"]
    figure, axes = pyplot.subplots(1, len(found["products"]), figsize=(9, 3.6), sharey=True, squeeze=False)
    for axis, (shape, products) in zip(axes[0], found["products"].items()):
        for name, rates in products.items():
            axis.plot(
                [int(rows) for rows in rates], list(rates.values()), marker="o", label=name, color=COLOURS.get(name)
            )
        for name, peak in found["peaks"].items():
            axis.axhline(peak, linestyle="--", color="black", linewidth=0.8)
            axis.text(1, peak, f"peak {name}", va="bottom", fontsize=8)
        axis.set(title=f"W[{shape.replace('x', '][')}]", xlabel="rows")
        axis.set_xscale("log", base=2)
        plain(axis.xaxis)
        axis.set_xticks([1, 2, 4, 8, 15, 32, 64, 128, 512])
    axes[0][0].set_ylabel("GFLOP/s")
    axes[0][0].legend()
    return figure


PLOTS: dict[str, Callable[[Results], Figure]] = {
    "warm": plot_latency,
    "cost": plot_power,
    "cold": plot_cold,
    "load": plot_load,
    "kernels": plot_kernels,
}
NAMES = {"warm": "latency", "cost": "power"}


def save(results: Results, folder: Path) -> list[Path]:
    """One file for each section that was measured."""
    written = []
    for section in results.keys() & PLOTS.keys():
        figure = PLOTS[section](results)
        path = folder / f"{NAMES.get(section, section)}.svg"
        figure.savefig(path, bbox_inches="tight", metadata={"Date": None})
        pyplot.close(figure)
        written.append(path)
    return sorted(written)
