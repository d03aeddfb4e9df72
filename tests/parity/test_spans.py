"""Components that make groups of spans: small pipelines, trained by spaCy here, give spaCy's groups, order and scores."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest

spacy = pytest.importorskip("spacy")

import oracle
import small_pipelines as small
from common import MODEL, REDUCED
from comparison import spacy_alone
from convert.errors import ConvertError
from convert.tiny import seed_weights
from corpus import project_texts
from random_texts import TextMaker
from runtime.tern_server import TernServer
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example

SEED = 17
TRAINED_ON, PASSES = 90, 2 if REDUCED else 6
TOLERANCE = 2e-5
TEXTS = 40 if REDUCED else 250


# ---- what is trained -------------------------------------------------------------------------------------------------


def gold(doc: Doc) -> Doc:
    """Labels that a network can learn from the words: long words, capital words, pairs after a short one. Some overlap."""
    spans = [Span(doc, token.i, token.i + 1, label="LONG") for token in doc if len(token) > 6]
    spans += [Span(doc, token.i, token.i + 1, label="TITLE") for token in doc if token.is_title]
    spans += [Span(doc, i, i + 2, label="PAIR") for i in range(len(doc) - 1) if len(doc[i]) < 3]
    spans += [
        Span(doc, i, i + 3, label="TITLE") for i in range(len(doc) - 2) if doc[i].is_title and doc[i + 2].is_title
    ]
    for key in ("sc", "other", "candidates"):
        doc.spans[key] = spans
    return doc


def train(nlp: Language) -> None:
    texts = [text for text in project_texts() if text.strip()]
    random.Random(SEED).shuffle(texts)
    spacy.util.fix_random_seed(SEED)
    examples = [Example(nlp.make_doc(text), gold(nlp.make_doc(text))) for text in texts[:TRAINED_ON]]
    for _, pipe in nlp.pipeline:
        if hasattr(pipe, "suggester"):
            pipe.initialize(lambda: examples, nlp=nlp, labels=["LONG", "TITLE", "PAIR", "NONE"])
        else:
            pipe.initialize(lambda: examples, nlp=nlp)
    optimizer = nlp.create_optimizer()
    optimizer.learn_rate = 0.005
    for _ in range(PASSES):
        for begin in range(0, len(examples), 16):
            batch = examples[begin : begin + 16]
            for example in batch:  # what a preset suggester reads
                example.predicted.spans["candidates"] = [
                    example.predicted[span.start : span.end] for span in example.reference.spans["candidates"]
                ]
            nlp.update(batch, sgd=optimizer)


# ---- pipelines -------------------------------------------------------------------------------------------------------


def ngrams(*sizes: int) -> dict[str, Any]:
    return {"@misc": "spacy.ngram_suggester.v1", "sizes": list(sizes)}


def ngram_range(smallest: int, largest: int) -> dict[str, Any]:
    return {"@misc": "spacy.ngram_range_suggester.v1", "min_size": smallest, "max_size": largest}


PRESET = {"@misc": "spacy.preset_spans_suggester.v1", "spans_key": "candidates"}
MEAN_MAX = {"@layers": "spacy.mean_max_reducer.v1", "hidden_size": 24}
LOGISTIC = {"@layers": "spacy.LinearLogistic.v1"}
SOFTMAX = {"@layers": "Softmax.v2"}


def spancat(
    tok2vec: dict[str, Any] | None = None,
    reducer: dict[str, Any] = MEAN_MAX,
    scorer: dict[str, Any] = LOGISTIC,
    **settings: Any,
) -> dict[str, Any]:
    model = {
        "@architectures": "spacy.SpanCategorizer.v1",
        "tok2vec": tok2vec or small.listener(),
        "reducer": reducer,
        "scorer": scorer,
    }
    return {"model": model, "suggester": ngrams(1, 2, 3), **settings}


def finder(tok2vec: dict[str, Any] | None = None, **settings: Any) -> dict[str, Any]:
    model = {
        "@architectures": "spacy.SpanFinder.v1",
        "tok2vec": tok2vec or small.listener(),
        "scorer": {"@layers": "spacy.LinearLogistic.v1", "nO": 2},
    }
    return {"model": model, **settings}


def pipeline(*components: tuple[str, str, dict[str, Any]]) -> Language:
    """components: (name, factory, settings), behind a shared encoder."""
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec", config={"model": small.encoder()})
    for name, factory, settings in components:
        nlp.add_pipe(factory, name, config=settings)
    return nlp


def defaults() -> Language:
    """What add_pipe gives; the embedding of spancat_singlelabel is of version 1."""
    nlp = spacy.blank("en")
    nlp.add_pipe("spancat")
    embed = nlp.get_pipe_config("spancat")["model"]["tok2vec"]["embed"]
    nlp.add_pipe("spancat_singlelabel", config={"spans_key": "other", "model": {"tok2vec": {"embed": embed}}})
    nlp.add_pipe("span_finder", config={"spans_key": "candidates"})
    return nlp


def single(**settings: Any) -> tuple[str, str, dict[str, Any]]:
    return ("spancat_singlelabel", "spancat_singlelabel", spancat(scorer=SOFTMAX, spans_key="other", **settings))


RECIPES: dict[str, Callable[[], Language]] = {
    "defaults": defaults,
    "listen": lambda: pipeline(
        ("spancat", "spancat", spancat(threshold=0.3)),
        single(),
        ("span_finder", "span_finder", finder(threshold=0.2, spans_key="candidates", min_length=2, max_length=4)),
    ),
    "own encoders, wide threshold": lambda: pipeline(
        (
            "spancat",
            "spancat",
            spancat(small.encoder(19, 3), threshold=0.05, max_positive=2, suggester=ngram_range(2, 7)),
        ),
        single(allow_overlap=False),
        ("span_finder", "span_finder", finder(small.encoder(9, 1), threshold=0.1, spans_key="candidates")),
    ),
    "preset": lambda: pipeline(
        ("span_finder", "span_finder", finder(threshold=0.1, spans_key="candidates")),
        ("spancat", "spancat", spancat(threshold=0.1, suggester=PRESET, spans_key="candidates")),
        ("spancat_singlelabel", "spancat_singlelabel", spancat(small.encoder(9, 1), suggester=PRESET, spans_key="sc")),
    ),
    "any order of sizes": lambda: pipeline(
        ("spancat", "spancat", spancat(suggester=ngrams(5, 1, 3, 1), max_positive=1, threshold=0.2)),
        single(suggester=ngrams(3, 2), allow_overlap=False),
    ),
    "nothing is positive": lambda: pipeline(("spancat", "spancat", spancat(max_positive=0, threshold=0.0))),
    "everything is positive": lambda: pipeline(("spancat", "spancat", spancat(threshold=0.0, suggester=ngrams(4)))),
    "unlimited spans": lambda: pipeline(
        ("span_finder", "span_finder", finder(threshold=0.1, max_length=None, min_length=None))
    ),
    **{
        f"{name} and {scorer['@layers']}": lambda name=name, scorer=scorer: pipeline(
            ("spancat", "spancat", spancat(reducer={"@layers": f"reduce_{name}.v1"}, scorer=scorer, threshold=0.2))
        )
        for name, scorer in (
            ("first", LOGISTIC),
            ("last", {"@layers": "Softmax.v1"}),
            ("max", LOGISTIC),
            ("mean", SOFTMAX),
            ("sum", {"@layers": "Linear.v1"}),
        )
    },
}


# ---- tests -----------------------------------------------------------------------------------------------------------


def without_ties(spans: list[list[Any]], others: list[list[Any]]) -> tuple[list[list[Any]], list[list[Any]]]:
    """Spans that go by score, up to the first two that only a tie parts: numpy's argsort leaves the order of equal
    scores to the processor, and one in place of another takes other tokens."""
    for i, (span, other) in enumerate(zip(spans, others)):
        if span[:3] != other[:3] and abs(span[3] - other[3]) < 1e-6:
            return spans[:i], others[:i]
    return spans, others


def difference(text: str, want: dict[str, Any], got: dict[str, Any], by_score: bool) -> str | None:
    """The first group, span or score that differs."""
    if "error" in got:
        return f"{text[:200]!r}: {got['error']}"
    for field in ("start", "annotations"):
        if want[field] != got[field]:
            return f"{text[:200]!r}: {field}: spaCy {want[field]}, tern {got[field]}"
    keys = [[key for key, _ in answer["spans"]] for answer in (want, got)]
    if keys[0] != keys[1]:
        return f"{text[:200]!r}: keys: spaCy {keys[0]}, tern {keys[1]}"
    for (key, spans), (_, others) in zip(want["spans"], got["spans"]):
        if by_score and key == "other":
            spans, others = without_ties(spans, others)
        if [span[:3] for span in spans] != [span[:3] for span in others]:
            i = next((i for i, (a, b) in enumerate(zip(spans, others)) if a[:3] != b[:3]), min(len(spans), len(others)))
            return f"{text[:200]!r}: {key} {i}: spaCy {spans[i : i + 1]}, tern {others[i : i + 1]}"
        if not np.allclose([s[3] for s in spans], [s[3] for s in others], rtol=0, atol=TOLERANCE):
            i = int(np.abs(np.array([s[3] for s in spans]) - [s[3] for s in others]).argmax())
            return f"{text[:200]!r}: score of {key} {i}: spaCy {spans[i]}, tern {others[i]}"
    return None


def spancats(nlp: Language) -> list[tuple[str, Any]]:
    return [(name, pipe) for name, pipe in nlp.pipeline if hasattr(pipe, "suggester")]


def texts_for(nlp: Language) -> list[str]:
    """Texts of no to three tokens, random ones, and one of several blocks."""
    known = project_texts()
    maker = TextMaker(SEED, list(nlp.tokenizer.rules), known)
    texts = ["", " ", "One", "One two", "One two three", "\n\n", "New York", " ".join(known[:60])]
    return texts + [maker.text() for _ in range(TEXTS)]


LONG = (
    "defaults",
    "nothing is positive",
    "first and spacy.LinearLogistic.v1",
    "last and Softmax.v1",
    "max and spacy.LinearLogistic.v1",
)
"""What others have one by one."""


@spacy_alone
@pytest.mark.parametrize(
    "recipe", [pytest.param(name, marks=pytest.mark.long) if name in LONG else name for name in RECIPES]
)
def test_groups_of_spans(recipe: str, tmp_path: Path, program: Callable[[str], Path]) -> None:
    nlp = RECIPES[recipe]()
    train(nlp)
    pair = small.saved_pair(nlp, tmp_path, program("tests/stages"))
    texts = texts_for(pair.nlp)
    wanted = [oracle.answer(pair.nlp(text)) for text in texts]
    answers = list(pair.stages().texts(texts))
    by_score = any("allow_overlap" in pipe.cfg and not pipe.cfg["allow_overlap"] for _, pipe in spancats(pair.nlp))
    found = [difference(*each, by_score) for each in zip(texts, wanted, answers)]
    small.report([item for item in found if item], texts)
    spans = sum(len(group) for want in wanted for _, group in want["spans"])
    assert spans > 100 or recipe == "nothing is positive"


# ---- programs --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, program: Callable[[str], Path]) -> small.Pair:
    """Random weights, a recogniser behind the span components."""
    nlp = pipeline(
        ("span_finder", "span_finder", finder(threshold=0.45, spans_key="candidates")),
        ("spancat", "spancat", spancat(threshold=0.45, max_positive=2)),
        ("ner", "ner", {"model": {"tok2vec": small.listener()}}),
    )
    doc = gold(nlp.make_doc("Words and entities of London."))
    doc.ents = [Span(doc, 4, 5, label="GPE")]
    nlp.initialize(lambda: [Example(nlp.make_doc(doc.text), doc)])
    stream = np.random.RandomState(SEED)
    for _, pipe in nlp.pipeline:
        seed_weights(pipe.model, stream)
    return small.saved_pair(nlp, tmp_path_factory.mktemp("pipeline"), program("tests/stages"))


def without_scores(
    spans: dict[str, list[dict[str, Any]]],
) -> tuple[dict[str, list[dict[str, Any]]], dict[str, list[float]]]:
    scores = {key: [span.pop("score") for span in group if "score" in span] for key, group in spans.items()}
    return spans, scores


@spacy_alone
def test_json(pair: small.Pair, run: Callable[..., Any]) -> None:
    """`tern pipe` prints spaCy's Doc.to_json(), and the score of each span that has one."""
    texts = ["", *[text for text in project_texts() if text.strip()][:30]]
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()
    done = run("tern", "pipe", "-m", pair.file, input=lines)
    assert done.returncode == 0, done.stderr
    for text, line in zip(texts, done.stdout.splitlines()):
        doc, answer = pair.nlp(text), json.loads(line)
        answer["spans"], scores = without_scores(answer["spans"])
        assert answer == doc.to_json(), text
        assert list(answer["spans"]) == ["candidates", "sc"] and scores["candidates"] == []
        assert np.allclose(scores["sc"], doc.spans["sc"].attrs.get("scores", []), rtol=0, atol=TOLERANCE)


