"""The run record: which scenario ran against what, and when its main window was, in absolute time (<prefix>_run.json).

The window is what aligns the provider's metrics with Locust's: it begins when the warm-up ends and the statistics are reset,
and ends when the last step ends (requests in flight then are still finished and counted).
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

SUFFIX = "_run.json"
HISTORY_SUFFIX = "_stats_history.csv"  # Locust's name


def utc_now() -> datetime:
    return datetime.now(timezone.utc)


def to_text(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC with milliseconds, as 2025-08-23T10:01:00.004Z."""
    return (
        None
        if moment is None
        else moment.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )


def from_text(text: str) -> datetime:
    """The inverse of to_text."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


@dataclass
class RunRecord:
    """Filled in while a run goes on; start and end stay None when it did not come so far."""

    scenario: str
    label: str
    host: str
    path: str
    time_scale: float
    locust: str
    warm_up_start: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None
    completed: bool = False  # to the last step's end
    steps: list[dict[str, Any]] = field(default_factory=list)  # phase, users, start (as text)
    requests: int = 0  # in the main window
    failures: int = 0

    def enter(self, phase: str, users: int, moment: datetime) -> None:
        """A step of the main window begins; the first one begins the window."""
        if self.start is None:
            self.start = moment
        self.steps.append({"phase": phase, "users": users, "start": to_text(moment)})

    def finish(self, moment: datetime, completed: bool) -> None:
        """The window ends. Only the first call counts."""
        if self.end is None and self.start is not None:
            self.end = moment
            self.completed = completed

    def write(self, prefix: str) -> Path:
        """Writes <prefix>_run.json."""
        path = Path(prefix + SUFFIX)
        document = {
            "scenario": self.scenario,
            "label": self.label,
            "host": self.host,
            "path": self.path,
            "time_scale": self.time_scale,
            "warm_up_start": to_text(self.warm_up_start),
            "main_window": {"start": to_text(self.start), "end": to_text(self.end)},
            "completed": self.completed,
            "steps": self.steps,
            "requests": self.requests,
            "failures": self.failures,
            "locust": self.locust,
        }
        path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        return path


@dataclass(frozen=True)
class Run:
    """A run as read back from its record."""

    prefix: str  # of all its files
    document: dict[str, Any]
    start: datetime
    end: datetime

    @property
    def history(self) -> Path:
        return Path(self.prefix + HISTORY_SUFFIX)

    @property
    def steps(self) -> list[tuple[str, datetime, datetime]]:
        """(phase, start, end) of each step, with neighbours of one phase joined."""
        joined: list[tuple[str, datetime, datetime]] = []
        starts = [from_text(step["start"]) for step in self.document["steps"]]
        for step, start, end in zip(self.document["steps"], starts, [*starts[1:], self.end]):
            if joined and joined[-1][0] == step["phase"]:
                joined[-1] = (step["phase"], joined[-1][1], end)
            else:
                joined.append((step["phase"], start, end))
        return joined


def read(path: Path) -> Run:
    """Reads <prefix>_run.json. ValueError if it is something else or its run has no main window."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        window = document["main_window"]
        if not window["start"] or not window["end"]:
            raise ValueError("the run ended before its main window did")
        if not path.name.endswith(SUFFIX):
            raise ValueError(f"its name does not end in {SUFFIX}")
        return Run(str(path)[: -len(SUFFIX)], document, from_text(window["start"]), from_text(window["end"]))
    except (KeyError, TypeError, ValueError) as problem:
        raise ValueError(f"{path}: not the record of a finished run: {problem}") from problem


def keep_main_window(history: Path, start: datetime, end: datetime) -> None:
    """Drops the rows of Locust's history from before or after the window (Timestamp: whole seconds, cut off)."""
    with history.open(newline="") as file:
        header, *rows = list(csv.reader(file))
    first, last = start.timestamp(), end.timestamp()
    with history.open("w", newline="") as file:
        csv.writer(file).writerows([header, *(row for row in rows if first <= int(row[0]) <= last)])
