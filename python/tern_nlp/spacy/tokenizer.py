"""spaCy's tokenizer, with tern at work in its place for as long as its rules are those of the model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from spacy.tokens import Doc

RULES = {"prefix_search", "suffix_search", "infix_finditer", "token_match", "url_match", "rules", "faster_heuristics"}
"""What of spaCy's tokenizer can be set."""


class TernTokenizer:
    """Reads, saves and explains as the tokenizer that it stands for; cuts as the model does, which was made with the same rules.
    Whoever changes a rule gets spaCy's own from then on."""

    def __init__(self, original: Any, tern: Any) -> None:
        self.original = original
        self.tern: Any | None = tern

    def __call__(self, text: str) -> Doc:
        if self.tern is None or not self.tern.engine.has_tokenizer:
            return self.original(text)
        return self.tern.engine.make_doc(text)

    def pipe(self, texts: Iterable[str], batch_size: int = 1000) -> Iterator[Doc]:
        for text in texts:
            yield self(text)

    def add_special_case(self, string: str, substrings: Iterable[dict[Any, str]]) -> None:
        self.tern = None
        self.original.add_special_case(string, substrings)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "original":  # while it is being unpickled
            raise AttributeError(name)
        return getattr(self.original, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in RULES:
            self.tern = None
            setattr(self.original, name, value)
        else:
            super().__setattr__(name, value)

    def __getstate__(self) -> dict[str, Any]:
        return dict(self.__dict__)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
