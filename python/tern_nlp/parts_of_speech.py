"""Coarse parts of speech (Universal Dependencies) and their numbers."""

from __future__ import annotations

from . import symbols

TYPE_CHECKING = False
if TYPE_CHECKING:

    def __getattr__(name: str) -> int: ...


_NAMES = """
ADJ ADP ADV AUX CONJ CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X EOL SPACE
""".split()

IDS = {"": 0, **{name: symbols.IDS[name] for name in _NAMES}}
"""Name -> number."""

NAMES = {number: name for name, number in IDS.items()}
"""Number -> name."""

globals().update({name: number for name, number in IDS.items() if name})
NO_TAG = 0
