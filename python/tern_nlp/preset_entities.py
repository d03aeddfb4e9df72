"""Entities that a document has before the engine's components: how the engine is told, and what comes of them."""

from __future__ import annotations

from . import attrs as _attrs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .tokens import Doc

_IOB, _TYPE, _ID, _KB_ID = (_attrs.IDS[name] for name in ("ENT_IOB", "ENT_TYPE", "ENT_ID", "ENT_KB_ID"))
_INSIDE, _BEGIN = 1, 3


def ranges(iobs: Sequence[int], types: Sequence[int]) -> list[tuple[int, int]] | None:
    """The tokens of each entity and each blocked token. None: an entity goes on that has not begun, or changes its type."""
    found: list[tuple[int, int]] = []
    for i, (iob, kind) in enumerate(zip(iobs, types)):
        if iob == _BEGIN:
            found.append((i, i + 1))
        elif iob == _INSIDE:
            if not kind or not found or found[-1][1] != i or types[i - 1] != kind:
                return None
            found[-1] = (found[-1][0], i + 1)
    return found


def preset_entities(doc: Doc) -> list[tuple[int, int, str, str]] | None:
    """(start, end, label, id) of each, and of blocked tokens with an empty label; None: nothing is known of any token."""
    iobs = doc._column(_IOB)
    if not any(iobs):
        return None
    types, ids, strings = doc._column(_TYPE), doc._column(_ID), doc.vocab.strings
    found = ranges(iobs, types)
    if found is None:
        raise NotImplementedError(
            "the document has tokens inside of entities that have not begun, or change their label, which tern's components do not "
            "take into account: set doc.ents, or use tern_nlp.spacy.load(name, keep=['ner'])"
        )
    return [(start, end, strings[types[start]], strings[ids[start]]) for start, end in found]


def set_entities(doc: Doc, found: Doc, is_by_ner: bool) -> None:
    """Sets the entities of another document of the same tokens, as doc.set_ents does: a token keeps its id where the entity has
    none; new ones have no id of a knowledge base, but that of their first token where ner alone has set them."""
    ids, kb_ids = doc._column(_ID), doc._column(_KB_ID)
    new = _entities(found) - _entities(doc) if any(kb_ids) else set()
    doc._set_array([_IOB, _TYPE, _ID], found._array([_IOB, _TYPE, _ID]))
    for i, number in enumerate(ids):
        if number and not doc._get(i, _ID):
            doc._set(i, _ID, number)
    for start, end, _ in new:
        for i in range(start, end):
            doc._set(i, _KB_ID, kb_ids[start] if is_by_ner else 0)


def _entities(doc: Doc) -> set[tuple[int, int, int]]:
    return {(ent.start, ent.end, ent.label) for ent in doc.ents}
