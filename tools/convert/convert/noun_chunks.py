"""Noun chunks: which of the engine's algorithms a language's function is, and what labels and parts of speech mean to it.

Each entry follows spacy/lang/CODE/syntax_iterators.py; tests/parity/test_noun_chunks.py compares them with spaCy's.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from typing import Any

from .constants import NounChunks, Role
from .container import Section, tensor
from .strings import StringTable

Roles = Mapping[Role, str]
"""Role -> the labels or parts of speech that have it, separated by blanks."""

NOMINAL = "NOUN PROPN PRON"
_ENGLISH = "nsubj dobj nsubjpass pcomp pobj dative appos attr ROOT"
_EDGE = "nsubj nsubj:pass obj iobj ROOT appos nmod nmod:poss"
_DANISH_RIGHT = "fixed nmod:poss amod flat goeswith nummod appos"


def _of_heads(heads: str, **more: str) -> Roles:
    """Of an algorithm that takes coordinated nouns, too."""
    return {
        Role.POS_NOMINAL: NOMINAL,
        Role.HEAD: heads,
        Role.CONJ: "conj",
        **{Role[name.upper()]: names for name, names in more.items()},
    }


def _romance(heads: str, right: str, determiners: str = "") -> Roles:
    return _of_heads(
        heads, right=right, adjective="amod", determiner=determiners, pos_det="DET", pos_out="ADP", pos_out_conj="CCONJ"
    )


def _danish(right: str) -> Roles:
    return {
        Role.POS_NOMINAL: NOMINAL,
        Role.POS_VERB: "VERB AUX",
        Role.LEFT: "det fixed nmod:poss amod flat goeswith nummod appos",
        Role.RIGHT: right,
        Role.STOP: "punct",
    }


_ITALIAN = "nsubj nsubj:pass obj obl obl:agent nmod pcomp appos ROOT"

LANGUAGES: dict[str, tuple[NounChunks, Roles]] = {
    "en": (NounChunks.WORD, _of_heads(f"oprd {_ENGLISH}")),
    "fa": (NounChunks.WORD, _of_heads(_ENGLISH)),
    "id": (NounChunks.EDGE, _of_heads(_EDGE)),
    "ms": (NounChunks.EDGE, _of_heads(_EDGE)),
    "nb": (NounChunks.EDGE, _of_heads(_EDGE)),
    "sv": (NounChunks.EDGE, _of_heads(f"dobj {_EDGE}")),
    "el": (NounChunks.GREEK, _of_heads("nsubj obj iobj appos ROOT obl", pos_noun="NOUN", right="nmod")),
    "es": (NounChunks.ROMANCE, _romance("nsubj nsubj:pass obj obl nmod pcomp appos ROOT", "flat fixed compound")),
    "fr": (
        NounChunks.ROMANCE,
        _romance(f"{_ITALIAN} obl:arg obl:mod", "flat flat:name flat:foreign fixed compound", "det"),
    ),
    "it": (NounChunks.ROMANCE, _romance(_ITALIAN, "flat flat:name fixed compound", "det det:poss")),
    "pt": (NounChunks.ROMANCE, _romance(_ITALIAN, "flat flat:name fixed compound", "det")),
    "ht": (
        NounChunks.HAITIAN,
        _of_heads(
            "nsubj obj obl nmod appos ROOT",
            right="compound flat flat:name fixed",
            pos_noun="NOUN",
            pos_out="ADP",
            pos_out_conj="CCONJ",
        ),
    ),
    "ca": (
        NounChunks.CATALAN,
        {
            Role.POS_NOMINAL: "NOUN PROPN",
            Role.POS_VERB: "VERB",
            Role.POS_OUT: "ADP PUNCT",
            Role.POS_PUNCT: "PUNCT",
            Role.HEAD: "nsubj nsubj:pass obj obl iobj ROOT appos nmod nmod:poss",
            Role.STOP: "appos",
        },
    ),
    "de": (
        NounChunks.GERMAN,
        {
            Role.POS_NOMINAL: NOMINAL,
            Role.POS_NOUN: "NOUN PROPN",
            Role.HEAD: "sb oa da nk mo ag ROOT root cj pd og app",
            Role.RIGHT: "nk",
        },
    ),
    "da": (NounChunks.DANISH, _danish(_DANISH_RIGHT)),
    "la": (NounChunks.DANISH, _danish(f"{_DANISH_RIGHT} nmod det")),
    "fi": (
        NounChunks.FINNISH,
        {
            Role.POS_NOMINAL: "NOUN PROPN",
            Role.POS_PRON: "PRON",
            Role.HEAD: "appos nsubj nsubj:cop obj obl ROOT",
            Role.CONJ: "conj",
            Role.RIGHT: "amod compound compound:nn flat:name nmod nmod:gobj nmod:gsubj nmod:poss nummod",
        },
    ),
    "nl": (
        NounChunks.DUTCH,
        {
            Role.POS_NOUN: "NOUN",
            Role.POS_PRON: "PRON",
            Role.HEAD: "nsubj nsubj:pass",
            Role.SUBJECT: "nsubj",
            Role.RIGHT: "amod nmod:poss det det:poss",
        },
    ),
    "tr": (
        NounChunks.TURKISH,
        _of_heads("nsubj iobj obj obl appos orphan dislocated ROOT", right="flat", pos_noun="NOUN PROPN"),
    ),
    "ja": (
        NounChunks.JAPANESE,
        {
            Role.POS_NOMINAL: NOMINAL,
            Role.POS_VERB: "VERB",
            Role.HEAD: "nsubj nmod ddoclike nsubjpass pcomp pdoclike doclike obl dative appos attr ROOT",
        },
    ),
}


def language_of(nlp: Any) -> str | None:
    """Code of the language whose function finds the pipeline's noun chunks; None: it has none, or a function of its own."""
    function = nlp.vocab.get_noun_chunks
    found = re.fullmatch(r"spacy\.lang\.(\w+)\.syntax_iterators", getattr(function, "__module__", None) or "")
    if not found or found[1] not in LANGUAGES:
        return None
    module = importlib.import_module(found[0])
    return found[1] if getattr(module, "noun_chunks", None) is function else None


def role_names(nlp: Any) -> list[str]:
    """All labels and parts of speech that mean something to the language's noun chunks."""
    code = language_of(nlp)
    return [] if code is None else [name for names in LANGUAGES[code][1].values() for name in names.split()]


def noun_chunk_sections(nlp: Any, strings: StringTable) -> list[Section]:
    """noun_chunks/kind, noun_chunks/roles; once the components have numbered what they may set: other strings do not matter."""
    code = language_of(nlp)
    if code is None:
        return []
    kind, roles = LANGUAGES[code]
    masks: dict[int, int] = {}
    for role, names in roles.items():
        for name in names.split():
            number = strings.known(name)
            if number is not None:
                masks[number] = masks.get(number, 0) | role
    rows = sorted(masks.items()) or [(0, 0)]
    return [tensor("noun_chunks/kind", [kind], "u4"), tensor("noun_chunks/roles", rows, "u4")]
