"""tern_nlp.beside: record batches annotated beside their other columns, as workers of Spark and Ray do it; and what is said without
these libraries."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from common import ROOT
from corpus import project_texts

pa = pytest.importorskip("pyarrow")

MODEL = "en_core_web_sm"
TEXTS = [*project_texts()[:40], None, "a" * 1_000_001]


@pytest.fixture(scope="module")
def beside(package: Any) -> Any:
    import tern_nlp.beside

    return tern_nlp.beside


def test_a_model_is_opened_once(beside: Any, tmp_path: Path) -> None:
    file = tmp_path / "mine.tern"
    shutil.copy(ROOT / "weights" / "sentiment.tern", file)
    first = beside.opened(str(file))
    assert beside.opened(os.path.relpath(file)) is first and beside.opened(str(file), ("textcat",)) is not first
    new = tmp_path / "new"
    shutil.copy(ROOT / "weights" / "en_core_web_sm.tern", new)
    os.replace(new, file)
    assert "ner" in beside.opened(str(file)).pipe_names and "ner" not in first.pipe_names
    with pytest.raises(OSError, match=r"E050.*'none.tern'.*Machine: .*Send it\."):
        beside.opened("none.tern", (), "Send it.")


def test_a_saved_pipeline(package: Any, beside: Any, tmp_path: Path) -> None:
    nlp = package.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "X", "pattern": "Turing"}])
    nlp.to_disk(tmp_path / "rules")
    assert [ent.label_ for ent in beside.opened(str(tmp_path / "rules"))("Alan Turing.").ents] == ["X"]


@pytest.mark.parametrize("size", [None, 7])
def test_rows_stay_beside_what_is_found(
    package: Any, beside: Any, monkeypatch: pytest.MonkeyPatch, size: int | None
) -> None:
    monkeypatch.setattr(package.tables, "MOST_BYTES", 3_000)  # batches end before they are full
    nlp = beside.opened(MODEL)
    batch = pa.record_batch({"n": range(len(TEXTS)), "body": TEXTS, "more": [[{"a": i}] for i in range(len(TEXTS))]})
    fields = ["ents", "tokens.text", "text"]
    found = list(beside.annotated(nlp, batch, "body", fields, size))
    assert len(found) > 5 and {rows.schema for rows in found} == {beside.schema_beside(batch.schema, fields)}
    table = pa.Table.from_batches(found)
    table.validate(full=True)
    assert table.select(batch.schema.names).to_pylist() == batch.to_pylist()
    assert (
        table.drop_columns(batch.schema.names).to_pylist() == pa.table(nlp.annotate(TEXTS, fields=fields)).to_pylist()
    )
    assert table["error"].null_count == len(TEXTS) - 1


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())]
)
def test_columns_of_strings(beside: Any, kind: Any) -> None:
    batch = pa.record_batch([pa.array(["In Paris.", None], kind)], ["text"])
    (found,) = beside.annotated(beside.opened(MODEL), batch, "text", ["text", "ents"])
    assert found.schema.names == ["text", "ents", "error"] and found.schema.field("text").type == kind
    assert [ents and ents[0]["text"] for ents in found.column("ents").to_pylist()] == ["Paris", None]


@pytest.mark.parametrize("kind", [pa.int64(), pa.binary(), pa.list_(pa.string()), pa.timestamp("us"), pa.bool_()])
def test_columns_of_another_type(beside: Any, kind: Any) -> None:
    with pytest.raises(TypeError, match=rf"'text' is of type {kind}".replace("[", r"\[")):
        beside.text_column(pa.schema([("text", kind)]), "text")


def test_columns_that_are_not_there_or_twice(beside: Any) -> None:
    with pytest.raises(ValueError, match="no column 'text'; there are: body, n"):
        beside.text_column(pa.schema([("body", pa.string()), ("n", pa.int8())]), "text")
    with pytest.raises(ValueError, match="2 columns 'text'"):
        beside.text_column(pa.schema([("text", pa.string())] * 2), "text")
    with pytest.raises(ValueError, match="'ents', 'error' already"):
        beside.beside(["Ents", "error"], ["ents"])


def test_fields_that_are_wanted(package: Any, beside: Any) -> None:
    assert beside.wanted(None, MODEL, ()) == ["text", "tokens", "ents", "sents", "noun_chunks"]
    assert beside.wanted("ents.label", "not opened", ()) == ["ents.label"]
    with pytest.raises(ValueError, match="there are: "):
        beside.wanted(["nothing"], "not opened", ())
    with pytest.raises(OSError, match="fields="):
        beside.wanted(None, "none.tern", ())


@pytest.mark.parametrize("name, words", [("spark", r"pyspark.*tern-nlp\[spark\]"), ("ray", r"ray.*tern-nlp\[ray\]")])
def test_without_the_library(package: Any, monkeypatch: pytest.MonkeyPatch, name: str, words: str) -> None:
    from importlib import import_module

    module = import_module(f"tern_nlp.{name}")
    for other in [other for other in sys.modules if other.partition(".")[0] in ("pyspark", "ray")]:
        monkeypatch.delitem(sys.modules, other)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ImportError, match=words):
        module.annotate(None, model=MODEL)
