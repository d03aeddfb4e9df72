"""tern_nlp.pipeline and displacy beside spaCy's, each on its own documents of the same words and annotations."""

from __future__ import annotations

import importlib
import random
import re
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any, Optional

import pytest

spacy = pytest.importorskip("spacy")

import oracle
from common import MODEL, SPACY_PACKAGE
from corpus import project_texts
from random_patterns import PatternMaker
from spacy import displacy as their_displacy
from spacy import pipeline as theirs
from spacy.tokens import Doc, Span

SEED = 11


class Cut:
    """What a ruler needs of a pipeline: phrases become documents."""

    def __init__(self, vocab: Any, make: Any) -> None:
        self.vocab, self.pipeline, self.pipe_names = vocab, [], []
        self.make = make

    def pipe(self, texts: Any) -> Any:
        return [self.make(self.vocab, words=text.split()) for text in texts]

    def select_pipes(self, **_: Any) -> Any:
        raise AssertionError("there is no component to disable")


class Ours:
    """The package's modules, and spaCy's documents as its own."""

    def __init__(self) -> None:
        for name in ("pipeline", "displacy", "tokens", "vocab", "glossary", "registrations"):
            setattr(self, name, importlib.import_module(f"tern_nlp.{name}"))
        self.vocab = self.vocab.Vocab()  # type: ignore[has-type]
        self.vocab.cfg = {}

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)

    def doc(self, doc: Doc) -> Any:
        return self.tokens.Doc(self.vocab).from_bytes(doc.to_bytes(exclude=["user_data", "user_hooks", "tensor"]))


@pytest.fixture(scope="module")
def ours(package: ModuleType) -> Ours:
    return Ours()


