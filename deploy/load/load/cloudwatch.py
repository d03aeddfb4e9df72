"""The provider's side of a run: what CloudWatch recorded for the Lambda function, minute by minute, in the run's main window.

Lambda's metrics have one point a minute, dated with the minute's begin. A window that begins or ends within a minute
therefore shares that minute's point with what was before or after it (the warm-up, for one): the column seconds_in_window
says how much of the minute belongs to the window. `--align` makes runs whose first minute is whole.

A minute without a point is an empty cell, not a zero. Cold starts (InitDuration) are no metric: they are in the function's
logs only.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from load.window import Run, from_text, to_text

PERIOD = timedelta(seconds=60)
SUFFIX = "_cloudwatch.csv"

# Column of the file -> Lambda's metric and CloudWatch's statistic of it.
METRICS: dict[str, tuple[str, str]] = {
    "duration_p50_ms": ("Duration", "p50"),
    "duration_p95_ms": ("Duration", "p95"),
    "duration_p99_ms": ("Duration", "p99"),
    "duration_average_ms": ("Duration", "Average"),
    "invocations": ("Invocations", "Sum"),
    "concurrent_executions": ("ConcurrentExecutions", "Maximum"),
    "errors": ("Errors", "Sum"),
    "throttles": ("Throttles", "Sum"),
}


class NoMetrics(Exception):
    """CloudWatch answered, but not with what was asked for."""


@dataclass
class Minute:
    """One minute of the window; values holds only the columns that CloudWatch has a point for."""

    begin: datetime
    seconds_in_window: float
    values: dict[str, float] = field(default_factory=dict)


def minutes(start: datetime, end: datetime) -> list[Minute]:
    """The minutes that [start, end) touches, both taken to the nearest second, which is as exact as Locust's steps are."""
    start, end = nearest_second(start), nearest_second(end)
    found: list[Minute] = []
    begin = start.replace(second=0)
    while begin < end:
        inside = min(end, begin + PERIOD) - max(start, begin)
        found.append(Minute(begin, inside.total_seconds()))
        begin += PERIOD
    return found


def nearest_second(moment: datetime) -> datetime:
    return (moment + timedelta(milliseconds=500)).replace(microsecond=0)


def client(region: str, profile: str | None = None) -> Any:
    """A CloudWatch client with the credentials that boto3 finds."""
    import boto3

    return boto3.session.Session(profile_name=profile, region_name=region).client("cloudwatch")


def queries(function: str, alias: str | None) -> list[dict[str, Any]]:
    """One query a column, named by it."""
    dimensions = [{"Name": "FunctionName", "Value": function}]
    if alias:
        dimensions.append({"Name": "Resource", "Value": f"{function}:{alias}"})
    return [
        {
            "Id": column,
            "MetricStat": {
                "Metric": {"Namespace": "AWS/Lambda", "MetricName": metric, "Dimensions": dimensions},
                "Period": int(PERIOD.total_seconds()),
                "Stat": statistic,
            },
        }
        for column, (metric, statistic) in METRICS.items()
    ]


def fetch(cloudwatch: Any, function: str, alias: str | None, run: Run) -> list[Minute]:
    """The window's minutes with their values. NoMetrics if there is not one point, or if CloudWatch refuses one."""
    rows = minutes(run.start, run.end)
    if not rows:
        raise NoMetrics("The run's main window is empty")
    by_begin = {row.begin: row for row in rows}
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries(function, alias),
        StartTime=rows[0].begin,
        EndTime=rows[-1].begin + PERIOD,  # not included
        ScanBy="TimestampAscending",
    )
    for page in pages:
        for result in page["MetricDataResults"]:
            # PartialData: the rest is on the next page.
            if result.get("StatusCode", "Complete") not in ("Complete", "PartialData"):
                reasons = "; ".join(message["Value"] for message in result.get("Messages", []))
                raise NoMetrics(f"CloudWatch does not give {result['Id']}: {result['StatusCode']} {reasons}".rstrip())
            for moment, value in zip(result["Timestamps"], result["Values"]):
                by_begin[moment.astimezone(timezone.utc)].values[result["Id"]] = value
    if not any(row.values for row in rows):
        raise NoMetrics(
            f"CloudWatch has no points of {function}{':' + alias if alias else ''} in {cloudwatch.meta.region_name} from "
            f"{to_text(rows[0].begin)} to {to_text(rows[-1].begin + PERIOD)}: check the name and the region; points appear "
            "some minutes late"
        )
    return rows


def gaps(rows: list[Minute]) -> list[str]:
    """What a reader of the values should know about them."""
    notes = [
        f"{to_text(row.begin)}: only {row.seconds_in_window:g} s of this minute are in the main window"
        for row in rows
        if row.seconds_in_window < PERIOD.total_seconds()
    ]
    notes += [f"{to_text(row.begin)}: no points (yet)" for row in rows if not row.values]
    return notes


def write(rows: list[Minute], run: Run) -> Path:
    """Writes <prefix>_cloudwatch.csv."""
    path = Path(run.prefix + SUFFIX)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["minute", "seconds_in_window", *METRICS])
        for row in rows:
            values = (f"{row.values[column]:.10g}" if column in row.values else "" for column in METRICS)
            writer.writerow([to_text(row.begin), f"{row.seconds_in_window:g}", *values])
    return path


def read(path: Path) -> list[Minute]:
    """The rows that write wrote."""
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Minute(
                from_text(row["minute"]),
                float(row["seconds_in_window"]),
                {column: float(row[column]) for column in METRICS if row[column] != ""},
            )
            for row in csv.DictReader(file)
        ]
