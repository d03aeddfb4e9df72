"""Small components: merge_noun_chunks, merge_entities, merge_subtokens, token_splitter, doc_cleaner."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from typing import Any

from ..errors import Warnings
from ..matcher import Matcher
from ..util import filter_spans, from_bytes, to_bytes
from .saving import PathLike, from_disk, read_json, to_disk, write_json


def merge_noun_chunks(doc: Any) -> Any:
    """Makes one token of each noun chunk."""
    if not doc.has_annotation("DEP"):
        return doc
    with doc.retokenize() as retokenizer:
        for chunk in doc.noun_chunks:
            retokenizer.merge(chunk, attrs={"tag": chunk.root.tag, "dep": chunk.root.dep})
    return doc


def merge_entities(doc: Any) -> Any:
    """Makes one token of each entity."""
    with doc.retokenize() as retokenizer:
        for entity in doc.ents:
            attrs = {"tag": entity.root.tag, "dep": entity.root.dep, "ent_type": entity.label}
            retokenizer.merge(entity, attrs=attrs)
    return doc


def merge_subtokens(doc: Any, label: str = "subtok") -> Any:
    """Makes one token of each row of tokens with a label, and the token after it."""
    matcher = Matcher(doc.vocab)
    matcher.add("SUBTOK", [[{"DEP": label, "op": "+"}]])
    spans = filter_spans([doc[start : end + 1] for _, start, end in matcher(doc)])
    with doc.retokenize() as retokenizer:
        for span in spans:
            retokenizer.merge(span)
    return doc


class _Configured:
    """A component that is made of its settings."""

    cfg: dict[str, Any]

    def _use(self, settings: Mapping[str, Any]) -> None:
        self.cfg.update(settings)

    def to_bytes(self, **kwargs: Any) -> bytes:
        """What to_disk writes, as bytes. exclude: parts to leave out."""
        return to_bytes({"cfg": lambda: json.dumps(self.cfg)}, [])

    def from_bytes(self, data: bytes, **kwargs: Any) -> Any:
        """Takes what to_bytes gave."""
        from_bytes(data, {"cfg": lambda saved: self._use(json.loads(saved))}, [])
        return self

    def to_disk(self, path: PathLike, **kwargs: Any) -> None:
        """Saves it under a path. exclude: parts to leave out."""
        to_disk(path, {"cfg": lambda file: write_json(file, self.cfg)})

    def from_disk(self, path: PathLike, **kwargs: Any) -> Any:
        """Reads what to_disk saved."""
        from_disk(path, {"cfg": lambda file: self._use(read_json(file))})
        return self


class TokenSplitter(_Configured):
    """Cuts long tokens into pieces."""

    def __init__(self, min_length: int = 0, split_length: int = 0) -> None:
        """min_length: of the tokens that are cut; split_length: of the pieces. Nothing is cut while one is 0."""
        self.cfg = {"min_length": min_length, "split_length": split_length}

    @property
    def min_length(self) -> int:
        """Words that are shorter stay whole."""
        return self.cfg["min_length"]

    @property
    def split_length(self) -> int:
        """How long the pieces are."""
        return self.cfg["split_length"]

    def __call__(self, doc: Any) -> Any:
        length = self.split_length
        if self.min_length <= 0 or length <= 0:
            return doc
        with doc.retokenize() as retokenizer:
            for token in doc:
                text = token.text
                if len(text) >= self.min_length:
                    pieces = [text[at : at + length] for at in range(0, len(text), length)]
                    retokenizer.split(token, pieces, [(token, number) for number in range(len(pieces))], {})
        return doc


class DocCleaner(_Configured):
    """Sets attributes of documents, for instance to let go of memory at the end of a pipeline."""

    def __init__(self, attrs: Mapping[str, Any], *, silent: bool = True) -> None:
        """attrs: "tensor" or "_.name" -> value. silent: do not warn of attributes that are not there."""
        self.cfg = {"attrs": dict(attrs), "silent": silent}

    def __call__(self, doc: Any) -> Any:
        for attr, value in self.cfg["attrs"].items():
            holder = doc
            *path, last = attr.split(".")
            for part in path:
                holder = getattr(holder, part, None)
            if holder is not None and hasattr(holder, last):
                setattr(holder, last, value)
            elif not self.cfg["silent"]:
                warnings.warn(Warnings.W116.format(attr=attr), stacklevel=2)
        return doc
