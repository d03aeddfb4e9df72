"""The components that tern stands for, for the documents that it cannot do: they bring along what spaCy's components look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import spacy
from spacy.tokens import Doc
from spacy.vocab import Vocab


class Original:
    """Of a package or a folder, loaded when the first such document comes; or components that are there already."""

    def __init__(self, vocab: Vocab, source: str | None, components: dict[str, Any] | None = None) -> None:
        self.vocab = vocab
        self.source = source
        self._components = components

    def _load(self) -> dict[str, Any]:
        """They share the pipeline's vocabulary, which has all that theirs has."""
        assert self.source is not None
        return dict(spacy.load(self.source, vocab=self.vocab, exclude=["vocab", "tokenizer"]).components)

    def __call__(self, doc: Doc, names: Sequence[str]) -> None:
        if self._components is None:
            self._components = self._load()
        for name in names:
            self._components[name](doc)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ if self.source is None else {**self.__dict__, "_components": None}