@spacy_alone
def test_table(pair: small.Pair, run: Callable[..., Any]) -> None:
    """A line for each span below the tokens."""
    text = "Alan Turing was born in London."
    doc = pair.nlp(text)
    done = run("tern", "parse", "-m", pair.file, text)
    below = done.stdout.decode().split("\n\n")[-1].splitlines()
    assert below[0].split() == ["spans", "tokens", "label", "score", "text"]
    scores = iter(doc.spans["sc"].attrs["scores"])
    expected = [
        [
            key,
            f"{span.start}-{span.end - 1}",
            *([span.label_, f"{next(scores):.3f}"] if span.label_ else []),
            *span.text.split(),
        ]
        for key, group in doc.spans.items()
        for span in group
    ]
    assert [line.split() for line in below[1:]] == expected and len(expected) > 5


@spacy_alone
def test_answers_over_http(pair: small.Pair, program: Callable[[str], Path]) -> None:
    text = "Alan Turing was born in London."
    doc = pair.nlp(text)
    with TernServer(program("tern"), pair.file) as server:
        plain, flagged, byte = (
            server.ner(json.dumps({"text": text, **more}).encode()).json
            for more in (
                {},
                {"spans": True},
                {"spans": True, "offsets": "byte", "format": "spacy", "components": ["ner"]},
            )
        )
        wrong = server.ner(json.dumps({"text": text, "spans": "yes"}).encode())
    spans, scores = without_scores(flagged.pop("spans"))
    assert flagged == plain and byte["spans"] == {}
    assert spans == {
        key: [{"text": s.text, "label": s.label_, "start": s.start_char, "end": s.end_char} for s in group]
        for key, group in doc.spans.items()
    }
    assert np.allclose(scores["sc"], doc.spans["sc"].attrs["scores"], rtol=0, atol=TOLERANCE)
    assert wrong.status == 400 and '"spans" must be true or false' in wrong.json["error"]


