"""The sentencizer (spacy/pipeline/sentencizer.pyx)."""

from __future__ import annotations

from typing import Any

import numpy as np
from spacy.strings import get_string_id

from .container import Section, tensor
from .errors import ConvertError
from .strings import StringTable


def check_marks(pipe: Any) -> None:
    if not all(isinstance(mark, str) for mark in pipe.punct_chars):
        raise ConvertError(f"component {pipe.name}: punct_chars are not all texts: name texts")


def sentencizer_sections(pipe: Any, strings: StringTable) -> list[Section]:
    """Everything under sentencizer/ of a Sentencizer."""
    # A section is never empty, and no token has the empty text.
    marks = np.array(sorted(get_string_id(mark) for mark in pipe.punct_chars or [""]), dtype="<u8")
    settings = tensor("sentencizer/settings", [int(pipe.overwrite)], "u4")
    return [settings, Section("sentencizer/marks", marks)]
