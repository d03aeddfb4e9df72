"""tern for Python: spaCy's CNN pipelines at the speed of C. tern_nlp.spacy runs tern inside spaCy."""

from __future__ import annotations

from ._tern import version as __version__

__all__ = ["__version__"]
