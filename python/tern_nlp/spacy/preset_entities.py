"""Entities that spaCy's documents have before tern: how the engine is told, and what of them it does not know."""

from __future__ import annotations

import numpy as np
from spacy.attrs import ENT_ID, ENT_IOB, ENT_KB_ID, ENT_TYPE
from spacy.tokens import Doc

from ..preset_entities import ranges

_COLUMNS = [ENT_IOB, ENT_TYPE, ENT_ID, ENT_KB_ID]


class PresetEntities:
    """Of a document. is_regular: each that goes on has begun. given: what Model.run takes."""

    def __init__(self, doc: Doc) -> None:
        self._columns = doc.to_array(_COLUMNS).reshape(len(doc), len(_COLUMNS))
        self._iobs, self._types, ids, _ = self._columns.T.tolist()
        found, strings = ranges(self._iobs, self._types), doc.vocab.strings
        self.is_regular = found is not None
        self.given = [
            (start, end, strings[self._types[start]], strings[ids[start]]) for start, end in found or ()
        ]  # the empty string for a blocked token

    def keep_ids(self, doc: Doc, is_by_ner: bool) -> None:
        """Once entities are set as doc.set_ents does: a token keeps its id where the entity has none; new ones have no id of a
        knowledge base, but that of their first token where ner alone has set them."""
        if not self._columns[:, 2:].any():
            return
        columns = doc.to_array(_COLUMNS).reshape(len(doc), len(_COLUMNS))
        _, _, ids, kb_ids = columns.T
        old_ids, old_kb_ids = self._columns[:, 2], self._columns[:, 3]
        ids[ids == 0] = old_ids[ids == 0]
        before = {(start, end, self._types[start]) for start, end in ranges(self._iobs, self._types) or ()}
        types = columns[:, 1].tolist()
        for start, end in ranges(columns[:, 0].tolist(), types) or ():
            if types[start] and (start, end, types[start]) not in before:
                kb_ids[start:end] = old_kb_ids[start] if is_by_ner else 0
        doc.from_array([ENT_ID, ENT_KB_ID], np.ascontiguousarray(columns[:, 2:]))
