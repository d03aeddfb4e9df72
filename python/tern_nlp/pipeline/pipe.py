"""What all components have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..errors import Errors
from ..util import raise_error

ErrorHandler = Callable[[str, Any, list[Any], Exception], Any]


class Pipe:
    """Base of components: one that is called with a Doc, changes it, and gives it back."""

    name: str

    def __call__(self, doc: Any) -> Any:
        raise NotImplementedError(Errors.E931.format(parent="Pipe", method="__call__", name=self.name))

    def pipe(self, stream: Iterable[Any], *, batch_size: int = 128) -> Iterator[Any]:
        """Documents, one after the other. What fails goes to the error handler."""
        handler = self.get_error_handler()
        for doc in stream:
            try:
                yield self(doc)
            except Exception as error:
                handler(self.name, self, [doc], error)

    def initialize(self, get_examples: Any, *, nlp: Any = None) -> None:
        """Nothing, where there is nothing to learn."""

    def score(self, examples: Iterable[Any], **kwargs: Any) -> dict[str, Any]:
        """What the scorer says of examples; nothing without one."""
        scorer = getattr(self, "scorer", None)
        if scorer is None:
            return {}
        settings = getattr(self, "cfg", None)
        given = dict(settings) if isinstance(settings, dict) else {}
        return dict(scorer(examples, **{**given, "labels": self.labels, **kwargs}))

    @property
    def is_trainable(self) -> bool:
        """Can it learn?"""
        return False

    @property
    def labels(self) -> tuple[str, ...]:
        """What it may say."""
        return ()

    @property
    def hide_labels(self) -> bool:
        """Are the labels left out of nlp.meta?"""
        return False

    @property
    def label_data(self) -> Any:
        """What a training would want to know of the labels."""
        return None

    def _require_labels(self) -> None:
        if not self.labels or list(self.labels) == [""]:
            raise ValueError(Errors.E143.format(name=self.name))

    def set_error_handler(self, error_handler: ErrorHandler) -> None:
        """handler(name, component, docs, exception) is called for what fails."""
        self.error_handler = error_handler

    def get_error_handler(self) -> ErrorHandler:
        """What is called when a document fails."""
        return getattr(self, "error_handler", raise_error)