@pytest.fixture(scope="module")
def docs() -> list[Doc]:
    texts = [text for text in project_texts() if text.strip()]
    found = list(oracle.pipeline(SPACY_PACKAGE, "full").pipe(texts[:: len(texts) // 25]))
    return [doc[:60].as_doc() for doc in found if len(doc)]


def spans(found: Any) -> list[Any]:
    return [(span.start, span.end, span.label_, span.id_) for span in found]


TESTS = ("ORTH", "TEXT", "POS", "TAG", "DEP", "LEMMA", "ENT_TYPE", "LENGTH", "OP", "MORPH")
"""Attributes that a vocabulary without a language has, too."""


def rules(docs: list[Doc], source: random.Random) -> list[dict[str, Any]]:
    maker, found = PatternMaker(docs, SEED), []
    while len(found) < 60:
        pattern: Any = maker.pattern()
        if not all(name.upper() in TESTS for spec in pattern for name in spec):
            doc = source.choice(docs)
            begin = source.randrange(len(doc))
            pattern = " ".join(token.text for token in doc[begin : begin + source.randint(1, 3)])
        found.append({"label": f"L{len(found) % 9}", "pattern": pattern})
        if source.random() < 0.4:
            found[-1]["id"] = f"i{len(found) % 5}"
    return found


def pair_of(name: str, ours: Ours, docs: list[Doc], **settings: Any) -> tuple[Any, Any]:
    vocab = docs[0].vocab
    return (
        getattr(theirs, name)(NoPipes(spacy.blank("en"), vocab), **settings),
        getattr(ours.pipeline, name)(Cut(ours.vocab, ours.tokens.Doc), **settings),
    )


class NoPipes(Cut):
    def __init__(self, nlp: Any, vocab: Any) -> None:
        super().__init__(vocab, Doc)
        self.nlp = nlp

    def select_pipes(self, **settings: Any) -> Any:
        return self.nlp.select_pipes(**settings)


@pytest.mark.parametrize("overwrite", [False, True])
def test_entity_rulers(overwrite: bool, ours: Ours, docs: list[Doc], tmp_path: Path) -> None:
    source = random.Random(SEED)
    patterns = rules(docs, source)
    pair = pair_of("EntityRuler", ours, docs, overwrite_ents=overwrite, patterns=patterns)
    for ruler in pair:
        ruler.remove("i2")
    for attribute in ("labels", "patterns"):
        assert getattr(pair[1], attribute) == getattr(pair[0], attribute)
    assert set(pair[1].ent_ids) == set(pair[0].ent_ids) and len(pair[1]) == len(pair[0]) and "L3" in pair[1]
    for doc in docs:
        own = ours.doc(doc)
        assert spans(pair[1](own).ents) == spans(pair[0](doc.copy()).ents)
    pair[0].to_disk(tmp_path / "folder")
    pair[0].to_disk(tmp_path / "lines.jsonl")
    for name in ("folder", "lines.jsonl"):
        again = pair_of("EntityRuler", ours, docs)[1].from_disk(tmp_path / name)
        assert again.patterns == pair[0].patterns and again.overwrite == (overwrite and name == "folder")
        again.to_disk(tmp_path / f"ours {name}")
        assert pair_of("EntityRuler", ours, docs)[0].from_disk(tmp_path / f"ours {name}").patterns == pair[0].patterns
    assert pair[1].from_bytes(pair[0].to_bytes()).patterns == pair[0].patterns
    for wrong, error in (("nothing", ValueError), ("nothing.jsonl", ValueError)):
        with pytest.raises(error):
            pair[1].from_disk(tmp_path / wrong)


@pytest.mark.parametrize("annotate", [False, True])
@pytest.mark.parametrize("overwrite", [False, True])
def test_span_rulers(annotate: bool, overwrite: bool, ours: Ours, docs: list[Doc], tmp_path: Path) -> None:
    source = random.Random(SEED)
    pair = pair_of("SpanRuler", ours, docs, annotate_ents=annotate, overwrite=overwrite)
    for ruler in pair:
        ruler.add_patterns(rules(docs, random.Random(SEED)))
        ruler.remove("L4")
        ruler.remove_by_id("i1")
    assert pair[1].labels == pair[0].labels and pair[1].ids == pair[0].ids and len(pair[1]) == len(pair[0])
    filters = [None, "prioritize_new_ents_filter", "prioritize_existing_ents_filter"]
    for doc in docs:
        choice = source.choice(filters)
        results = []
        for ruler, kind, one in zip(pair, (theirs, ours.pipeline), (doc.copy(), ours.doc(doc))):
            module = importlib.import_module(f"{kind.__name__}.span_ruler")
            ruler.spans_filter = getattr(module, choice) if choice else None
            done = ruler(ruler(one))
            results.append((spans(done.ents), spans(done.spans["ruler"])))
        assert results[1] == results[0]
    pair[0].to_disk(tmp_path / "folder")
    assert pair[1].from_disk(tmp_path / "folder").patterns == pair[0].patterns
    assert pair[1].from_bytes(pair[0].to_bytes()).patterns == pair[0].patterns
    for ruler in pair:
        for remove in (ruler.remove, ruler.remove_by_id):
            with pytest.raises(ValueError, match="E1024"):
                remove("nothing")


def test_attribute_rulers(ours: Ours, docs: list[Doc]) -> None:
    tag_map = {
        "NN": {"POS": "PROPN", "Number": "Plur", "Case": "Nom"},
        "DT": {"POS": "X"},
        "VBZ": {"MORPH": "Tense=Fut"},
    }
    words = {"DT": {"the": {"LEMMA": "THE", "Definite": "Ind"}, "a": {"POS": "NUM"}}}
    pair = theirs.AttributeRuler(docs[0].vocab), ours.pipeline.AttributeRuler(ours.vocab)
    for ruler in pair:
        ruler.initialize(None, tag_map=tag_map, morph_rules=words)
        ruler.add([[{"POS": "VERB"}, {"OP": "?"}, {"POS": "PROPN"}]], {"LEMMA": "x", "TAG": "YY"}, index=-1)
        ruler.add([[{"TAG": "YY"}]], {"DEP": "dep", "MORPH": {"B": "b", "A": "a"} and "B=b|A=a"})
    assert pair[1].patterns == pair[0].patterns
    for doc in docs:
        results = [
            [(token.tag_, token.pos_, token.lemma_, token.dep_, str(token.morph)) for token in ruler(one)]
            for ruler, one in zip(pair, (doc.copy(), ours.doc(doc)))
        ]
        assert results[0] == results[1]
    again = ours.pipeline.AttributeRuler(ours.vocab).from_bytes(pair[1].to_bytes(exclude=["vocab"]))
    assert again.patterns == pair[0].patterns
    again.add([[{"POS": "X"}]], {"TAG": "Z"}, index=2)
    with pytest.raises(ValueError, match="E1001"):
        for doc in docs:
            again(ours.doc(doc))


def test_sentencizers(ours: Ours, docs: list[Doc]) -> None:
    source = random.Random(SEED)
    marks = ours.pipeline.Sentencizer.default_punct_chars
    assert sorted(marks) == sorted(theirs.Sentencizer.default_punct_chars)
    english = spacy.blank("en").vocab
    for _ in range(100):
        words = source.choices(["a", ".", "!", ")", "b", "。", ",", "?", "…"], k=source.randrange(12))
        starts: Any = source.choices([None, True, False], k=len(words))
        for overwrite, chars in ((False, None), (True, None), (False, ["b", "!"])):
            pair = [kind.Sentencizer(punct_chars=chars, overwrite=overwrite) for kind in (theirs, ours.pipeline)]
            doc = Doc(english, words=words, sent_starts=starts)
            own = FakePunctuation(doc)
            assert pair[1].predict([own]) == pair[0].predict([doc])
            assert set(pair[1].from_bytes(pair[0].to_bytes()).punct_chars) == pair[0].punct_chars


class FakePunctuation(list):  # type: ignore[type-arg]
    """Tokens of spaCy's: a vocabulary without a language knows no punctuation."""


def test_entities_become_tokens(ours: Ours, docs: list[Doc]) -> None:
    for doc in docs:
        own = ours.doc(doc)
        wanted, given = theirs.merge_entities(doc.copy()), ours.pipeline.merge_entities(own)
        assert [(t.text, t.dep_, t.ent_type_, t.head.i) for t in given] == [
            (t.text, t.dep_, t.ent_type_, t.head.i) for t in wanted
        ]


def test_a_document_is_cleaned_and_split(ours: Ours, docs: list[Doc]) -> None:
    functions = importlib.import_module("tern_nlp.pipeline.functions")
    doc = docs[0].copy()
    doc.user_data["x"] = 1
    cleaner = functions.DocCleaner({"user_data": {}, "_.nothing": None, "no.such": 1}, silent=False)
    with pytest.warns(UserWarning, match="W116"):
        assert functions.DocCleaner({}).from_bytes(cleaner.to_bytes())(doc).user_data == {}
    splitter = functions.TokenSplitter(min_length=5, split_length=3)
    pieces = [token.text for token in splitter(docs[1].copy())]
    wanted = importlib.import_module("spacy.pipeline.functions").TokenSplitter(5, 3)(docs[1].copy())
    assert pieces == [token.text for token in wanted] and "".join(pieces) == "".join(t.text for t in docs[1])


def test_a_service_does_not_grow(ours: Ours) -> None:
    """Matchers leave a document's own words out of the store."""
    nlp = importlib.import_module("tern_nlp").load(str(MODEL))
    off = nlp.pipe_names
    ruler = nlp.add_pipe("span_ruler")
    ruler.add_patterns([{"label": "A", "pattern": [{"LOWER": {"REGEX": "^own"}}, {"NORM": "x", "OP": "?"}]}])
    ruler.add_patterns([{"label": "B", "pattern": "the word"}, {"label": "C", "pattern": [{"SHAPE": "Xxxxx"}]}])
    known = len(nlp.vocab.strings)
    for number in range(50):
        doc = nlp(f"Own{number} word{number} isn't the word", disable=off)
        assert spans(doc.spans["ruler"])[0] == (0, 1, "A", "") and len(doc.spans["ruler"]) == 2
    assert len(nlp.vocab.strings) < known + 10


# ---- displaCy --------------------------------------------------------------------------------------------------------


def without_ids(markup: str) -> str:
    return re.sub(r"[0-9a-f]{32}-", "ID-", markup)


OPTIONS: list[dict[str, Any]] = [
    {},
    {"compact": True, "distance": 90, "color": "red", "bg": "#000", "font": "Serif", "offset_x": 10, "arrow_stroke": 3},
    {"collapse_punct": False, "fine_grained": True, "add_lemma": True},
    {"collapse_phrases": True, "ents": ["person", "GPE"], "colors": {"gpe": "blue"}, "kb_url_template": "http://x/{}"},
    {"spans_key": "other", "top_offset": 3, "top_offset_step": 11, "span_label_offset": 2},
    {"template": {"span": "{text}{span_slices}{span_starts}{total_height}", "slice": "{bg}", "start": "{label}"}},
]


@pytest.mark.parametrize("style", ["dep", "ent", "span"])
def test_drawings(style: str, ours: Ours, docs: list[Doc]) -> None:
    source = random.Random(SEED)
    for doc in docs:
        doc = doc.copy()
        for key in ("sc", "other"):
            starts = [source.randrange(len(doc)) for _ in range(source.randrange(6))]
            doc.spans[key] = [
                Span(
                    doc, at, min(len(doc), at + source.randint(1, 5)), label=source.choice(["GPE", "X", "<"]), kb_id=kb
                )
                for at in starts
                for kb in source.choice([["Q1"], [""]])
            ]
        if source.random() < 0.5:
            doc.user_data["title"] = "A & B"
        options = source.choice(OPTIONS if style == "span" else OPTIONS[:5])
        page, minify = source.random() < 0.3, source.random() < 0.3
        drawn = []
        for module in (their_displacy, ours.displacy):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                markup = module.render(
                    source.choice([doc]), style=style, options=options, page=page, minify=minify, jupyter=False
                )
            drawn.append((without_ids(markup), [str(warning.message)[:6] for warning in caught]))
        assert drawn[1] == drawn[0]


def test_drawings_of_ones_own(ours: Ours) -> None:
    words = [{"text": word, "tag": "X", "lemma": lemma} for word, lemma in (("a", None), ("<b>", "b"), ("c", None))]
    arcs = [
        {"start": start, "end": end, "label": label, "dir": direction}
        for start, end, label, direction in ((0, 1, "l", "left"), (0, 2, "m", "right"), (1, 2, "n", "left"))
    ]
    ents = [
        {"start": 4, "end": 5, "label": "B", "params": {"bg": "x"}},
        {"start": 0, "end": 1, "label": "A", "kb_id": "Q"},
    ]
    spans_ = [
        {"start_token": 1, "end_token": 3, "label": "S"},
        {"start_token": 0, "end_token": 2, "label": "T", "kb_id": "Q"},
    ]
    rtl = {"settings": {"direction": "rtl", "lang": "fa"}}
    parsed: dict[str, Any] = {
        "dep": [{"words": words, "arcs": arcs, "title": "t"}, {"words": words, "arcs": arcs, **rtl}],
        "ent": [{"text": "a\nb c\n", "ents": ents, **rtl}, {"text": "", "ents": []}],
        "span": [{"tokens": ["a", " ", "<c>"], "spans": spans_, **rtl}],
    }
    for style, listed in parsed.items():
        for docs in (listed, listed[::-1], listed[0], []):
            wanted, given = (
                module.render(docs, style=style, manual=True, page=True, jupyter=False)
                for module in (their_displacy, ours.displacy)
            )
            assert without_ids(given) == without_ids(wanted)
    for wrong in ({"style": "x", "docs": []}, {"docs": "text"}, {"docs": [1]}):
        for module in (their_displacy, ours.displacy):
            with pytest.raises(ValueError, match=r"\[E0(87|96)\]"):
                module.render(**wrong)


def test_colors_that_are_registered(ours: Ours) -> None:
    registry = ours.registrations.registry
    registry.displacy_colors.register("mine", func={"GPE": "pink"})
    try:
        markup = ours.displacy.render(
            {"text": "a", "ents": [{"start": 0, "end": 1, "label": "GPE"}]}, "ent", manual=True
        )
        assert "background: pink" in markup
        registry.displacy_colors.register("mine", func=lambda: 3)
        with pytest.raises(ValueError, match="E925"):
            ours.displacy.render([], "ent")
    finally:
        registry.displacy_colors._known.clear()


# ---- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("term", ["NORP", "nothing", "VBZ"])
def test_explained(term: str, ours: Ours) -> None:
    assert spacy.glossary.GLOSSARY == ours.glossary.GLOSSARY
    expected: str | None = spacy.glossary.GLOSSARY.get(term)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert ours.glossary.explain(term) == expected
