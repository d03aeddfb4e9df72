"""What the command line shows: progress while it works, a table of the sections at the end."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Callable

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from .container import DTYPES, KIND_NAMES, Group, Section

_SHORT = {numpy_name: dtype.name.lower() for dtype, numpy_name in DTYPES.items()}


@contextmanager
def progress_bar() -> Iterator[Callable[[str], None]]:
    """Gives a function that names the work under way; shows a bar on stderr if that is a terminal, else nothing."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("start", total=None)
        yield lambda what: bar.update(task, description=what)


def _row(section: Section) -> Sequence[str]:
    shape = " x ".join(str(dim) for dim in section.array.shape)
    dtype = _SHORT[section.array.dtype.str.replace("|", "<")]
    return section.name, KIND_NAMES[section.kind], dtype, shape, f"{section.array.nbytes:,}"


def print_summary(path: str, groups: Sequence[Group], size: int) -> None:
    """Table of the groups and their sections in the order of the file."""
    table = Table(title=path)
    for heading in ("section", "kind", "type", "shape"):
        table.add_column(heading)
    table.add_column("bytes", justify="right")
    for group in groups:
        total = sum(section.array.nbytes for section in group.sections)
        table.add_row(group.title, "", "", f"{len(group.sections)} sections", f"{total:,}", style="bold")
        for section in group.sections:
            table.add_row(*_row(section))
        table.add_section()
    table.add_row("file", "", "", f"{sum(len(group.sections) for group in groups)} sections", f"{size:,}", style="bold")
    console = Console(width=None if sys.stdout.isatty() else 120)
    console.print(table)
