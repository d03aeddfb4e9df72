"""One picture of a run, or of several beside each other: Locust's curves, the provider's under them, on one time axis that is
exactly the run's main window."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timezone
from pathlib import Path

import numpy as np
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from load import cloudwatch
from load.scenarios import heading
from load.window import Run

INCHES_WIDE, INCHES_A_FURTHER_RUN, INCHES_A_PANEL = 11.0, 7.5, 1.75
BLUE, ORANGE, GREEN, RED, GREY = "#1f5fa8", "#d9730d", "#2a7f4f", "#b3261e", "#5c6570"
PHASE_HEADROOM = 1.15  # for the phases' names, above the curves
PHASES = {"RU": "ramp-up", "S": "steady", "RD": "ramp-down"}
SHADES = {"RU": "#eef3fa", "S": "#ffffff", "RD": "#f6f1ea"}
PERCENTILES = {"50%": ("p50", BLUE), "95%": ("p95", ORANGE), "99%": ("p99", RED)}


@dataclass(frozen=True)
class History:
    """Locust's history of all requests together; all arrays have one value a row (about one a second)."""

    times: np.ndarray  # seconds since the epoch
    users: np.ndarray
    requests: np.ndarray  # a second
    failures: np.ndarray  # a second
    percentiles: dict[str, np.ndarray]  # ms, over Locust's last 10 s; NaN while there are no requests


def read_history(path: Path) -> History:
    """ValueError if there are fewer than two rows: no curve."""
    with path.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Name"] == "Aggregated"]
    if len(rows) < 2:
        raise ValueError(f"{path}: fewer than two rows: nothing to draw")
    stamps = column(rows, "Timestamp")
    idle = column(rows, "100%") == 0  # Locust's way to say that nothing ended in its last 10 s
    # The stamps are cut to whole seconds, the rows are written at an even pace: spread evenly, rates come out without jumps.
    times = np.linspace(stamps[0] + 0.5, stamps[-1] + 0.5, len(rows))
    return History(
        times=times,
        users=column(rows, "User Count"),
        requests=np.gradient(column(rows, "Total Request Count"), times),
        failures=np.gradient(column(rows, "Total Failure Count"), times),
        percentiles={name: np.where(idle, np.nan, column(rows, name)) for name in PERCENTILES},
    )


def column(rows: Sequence[dict[str, str]], name: str) -> np.ndarray:
    return np.array([float("nan") if row[name] == "N/A" else float(row[name]) for row in rows])


def save(runs: Sequence[Run], kind: str) -> Path:
    """Writes <prefix>_plot.<kind>, of several runs <prefix>_beside_<name>_plot.<kind>, and returns its path."""
    names = [runs[0].prefix, *(Path(run.prefix).name for run in runs[1:])]
    path = Path("_beside_".join(names) + f"_plot.{kind}")
    draw(runs).savefig(path, dpi=110)
    return path


def draw(runs: Sequence[Run]) -> Figure:
    """The figure: a column a run, and rows with one scale. Panels are found by their labels (Axes.get_label)."""
    minutes = [provider_rows(run) for run in runs]
    count = 3 + (4 if any(minutes) else 0)
    width = INCHES_WIDE + INCHES_A_FURTHER_RUN * (len(runs) - 1)
    figure = Figure(figsize=(width, 1.0 + INCHES_A_PANEL * count), layout="constrained")
    panels = figure.subplots(count, len(runs), sharex="col", sharey="row", squeeze=False)
    for run, rows, column in zip(runs, minutes, panels.T):
        draw_locust(column[:3], read_history(run.history))
        if count > 3:
            draw_provider(column[3:], rows)
        column[0].annotate(
            title(run, rows), (0, 1), xycoords="axes fraction", xytext=(0, 20), textcoords="offset points", fontsize=11
        )
    for row in panels:
        frame_row(row)
    panels[0][0].set_ylim(top=panels[0][0].get_ylim()[1] * PHASE_HEADROOM)
    for run, column in zip(runs, panels.T):
        frame_run(column, run)
    return figure


def provider_rows(run: Run) -> list[cloudwatch.Minute]:
    path = Path(run.prefix + cloudwatch.SUFFIX)
    return cloudwatch.read(path) if path.exists() else []


def draw_locust(panels: Sequence[Axes], history: History) -> None:
    rate, response, users = panels
    moments = history.times / 86400.0  # matplotlib's dates are days since the epoch
    line(rate, moments, history.requests, "requests/s", BLUE)
    line(rate, moments, history.failures, "failures/s", RED)
    name(rate, "Locust: requests", "per second")
    for key, (label, colour) in PERCENTILES.items():
        line(response, moments, history.percentiles[key], label, colour)
    name(response, "Locust: response time, last 10 s", "ms")
    users.step(moments, history.users, where="mid", color=GREEN, linewidth=1.4, label="users")
    users.yaxis.set_major_locator(MaxNLocator(integer=True))
    name(users, "Locust: users", "users")


