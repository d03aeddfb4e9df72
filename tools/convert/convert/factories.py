"""The components that can be converted: a row for each factory of spaCy's, with all that the rest of the converter needs to know.

A new component is one row here, and a module that writes its sections.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Callable

from spacy import pipeline
from spacy.pipeline.functions import DocCleaner, TokenSplitter
from spacy.pipeline.span_finder import SpanFinder
from spacy.pipeline.textcat_multilabel import MultiLabel_TextCategorizer

from .architectures import (
    Check,
    check_encoder,
    check_nothing,
    check_span_finder,
    check_spancat,
    check_tagger,
    check_textcat,
    check_transition,
)
from .container import Section
from .edit_trees import check_backoff, trainable_lemmatizer_sections
from .entity_tables import check_fuzzy, check_span_ruler, entity_ruler_sections, span_ruler_sections
from .lemma_kinds import lemmatizer_kind
from .lemma_tables import lemmatizer_sections
from .morphologizer import morphologizer_sections
from .ner import ner_sections
from .network import NetworkSections, tok2vec_sections
from .parser import check_parser, parser_sections
from .ruler_tables import ruler_sections
from .sentencizer import check_marks, sentencizer_sections
from .senter import senter_sections
from .span_tables import check_suggested, span_finder_sections, spancat_sections
from .strings import StringTable
from .tagger import tagger_sections
from .textcat_tables import textcat_sections
from .token_changes import (
    check_merge,
    cleaner_sections,
    no_sections,
    splitter_lengths,
    splitter_sections,
    subtoken_sections,
)
from .transition import check_decisions

Writer = Callable[..., NetworkSections]
"""(loaded component, strings of the file) -> its sections; a text classifier also takes earlier, see textcat_tables.py."""


@dataclass(frozen=True)
class Factory:
    """What the converter knows of a component.

    number: COMPONENT_* in the engine (engine/model/model.h); 1 << number is its bit in tern.h.
    made: the only class that is supported; None: the writer looks at what the component runs.
    sections: its writer. check: refuses a model that the engine does not run; check_pipe: a component, trained or not.
    shows_labels: its labels mean something to people, so the description lists them.
    sets: annotations of tokens (attributes of spaCy's Token) that it sets. labels_tokens: by a network.
    reads_labels: it reads annotations of tokens, and changes them by rules and tables.
    classifies: it gives categories of the whole text.
    makes_spans: it sets the group of spans of the key spans_key, which a later component may read.
    """

    number: int
    made: type | None
    sections: Writer
    check: Check = check_nothing
    check_pipe: Callable[[Any], object] = lambda pipe: None
    sets: frozenset[str] = frozenset()
    shows_labels: bool = False
    labels_tokens: bool = False
    reads_labels: bool = False
    classifies: bool = False
    makes_spans: bool = False


def _tables(write: Callable[[Any, StringTable], list[Section]]) -> Writer:
    """The writer of a component without a network."""
    return lambda pipe, strings: NetworkSections(write(pipe, strings), [])


def _textcat(factory: str, number: int, made: type) -> Factory:
    return Factory(number, made, partial(textcat_sections, factory), check_textcat, shows_labels=True, classifies=True)


def _spancat(factory: str, number: int) -> Factory:
    return Factory(
        number,
        pipeline.SpanCategorizer,
        partial(spancat_sections, factory),
        check_spancat,
        check_suggested,
        shows_labels=True,
        makes_spans=True,
    )


SHARED_ENCODER = "tok2vec"
"""The factory whose rows other components may listen to; it gives nothing of its own."""

RULED = frozenset({"tag", "morph", "pos", "lemma"})
"""What an attribute_ruler may set of what others set, too."""


def _parser() -> Factory:
    check = partial(check_transition, state_type="parser")
    return Factory(2, pipeline.DependencyParser, parser_sections, check, check_parser, shows_labels=True)


def _ner() -> Factory:
    check = partial(check_transition, state_type="ner")
    return Factory(6, pipeline.EntityRecognizer, ner_sections, check, check_decisions, shows_labels=True)


FACTORIES = {
    SHARED_ENCODER: Factory(0, pipeline.Tok2Vec, tok2vec_sections, check_encoder),
    "parser": _parser(),
    "beam_parser": _parser(),
    "ner": _ner(),
    "beam_ner": _ner(),
    "tagger": Factory(
        1,
        pipeline.Tagger,
        tagger_sections,
        check_tagger,
        sets=frozenset({"tag"}),
        shows_labels=True,
        labels_tokens=True,
    ),
    "morphologizer": Factory(
        7,
        pipeline.Morphologizer,
        morphologizer_sections,
        check_tagger,
        sets=frozenset({"morph", "pos"}),
        labels_tokens=True,
    ),
    "trainable_lemmatizer": Factory(
        8,
        pipeline.EditTreeLemmatizer,
        trainable_lemmatizer_sections,
        check_tagger,
        check_backoff,
        sets=frozenset({"lemma"}),
        labels_tokens=True,
    ),
    "attribute_ruler": Factory(4, pipeline.AttributeRuler, _tables(ruler_sections), sets=RULED, reads_labels=True),
    "lemmatizer": Factory(
        5, None, _tables(lemmatizer_sections), check_pipe=lemmatizer_kind, sets=frozenset({"lemma"}), reads_labels=True
    ),
    "senter": Factory(3, pipeline.SentenceRecognizer, senter_sections, check_tagger),
    "sentencizer": Factory(9, pipeline.Sentencizer, _tables(sentencizer_sections), check_pipe=check_marks),
    "entity_ruler": Factory(
        15, pipeline.EntityRuler, _tables(entity_ruler_sections), check_pipe=check_fuzzy, shows_labels=True
    ),
    "textcat": _textcat("textcat", 10, pipeline.TextCategorizer),
    "textcat_multilabel": _textcat("textcat_multilabel", 11, MultiLabel_TextCategorizer),
    "span_finder": Factory(14, SpanFinder, span_finder_sections, check_span_finder, makes_spans=True),
    "spancat": _spancat("spancat", 12),
    "span_ruler": Factory(
        16,
        pipeline.SpanRuler,
        _tables(span_ruler_sections),
        check_pipe=check_span_ruler,
        shows_labels=True,
        makes_spans=True,
    ),
    "spancat_singlelabel": _spancat("spancat_singlelabel", 13),
    "merge_entities": Factory(17, None, _tables(no_sections), check_pipe=check_merge),
    "merge_noun_chunks": Factory(18, None, _tables(no_sections), check_pipe=check_merge),
    "merge_subtokens": Factory(19, None, _tables(subtoken_sections), check_pipe=check_merge),
    "token_splitter": Factory(20, TokenSplitter, _tables(splitter_sections), check_pipe=splitter_lengths),
    "doc_cleaner": Factory(21, DocCleaner, _tables(cleaner_sections)),
}
"""In the order in which a file has their sections. What a run for entities reads lies together: entities do not cross the
parser's sentence starts."""

ALIASES = {"future_entity_ruler": "span_ruler"}
"""Factories that make the same component with other settings."""

_SAME = {"beam_parser": "parser", "beam_ner": "ner"}


def kind_of(factory: str) -> str:
    """The factory whose name the engine knows its components by: some factories differ in their settings alone."""
    return _SAME.get(factory, factory)
