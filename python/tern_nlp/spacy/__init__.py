"""tern inside spaCy: a pipeline of spaCy's with spaCy's own Doc, in which one component runs tern for all that the pipeline's own
components would have done.

    import tern_nlp.spacy
    nlp = tern_nlp.spacy.load("en_core_web_sm")
"""

from __future__ import annotations

from .component import Tern
from .loading import load

__all__ = ["Tern", "load"]
