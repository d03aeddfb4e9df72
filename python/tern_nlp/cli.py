"""What users call of spaCy's command line."""

from __future__ import annotations

from typing import Any


def download(model: str, *_arguments: Any, **_options: Any) -> None:
    """Does nothing for a pipeline that is there, as in programs that ask for one at their start. OSError says how others are had:
    tern loads nothing from the network."""
    from .loading import model_file

    model_file(model)


def __getattr__(name: str) -> Any:
    """Says where the rest of spaCy's is."""
    from .elsewhere import missing

    raise missing(__name__, name)
