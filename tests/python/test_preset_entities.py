"""Entities that a document has before the engine's ner, from rulers, functions or an earlier run: as in spaCy's own pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest

pytest.importorskip("spacy")

import small_pipelines as small
import spacy
from beside import difference, differences
from common import SPACY_PACKAGE
from corpus import project_texts
from spacy.language import Language
from spacy.tokens import Doc
from test_beam import random_beam

NAME = "en_core_web_sm"
TEXTS = ["", " ", *project_texts()]
FEW = TEXTS[::20]
PATTERNS = [
    {"label": "PLACE", "pattern": "London", "id": "city"},  # of no model
    {"label": "PERSON", "pattern": [{"LOWER": "of"}, {"IS_ALPHA": True}]},
    {"label": "ORG", "pattern": [{"LOWER": "the"}, {"IS_TITLE": True}]},
    {"label": "YEAR", "pattern": [{"IS_DIGIT": True, "LENGTH": 4}], "id": "year"},
]
LABELS = ("PERSON", "DRAGON", "GPE")

Setup = Callable[[Any, Any, dict[str, Any]], None]
"""Adds something to a pipeline of spacy or of tern_nlp, at a place that add_pipe takes."""


def entity_ruler(module: Any, nlp: Any, place: dict[str, Any]) -> None:
    nlp.add_pipe("entity_ruler", **place).add_patterns(PATTERNS)


def span_ruler(module: Any, nlp: Any, place: dict[str, Any]) -> None:
    nlp.add_pipe("span_ruler", config={"annotate_ents": True}, **place).add_patterns(PATTERNS)


def setter(default: str) -> Setup:
    """Entities here and there, with and without ids; blocked tokens, such of which nothing is known, and such that are outside."""

    def add(module: Any, nlp: Any, place: dict[str, Any]) -> None:
        make = module.tokens.Span

        def set_entities(doc: Any) -> Any:
            first, size = len(doc.text) % 5, len(doc)
            blocked, missing, outside = (
                [make(doc, i + after, min(size, i + after + width)) for i in range(first, size - after, 11)]
                for after, width in ((4, 2), (6, 1), (7, 1))
            )
            ents = [
                make(
                    doc,
                    i,
                    min(size, i + 1 + i % 3),
                    label=LABELS[i % 3],
                    kb_id="Q1" if i % 2 else "",
                    span_id="" if i % 7 else "mine",
                )
                for i in range(first, size, 11)
            ]
            doc.set_ents(ents, blocked=blocked, missing=missing, outside=outside, default=default)
            return doc

        name = f"test_sets_entities_{default}"
        if not module.Language.has_factory(name):
            module.Language.component(name, func=set_entities)
        nlp.add_pipe(name, **place)

    add.__name__ = default
    return add


def left_over(module: Any, nlp: Any, place: dict[str, Any]) -> None:
    """Ids of entities that are gone."""

    def set_and_remove(doc: Any) -> Any:
        make = module.tokens.Span
        doc.ents = [make(doc, i, i + 1, label="GONE", kb_id="Q2", span_id="gone") for i in range(0, len(doc), 3)]
        doc.ents = []
        return doc

    if not module.Language.has_factory("test_leaves_ids"):
        module.Language.component("test_leaves_ids", func=set_and_remove)
    nlp.add_pipe("test_leaves_ids", **place)


SETUPS = [entity_ruler, span_ruler, *map(setter, ("outside", "missing", "blocked", "unmodified")), left_over]


@pytest.fixture(params=SETUPS, ids=lambda setup: setup.__name__)
def setup(request: pytest.FixtureRequest) -> Setup:
    return request.param


def report(found: list[str]) -> None:
    assert not found, f"{len(found)} differ; the first: {found[0]}"


def test_in_a_pipeline_of_its_own(package: Any, setup: Setup) -> None:
    want, nlp = spacy.load(SPACY_PACKAGE), package.load(NAME)
    for module, pipeline in ((spacy, want), (package, nlp)):
        setup(module, pipeline, {"before": "ner"})
    texts = TEXTS if setup is entity_ruler else FEW
    docs = list(want.pipe(texts))
    assert any(doc.ents for doc in docs)
    report(differences(docs, nlp.pipe(texts)))


def test_at_the_beginning_and_after_ner(package: Any) -> None:
    """A ruler at the end sees blocked tokens, of which nothing is left behind it."""
    want, nlp = spacy.load(SPACY_PACKAGE), package.load(NAME)
    for module, pipeline in ((spacy, want), (package, nlp)):
        setter("blocked")(module, pipeline, {"first": True})
        entity_ruler(module, pipeline, {"last": True})
    report(differences(want.pipe(FEW), nlp.pipe(FEW)))


@pytest.fixture
def never_falls_back(inside: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(original: Any, doc: Doc, names: Any) -> None:
        raise AssertionError(f"spaCy's components took {doc.text!r}")

    monkeypatch.setattr(inside.loading.Original, "__call__", refuse)


@pytest.mark.usefixtures("never_falls_back")
def test_inside_spacy(inside: Any, setup: Setup) -> None:
    want, nlp = spacy.load(SPACY_PACKAGE), inside.load(SPACY_PACKAGE)
    for pipeline in (want, nlp):
        setup(spacy, pipeline, {"first": True})
    report(differences(want.pipe(FEW), nlp.pipe(FEW)))
    report(differences(map(want, FEW[:9]), map(nlp, FEW[:9])))


@pytest.mark.usefixtures("never_falls_back")
def test_words_and_sentence_starts_inside_spacy(inside: Any) -> None:
    docs = []
    want, nlp = spacy.load(SPACY_PACKAGE), inside.load(SPACY_PACKAGE)
    for pipeline in (want, nlp):
        entity_ruler(spacy, pipeline, {"first": True})
        pipeline.add_pipe("sentencizer", first=True)
        words = [Doc(pipeline.vocab, words=["Lon", "don", ",", "London", "of", "Ann", "in", "1999"]) for _ in range(2)]
        docs.append(list(pipeline.pipe([*words, *map(pipeline.make_doc, FEW)])))
    report(differences(*docs))


def test_a_document_again(package: Any) -> None:
    want, nlp = spacy.load(SPACY_PACKAGE), package.load(NAME)
    report([found for text in FEW if (found := difference(want(want(text)), nlp(nlp(text))))])
    for module, pipeline in ((spacy, want), (package, nlp)):
        entity_ruler(module, pipeline, {"before": "ner"})
    report([found for text in FEW if (found := difference(want(want(text)), nlp(nlp(text))))])


def test_documents_of_words(package: Any) -> None:
    docs = []
    for module, nlp in ((spacy, spacy.load(SPACY_PACKAGE)), (package, package.load(NAME))):
        doc = module.tokens.Doc(nlp.vocab, words=["Lon", "don", "was", "Ann", "Lee", "'s", "in", "1999"])
        doc.ents = [module.tokens.Span(doc, 0, 2, label="DRAGON")]
        docs.append(nlp(doc))
    assert difference(*docs) is None


def with_loose_ends(module: Any, nlp: Any) -> Any:
    """An entity that goes on and has not begun."""
    doc = nlp.make_doc("In London Ann Lee met Alan Turing.")
    for i, (iob, kind) in enumerate([(2, ""), (1, "GPE"), (3, "PERSON"), (1, "ORG")]):
        rows = doc.to_array(["ENT_IOB", "ENT_TYPE"])
        rows[i] = iob, doc.vocab.strings.add(kind) if kind else 0
        doc.from_array(["ENT_IOB", "ENT_TYPE"], rows)
    return doc


def test_loose_ends(package: Any, inside: Any) -> None:
    nlp = package.load(NAME)
    with pytest.raises(NotImplementedError, match=r"have not begun.*tern_nlp\.spacy"):
        nlp(with_loose_ends(package, nlp))
    want, nlp = spacy.load(SPACY_PACKAGE), inside.load(SPACY_PACKAGE)
    docs = [pipeline(with_loose_ends(spacy, pipeline)) for pipeline in (want, nlp)]
    assert difference(*docs) is None


def test_beams(package: Any, inside: Any, tmp_path: Path) -> None:
    """Each text with a pipeline that has not seen the labels of another (tests/parity/test_beam.py)."""
    folder, file = tmp_path / "pipeline", tmp_path / "model.tern"
    random_beam(16, 0.0).to_disk(folder)
    small.convert_folder(folder, file)
    ours: Language = inside.load(folder)
    own = package.load(file)
    for module, pipeline in ((spacy, ours), (package, own)):
        setter("blocked")(module, pipeline, {"first": True})
    found = []
    for text in [text for text in FEW if text.strip()][:25]:
        theirs = spacy.load(folder)
        setter("blocked")(spacy, theirs, {"first": True})
        want = theirs(text)
        found += [difference(want, pipeline(text)) for pipeline in (ours, own)]
    report([problem for problem in found if problem])


def test_what_the_extension_refuses(tern: Any, package: Any) -> None:
    model = package.load(NAME).tokenizer.engine.model
    for entities, error in (
        ([], ValueError),
        ({}, ValueError),
        ([{}], TypeError),
        ([[[0, 1, "A", ""]]], TypeError),
        ([[(0, 1, "A")]], TypeError),
        ([[(0, 1, 5, "")]], TypeError),
        ([[(0, 1, "A\0B", "")]], ValueError),
        ([[(0, 1, "\ud800", "")]], UnicodeEncodeError),
        ([[(-1, 1, "A", "")]], ValueError),
        ([[(1, 0, "A", "")]], ValueError),
        ([[(0, 2, "A", ""), (1, 2, "B", "")]], ValueError),
    ):
        with pytest.raises(error):
            model.run(["One two."], tern.ENTITIES, entities=entities)
    (result,) = model.run(["One two."], tern.ENTITIES, entities=[[(0, 1, "A", "b")]])
    assert result.entities()[0] == (0, 1, "A", "b")
