"""tern_nlp.training.Example, Scorer and nlp.evaluate: spaCy's figures."""

from __future__ import annotations

import importlib
import random
import warnings
from typing import Any

import pytest

spacy = pytest.importorskip("spacy")

import spacy.scorer
import spacy.training
from corpus import project_texts
from spacy.language import Language

TEXTS = ["Apple is looking at buying U.K. startup for $1 billion. It is nice.", *project_texts()[:25]]


@pytest.fixture(scope="module")
def ours(package: Any) -> Any:
    return importlib.import_module("tern_nlp.training")


@pytest.fixture(scope="module")
def scorer(package: Any) -> Any:
    return importlib.import_module("tern_nlp.scorer")


def noisy(dictionary: dict[str, Any], source: random.Random) -> dict[str, Any]:
    """The same with other tags, words, lemmas, labels and entities here and there."""
    tokens, whole = dictionary["token_annotation"], dictionary["doc_annotation"]

    def changed(values: list[str], *others: str) -> list[str]:
        return [source.choice(others) if source.random() < 0.15 else value for value in values]

    tokens["TAG"] = changed(tokens["TAG"], "NN", "", "VB")
    tokens["LEMMA"] = changed(tokens["LEMMA"], "q", "")
    tokens["POS"] = changed(tokens["POS"], "NOUN", "X", "")
    tokens["DEP"] = changed(tokens["DEP"], "dobj", "punct", "")
    tokens["MORPH"] = changed(tokens["MORPH"], "Number=Sing", "Case=Nom|Number=Plur", "")
    whole["entities"] = [
        source.choice([tag, "O", "-", "U-GPE"]) if tag[0] in "UO" else tag for tag in whole["entities"]
    ]
    whole["cats"] = {label: float(source.random() < 0.5) for label in ("a", "b") if source.random() < 0.9}
    length = len(" ".join(tokens["ORTH"]))
    whole["spans"] = {"sc": [(0, len(tokens["ORTH"][0]), "X", "")]} if length else {}
    return dictionary


def references(nlp: Language) -> list[dict[str, Any]]:
    source = random.Random(5)
    return [noisy(spacy.training.Example(doc, doc).to_dict(), source) for doc in nlp.pipe(TEXTS)]


