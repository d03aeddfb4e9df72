"""What Language.add_pipe makes the components of this package with, and their settings by default (spaCy's)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..matcher.levenshtein import make_levenshtein_compare
from ..registrations import registry
from ..util import filter_chain_spans
from . import functions, span_ruler
from .attributeruler import AttributeRuler
from .entityruler import DEFAULT_ENT_ID_SEP, EntityRuler
from .sentencizer import Sentencizer
from .span_ruler import DEFAULT_SPANS_KEY, SpanRuler

registry.misc("spacy.levenshtein_compare.v1", make_levenshtein_compare)
registry.misc("spacy.first_longest_spans_filter.v1", lambda: filter_chain_spans)
registry.misc("spacy.prioritize_new_ents_filter.v1", span_ruler.make_prioritize_new_ents_filter)
registry.misc("spacy.prioritize_existing_ents_filter.v1", span_ruler.make_preserve_existing_ents_filter)

_COMPARE = {"@misc": "spacy.levenshtein_compare.v1"}
_RULER = {"phrase_matcher_attr": None, "matcher_fuzzy_compare": _COMPARE, "validate": False}
_RULER_OF_ENTS = {**_RULER, "scorer": {"@scorers": "spacy.entity_ruler_scorer.v1"}}


def _future_entity_ruler(nlp: Any, name: str, overwrite_ents: bool, ent_id_sep: str, **settings: Any) -> SpanRuler:
    """A span ruler that does what an entity ruler does."""
    keep = span_ruler.prioritize_new_ents_filter if overwrite_ents else span_ruler.prioritize_existing_ents_filter
    return SpanRuler(nlp, name, spans_key=None, annotate_ents=True, ents_filter=keep, overwrite=False, **settings)


def _attribute_ruler(nlp: Any, name: str, validate: bool, scorer: Any) -> AttributeRuler:
    return AttributeRuler(nlp.vocab, name, validate=validate, scorer=scorer)


def _sentencizer(nlp: Any, name: str, punct_chars: Any, overwrite: bool, scorer: Any) -> Sentencizer:
    return Sentencizer(name, punct_chars=punct_chars, overwrite=overwrite, scorer=scorer)


def _token_splitter(nlp: Any, name: str, min_length: int, split_length: int) -> functions.TokenSplitter:
    return functions.TokenSplitter(min_length, split_length)


def _doc_cleaner(nlp: Any, name: str, attrs: dict[str, Any], silent: bool) -> functions.DocCleaner:
    return functions.DocCleaner(attrs, silent=silent)


def _function(component: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda nlp, name: component


FACTORIES: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "entity_ruler": (EntityRuler, {**_RULER_OF_ENTS, "overwrite_ents": False, "ent_id_sep": DEFAULT_ENT_ID_SEP}),
    "future_entity_ruler": (
        _future_entity_ruler,
        {**_RULER_OF_ENTS, "overwrite_ents": False, "ent_id_sep": "__unused__"},
    ),
    "span_ruler": (
        SpanRuler,
        {
            **_RULER,
            "spans_key": DEFAULT_SPANS_KEY,
            "spans_filter": None,
            "annotate_ents": False,
            "ents_filter": {"@misc": "spacy.first_longest_spans_filter.v1"},
            "overwrite": True,
            "scorer": {"@scorers": "spacy.overlapping_labeled_spans_scorer.v1", "spans_key": DEFAULT_SPANS_KEY},
        },
    ),
    "attribute_ruler": (
        _attribute_ruler,
        {"validate": False, "scorer": {"@scorers": "spacy.attribute_ruler_scorer.v1"}},
    ),
    "sentencizer": (
        _sentencizer,
        {"punct_chars": None, "overwrite": False, "scorer": {"@scorers": "spacy.senter_scorer.v1"}},
    ),
    "token_splitter": (_token_splitter, {"min_length": 25, "split_length": 10}),
    "doc_cleaner": (_doc_cleaner, {"attrs": {"tensor": None, "_.trf_data": None}, "silent": True}),
    "merge_noun_chunks": (_function(functions.merge_noun_chunks), {}),
    "merge_entities": (_function(functions.merge_entities), {}),
    "merge_subtokens": (_function(functions.merge_subtokens), {}),
}
"""Name -> function of (nlp, name, settings …), and the settings."""


def __getattr__(name: str) -> Any:
    """Says where the rest of spaCy's is."""
    from ..elsewhere import missing

    raise missing(__name__, name)
