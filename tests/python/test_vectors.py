"""Word vectors of converted pipelines without spaCy, beside spaCy's: numbers bit for bit."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

spacy = pytest.importorskip("spacy")

from convert.__main__ import main
from corpus import project_texts
from official_sources import SOURCES
from vector_pipeline import VectorPipeline, train

TEXTS = [
    "IBM bought Apple in London.",
    "Ada left Paris, and Turing likes X.",
    "Rose xyzzyq _ number",
    "I don't.",
    "",
    " ",
]
SMALL = ("keys", "floret")
FLORET = {"minn": 2, "maxn": 4, "hash_count": 2, "hash_seed": 5, "bow": "<", "eow": ">"}


class Pair:
    def __init__(self, package: Any, source: str, file: Path) -> None:
        self.source, self.file = source, file
        main([source, "-o", str(file), "--vectors"], standalone_mode=False)
        self.want, self.got = spacy.load(source), package.load(file)

    def docs(self, texts: list[str]) -> list[tuple[Any, Any]]:
        return list(zip(self.want.pipe(texts), self.got.pipe(texts)))


@pytest.fixture(scope="module", params=[*SMALL, *(pytest.param(name, marks=pytest.mark.long) for name in SOURCES)])
def pair(request: pytest.FixtureRequest, package: Any, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    folder = tmp_path_factory.mktemp("vectors")
    source = SOURCES.get(request.param)
    if request.param in SMALL:
        source = str(folder / "source")
        train(Path(source), project_texts(), FLORET if request.param == "floret" else None)
    if source is None:
        pytest.skip(f"{request.param} is not installed")
    return Pair(package, source, folder / "pipeline.tern")


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of similarities that say little: both have them
        yield


def same(want: Any, got: Any) -> bool:
    return want.shape == got.shape and want.dtype == got.dtype and bool(np.array_equal(want, got))


def test_of_documents_and_tokens(pair: Pair) -> None:
    compared = 0
    for want, got in pair.docs([*TEXTS, *project_texts()[:30]]):
        assert same(want.vector, got.vector), want.text
        assert (want.has_vector, want.vector_norm) == (got.has_vector, got.vector_norm), want.text
        for one, other in zip(want, got):
            assert same(one.vector, other.vector), one.text
            facts = [(t.has_vector, t.is_oov, t.vector_norm) for t in (one, other)]
            assert facts[0] == facts[1], one.text
            compared += bool(one.vector.any())
        assert all(same(a.vector, b.vector) for a, b in zip(want.ents, got.ents))
    assert compared > 50


def test_similarity(pair: Pair) -> None:
    docs = pair.docs(TEXTS[:4])
    values = set()
    for want, got in docs:
        for other_want, other_got in docs:
            for at in (slice(None), slice(1, 3)):
                value = want[at].similarity(other_want[at])
                assert got[at].similarity(other_got[at]) == value
                values.add(value)
            assert got.similarity(other_got) == want.similarity(other_want)
            assert got[1].similarity(other_got[0]) == want[1].similarity(other_want[0])
            assert got[1].similarity(other_got[0].lex) == want[1].similarity(other_want[0].lex)
            assert got.similarity(other_got[0]) == want.similarity(other_want[0])
    assert len(values) > 4


def test_of_words(pair: Pair) -> None:
    for word in ("London", "Apple", "apple", "xyzzyq", "the", "X"):
        want, got = pair.want.vocab[word], pair.got.vocab[word]
        assert same(want.vector, got.vector), word
        assert (want.has_vector, want.is_oov, want.rank) == (got.has_vector, got.is_oov, got.rank), word
        assert pair.want.vocab.has_vector(word) == pair.got.vocab.has_vector(word)
        assert same(pair.want.vocab.get_vector(word), pair.got.vocab.get_vector(word))


def test_the_table(pair: Pair) -> None:
    want, got = pair.want.vocab.vectors, pair.got.vocab.vectors
    floret = ("minn", "maxn", "hash_count", "hash_seed", "bow", "eow") if want.mode == "floret" else ()
    for name in ("shape", "size", "n_keys", "is_full", "mode", "attr", *floret):
        assert getattr(got, name) == getattr(want, name), name
    assert len(got) == len(want) and same(np.asarray(want.data), got.data)
    assert list(got) == list(want) and got.key2row == want.key2row
    assert pair.got.meta["vectors"] == pair.want.meta["vectors"]
    queries = np.stack([pair.want.vocab[word].vector for word in ("London", "Apple", "left")])
    if want.mode != "default":
        with pytest.raises(ValueError, match="E858"):
            got.most_similar(queries)
        return
    for near, other in zip(want.most_similar(queries.copy(), n=3), got.most_similar(queries.copy(), n=3)):
        assert same(near, other)
    assert [pair.got.vocab.strings[key] for key in got.most_similar(queries)[0][:, 0].tolist()]


def test_changed_vectors_are_the_processes_own(pair: Pair, package: Any) -> None:
    before = pair.file.read_bytes()
    nlp = package.load(pair.file)
    if nlp.vocab.vectors.n_keys < 0:
        pytest.skip("vectors of floret's kind do not change")
    row = np.arange(nlp.vocab.vectors_length, dtype="f")
    for word in ("London", "quite new"):
        nlp.vocab.set_vector(word, row)
        assert same(nlp.vocab[word].vector, row) and same(nlp(word)[:1].vector, row) == (word == "London")
    assert pair.file.read_bytes() == before


def test_of_a_pickled_pipeline(pair: Pair) -> None:
    import pickle

    copy = pickle.loads(pickle.dumps(pair.got))
    for text in TEXTS[:2]:
        assert same(copy(text).vector, pair.got(text).vector)


def test_a_file_without_its_table(package: Any, vector_pipeline: VectorPipeline) -> None:
    nlp = package.load(vector_pipeline.model)
    doc = nlp(TEXTS[0])
    assert [ent.text for ent in doc.ents]
    with pytest.raises(NotImplementedError, match="--vectors"):
        doc.similarity(doc[1:])


def test_a_pipeline_without_vectors_stays_as_it_is(package: Any) -> None:
    nlp = package.load("en_core_web_sm")
    assert nlp.vocab.vectors.shape == (0, 0) and nlp.vocab.vectors_length == 0
