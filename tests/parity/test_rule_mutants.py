"""The comparisons with spaCy's Matcher, rulers and span components notice what is broken in them on purpose."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

spacy = pytest.importorskip("spacy")

import oracle
import small_pipelines as small
import test_entity_ruler
import test_span_ruler
from common import SPACY_PACKAGE
from comparison import spacy_alone
from convert.tiny import seed_weights
from mutant_rounds import Round, check_mutant, each_mutant, first_difference_of
from mutants import EngineBuild, EngineMutant
from random_patterns import PatternMaker
from spacy.language import Language
from spacy.training import Example
from test_patterns import spacy_matches, with_ruler
from test_spacy_patterns import some_texts
from test_spans import PRESET, finder, gold, ngrams, pipeline, single, spancat

pytestmark = [pytest.mark.long, spacy_alone]

SEED = 29


def of(file: str, *mutants: tuple[str, str, str]) -> list[EngineMutant]:
    """mutants: (name, old, new) each."""
    return [EngineMutant(name, file, old, new, ()) for name, old, new in mutants]


# ---- what is compared ------------------------------------------------------------------------------------------------


def differing_matches(text: str, want: dict[str, Any], got: dict[str, Any]) -> str | None:
    found = [list(match) for match in dict.fromkeys(map(tuple, got["matches"]))]
    return None if want["matches"] == found else f"matches in {text!r}"


def round_of(nlp: Language, texts: list[str], folder: Path, program: Path) -> Round:
    pair = small.saved_pair(nlp, folder, program)
    return Round(pair.file, texts, lambda: [oracle.answer(pair.nlp(text)) for text in texts], flags=())


BY_HAND: list[list[dict[str, Any]]] = [
    [{"MORPH": {"IS_SUPERSET": ["Number=Sing"]}}],
    [{"MORPH": {"IS_SUPERSET": ["Number=Sing", "Person=3"]}}],
    [{"MORPH": {"IS_SUBSET": ["Number=Sing", "Definite=Def", "PronType=Art"]}}],
    [{"MORPH": {"INTERSECTS": ["Number=Plur", "Tense=Past"]}}],
    [{"LENGTH": {"<=": 3}}, {"LENGTH": {">=": 7}}],
    [{"IS_TITLE": True}],
    [{"SUFFIX": {"REGEX": "^.{3}$"}}],
    [{"LOWER": {"FUZZY1": "wer"}}],
    [{"ENT_IOB": {"IN": [0, 1]}}],
]
"""What is rare among random patterns."""


def matching_round(texts: list[str], folder: Path, program: Path) -> Round:
    docs = list(oracle.pipeline(SPACY_PACKAGE, "full").pipe(texts))
    maker = PatternMaker(docs, SEED)
    pair = small.saved_pair(with_ruler([*(maker.pattern() for _ in range(400)), *BY_HAND]), folder, program)
    with pair.nlp.select_pipes(disable=["attribute_ruler"]):
        docs = list(pair.nlp.pipe(texts))
    wanted = [{"matches": spacy_matches(pair.nlp, doc)} for doc in docs]
    return Round(pair.file, texts, lambda: wanted, flags=("--matches",), differ=differing_matches)


def setting_ruler(texts: list[str]) -> Language:
    """An attribute ruler that sets tags of the first or the last token of its matches."""
    nlp = spacy.load(SPACY_PACKAGE, exclude=["attribute_ruler", "lemmatizer"])
    maker, choose = PatternMaker(list(nlp.pipe(texts)), SEED), random.Random(SEED)
    ruler = nlp.add_pipe("attribute_ruler", last=True)
    for number in range(200):
        ruler.add([maker.pattern()], {"TAG": f"T{number}"}, index=choose.choice((0, -1)))
    return nlp


def random_spans() -> list[Language]:
    """Every span component with random weights."""
    found = [
        pipeline(
            ("span_finder", "span_finder", finder(threshold=0.45, spans_key="candidates", min_length=2, max_length=4)),
            ("spancat", "spancat", spancat(threshold=0.45, max_positive=2, suggester=ngrams(2, 1, 3))),
            single(allow_overlap=False),
        ),
        pipeline(
            ("span_finder", "span_finder", finder(threshold=0.45, spans_key="candidates")),
            ("spancat", "spancat", spancat(threshold=0.45, max_positive=1, suggester=PRESET)),
        ),
    ]
    for nlp in found:
        doc = gold(nlp.make_doc("Some words and entities of London."))
        for _, pipe in nlp.pipeline:
            labels = {"labels": ["LONG", "TITLE", "PAIR", "NONE"]} if hasattr(pipe, "suggester") else {}
            pipe.initialize(lambda nlp=nlp, doc=doc: [Example(nlp.make_doc(doc.text), doc)], nlp=nlp, **labels)
        stream = np.random.RandomState(SEED)
        for _, pipe in nlp.pipeline:
            seed_weights(pipe.model, stream)
    return found


# ---- patterns --------------------------------------------------------------------------------------------------------

PATTERN_MUTANTS = [
    *of(
        "matcher.c",
        (
            "what must not be there may be",
            "{{ADVANCE, MATCH}, {REJECT, REJECT}}",
            "{{ADVANCE, MATCH}, {ADVANCE, MATCH}}",
        ),
        ("what may be left out may not", "{{RETRY, MATCH_BEFORE}, {RETRY_ADVANCE", "{{REJECT, REJECT}, {RETRY_ADVANCE"),
        ("what may repeat comes once", "{RETRY_EXTEND, MATCH_EXTEND}", "{RETRY_ADVANCE, MATCH_BOTH}"),
        ("a match may have no token", "return end > start ? m->take", "return 1 ? m->take"),
        ("the text's end ends nothing", "return finish_states(&m);", "return 0;"),
        ("later patterns begin first", "*lists[i].next < *first->next", "*lists[i].next > *first->next"),
        (
            "an optional token is always taken",
            "return match(m, node, start, token) || match(m, node, start, token + 1) ? -1 : 0;",
            "return match(m, node, start, token + 1);",
        ),
        ("patterns are told apart by one attribute", "i < p->indexed_count; i++", "i < 1; i++"),
    ),
    *of(
        "token_tests.c",
        ("nothing is negated", "(answer != 0) != (int)test[TEST_NEGATED]", "answer != 0"),
        ("a part is a subset", "shared == count", "shared > 0"),
        ("a superset has one of all", "if (!contains(ids, count,", "if (contains(ids, count,"),
        ("a range ends before its end", "value <= p->values", "value < p->values"),
        ("one more edit is allowed", "other_len, row[NEAR_EDITS],", "other_len, row[NEAR_EDITS] + 1,"),
        ("a test is asked once in a text", "if ((t->test_memo[number] & ~1u) == asked)", "if (t->test_memo[number])"),
        ("a token is looked at once in a text", "if ((t->spec_memo[spec] & ~1u) == asked)", "if (t->spec_memo[spec])"),
    ),
    *of(
        "token_values.c",
        ("every token of an entity begins one", "? IOB_BEGIN : IOB_INSIDE", "? IOB_BEGIN : IOB_BEGIN"),
        ("outside is missing", "? IOB_OUTSIDE : IOB_MISSING", "? IOB_MISSING : IOB_MISSING"),
        ("a title may go on in capitals", "(begins && cased) ||", ""),
        (
            "one small letter makes a word small",
            "any & CHAR_LOWER && !(any & (CHAR_UPPER | CHAR_TITLE))",
            "(any & CHAR_LOWER) != 0",
        ),
        ("a suffix has two characters", "SUFFIX_LENGTH 3", "SUFFIX_LENGTH 2"),
    ),
    *of(
        "edit_distance.c",
        ("each character is replaced", "diagonal + (a[i - 1] != b[j - 1])", "diagonal + 1"),
        ("nothing is inserted", "least(above, row[j - 1]) + 1", "above + 1"),
    ),
]


@pytest.fixture(scope="module")
def matching(engine: EngineBuild, tmp_path_factory: pytest.TempPathFactory) -> list[Round]:
    return [matching_round(some_texts(60), tmp_path_factory.mktemp("patterns"), engine.program)]


def test_no_pattern_broken(engine: EngineBuild, matching: list[Round]) -> None:
    assert first_difference_of(matching, engine.program) is None


@each_mutant(PATTERN_MUTANTS)
def test_pattern_mutant(mutant: EngineMutant, engine: EngineBuild, matching: list[Round]) -> None:
    check_mutant(mutant, engine, matching)


# ---- rulers ----------------------------------------------------------------------------------------------------------

RULER_MUTANTS = [
    *of(
        "phrase_matcher.c",
        ("a phrase has one label", "i < p->list_start[found]; i++", "i < p->list_start[found - 1] + 1; i++"),
        (
            "a phrase that begins another is lost",
            "if (!found) continue;",
            "if (!found || length < p->longest) continue;",
        ),
    ),
    *of(
        "entity_ruler.c",
        ("the leftmost entity wins", "if (x_length != y_length) return x_length < y_length ? 1 : -1;", ""),
        ("rivals come as they were found", "if (!has_rivals(m, count)) return 0;", "return 0;"),
        ("entities always stay", "!tables->overwrite && c->before", "c->before"),
        ("new entities may begin in others", "!c->taken[m->start] && !c->taken[m->end - 1]", "!c->taken[m->end - 1]"),
        ("entities have no ids", "if (set_id(doc, &m[i], key[KEY_ID])) return SIZE_MAX;", "(void)set_id;"),
    ),
    *of(
        "span_ruler.c",
        (
            "labels are sorted backwards",
            "return x->label_id < y->label_id ? -1 : 1;",
            "return x->label_id > y->label_id ? -1 : 1;",
        ),
        ("a span may come twice", "if (!i || as_spans(&sorted[i], &sorted[i - 1]))", ""),
        ("the shortest span wins", "return x_length < y_length ? 1 : -1;", "return x_length < y_length ? -1 : 1;"),
        ("new spans lie on those that stay", "memset(seen + old[i].start, 1, old[i].end - old[i].start);", ";"),
        (
            "spans of the same key are overwritten",
            "tables->overwrite ? NULL : doc_find_group(doc, tables->spans_key)",
            "NULL",
        ),
        ("all entities are overwritten", "!tables->overwrite && i < doc->entity_count", "0 && i < doc->entity_count"),
    ),
    *of(
        "attribute_ruler.c",
        ("tokens count from the beginning", "rule[RULE_FROM_END] ? end - rule[RULE_TARGET] :", ""),
        ("the first of the patterns wins", "changes[s] <= number", "!changes[s]"),
    ),
]


@pytest.fixture(scope="module")
def rulers(engine: EngineBuild, tmp_path_factory: pytest.TempPathFactory) -> list[Round]:
    texts = some_texts(120)
    made = [test_entity_ruler.RECIPES[name]() for name in ("alone", "overwrites", "keeps")]
    made += [
        test_span_ruler.RECIPES[name]()
        for name in ("spans", "twice", "filtered", "entities", "new entities", "existing entities", "overwrites")
    ]
    made.append(setting_ruler(texts))
    return [round_of(nlp, texts, tmp_path_factory.mktemp("ruler"), engine.program) for nlp in made]


def test_no_ruler_broken(engine: EngineBuild, rulers: list[Round]) -> None:
    assert first_difference_of(rulers, engine.program) is None


@each_mutant(RULER_MUTANTS)
def test_ruler_mutant(mutant: EngineMutant, engine: EngineBuild, rulers: list[Round]) -> None:
    check_mutant(mutant, engine, rulers)


# ---- spans -----------------------------------------------------------------------------------------------------------

SPAN_MUTANTS = [
    *of(
        "spancat.c",
        ("one label too many", "score, kept[i]) >= w->max_positive", "score, kept[i]) > w->max_positive"),
        (
            "spans come by their beginnings",
            "score_pending(w, doc, s) || sort_hits(s, doc->interruption, by_rank)",
            "score_pending(w, doc, s)",
        ),
        (
            "spans overlap",
            "if (disjoint && !take_tokens(s->taken.data, &hits[i].span)) continue;",
            "(void)take_tokens;",
        ),
        ("the worst span comes first", "a->span.score < b->span.score", "a->span.score > b->span.score"),
        ("a mean is a sum", "sums[j] / (double)(end - start)", "sums[j]"),
        ("the last row is the largest", "row[j] > largest[j] ? row[j] : largest[j]", "row[j]"),
        (
            "the first row of a span is left out",
            "begin_span(w, s, span->token_start);",
            "if (!i) begin_span(w, s, span->token_start);",
        ),
    ),
    *of(
        "span_finder.c",
        ("spans may be short", "ends[first] < start + w->min_length - 1", "ends[first] < start"),
        ("spans may be longer by one", "start + w->max_length - 1;", "start + w->max_length;"),
        ("spans end where they may begin", "if (score[1] >= w->threshold", "if (score[0] >= w->threshold"),
    ),
]


@pytest.fixture(scope="module")
def spans(engine: EngineBuild, tmp_path_factory: pytest.TempPathFactory) -> list[Round]:
    texts = ["", "One", *some_texts(50)]
    return [round_of(nlp, texts, tmp_path_factory.mktemp("spans"), engine.program) for nlp in random_spans()]


def test_no_span_broken(engine: EngineBuild, spans: list[Round]) -> None:
    assert first_difference_of(spans, engine.program) is None


@each_mutant(SPAN_MUTANTS)
def test_span_mutant(mutant: EngineMutant, engine: EngineBuild, spans: list[Round]) -> None:
    check_mutant(mutant, engine, spans)
