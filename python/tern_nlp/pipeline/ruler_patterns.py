"""What rulers have in common. Phrases are cut by the pipeline, as far as it comes before the ruler."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from .pipe import Pipe


class Ruler(Pipe):
    """Base of components that match patterns and set something where they do: match and set_annotations are theirs."""

    match: Any
    set_annotations: Any

    def __call__(self, doc: Any) -> Any:
        """Sets in a document what its patterns say."""
        try:
            self.set_annotations(doc, self.match(doc))
            return doc
        except Exception as error:
            return self.get_error_handler()(self.name, self, [doc], error)


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
