"""Static vectors in the converter: rows that are different from each other, an index that finds them, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
from convert import container
from convert.build import convert
from convert.config_check import plan_conversion
from convert.errors import ConvertError
from convert.strings import StringTable
from convert.tiny import build_pipeline
from convert.vectors import VectorTable, check_vectors, index_sections, key_sections, project, read_vectors, vector_rows
from spacy.strings import get_string_id
from spacy.vectors import Vectors
from vector_pipeline import SYMBOLS, VectorPipeline

ROWS = np.array([[1, 2], [3, 4], [1, 2], [9, 9], [5, 6]], dtype="float32")


def vectors(rows: dict[str, int], data: np.ndarray = ROWS, **settings: Any) -> Vectors:
    made = Vectors(data=data, **settings)
    for word, row in rows.items():
        made.add(word, row=row)
    return made


def find(index: dict[str, np.ndarray], key: int) -> int | None:
    """The row of a key: the format's description taken word for word."""
    start, keys = index["vectors/start"], index["vectors/keys"]
    bits = (len(start) - 1).bit_length() - 1
    assert len(start) == 2**bits + 1 and bits >= 1
    high = key >> (64 - bits)
    rest = key * 2**bits % 2**64
    for entry in keys[start[high] : start[high + 1]].tolist():
        if entry - entry % 2**bits == rest:
            return entry % 2**bits
    return None


def index_of(table: VectorTable) -> dict[str, np.ndarray]:
    return {section.name: section.array for section in key_sections(table)}


def test_equal_rows_are_one_and_others_are_left_out() -> None:
    table = read_vectors(vectors({"a": 4, "b": 2, "c": 0, "d": 1, "e": 4}))
    assert table.rows.tolist() == [[1, 2], [3, 4], [5, 6]]  # nobody has [9, 9]
    found = {int(key): row for key, row in zip(table.keys, table.row_of)}
    assert found == {get_string_id(word): row for word, row in {"a": 2, "b": 0, "c": 0, "d": 1, "e": 2}.items()}


def test_keys_of_reserved_names() -> None:
    table = read_vectors(vectors({"ORG": 1, "X": 4, "x": 0}))
    assert table.keys.tolist() == sorted([get_string_id("ORG"), get_string_id("X"), get_string_id("x")])
    assert table.keys[0] < 1000
    index = index_of(table)
    assert [table.rows[find(index, get_string_id(word))].tolist() for word in ("ORG", "X", "x")] == [
        [3, 4],
        [5, 6],
        [1, 2],
    ]
    assert find(index, get_string_id("DATE")) is None


def test_a_key_with_a_negative_row_has_none() -> None:
    made = vectors({"a": 1, "b": 3})
    made.key2row[get_string_id("c")] = -1
    table = read_vectors(made)
    assert table.keys.tolist() == sorted([get_string_id("a"), get_string_id("b")])


