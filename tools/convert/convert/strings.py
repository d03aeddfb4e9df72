"""The string table and spaCy's string ids (spacy/strings.pyx, spacy/symbols.pyx)."""

from __future__ import annotations

import unicodedata

import numpy as np
from spacy.strings import get_string_id, hash_string
from spacy.symbols import IDS

from .container import Section, tensor
from .errors import ConvertError
from .maps import build_map


class StringTable:
    """Strings of the file, numbered in the order in which they are first asked for."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """Number of text, which is added if it is new."""
        return self._numbers.setdefault(text, len(self._numbers))

    def known(self, text: str) -> int | None:
        """Number of text, if it has one."""
        return self._numbers.get(text)

    def label(self, text: str) -> int:
        """The same of what is shown to people as it is; the engine refuses one with control characters."""
        if any(unicodedata.category(character) == "Cc" for character in text):
            raise ConvertError(f"the label {text!r} has a control character: rename it in the pipeline")
        return self.number(text)

    @property
    def texts(self) -> list[str]:
        return list(self._numbers)

    def sections(self) -> list[Section]:
        """strings/bytes u8, strings/start u32[S+1], strings/id u64[S]."""
        encoded = [text.encode("utf-8") for text in self._numbers]
        if any(b"\0" in item for item in encoded):
            raise ConvertError(
                "a string of the pipeline contains U+0000, which ends a string in the file: remove it from "
                "labels, rules and tables"
            )
        starts = np.cumsum([0] + [len(item) + 1 for item in encoded])
        data = np.frombuffer(b"".join(item + b"\0" for item in encoded), dtype="u1")
        ids = [get_string_id(text) for text in self._numbers]
        return [
            tensor("strings/bytes", data, "u1"),
            tensor("strings/start", starts, "u4"),
            Section("strings/id", np.array(ids, dtype="<u8")),
        ]


def symbols_section(max_load: float = 0.5) -> Section:
    """symbols: plain hash of a reserved symbol's text -> its number, which is its string id."""
    return build_map("symbols", {hash_string(text): number for text, number in IDS.items() if text}, max_load)