@spacy_alone
def test_a_model_without_spans(program: Callable[[str], Path]) -> None:
    with TernServer(program("tern"), MODEL) as server:
        answer = server.ner(b'{"text": "A.", "spans": true}')
        assert answer.status == 400 and "makes no spans" in answer.json["error"]
        assert server.ner(b'{"text": "A.", "spans": false}').status == 200


@pytest.fixture(scope="module")
def spans_only(tmp_path_factory: pytest.TempPathFactory, program: Callable[[str], Path]) -> small.Pair:
    nlp = spacy.blank("en")
    patterns = [{"label": "PERSON", "pattern": "Alan Turing"}, {"label": "CITY", "pattern": [{"LOWER": "london"}]}]
    nlp.add_pipe("span_ruler", "places").add_patterns(patterns)
    return small.saved_pair(nlp, tmp_path_factory.mktemp("spans"), program("tests/stages"))


@spacy_alone
def test_a_model_with_spans_only(spans_only: small.Pair, program: Callable[[str], Path]) -> None:
    """It has no entities to answer with; who asks it wants the spans."""
    text = b'{"text": "Alan Turing was born in London."'
    with TernServer(program("tern"), spans_only.file) as server:
        plain, none, named, unknown = (
            server.ner(text + rest)
            for rest in (b"}", b', "spans": false}', b', "components": ["places"]}', b', "components": ["ner"]}')
        )
    spans = {
        "ruler": [
            {"text": "Alan Turing", "label": "PERSON", "start": 0, "end": 11},
            {"text": "London", "label": "CITY", "start": 24, "end": 30},
        ]
    }
    assert plain.json == named.json == {"entities": [], "spans": spans}
    assert none.json == {"entities": []}
    assert unknown.status == 400 and "places" in unknown.json["error"]