def examples(module: Any, nlp: Any, given: list[dict[str, Any]]) -> list[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [module.Example.from_dict(nlp.make_doc(text), one) for text, one in zip(TEXTS, given)]


@pytest.fixture(scope="module")
def pairs(ours: Any, package: Any, nlp_full: Language) -> Any:
    """(spaCy's pipeline and examples, ours): references with the same faults."""
    own, given = package.load("en_core_web_sm"), references(nlp_full)
    return (nlp_full, examples(spacy.training, nlp_full, given)), (own, examples(ours, own, given))


def comparable(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in figures.items() if name != "speed"}


def test_evaluate(pairs: Any) -> None:
    (theirs, wanted), (own, given) = pairs
    want, got = theirs.evaluate(wanted), own.evaluate(given)
    assert got["speed"] > 0 and comparable(got) == comparable(want)
    assert 0.5 < got["tag_acc"] < 1 and 0 < got["ents_f"] < 1 and 0.5 < got["dep_las"] < 1
    want, got = (nlp.evaluate(each, per_component=True) for nlp, each in pairs)
    assert comparable(got) == comparable(want)


def test_examples_are_spacys(pairs: Any) -> None:
    for want, got in zip(pairs[0][1], pairs[1][1]):
        assert got.to_dict() == want.to_dict()
        for field in ("TAG", "POS", "ENT_IOB", "ENT_TYPE", "LEMMA", "SENT_START"):
            assert got.get_aligned(field, as_string=True) == want.get_aligned(field, as_string=True), field
        assert got.get_aligned_ner() == want.get_aligned_ner()
        assert got.get_aligned_parse(projectivize=False) == want.get_aligned_parse(projectivize=False)
        assert got.get_aligned_sent_starts() == want.get_aligned_sent_starts()
        parts = [[part.to_dict() for part in each.split_sents()] for each in (got, want)]
        assert parts[0] == parts[1]


def test_other_figures(pairs: Any, scorer: Any) -> None:
    """Of links, categories and spans, which the pipeline does not have."""
    (theirs, wanted), (own, given) = pairs
    source = random.Random(1)
    for want, got in zip(wanted, given):
        cats = {label: round(source.random(), 1) for label in ("a", "b")}
        for example in (want, got):
            example.predicted.cats = dict(cats)
            doc = example.predicted
            doc.spans["sc"] = [doc[0:1]] if len(doc) else []
    for multi_label in (True, False):
        figures = [
            kind.score_cats(each, "cats", labels=["a", "b"], multi_label=multi_label, positive_label="b")
            for kind, each in ((scorer.Scorer, given), (spacy.scorer.Scorer, wanted))
        ]
        assert same(*figures)
    links = [
        kind.score_links(each, negative_labels=["NIL"])
        for kind, each in ((scorer.Scorer, given), (spacy.scorer.Scorer, wanted))
    ]
    assert links[0] == links[1]
    spans = [
        kind.score_spans(each, "spans_sc", getter=lambda doc, attr: doc.spans.get("sc", []), allow_overlap=True)
        for kind, each in ((scorer.Scorer, given), (spacy.scorer.Scorer, wanted))
    ]
    assert spans[0] == spans[1] and spans[0]["spans_sc_f"] is not None


def same(got: Any, want: Any) -> bool:
    """Numbers but for the last digits: areas are added in another order."""
    if isinstance(want, dict):
        return set(got) == set(want) and all(same(got[key], want[key]) for key in want)
    return bool(got == want or (isinstance(want, float) and got == pytest.approx(want, abs=1e-12)))


def test_a_scorer_without_a_pipeline(pairs: Any, scorer: Any) -> None:
    want = spacy.scorer.Scorer().score(pairs[0][1])
    got = scorer.Scorer().score(pairs[1][1])
    assert same(got, {key: want[key] for key in want})


@pytest.mark.parametrize(
    "one, other",
    [
        (["i", "listen", "to", "obama", "'", "s"], ["i", "listen", "to", "obama's"]),
        (["a", " ", "bc"], ["A", "b", "C", " "]),
        (["İ", "x"], ["İx"]),
        ([], []),
        ([" ", "a"], ["a"]),
        (["ab", "c"], ["a", "bc"]),
    ],
)
def test_alignments(ours: Any, one: list[str], other: list[str]) -> None:
    want, got = (module.Alignment.from_strings(one, other) for module in (spacy.training, ours))
    for side in ("x2y", "y2x"):
        mine, its = getattr(got, side), getattr(want, side)
        assert mine.data.tolist() == its.data.tolist() and mine.lengths.tolist() == its.lengths.tolist()
        assert mine[0:2].tolist() == its[0:2].tolist()
    with pytest.raises(ValueError, match="E949"):
        ours.Alignment.from_strings(["a"], ["b"])


def test_tags(ours: Any, package: Any, nlp_full: Language) -> None:
    text = "I flew to San Francisco Valley with Ann."
    docs = nlp_full.make_doc(text), package.blank("en").make_doc(text)
    given = [(10, 30, "LOC"), (36, 39, "PERSON")]
    tags = [module.offsets_to_biluo_tags(doc, given) for module, doc in zip((spacy.training, ours), docs)]
    assert tags[0] == tags[1] and tags[0][3] == "B-LOC"
    assert ours.biluo_tags_to_offsets(docs[1], tags[1]) == given
    assert ours.biluo_to_iob(tags[0]) == spacy.training.biluo_to_iob(tags[0])
    iob = ours.biluo_to_iob(tags[0])
    assert ours.iob_to_biluo(iob) == spacy.training.iob_to_biluo(iob) == tags[0]
    with pytest.warns(UserWarning, match="W030"):
        assert "-" in ours.offsets_to_biluo_tags(docs[1], [(10, 12, "LOC")])
    with pytest.raises(ValueError, match="E103"):
        ours.offsets_to_biluo_tags(docs[1], [(10, 13, "LOC"), (10, 13, "X")])


def test_what_only_training_needs(ours: Any, package: Any) -> None:
    with pytest.raises(NotImplementedError, match=r"tern_nlp\.spacy"):
        _ = ours.Corpus
    with pytest.raises(NotImplementedError, match=r"tern_nlp\.spacy"):
        package.load("en_core_web_sm").update([])
