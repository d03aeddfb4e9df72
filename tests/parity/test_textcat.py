"""Text classifiers: small pipelines that spaCy trains, of every architecture, give its scores for every label."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest

spacy = pytest.importorskip("spacy")

import small_pipelines as small
from categories import TOLERANCE, first_cats_difference
from common import REDUCED, SPACY_PACKAGE, Run
from comparison import spacy_alone
from convert import container
from corpus import project_texts
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.vectors import Vectors
from thinc.api import NumpyOps

# Lemmas without parts of speech are among what is compared.
pytestmark = pytest.mark.filterwarnings("ignore:.*W108.*:UserWarning")

SEED = 11
TRAINED_ON, PASSES = 160, 1 if REDUCED else 4
EXTREMES = ["", " ", "X", "\n\n", "X X", "a X a X a", "🙂", "Why not? " * 300, "x" * 5000]
MANY_TOKENS = "Why not? It was 1984 then. " * 1500
LABELS: dict[str, Callable[[str], bool]] = {
    "question": lambda text: "?" in text,
    "numbers": lambda text: any(c.isdigit() for c in text),
    "long": lambda text: len(text) > 80,
    "capital É": lambda text: text[:1].isupper(),
}


# ---- what they learn -------------------------------------------------------------------------------------------------


def exclusive_cats(text: str) -> dict[str, float]:
    """The first label that fits."""
    chosen = next((label for label, fits in LABELS.items() if fits(text)), "other")
    return {label: float(label == chosen) for label in [*LABELS, "other"]}


def multilabel_cats(text: str) -> dict[str, float]:
    """Every label that fits; two of them are labels of the exclusive classifier too."""
    return {
        name: float(LABELS[label](text))
        for name, label in [
            ("is long", "long"),
            ("numbers", "numbers"),
            ("has capital", "capital É"),
            ("question", "question"),
        ]
    }


CATS = {"textcat": exclusive_cats, "textcat_multilabel": multilabel_cats}


def train(nlp: Language) -> Language:
    texts = [text for text in project_texts() if text.strip()]
    random.Random(SEED).shuffle(texts)
    spacy.util.fix_random_seed(SEED)
    docs = {text: nlp.make_doc(text) for text in texts[:TRAINED_ON]}
    classifiers = [name for name in nlp.pipe_names if name in CATS]

    examples = {
        name: [Example.from_dict(doc.copy(), {"cats": CATS[name](text)}) for text, doc in docs.items()]
        for name in classifiers
    }
    for name in classifiers:
        nlp.get_pipe(name).initialize(lambda: examples[name], nlp=nlp)
    if "tok2vec" in nlp.pipe_names and "parser" not in nlp.pipe_names:
        nlp.get_pipe("tok2vec").initialize(lambda: examples[classifiers[0]], nlp=nlp)
    optimizer = nlp.create_optimizer()
    for name in classifiers * PASSES:
        with nlp.select_pipes(enable=["tok2vec", name] if "tok2vec" in nlp.pipe_names else [name]):
            for begin in range(0, len(docs), 16):
                nlp.update(examples[name][begin : begin + 16], sgd=optimizer)
    for node in (
        node for name in classifiers for node in nlp.get_pipe(name).model.walk() if node.name == "static_vectors"
    ):
        node.set_param("W", np.eye(small.WIDTH, dtype="f4"))  # so that the file has them in half precision, too
    return nlp


# ---- what they are ---------------------------------------------------------------------------------------------------


def bow(version: int, ngram_size: int, no_output_layer: bool = False, **settings: Any) -> dict[str, Any]:
    return {
        "@architectures": f"spacy.TextCatBOW.v{version}",
        "ngram_size": ngram_size,
        "no_output_layer": no_output_layer,
        **settings,
    }


def reduce(*reductions: str) -> dict[str, Any]:
    return {
        "@architectures": "spacy.TextCatReduce.v1",
        **{f"use_reduce_{name}": name in reductions for name in ("first", "last", "max", "mean")},
    }


def encoder(width: int = small.WIDTH) -> dict[str, Any]:
    """The default classifier's, which reads LOWER, made smaller."""
    made = small.encoder(width)
    made["embed"].update(attrs=["NORM", "LOWER", "PREFIX", "SUFFIX", "SHAPE"], rows=[300, 300, 100, 200, 100])
    return made


