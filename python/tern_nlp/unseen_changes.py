"""Annotations that Python components set between two rows of the engine's, whose later components would not see them."""

from __future__ import annotations

from . import attrs as _attrs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .engine import EngineComponent
    from .tokens import Doc

_ALL = "TAG POS MORPH LEMMA HEAD DEP"
_READS = {
    "tagger": "TAG",
    "morphologizer": "POS MORPH",
    "attribute_ruler": _ALL,
    "lemmatizer": "POS MORPH LEMMA",
    "trainable_lemmatizer": "LEMMA",
    "entity_ruler": _ALL,
    "span_ruler": _ALL,
    "merge_noun_chunks": "POS HEAD DEP",
    "merge_subtokens": "HEAD DEP",
}
"""Factory -> what it looks at, also in order not to overwrite it. Entities and sentence starts are handed over."""


def reads(component: EngineComponent) -> bool:
    return component.factory in _READS


def remembered(docs: Iterable[Doc]) -> Iterator[Doc]:
    """The documents, with what their annotations are now."""
    for doc in docs:
        doc._before = {name: doc._column(_attrs.IDS[name]) for name in _ALL.split()}
        yield doc


def check(doc: Doc, new: Sequence[EngineComponent]) -> None:
    """NotImplementedError if one of the new components reads what has changed since."""
    before, doc._before = doc._before, None
    if before is None:
        return
    for component in new:
        for name in _READS.get(component.factory, "").split():
            if doc._column(_attrs.IDS[name]) != before[name]:
                raise NotImplementedError(
                    f"{component.name!r} would not see the {name} that a component before it has set: put that component behind "
                    f"it, or use tern_nlp.spacy.load(name, keep=[{component.name!r}])"
                )
