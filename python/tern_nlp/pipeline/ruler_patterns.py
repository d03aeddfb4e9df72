"""What both rulers do with their patterns: phrases are cut by the pipeline, as far as it comes before the ruler."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any


@contextmanager
def only_earlier(nlp: Any, ruler: Any) -> Iterator[None]:
    """Disables the ruler's component and those after it, which may not be ready. A ruler that is in no pipeline disables
    the last one, as in spaCy (spacy/pipeline/entityruler.py)."""
    pipes = [pipe for _, pipe in nlp.pipeline]
    place = next((number for number, pipe in enumerate(pipes) if pipe is ruler), -1)
    later = nlp.pipe_names[place:]
    with nlp.select_pipes(disable=later) if later else nullcontext():
        yield


def split(patterns: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Token patterns, and phrases."""
    return (
        [entry for entry in patterns if isinstance(entry["pattern"], list)],
        [entry for entry in patterns if isinstance(entry["pattern"], str)],
    )