@pytest.mark.parametrize("keys, rows", [(1, 1), (3, 2), (40, 33), (5000, 4097), (20000, 7)])
def test_every_key_is_found(keys: int, rows: int) -> None:
    numbers = np.random.RandomState(keys)
    ids = np.unique(
        np.concatenate(
            [
                numbers.randint(1, 2**63, keys, dtype=np.uint64) * np.uint64(2) + np.uint64(1),
                np.arange(1, 6, dtype=np.uint64),
                np.array([2**64 - 1], dtype=np.uint64),
            ]
        )
    )
    row_of = numbers.randint(0, rows, len(ids))
    index = index_of(VectorTable(ids, row_of, np.zeros((rows, 1))))
    assert index["vectors/start"][-1] == len(index["vectors/keys"]) == len(ids)
    for key, row in list(zip(ids.tolist(), row_of.tolist()))[:: max(1, keys // 300)]:
        assert find(index, key) == row
        assert find(index, key ^ 1 << 5) in (None, row)


def test_projection_is_rounded_once() -> None:
    numbers = np.random.RandomState(1)
    rows, weights = (numbers.uniform(-3, 3, shape).astype("float32") for shape in ((20000, 30), (7, 30)))
    exact = rows.astype(np.longdouble) @ weights.T.astype(np.longdouble)
    projected = project(rows, weights)
    assert projected.dtype == np.float32 and projected.shape == (20000, 7)
    # half a unit in the last place, and what the last digits of a double may turn over
    assert (np.abs(projected - exact) <= 0.5 * np.spacing(np.abs(projected)) * 1.000001).all()


def floret(**settings: Any) -> Vectors:
    return Vectors(data=ROWS, mode="floret", **{"minn": 2, "maxn": 3, "hash_count": 2, **settings})


def test_floret_rows_keep_their_places() -> None:
    """Words hash to them: equal ones stay."""
    strings = StringTable()
    strings.number("other")
    (index,) = index_sections(floret(hash_seed=2166136261, bow="^", eow=""), strings)
    assert index.name == "vectors/floret"
    assert index.array.tolist() == [2, 3, 2, 2166136261, 1, 2] and strings.texts == ["other", "^", ""]
    assert vector_rows(floret()).tolist() == ROWS.tolist()


# ---- refusals ----------------------------------------------------------------------------------------------------------


class OtherVectors(Vectors):
    pass


REFUSED = {
    "another attribute than ORTH": lambda: vectors({"a": 0}, attr="LOWER"),
    "reads static vectors, but has none": Vectors,
    "has none: its vocabulary": lambda: vectors({}),
    "vectors of float16": lambda: vectors({"a": 0}, ROWS.astype("float16")),
    "not a finite number": lambda: vectors({"a": 0}, np.full((1, 2), np.inf, dtype="float32")),
    "class OtherVectors": OtherVectors,
    "floret vectors with minn = 2, maxn = 33": lambda: floret(maxn=33),
    "floret vectors with bow = 'x": lambda: floret(bow="x" * 65),
    "floret vectors with eow = 'é": lambda: floret(eow="é" * 33),
    "another attribute than ORTH are": lambda: floret(attr="NORM"),
}


@pytest.mark.parametrize("words", REFUSED)
def test_refused(words: str) -> None:
    with pytest.raises(ConvertError, match=words):
        check_vectors(REFUSED[words]())


def test_a_number_of_hashes_that_only_a_file_can_have(tmp_path: Path) -> None:
    floret().to_disk(tmp_path)
    settings = tmp_path / "vectors.cfg"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace('"hash_count":2', '"hash_count":0'), encoding="utf-8"
    )
    with pytest.raises(ConvertError, match="floret vectors with hash_count = 0 are not supported, only 1 to 4"):
        check_vectors(Vectors().from_disk(tmp_path))


def test_a_row_that_is_not_there() -> None:
    made = vectors({"a": 1})
    made.key2row[get_string_id("b")] = 5
    with pytest.raises(ConvertError, match="one that is not there"):
        read_vectors(made)


def test_vectors_of_another_length(vector_pipeline: VectorPipeline, tmp_path: Path) -> None:
    nlp = spacy.load(vector_pipeline.folder)
    nlp.vocab.vectors = vectors({"a": 1})
    nlp.to_disk(tmp_path)
    with pytest.raises(ConvertError, match=r"tok2vec/static/W: expected float32 \(16, 2\), found float32 \(16, 24\)"):
        convert(str(tmp_path), lambda what: None)


def test_vectors_that_got_lost(vector_pipeline: VectorPipeline, tmp_path: Path) -> None:
    nlp = spacy.load(vector_pipeline.folder)
    nlp.vocab.vectors = Vectors()
    nlp.to_disk(tmp_path)
    with pytest.raises(ConvertError, match="its vocabulary has lost them"):
        convert(str(tmp_path), lambda what: None)


# ---- whole files -------------------------------------------------------------------------------------------------------


def test_sections_of_a_pipeline(vector_pipeline: VectorPipeline) -> None:
    sections = container.read(vector_pipeline.model.read_bytes())
    nlp = spacy.load(vector_pipeline.folder)
    plan_conversion(nlp.config.interpolate())
    index = {name: sections[name].array for name in ("vectors/start", "vectors/keys")}
    shapes = {name: sections[name].array.shape for name in sections if name.endswith("/static")}
    rows = shapes["tok2vec/static"][0]
    assert shapes == {
        "tok2vec/static": (rows, 16),
        "senter/tok2vec/static": (rows, 6),
        "ner/tok2vec/static": (rows, 16),
    }
    assert rows < 0.9 * len(nlp.vocab.vectors.data)  # equal ones and those without a key
    (node,) = [node for node in nlp.get_pipe("ner").model.walk() if node.name == "static_vectors"]
    for word in ("Apple", "London", "the", *SYMBOLS):
        row = nlp.vocab.vectors.find(key=word)
        found = find(index, get_string_id(word))
        assert (found is None) == (row == -1)
        if found is not None:
            want = node.get_param("W").astype("float64") @ nlp.vocab.vectors.data[row]
            assert np.abs(sections["ner/tok2vec/static"].array[found] - want).max() < 1e-6
    assert len(index["vectors/keys"]) == len(nlp.vocab.vectors.key2row)


def test_vectors_that_no_encoder_reads_stay_out(tmp_path: Path) -> None:
    nlp = build_pipeline(tmp_path / "tiny")
    nlp.vocab.vectors = vectors({"a": 1})
    nlp.to_disk(tmp_path / "tiny")
    names = [
        section.name
        for group in convert(str(tmp_path / "tiny"), lambda what: None).groups
        for section in group.sections
    ]
    assert not [name for name in names if "static" in name or "vectors" in name]