def blank(
    model: dict[str, Any],
    tok2vec: dict[str, Any] | None = None,
    linear: dict[str, Any] | None = None,
    vectors: Vectors | None = None,
) -> Language:
    """Both classifiers with that model: one exclusive, one not."""
    nlp = spacy.blank("en")
    nlp.vocab.vectors = vectors or nlp.vocab.vectors
    if tok2vec and tok2vec["@architectures"] == "spacy.Tok2VecListener.v1":
        nlp.add_pipe("tok2vec", config={"model": encoder(tok2vec["width"])})
    for name, exclusive in (("textcat", True), ("textcat_multilabel", False)):
        settings = dict(model, **({"tok2vec": tok2vec} if tok2vec else {}))
        if linear:
            settings["linear_model"] = dict(linear, exclusive_classes=exclusive)
        else:
            settings["exclusive_classes"] = exclusive
        nlp.add_pipe(name, config={"model": settings})
    return nlp


def defaults() -> Language:
    """As nlp.add_pipe("textcat") makes them, beside other components."""
    nlp = spacy.blank("en")
    for name in ("textcat_multilabel", "sentencizer", "textcat"):
        nlp.add_pipe(name)
    return nlp


def beside_a_parser() -> Language:
    """Two more who look at the encoder of an installed pipeline, and at none."""
    nlp = spacy.load(SPACY_PACKAGE)
    nlp.add_pipe("textcat", first=True, config={"model": dict(bow(3, 1), exclusive_classes=True)})
    nlp.add_pipe(
        "textcat_multilabel", config={"model": dict(ATTENTION, exclusive_classes=False, tok2vec=small.listener(96))}
    )
    return nlp


def with_vectors() -> Language:
    """Vectors that half precision holds as they are."""
    nlp = spacy.blank("en")
    words = sorted({token.text for text in project_texts()[:200] for token in nlp.make_doc(text)})
    data = np.random.RandomState(SEED).normal(size=(len(words), small.WIDTH)).astype("f2").astype("f4")
    model = encoder()
    model["embed"]["include_static_vectors"] = True
    return blank(ATTENTION, model, vectors=Vectors(data=data, keys=words))


ENSEMBLE: dict[str, Any] = {"@architectures": "spacy.TextCatEnsemble.v2"}
ATTENTION: dict[str, Any] = {"@architectures": "spacy.TextCatParametricAttention.v1"}
RECIPES: dict[str, Callable[[], Language]] = {
    "bow.v3": lambda: blank(bow(3, 1)),
    "bow.v3, n-grams": lambda: blank(bow(3, 3, length=1000)),
    "bow.v3, raw": lambda: blank(bow(3, 2, no_output_layer=True, length=10000)),
    "bow.v2, raw": lambda: blank(bow(2, 2, no_output_layer=True)),
    "bow.v1": lambda: blank(bow(1, 1)),
    "cnn.v2, listening": lambda: blank({"@architectures": "spacy.TextCatCNN.v2"}, small.listener()),
    "cnn.v1": lambda: blank({"@architectures": "spacy.TextCatCNN.v1"}, encoder()),
    "reduce, all, odd width": lambda: blank(reduce("first", "last", "max", "mean"), encoder(19)),
    "reduce, last and max": lambda: blank(reduce("last", "max"), encoder()),
    "ensemble": lambda: blank(ENSEMBLE, encoder(), bow(3, 1, length=4096)),
    "ensemble, listening": lambda: blank(ENSEMBLE, small.listener(), bow(2, 2, no_output_layer=True)),
    "attention": lambda: blank(ATTENTION, encoder()),
    "attention, listening": lambda: blank(ATTENTION, small.listener()),
    "attention, vectors": with_vectors,
    "defaults": defaults,
    "beside a parser": beside_a_parser,
}


LONG = ("bow.v3, raw", "reduce, last and max", "ensemble", "attention, listening")  # what others have one by one


@pytest.fixture(
    scope="module", params=[pytest.param(name, marks=pytest.mark.long) if name in LONG else name for name in RECIPES]
)
def named_pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, program: Callable[[str], Path]
) -> tuple[str, small.Pair]:
    nlp = train(RECIPES[request.param]())
    return request.param, small.saved_pair(nlp, tmp_path_factory.mktemp("pipeline"), program("tests/stages"))


@pytest.fixture
def pair(named_pair: tuple[str, small.Pair]) -> small.Pair:
    return named_pair[1]


