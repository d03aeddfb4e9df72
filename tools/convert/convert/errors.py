"""The one exception that a user's mistake or an unsupported pipeline raises."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class ConvertError(Exception):
    """One sentence: what is wrong, where, and what to do. The command line prints it and exits with 2.

    component: the one at fault, without which the rest of the pipeline may convert; None if no component is at fault.
    """

    component: str | None = None


@contextmanager
def at_fault(component: str) -> Iterator[None]:
    """Whatever is refused in this block is refused because of the component."""
    try:
        yield
    except ConvertError as error:
        error.component = error.component or component
        raise
