"""Tables of the entity ruler and the span ruler (spacy/pipeline/entityruler.py, span_ruler.py): token patterns, phrases, and what
they stand for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from spacy.matcher.levenshtein import levenshtein_compare
from spacy.pipeline.span_ruler import prioritize_existing_ents_filter, prioritize_new_ents_filter
from spacy.util import filter_chain_spans

from .constants import NO_STRING, SpanFilter
from .container import Section, tensor
from .errors import ConvertError
from .pattern_reader import PatternReader
from .pattern_tables import pattern_sections
from .pattern_test import Pattern
from .phrase_tables import matcher_state, phrase_sections
from .strings import StringTable

LONGEST = 300
"""Characters of a pattern that a refusal prints."""


class _Keys:
    """What patterns stand for, numbered in the order in which they are first asked for, by spaCy's id of it."""

    def __init__(self, strings: Any, entities: Mapping[int, tuple[str, str]]) -> None:
        self.strings, self.entities = strings, entities
        self.numbers: dict[int, int] = {}

    def of(self, key: int) -> int:
        return self.numbers.setdefault(key, len(self.numbers))

    def rows(self, component: str, strings: StringTable) -> list[tuple[int, int]]:
        rows = []
        for key in self.numbers:
            label, name = self.entities[key] if key in self.entities else (self.strings[key], None)
            if not isinstance(label, str) or not label or not isinstance(name or "", str):
                raise ConvertError(
                    f"component {component}: the label {label!r} or the id {name!r} is not a text, or is empty: change it, "
                    "and save the pipeline"
                )
            rows.append((strings.label(label), strings.label(name) if name else NO_STRING))
        return rows


def check_fuzzy(ruler: Any) -> None:
    """Refuses a ruler that compares texts in another way."""
    if ruler.matcher.__reduce__()[1][4] is not levenshtein_compare:
        raise ConvertError(
            f"component {ruler.name}: matcher_fuzzy_compare is a function of its own, which is Python: use "
            "spacy.levenshtein_compare.v1"
        )


def check_span_ruler(ruler: Any) -> None:
    check_fuzzy(ruler)
    _filters(ruler)


def token_patterns(component: str, matcher: Any, keys: _Keys) -> list[Pattern]:
    """The patterns of a spaCy Matcher, in its order."""
    _, (vocab, patterns, *_) = matcher.__reduce__()[:2]
    found: list[Pattern] = []
    for key, listed in patterns.items():
        for pattern in listed:
            shown = json.dumps(pattern, ensure_ascii=False, default=str)[:LONGEST]

            def refuse(what: str, shown: str = shown) -> ConvertError:
                return ConvertError(
                    f"component {component}: {what}: change or remove the pattern, and save the pipeline. It is {shown}"
                )

            found.append(Pattern(keys.of(key), PatternReader(vocab, refuse).nodes(pattern)))
    return found


def ruler_sections(
    prefix: str, ruler: Any, entities: Mapping[int, tuple[str, str]], strings: StringTable
) -> list[Section]:
    """PREFIX/keys, ids, patterns/ and phrases/ of a component with a Matcher and a PhraseMatcher. entities: label and id of a
    key, where that is not the label."""
    vocab = ruler.matcher.vocab
    keys = _Keys(vocab.strings, entities)
    patterns = token_patterns(ruler.name, ruler.matcher, keys)
    numbers = {
        key: keys.of(vocab.strings[key]) for key, found in matcher_state(ruler.phrase_matcher)[0].items() if found
    }
    # A ruler without patterns sets its empty group, and that there are no entities. A section is never empty.
    rows = keys.rows(ruler.name, strings) or [(strings.label(ruler.name), NO_STRING)]
    return [
        tensor(f"{prefix}/keys", rows, "u4"),
        Section(f"{prefix}/ids", np.array(list(keys.numbers) or [0], dtype="<u8")),
        *pattern_sections(f"{prefix}/patterns", patterns, strings),
        *phrase_sections(f"{prefix}/phrases", ruler.name, ruler.phrase_matcher, numbers, vocab.strings),
    ]


def entity_ruler_sections(ruler: Any, strings: StringTable) -> list[Section]:
    """All entity_ruler/ sections of an EntityRuler."""
    return [
        tensor("entity_ruler/settings", [int(bool(ruler.overwrite))], "u4"),
        *ruler_sections("entity_ruler", ruler, ruler._ent_ids, strings),
    ]


FILTERS = {
    None: SpanFilter.NONE,
    filter_chain_spans: SpanFilter.LONGEST,
    prioritize_new_ents_filter: SpanFilter.NEW,
    prioritize_existing_ents_filter: SpanFilter.EXISTING,
}


def _filter(component: str, setting: str, function: Any) -> SpanFilter:
    if function not in FILTERS:
        raise ConvertError(
            f"component {component}: {setting} is a function of its own, which is Python: use one of spaCy's filters, such as "
            "spacy.first_longest_spans_filter.v1"
        )
    return FILTERS[function]


def _filters(ruler: Any) -> list[SpanFilter]:
    """Of its group, and of entities."""
    return [_filter(ruler.name, setting, getattr(ruler, setting)) for setting in ("spans_filter", "ents_filter")]


def span_ruler_sections(ruler: Any, strings: StringTable) -> list[Section]:
    """All span_ruler/ sections of a SpanRuler."""
    entities = {key: (names["label"], names["id"]) for key, names in ruler._match_label_id_map.items()}
    of_spans, of_entities = _filters(ruler)
    settings = (
        NO_STRING if not ruler.key else strings.label(ruler.key),
        of_spans,
        int(bool(ruler.annotate_ents)),
        of_entities,
        int(bool(ruler.overwrite)),
    )
    sections = ruler_sections("span_ruler", ruler, entities, strings)
    return [
        tensor("span_ruler/settings", settings, "u4"),
        *(section for section in sections if section.name != "span_ruler/ids"),
    ]