@pytest.fixture(scope="module")
def texts(some_texts: Callable[[int], list[str]], amount: Callable[[int, int], int]) -> list[str]:
    made = some_texts(SEED)
    return EXTREMES + random.Random(SEED).sample(made, amount(150, 600))


# ---- beside tern -----------------------------------------------------------------------------------------------------


def compare(pair: small.Pair, texts: list[str], tolerance: float, only: list[str] | None = None) -> None:
    """One text at a time: in a batch spaCy runs the model on empty documents too."""
    lines = [{"text": text, "want": ["cats"], **({"components": only} if only else {})} for text in texts]
    with pair.nlp.select_pipes(enable=only or pair.nlp.pipe_names):
        docs = [pair.nlp(text) for text in texts]
    answers = pair.stages().answers(lines)
    found = [first_cats_difference(doc, answer["cats"], tolerance) for doc, answer in zip(docs, answers)]
    small.report([difference for difference in found if difference], texts)
    assert all(doc.cats for doc in docs)


def test_scores(named_pair: tuple[str, small.Pair], texts: list[str]) -> None:
    """A bag of words without an output layer is equal bit by bit."""
    name, pair = named_pair
    compare(pair, texts, 0.0 if "bow" in name and "raw" in name else TOLERANCE)


def double_sum(ops: NumpyOps, rows: Any, lengths: Any) -> Any:
    ends = np.cumsum(lengths)
    return np.array([rows[end - n : end].sum(axis=0, dtype="f8") for n, end in zip(lengths, ends)], dtype="f4")


def double_mean(ops: NumpyOps, rows: Any, lengths: Any) -> Any:
    return double_sum(ops, rows, lengths) / np.asarray(lengths, dtype="f4")[:, None]


def test_a_long_document(pair: small.Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """spaCy adds up rows in single precision: over thousands of tokens its sums, not tern's, are off by more than the tolerance."""
    monkeypatch.setattr(NumpyOps, "reduce_sum", double_sum)
    monkeypatch.setattr(NumpyOps, "reduce_mean", double_mean)
    compare(pair, [MANY_TOKENS], TOLERANCE)


def test_vectors_in_half_precision(named_pair: tuple[str, small.Pair]) -> None:
    name, pair = named_pair
    sections = container.read(pair.file.read_bytes())
    tables = [section.array.dtype for name, section in sections.items() if name.endswith("/static")]
    assert tables == [np.dtype("<f2")] * 2 * ("vectors" in name)


@spacy_alone
def test_it_has_learnt(pair: small.Pair, texts: list[str]) -> None:
    """Or the scores would be the same whatever is computed."""
    docs = [pair.nlp(text) for text in texts[len(EXTREMES) : 200]]
    best = [max(exclusive_cats(""), key=doc.cats.get) for doc in docs]
    assert len(set(best)) > 1
    assert all(len({round(doc.cats[label], 2) for doc in docs}) > 10 for label in multilabel_cats(""))


@pytest.mark.parametrize("only", [["textcat"], ["textcat_multilabel"]])
def test_one_classifier(pair: small.Pair, texts: list[str], only: list[str]) -> None:
    """Without the other, and without the encoder if they listen to one: then they read zeros."""
    compare(pair, texts[:100], TOLERANCE, only)


def test_no_classifier_no_cats(pair: small.Pair) -> None:
    for answer in pair.stages().answers([{"text": text, "want": []} for text in ("", "How long?")]):
        assert answer["cats"] == [] and "cats" not in answer["annotations"]


def test_a_context_remembers_nothing(pair: small.Pair, texts: list[str]) -> None:
    """Long texts before short ones, every text in a new context: the same bits."""
    some = sorted(texts[:60], key=len, reverse=True)
    assert [a["cats"] for a in pair.stages().texts(some)] == [a["cats"] for a in pair.stages("--fresh").texts(some)]


def test_pipe(pair: small.Pair, texts: list[str], run: Run) -> None:
    """tern pipe prints Doc.to_json(), its keys in their order; floats as Python does."""
    some = texts[:120]
    lines = "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in some).encode()
    done = run("tern", "pipe", "-m", pair.file, input=lines)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    for text, line in zip(some, done.stdout.decode("utf-8").split("\n")):
        doc, got = pair.nlp(text), json.loads(line)
        want = doc.to_json()
        assert list(got) == list(want)
        assert first_cats_difference(doc, list(got["cats"].items()), TOLERANCE) is None
        assert {**got, "cats": None} == {**want, "cats": None}
        assert json.dumps(got, ensure_ascii=False) == line
