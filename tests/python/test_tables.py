"""nlp.annotate: tables in Arrow's memory layout, read by those libraries that people have, beside the documents of nlp.pipe."""

from __future__ import annotations

import gc
import pickle
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from common import ROOT
from corpus import project_texts
from test_small_pipelines import BOW, made, spans

pa = pytest.importorskip("pyarrow")

TEXTS = [*project_texts()[:120], "", " ", "\n\n", "é\u0301 😀 \u0000 x in Paris", "One."]
SPECIAL = ["London.", None, 5, "\ud800", float("nan"), "a" * 1_000_001, "Paris."]


@pytest.fixture(scope="module")
def own(package: Any) -> Any:
    return package.load("en_core_web_sm")


@pytest.fixture(scope="module")
def grouping(package: Any, inside: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A pipeline with groups of spans, with and without scores, and categories; no parser."""

    def build(nlp: Any) -> None:
        spans(nlp)
        nlp.add_pipe("textcat_multilabel", config={"model": {**BOW, "exclusive_classes": False}})

    folder = made(build, tmp_path_factory.mktemp("pipeline") / "grouping")
    return package.load(inside.load(folder).get_pipe("tern").engine.source)


def rows(annotations: Any) -> list[dict[str, Any]]:
    return [
        {**row, **({"cats": dict(row["cats"])} if row.get("cats") else {})} for row in table(annotations).to_pylist()
    ]


def table(annotations: Any) -> Any:
    found = pa.table(annotations)
    found.validate(full=True)
    return found


def rows_of_docs(package: Any, nlp: Any, fields: Any = None) -> list[dict[str, Any]]:
    found = [package.tables.row(doc, fields) for doc in nlp.pipe(TEXTS)]
    return [{**row, "cats": row["cats"] or []} if "cats" in row else row for row in found]


def near(span: dict[str, Any]) -> dict[str, Any]:
    return {**span, "score": span["score"] if span["score"] is None else pytest.approx(span["score"], abs=2e-5)}


def test_every_row_is_that_of_the_document(package: Any, own: Any) -> None:
    fields = ["text", "tokens", "ents", "sents", "noun_chunks"]
    assert [*fields, "error"] == own.annotate(TEXTS).column_names
    assert rows(own.annotate(TEXTS)) == rows_of_docs(package, own, fields)
    for options in ({"batch_size": 7}, {"n_process": 3, "batch_size": 5}, {"n_process": 0}):
        assert rows(own.annotate(TEXTS, **options)) == rows_of_docs(package, own, fields)


def test_groups_of_spans_and_categories(package: Any, grouping: Any) -> None:
    assert {"spans", "cats"} < set(grouping.annotate(TEXTS).column_names)
    got, want = rows(grouping.annotate(TEXTS, fields=package.tables.COLUMNS)), rows_of_docs(package, grouping)
    assert any(row["spans"] for row in got) and any(row["cats"] for row in got)
    for group in ("sc", "candidates"):
        assert {span["score"] is None for row in got for span in row["spans"] if span["group"] == group} == {
            group != "sc"
        }
    assert all(row["sents"] is None for row in got if len(row["tokens"]) > 1)
    for name in ("ents", "sents", "tokens"):
        assert [row[name] for row in got] == [row[name] for row in want], name
    # Which short texts run together depends on the batch, and the last bits of scores on that.
    for row, other in zip(got, want):
        assert dict(row["cats"]) == pytest.approx(dict(other["cats"]), abs=2e-5)
        assert [near(span) for span in row["spans"]] == [near(span) for span in other["spans"]]


@pytest.mark.parametrize(
    "field",
    ["text", "ents", "sents", "noun_chunks", "tokens", "tokens.lemma", "tokens.head", "tokens.norm", "ents.label"],
)
def test_a_column_alone_is_the_same(package: Any, own: Any, field: str) -> None:
    """Where only what it needs is computed."""
    assert rows(own.annotate(TEXTS, fields=[field])) == rows_of_docs(package, own, [field])


def test_parts_of_columns_are_in_the_order_of_the_table(own: Any) -> None:
    found = table(own.annotate(["London."], fields=["ents", "tokens.pos", "tokens.text"]))
    assert found.column_names == ["tokens", "ents", "error"]
    assert found.to_pylist()[0]["tokens"] == [{"text": "London", "pos": "PROPN"}, {"text": ".", "pos": "PUNCT"}]


@pytest.mark.parametrize("field", ["nothing", "tokens.nothing", "text.x", "cats.key", ""])
def test_unknown_fields(own: Any, field: str) -> None:
    with pytest.raises(ValueError, match="there are: "):
        own.annotate([], fields=[field])


def test_a_text_that_fails_leaves_the_others(own: Any) -> None:
    found = rows(own.annotate(SPECIAL))
    assert [row["text"] for row in found] == ["London.", None, None, None, None, SPECIAL[5], "Paris."]
    assert [[ent["text"] for ent in row["ents"] or ()] for row in found] == [["London"], *[[]] * 5, ["Paris"]]
    assert [row["ents"] is None for row in found] == [False, *[True] * 5, False]
    errors = [row["error"] for row in found]
    assert [error is None for error in errors] == [True, True, False, False, False, False, True]
    assert "'int'" in errors[2] and "surrogates" in errors[3] and "'float'" in errors[4] and "1000001" in errors[5]


def test_components_in_python(package: Any) -> None:
    nlp = package.load("en_core_web_sm", disable=["ner"])

    @package.Language.component("table_test")
    def fail(doc: Any) -> Any:
        if doc.text == "bad":
            raise KeyError("its \ud800 words")
        return doc

    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "CITY", "pattern": "Turing", "id": "t-1"}])
    nlp.add_pipe("table_test")
    found = rows(nlp.annotate(["Alan Turing.", "bad", None, 5, nlp.make_doc("Turing")], fields=["text", "ents"]))
    assert [row["text"] for row in found] == ["Alan Turing.", "bad", None, None, "Turing"]
    entity = {
        "text": "Turing",
        "start": 5,
        "end": 11,
        "label": "CITY",
        "id": "t-1",
        "kb_id": "",
        "token_start": 1,
        "token_end": 2,
    }
    assert found[0]["ents"] == [entity] and len(found[4]["ents"]) == 1 and not found[1]["ents"]
    assert found[1]["error"] == "KeyError: 'its \\ud800 words'" and "E1041" in found[3]["error"]
    assert found[0]["error"] is None and found[2]["error"] is None


def test_disabled_components(own: Any) -> None:
    found = rows(own.annotate(["Alan Turing was born."], disable=["ner", "parser"]))[0]
    assert found["ents"] is None and found["sents"] is None and found["tokens"][0]["tag"] == "NNP"
    assert rows(own.annotate(["One."], disable=own.pipe_names))[0]["tokens"][0]["pos"] == ""


def test_wrong_calls(own: Any) -> None:
    with pytest.raises(TypeError, match="list"):
        own.annotate("London")
    with pytest.raises(ValueError, match="batch"):
        own.annotate(["London"], batch_size=0)


def test_an_error_of_the_source_reaches_the_reader(own: Any) -> None:
    def texts() -> Iterator[str]:
        yield "One."
        raise RuntimeError("the source broke")

    with pytest.raises(Exception, match="RuntimeError: the source broke"):
        pa.table(own.annotate(texts()))


def test_it_streams(own: Any) -> None:
    """No more is taken than the batches that are read, and one ahead for each thread."""
    taken: list[int] = []

    def texts() -> Iterator[str]:
        for i in range(1000):
            taken.append(i)
            yield f"Number {i} is in Paris."

    reader = pa.RecordBatchReader.from_stream(own.annotate(texts(), fields=["ents"], batch_size=10))
    assert not taken
    assert reader.read_next_batch().num_rows == 10 and len(taken) == 10
    del reader


def test_a_batch_may_be_read_often_and_outlives_all(package: Any) -> None:
    nlp = package.load("en_core_web_sm")
    batches = list(nlp.annotate(TEXTS[:20], batch_size=6))
    assert [len(batch) for batch in batches] == [6, 6, 6, 2]
    first, second = (pa.record_batch(batches[0]) for _ in range(2))
    ents = first.column("ents")
    want = second.to_pylist()
    del nlp, batches, first
    gc.collect()
    assert ents.to_pylist() == [row["ents"] for row in want]
    del ents, second
    gc.collect()


def test_batches_end_where_they_are_large(package: Any, own: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    want = rows(own.annotate(TEXTS))
    monkeypatch.setattr(package.tables, "MOST_BYTES", 20_000)
    annotations = own.annotate(TEXTS)
    assert len(list(annotations)) > 5 and rows(annotations) == want


def test_threads_read_one_table(own: Any) -> None:
    found: list[Any] = []
    annotations = own.annotate(TEXTS, batch_size=16)
    threads = [threading.Thread(target=lambda: found.append(rows(annotations))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and all(rows == found[0] for rows in found)


def test_texts_of_arrow(own: Any) -> None:
    column = pa.chunked_array([["London.", None], ["Paris."]])
    assert rows(own.annotate(column)) == rows(own.annotate(["London.", None, "Paris."]))


def test_a_function_for_record_batches(own: Any) -> None:
    """What Spark's mapInArrow and Ray's map_batches call: pickled, of batches, with columns that go along."""
    nlp = pickle.loads(pickle.dumps(own))

    def annotated(batches: Any) -> Iterator[Any]:
        for batch in batches:
            found = table(nlp.annotate(batch.column("text"), fields=["ents"]))
            yield pa.table({"id": batch.column("id"), **{name: found[name] for name in found.column_names}})

    batch = pa.record_batch({"id": [1, 2], "text": ["In London.", None]})
    found = pa.concat_tables(annotated([batch]))
    assert found.column_names == ["id", "ents", "error"] and found["id"].to_pylist() == [1, 2]
    assert found["ents"].to_pylist()[0][0]["text"] == "London"


# ---- other readers ----


def test_polars(own: Any, grouping: Any) -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(own.annotate(TEXTS))
    assert frame["ents"].to_list() == [row["ents"] for row in rows(own.annotate(TEXTS))]
    entities = frame.select("ents").explode("ents").drop_nulls().unnest("ents")
    assert entities["label"].to_list() == [ent["label"] for row in rows(own.annotate(TEXTS)) for ent in row["ents"]]
    assert polars.DataFrame(grouping.annotate(TEXTS, fields=["spans", "cats"])).height == len(TEXTS)


def test_pandas(own: Any) -> None:
    pandas = pytest.importorskip("pandas")
    series = pandas.Series(["In London.", None, "Paris."])
    frame = table(own.annotate(series, fields=["ents.text"])).to_pandas()
    assert [[ent["text"] for ent in ents] if ents is not None else None for ents in frame["ents"]] == [
        ["London"],
        None,
        ["Paris"],
    ]


def test_duckdb(own: Any, grouping: Any) -> None:
    duckdb = pytest.importorskip("duckdb")
    annotations = own.annotate(TEXTS, fields=["ents"])  # noqa: F841  (duckdb looks for the name)
    found = duckdb.sql(
        "select e.label, count(*) from (select unnest(ents) as e from annotations) group by 1 order by 1"
    ).fetchall()
    counts: dict[str, int] = {}
    for doc in own.pipe(TEXTS):
        for ent in doc.ents:
            counts[ent.label_] = counts.get(ent.label_, 0) + 1
    assert found == sorted(counts.items())
    cats = grouping.annotate(TEXTS, fields=["cats"])
    assert len(duckdb.from_arrow(table(cats)).fetchall()) == len(TEXTS)


def test_the_schema_is_said_before_anything_runs(own: Any) -> None:
    def texts() -> Iterator[str]:
        raise AssertionError("asked for a text")
        yield ""

    schema = pa.schema(own.annotate(texts(), fields=["text", "sents", "cats"]))
    assert schema.names == ["text", "sents", "cats", "error"]
    assert schema.field("cats").type == pa.map_(pa.string(), pa.float64())
    assert schema.field("sents").type.value_type.field("start").type == pa.int32()


def test_sentiment(package: Any) -> None:
    nlp = package.load(ROOT / "weights" / "sentiment.tern")
    for row, doc in zip(rows(nlp.annotate(["I love it.", "I hate it."])), nlp.pipe(["I love it.", "I hate it."])):
        assert row["cats"] == pytest.approx(doc.cats) and len(row["cats"]) > 1