@spacy_alone
def test_entities_come_before_spans(spans_only: small.Pair, program: Callable[[str], Path]) -> None:
    """Of several models the one with entities answers who names none."""
    text = b'{"text": "Alan Turing was born in London."'
    with TernServer(program("tern"), f"only={spans_only.file}", "-m", f"en={MODEL}") as server:
        plain, named = server.ner(text + b"}").json, server.ner(text + b', "model": "only"}').json
    assert "spans" not in plain and plain["entities"][0]["text"] == "Alan Turing"
    assert named["entities"] == [] and len(named["spans"]["ruler"]) == 2


# ---- refusals --------------------------------------------------------------------------------------------------------


def refusal(nlp: Language, folder: Path, change: Callable[[Language], None] = lambda nlp: None) -> str:
    train_nothing(nlp)
    change(nlp)
    with pytest.raises(ConvertError) as raised:
        small.saved_pair(nlp, folder, Path())
    return str(raised.value)


def train_nothing(nlp: Language) -> None:
    doc = gold(nlp.make_doc("Words and entities of London."))
    nlp.initialize(lambda: [Example(nlp.make_doc(doc.text), doc)])


def set_cfg(name: str, key: str, value: Any) -> Callable[[Language], None]:
    return lambda nlp: nlp.get_pipe(name).cfg.update({key: value})


