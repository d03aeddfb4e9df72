"""Components that join or split tokens, and doc_cleaner (spacy/pipeline/functions.py): which convert, where in a pipeline, and what
a file says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spacy.pipeline import functions
from spacy.tokens import Doc

from .constants import NO_STRING
from .container import Section, tensor
from .errors import ConvertError
from .strings import StringTable

SPLITTER, SUBTOKENS, CLEANER, CHUNKS = "token_splitter", "merge_subtokens", "doc_cleaner", "merge_noun_chunks"
MERGES = ("merge_entities", CHUNKS, SUBTOKENS)
RETOKENIZERS = (*MERGES, SPLITTER)
FIND_ENTITIES = ("ner", "entity_ruler", "span_ruler")
LOOK_AT_ENTITIES = (*FIND_ENTITIES, "attribute_ruler", *MERGES)
HARMLESS = ("tensor", "user_data")
"""Attributes of a document that no answer shows."""
MAX_LENGTH = NO_STRING - 1

# ---- sections --------------------------------------------------------------------------------------------------------


def check_merge(pipe: Any) -> None:
    """A component that is a function must be spaCy's."""
    if pipe is not getattr(functions, getattr(pipe, "__name__", ""), None):
        raise ConvertError(f"a component that joins tokens is not spaCy's function but {pipe!r}: leave it out")


def no_sections(pipe: Any, strings: StringTable) -> list[Section]:
    return []


def cleaner_sections(pipe: Any, strings: StringTable) -> list[Section]:
    return [tensor("doc_cleaner/tensor", [1], "u4")] if "tensor" in pipe.cfg["attrs"] else []


def subtoken_sections(pipe: Any, strings: StringTable) -> list[Section]:
    return [tensor("merge_subtokens/label", [strings.label("subtok")], "u4")]


def splitter_lengths(pipe: Any) -> list[int]:
    """A length below 1 leaves the tokens alone."""
    lengths = [max(0, int(length)) for length in (pipe.min_length, pipe.split_length)]
    if max(lengths) > MAX_LENGTH:
        raise ConvertError(f"token_splitter: {max(lengths)} is no length of a token: set a smaller one")
    return lengths


def splitter_sections(pipe: Any, strings: StringTable) -> list[Section]:
    return [tensor("token_splitter/settings", splitter_lengths(pipe), "u4")]


# ---- order -----------------------------------------------------------------------------------------------------------


def has_static_vectors(model: Any) -> bool:
    """Does a model in a configuration read static vectors?"""
    if not isinstance(model, Mapping):
        return False
    return (
        bool(model.get("include_static_vectors"))
        or bool(model.get("pretrained_vectors"))
        or "StaticVectors" in str(model.get("@architectures"))
        or any(has_static_vectors(part) for part in model.values())
    )


def _first(components: Sequence[Any], factories: Sequence[str]) -> Any:
    return next((component for component in components if component.factory in factories), None)


def _listens_to_one_of(plan: Any, listener: Any, components: Sequence[Any]) -> bool:
    return listener.upstream is not None and any(encoder in components for encoder in plan.encoders(listener)[-1:])


def _check_cleaner(settings: Mapping[str, Any], plan: Any, cleaner: Any) -> None:
    for attr in settings.get("attrs") or {}:
        name = attr.split(".")[0]
        if attr not in HARMLESS and name != "_" and hasattr(Doc, name):
            raise ConvertError(
                f"component {cleaner.name} sets {attr} of the document, which is not supported, only "
                f"{', '.join(HARMLESS)} and custom attributes: leave it out"
            )
    if "tensor" not in (settings.get("attrs") or {}):
        return
    after = plan.components[plan.components.index(cleaner) + 1 :]
    deaf = next((other for other in after if _listens_to_one_of(plan, other, plan.before(cleaner))), None)
    if deaf is not None:
        raise ConvertError(
            f"component {deaf.name} listens to rows that {cleaner.name} takes away, so that spaCy cannot run it either: move "
            f"{cleaner.name} to the end of [nlp] pipeline"
        )


def _check_spans(plan: Any, changer: Any) -> None:
    maker = next((other for other in plan.before(changer) if other.spans_key is not None), None)
    if maker is not None:
        raise ConvertError(
            f"component {changer.name} changes tokens to which the spans of {maker.name} refer by their old numbers, in spaCy, "
            f"too: move {maker.name} behind it, or leave one of them out"
        )


def _check_merge(config: Any, plan: Any, merge: Any) -> None:
    reader = next(
        (
            other
            for other in plan.components[plan.components.index(merge) + 1 :]
            if has_static_vectors(config["components"][other.name].get("model"))
        ),
        None,
    )
    if reader is not None:
        raise ConvertError(
            f"component {reader.name} reads static vectors of the tokens that {merge.name} joins, which spaCy makes up from those "
            f"of the first text: move {merge.name} behind it"
        )
    parser = _first([other for other in plan.before(merge) if other.enabled], ["parser"])
    if merge.factory == SUBTOKENS and parser is None and merge.enabled:
        raise ConvertError(
            f"component {merge.name} looks at dependencies, which no component before it sets, so that spaCy raises an error: "
            "move the parser in front of it"
        )


def _check_splitter(plan: Any, splitter: Any) -> None:
    after = plan.components[plan.components.index(splitter) + 1 :]
    deaf = next((other for other in after if _listens_to_one_of(plan, other, plan.before(splitter))), None)
    if deaf is not None:
        raise ConvertError(
            f"component {deaf.name} listens to a tok2vec that runs before {splitter.name}, of which spaCy then has more rows than "
            f"tokens: move {splitter.name} to the beginning of [nlp] pipeline"
        )
    finder, reader = _first(plan.before(splitter), FIND_ENTITIES), _first(after, LOOK_AT_ENTITIES)
    if finder is not None and reader is not None:
        raise ConvertError(
            f"component {splitter.name} splits tokens of entities of {finder.name}, to which spaCy gives the types of their "
            f"neighbours before {reader.name} looks at them: move {splitter.name} to the beginning of [nlp] pipeline"
        )


def check_token_changes(config: Any, plan: Any, component: Any) -> None:
    """Refuses what spaCy does not do right either, or what depends on earlier texts."""
    if component.factory == CLEANER:
        _check_cleaner(config["components"][component.name], plan, component)
    if component.factory in RETOKENIZERS:
        _check_spans(plan, component)
    if component.factory in MERGES:
        _check_merge(config, plan, component)
    if component.factory == SPLITTER:
        _check_splitter(plan, component)