def draw_provider(panels: Sequence[Axes], rows: list[cloudwatch.Minute]) -> None:
    duration, invocations, concurrency, errors = panels
    for key, label, colour in (
        ("duration_p50_ms", "p50", BLUE),
        ("duration_p95_ms", "p95", ORANGE),
        ("duration_p99_ms", "p99", RED),
        ("duration_average_ms", "average", GREY),
    ):
        steps(duration, rows, key, label, colour)
    name(duration, "Lambda: Duration", "ms")
    steps(invocations, rows, "invocations", "invocations", BLUE, fill=True)
    name(invocations, "Lambda: Invocations", "per minute")
    steps(concurrency, rows, "concurrent_executions", "maximum", GREEN, fill=True)
    name(concurrency, "Lambda: ConcurrentExecutions", "environments")
    steps(errors, rows, "errors", "errors", RED)
    steps(errors, rows, "throttles", "throttles", ORANGE)
    name(errors, "Lambda: Errors, Throttles", "per minute")
    for panel in (concurrency, errors):
        panel.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))


def line(panel: Axes, moments: np.ndarray, values: np.ndarray, label: str, colour: str) -> None:
    panel.plot(moments, values, color=colour, linewidth=1.2, label=label)


def steps(panel: Axes, rows: list[cloudwatch.Minute], key: str, label: str, colour: str, fill: bool = False) -> None:
    """One flat piece a minute, nothing where there is no point, or none at all."""
    if not rows:
        return
    edges = [dates.date2num(row.begin) for row in rows] + [dates.date2num(rows[-1].begin + cloudwatch.PERIOD)]
    values = [row.values.get(key, float("nan")) for row in rows]
    panel.stairs(values, edges, baseline=None, color=colour, linewidth=1.6, label=label)
    if fill:
        panel.stairs(np.nan_to_num(values), edges, fill=True, color=colour, alpha=0.15)


def name(panel: Axes, heading: str, unit: str) -> None:
    panel.set_label(heading)
    panel.set_title(heading, fontsize=9, loc="left", pad=3)
    panel.set_ylabel(unit, fontsize=8)


def frame_row(row: Sequence[Axes]) -> None:
    """Scale, grid, and one legend at the end."""
    row[0].set_ylim(bottom=0, top=max(row[0].get_ylim()[1], 1.0))
    for panel in row:
        panel.grid(True, color="#d8dde3", linewidth=0.6)
        panel.tick_params(labelsize=8, labelleft=True)
        panel.set_axisbelow(True)
        panel.spines[["top", "right"]].set_visible(False)
    curves = {label: curve for panel in row for curve, label in zip(*panel.get_legend_handles_labels())}
    row[-1].legend(
        curves.values(),
        curves.keys(),
        fontsize=8,
        loc="center left",
        bbox_to_anchor=(1.005, 0.5),
        frameon=False,
        handlelength=1.4,
    )


def frame_run(column: Sequence[Axes], run: Run) -> None:
    """The run's time axis, and its phases behind all panels."""
    for panel in column:
        panel.set_xlim(dates.date2num(run.start), dates.date2num(run.end))
        for phase, begins, ends in run.steps:
            panel.axvspan(dates.date2num(begins), dates.date2num(ends), color=SHADES[phase], zorder=0)
    mark_phases(column[0], run.steps)
    column[-1].xaxis.set_major_locator(dates.AutoDateLocator(tz=timezone.utc, minticks=4, maxticks=10))
    column[-1].xaxis.set_major_formatter(dates.DateFormatter("%H:%M:%S", tz=timezone.utc))
    column[-1].set_xlabel("UTC", fontsize=8)


def mark_phases(panel: Axes, phases: Sequence[tuple[str, object, object]]) -> None:
    for phase, begins, _ in phases:
        panel.annotate(
            PHASES[phase],
            (dates.date2num(begins), 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(3, -3),
            textcoords="offset points",
            fontsize=7,
            color=GREY,
            va="top",
        )


def title(run: Run, rows: Sequence[cloudwatch.Minute]) -> str:
    document = run.document
    scale = document["time_scale"]
    head = heading(document["scenario"], document.get("label", "")) + ("" if scale == 1 else f", time scale {scale:g}")
    counts = f"{document['requests']} requests, {document['failures']} failures"
    window = f"{run.start:%Y-%m-%d %H:%M:%S} to {run.end:%H:%M:%S} UTC, warm-up excluded"
    partial = any(row.seconds_in_window < cloudwatch.PERIOD.total_seconds() for row in rows)
    note = "\nLambda's points cover whole minutes, also where the window begins or ends within one" if partial else ""
    return f"{head}: {counts}\n{document['host']}, {window}{note}"
