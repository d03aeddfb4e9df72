"""The entities of a document."""

from __future__ import annotations

import itertools
from enum import Enum

from .. import _tern
from .. import attrs as _attrs
from ..errors import Errors
from .span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

_ID = _attrs.IDS
_IOB_NUMBERS = {name: number for number, name in enumerate(_attrs.IOB_STRINGS)}


class SetEntsDefault(str, Enum):
    """What set_ents does with tokens that are in none of the spans."""

    blocked = "blocked"
    missing = "missing"
    outside = "outside"
    unmodified = "unmodified"

    @classmethod
    def values(cls) -> list[str]:
        return list(cls.__members__)


_IOB_OF = {"blocked": 3, "missing": 0, "outside": 2}


def entity_columns(ents: Sequence[str | None]) -> tuple[list[int], list[str]]:
    """IOB numbers and types out of tags as "B-PERSON", "I-PERSON", "O", "" or None; an I that continues nothing becomes a B."""
    tags = [tag if tag != "" else None for tag in ents]
    for tag in tags:
        if tag is not None and not isinstance(tag, str):
            raise ValueError(Errors.E177.format(tag=tag))
    for i, (tag, after) in enumerate(zip(tags, tags[1:])):
        if after is None or not after.startswith("I"):
            continue
        tag = tags[i]
        if tag is None or tag.startswith("O") or (tag[:1] in ("B", "I") and tag[1:] != after[1:]):
            tags[i + 1] = "B" + after[1:]
    iobs, types = [], []
    for tag in tags:
        iob, _, kind = (tag or "").partition("-")
        if tag not in (None, "O") and (len(tag) < 3 or tag[1] != "-" or iob not in _IOB_NUMBERS):
            raise ValueError(Errors.E177.format(tag=tag))
        iobs.append(_IOB_NUMBERS[iob])
        types.append(kind)
    return iobs, types


class Entities(_tern.Doc):
    """What Doc has of them."""

    __slots__ = ()

    @property
    def ents(self) -> tuple[Span, ...]:
        """The entities."""
        try:
            return self._entities()
        except ValueError as error:
            i = int(str(error))
            near = [f"{token.text}|{token.ent_iob_}" for token in self[i - 5 : i + 5]]
            raise ValueError(Errors.E093.format(seq=" ".join(near))) from None

    @ents.setter
    def ents(self, ents: Iterable[Any]) -> None:
        self.set_ents([self._entity(ent) for ent in ents], default=SetEntsDefault.outside)

    def _entity(self, ent: Any) -> Span:
        """Of a Span, or a tuple: (label, start, end), (label, kb_id, start, end), or with an id before it."""
        if isinstance(ent, Span):
            return Span(self, ent.start, ent.end, label=ent.label, kb_id=ent.kb_id, span_id=ent.id)
        ent_id: Any = 0
        kb_id: Any = 0
        if len(ent) == 3:
            label, start, end = ent
        elif len(ent) == 4:
            label, kb_id, start, end = ent
        else:
            ent_id, kb_id, label, start, end = ent
        return Span(self, start, end, label=label, kb_id=kb_id, span_id=ent_id)

    def set_ents(
        self,
        entities: Iterable[Span],
        *,
        blocked: Iterable[Span] | None = None,
        missing: Iterable[Span] | None = None,
        outside: Iterable[Span] | None = None,
        default: str = SetEntsDefault.outside,
    ) -> None:
        """Sets entities; tokens that are to have none, of which nothing is known, or that are outside; and the rest."""
        if default not in SetEntsDefault.values():
            raise ValueError(Errors.E1011.format(default=default, modes=", ".join(SetEntsDefault)))
        entities = [ent for ent in entities if ent.label > 0]
        others = {"blocked": list(blocked or ()), "missing": list(missing or ()), "outside": list(outside or ())}
        seen: set[int] = set()
        for span in itertools.chain(entities, *others.values()):
            if not isinstance(span, Span):
                raise ValueError(Errors.E1012.format(span=span))
            for i in range(span.start, span.end):
                if i in seen:
                    raise ValueError(Errors.E1010.format(i=i))
                seen.add(i)
        self._mark_entities(entities)
        for kind, spans in others.items():
            for span in spans:
                self._mark(range(span.start, span.end), _IOB_OF[kind])
        if default != SetEntsDefault.unmodified:
            self._mark([i for i in range(len(self)) if i not in seen], _IOB_OF[SetEntsDefault(default).value])
        self._begin_entities()

    def _mark_entities(self, entities: list[Span]) -> None:
        for span in entities:
            for i in range(span.start, span.end):
                self._set(i, _ID["ENT_IOB"], 3 if i == span.start else 1)
                self._set(i, _ID["ENT_TYPE"], span.label)
                self._set(i, _ID["ENT_KB_ID"], span.kb_id)
                if span.id:
                    self._set(i, _ID["ENT_ID"], span.id)

    def _mark(self, indices: Iterable[int], iob: int) -> None:
        for i in indices:
            self._set(i, _ID["ENT_IOB"], iob)
            self._set(i, _ID["ENT_TYPE"], 0)

    def _begin_entities(self) -> None:
        """A token that goes on with an entity which is not there, or another, begins one."""
        iobs, types = self._column(_ID["ENT_IOB"]), self._column(_ID["ENT_TYPE"])
        for i in range(1, len(iobs)):
            if iobs[i] == 1 and (iobs[i - 1] in (0, 2) or types[i - 1] != types[i]):
                self._set(i, _ID["ENT_IOB"], 3)
                iobs[i] = 3