CASES: dict[str, tuple[Callable[[], Language], Callable[[Language], None], str]] = {
    "nobody sets the spans": (
        lambda: pipeline(("spancat", "spancat", spancat(suggester=PRESET))),
        lambda nlp: None,
        "component spancat labels the spans that are in doc.spans['candidates'], which no component before it sets",
    ),
    "sizes": (
        lambda: pipeline(("spancat", "spancat", spancat(suggester=ngrams(1, 513)))),
        lambda nlp: None,
        "its suggester's sizes are not 1 to 512 numbers from 1 to 512",
    ),
    "temperature": (
        lambda: pipeline(("spancat", "spancat", spancat(scorer={"@layers": "Softmax.v2", "temperature": 2.0}))),
        lambda nlp: None,
        "a softmax of temperature 2.0 is not supported",
    ),
    "scorer": (
        lambda: pipeline(("spancat", "spancat", spancat(scorer={"@layers": "Relu.v1"}))),
        lambda nlp: None,
        "scorer Relu.v1 in component spancat is not supported, only spacy.LinearLogistic.v1",
    ),
    "threshold": (
        lambda: pipeline(("spancat", "spancat", spancat())),
        set_cfg("spancat", "threshold", None),
        "without a threshold spaCy cannot run it either",
    ),
    "max_positive": (
        lambda: pipeline(("spancat", "spancat", spancat())),
        set_cfg("spancat", "max_positive", -1),
        "max_positive = -1 is not supported",
    ),
}


@spacy_alone
@pytest.mark.parametrize("case", CASES)
def test_refusals(case: str, tmp_path: Path) -> None:
    make, change, words = CASES[case]
    assert words in refusal(make(), tmp_path, change)
