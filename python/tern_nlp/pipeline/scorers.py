"""What each kind of component is measured by, under spaCy's names in registry.scorers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..registrations import registry
from ..scorer import Scorer, get_ner_prf

Figures = dict[str, Any]
_SPANS = "spans_"


def _key(token: Any, attr: str) -> int:
    return int(getattr(token, attr).key)


def _small_label(token: Any, attr: str) -> str:
    return str(token.vocab.strings.as_string(getattr(token, attr)).lower())


def _has_sentences(doc: Any) -> bool:
    return bool(doc.has_annotation("SENT_START"))


def _morphology(examples: Iterable[Any], **settings: Any) -> Figures:
    return {
        **Scorer.score_token_attr(examples, "morph", getter=_key, **settings),
        **Scorer.score_token_attr_per_feat(examples, "morph", getter=_key, **settings),
    }


def tagger_score(examples: Iterable[Any], **settings: Any) -> Figures:
    return Scorer.score_token_attr(examples, "tag", **settings)


def lemmatizer_score(examples: Iterable[Any], **settings: Any) -> Figures:
    return Scorer.score_token_attr(examples, "lemma", **settings)


def morphologizer_score(examples: Iterable[Any], **settings: Any) -> Figures:
    return {**Scorer.score_token_attr(examples, "pos", **settings), **_morphology(examples, **settings)}


def attribute_ruler_score(examples: Iterable[Any], **settings: Any) -> Figures:
    return {
        **tagger_score(examples, **settings),
        **morphologizer_score(examples, **settings),
        **lemmatizer_score(examples, **settings),
    }


def senter_score(examples: Iterable[Any], **settings: Any) -> Figures:
    found = Scorer.score_spans(examples, "sents", has_annotation=_has_sentences, **settings)
    del found["sents_per_type"]
    return found


def parser_score(examples: Iterable[Any], **settings: Any) -> Figures:
    own = {"getter": _small_label, "ignore_labels": ("p", "punct")}
    return {**senter_score(examples, **settings), **Scorer.score_deps(examples, "dep", **{**own, **settings})}


def ner_score(examples: Iterable[Any], **settings: Any) -> Figures:
    return get_ner_prf(examples, **settings)


def textcat_score(examples: Iterable[Any], **settings: Any) -> Figures:
    return Scorer.score_cats(examples, "cats", multi_label=False, **settings)


def textcat_multilabel_score(examples: Iterable[Any], **settings: Any) -> Figures:
    return Scorer.score_cats(examples, "cats", multi_label=True, **settings)


def overlapping_labeled_spans_score(examples: Iterable[Any], *, spans_key: str = "ruler", **settings: Any) -> Figures:
    own = {
        "attr": f"{_SPANS}{spans_key}",
        "allow_overlap": True,
        "labeled": True,
        "getter": lambda doc, attr: doc.spans.get(attr[len(_SPANS) :], []),
        "has_annotation": lambda doc: spans_key in doc.spans,
    }
    return Scorer.score_spans(examples, **{**own, **settings})


def spancat_score(examples: Iterable[Any], **settings: Any) -> Figures:
    return overlapping_labeled_spans_score(examples, **settings)


def span_finder_score(examples: Iterable[Any], **settings: Any) -> Figures:
    found = overlapping_labeled_spans_score(examples, **{"labeled": False, **settings})
    return {name: value for name, value in found.items() if not name.endswith("_per_type")}


class OverlappingSpans:
    """overlapping_labeled_spans_score for a key."""

    def __init__(self, spans_key: str) -> None:
        self.spans_key = spans_key

    def __call__(self, examples: Iterable[Any], **settings: Any) -> Figures:
        return overlapping_labeled_spans_score(examples, **{**settings, "spans_key": self.spans_key})


def make_overlapping_labeled_spans_scorer(spans_key: str = "ruler") -> OverlappingSpans:
    return OverlappingSpans(spans_key)


def _giver(score: Callable[..., Figures]) -> Callable[[], Callable[..., Figures]]:
    return lambda: score


SCORERS: dict[str, Callable[..., Figures]] = {
    "tagger": tagger_score,
    "morphologizer": morphologizer_score,
    "parser": parser_score,
    "beam_parser": parser_score,
    "ner": ner_score,
    "beam_ner": ner_score,
    "entity_ruler": ner_score,
    "senter": senter_score,
    "sentencizer": senter_score,
    "lemmatizer": lemmatizer_score,
    "trainable_lemmatizer": lemmatizer_score,
    "attribute_ruler": attribute_ruler_score,
    "textcat": textcat_score,
    "textcat_multilabel": textcat_multilabel_score,
    "spancat": spancat_score,
    "spancat_singlelabel": spancat_score,
    "span_finder": span_finder_score,
}
"""By factory, for components of a file too."""

for _name in (
    "tagger",
    "morphologizer",
    "parser",
    "ner",
    "entity_ruler",
    "senter",
    "lemmatizer",
    "attribute_ruler",
    "spancat",
    "span_finder",
):
    registry.scorers(f"spacy.{_name}_scorer.v1", func=_giver(SCORERS[_name]))
for _name in ("textcat", "textcat_multilabel"):
    registry.scorers(f"spacy.{_name}_scorer.v2", func=_giver(SCORERS[_name]))
registry.scorers("spacy.overlapping_labeled_spans_scorer.v1", func=make_overlapping_labeled_spans_scorer)
