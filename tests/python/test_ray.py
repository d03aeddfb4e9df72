"""tern_nlp.ray in a real Ray of two processors, beside nlp.annotate; files in S3 (moto). Skipped where Ray is not installed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from common import verify_after
from corpus import project_texts

pytest.importorskip("ray.data", reason="ray is not installed: pip install -r tests/clusters.txt")

import pyarrow as pa
import pyarrow.fs
import pyarrow.parquet
import ray

MODEL = "en_core_web_sm"
TEXTS = [*project_texts()[:150], "", " \n", None, "é\u0301 😀 in Paris"]
ATTEMPTS = 4
"""Ray waits thirty seconds for its own processes, which is not enough on a machine that has other things to do."""


@pytest.fixture(scope="module", autouse=True)
def cluster(package_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Its workers have the package by PYTHONPATH."""
    settings = {
        "RAY_worker_niceness": "0",
        "RAY_AUTH_MODE": "disabled",
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_DATA_DISABLE_PROGRESS_BARS": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        for left in reversed(range(ATTEMPTS)):
            try:
                ray.init(
                    num_cpus=2,
                    include_dashboard=False,
                    log_to_driver=False,
                    object_store_memory=200_000_000,
                    runtime_env={
                        "env_vars": {"PYTHONPATH": os.environ["PYTHONPATH"], "AWS_EC2_METADATA_DISABLED": "true"}
                    },
                )
                break
            except Exception:
                ray.shutdown()
                if not left:
                    raise
        ray.data.DataContext.get_current().enable_progress_bars = False
        yield
        ray.shutdown()


def rows(texts: list[Any]) -> list[dict[str, Any]]:
    return [{"id": i, "text": text} for i, text in enumerate(texts)]


def in_order(dataset: Any) -> list[dict[str, Any]]:
    return sorted(dataset.take_all(), key=lambda row: row["id"])


def annotated_here(package: Any, texts: list[Any], fields: list[str]) -> list[dict[str, Any]]:
    return pa.table(package.load(MODEL).annotate(texts, fields=fields)).to_pylist()


def test_every_column_is_that_of_annotate(package: Any) -> None:
    from tern_nlp.ray import annotate

    found = annotate(ray.data.from_items(rows(TEXTS), override_num_blocks=2), model=MODEL, batch_size=40)
    want = annotated_here(package, TEXTS, ["tokens", "ents", "sents", "noun_chunks"])
    found = found.materialize()
    assert found.schema().names == ["id", "text", *want[0]]
    assert str(found.schema().base_schema.field("sents").type.value_type.field("start").type) == "int32"
    rows_found = in_order(found)
    assert [{name: row[name] for name in want[0]} for row in rows_found] == want
    assert [row["text"] for row in rows_found] == TEXTS


def test_a_bad_record_is_answered_in_its_place() -> None:
    from tern_nlp.ray import annotate

    texts = ["In London.", None, 5, "a" * 1_000_001, ["x"], "In Paris."]
    found = in_order(
        annotate(ray.data.from_items(rows(texts), override_num_blocks=1), model=MODEL, fields="ents", actors=1)
    )
    assert [row["ents"] and row["ents"][0]["text"] for row in found] == ["London", None, None, None, None, "Paris"]
    assert [row["error"] is None for row in found] == [True, True, False, False, False, True]
    assert "'int'" in found[2]["error"] and "1000001" in found[3]["error"] and "'list'" in found[4]["error"]


def test_wrong_calls() -> None:
    from tern_nlp.ray import annotate

    dataset = ray.data.from_arrow(pa.table({"id": [1], "text": ["x"], "Ents": ["y"]}))
    with pytest.raises(ValueError, match="no column 'body'; there are: id, text, Ents"):
        annotate(dataset, "body", model=MODEL)
    with pytest.raises(TypeError, match="'id' is of type int64"):
        annotate(dataset, "id", model=MODEL)
    with pytest.raises(ValueError, match="'ents' already"):
        annotate(dataset, model=MODEL, fields=["ents"])
    with pytest.raises(ValueError, match="there is no 'entities'"):
        annotate(dataset, model=MODEL, fields=["entities"])
    with pytest.raises(OSError, match="E050.*With fields"):
        annotate(dataset, model="nowhere.tern")


def test_what_only_workers_see() -> None:
    from tern_nlp.ray import annotate

    dataset = ray.data.from_items(rows(["x"])).map_batches(
        lambda table: table.rename_columns(["n", "body"]), batch_format="pyarrow"
    )
    with pytest.raises(Exception, match="no column 'text'; there are: n, body"):
        annotate(dataset, model=MODEL, fields=["ents"]).take_all()
    with pytest.raises(Exception, match=r"E050.*'/nowhere/mine.tern'(.|\n)*Machine: (.|\n)*working_dir"):
        annotate(dataset, "body", model="/nowhere/mine.tern", fields=["ents"]).take_all()


def test_an_actor_that_dies(package: Any, tmp_path: Path) -> None:
    """The process of the first batch is gone after it; Ray gives its batch to another."""
    from tern_nlp.ray import annotate

    class Dying:
        def __call__(self, table: Any) -> Any:
            mark = tmp_path / "died"
            if not mark.exists():
                mark.touch()
                os._exit(1)
            return table

    dataset = annotate(ray.data.from_items(rows(TEXTS)), model=MODEL, fields=["ents"], actors=1)
    found = in_order(dataset.map_batches(Dying, batch_format="pyarrow", compute=ray.data.ActorPoolStrategy(size=1)))
    assert (tmp_path / "died").exists()
    assert [row["ents"] for row in found] == [row["ents"] for row in annotated_here(package, TEXTS, ["ents"])]


def test_files_in_s3(package: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parquet read from a bucket and written into it, by what Ray has for that."""
    boto3 = pytest.importorskip("boto3")
    server = pytest.importorskip("moto.server").ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    from tern_nlp.ray import annotate

    server.start()
    try:
        host, port = server.get_host_and_port()
        verify_after(f"http://{host}:{port}", "inf")
        names = {"access_key": "none", "secret_key": "none", "region": "us-east-1"}
        storage = pa.fs.S3FileSystem(endpoint_override=f"http://{host}:{port}", **names)
        boto3.client(
            "s3",
            endpoint_url=f"http://{host}:{port}",
            region_name="us-east-1",
            aws_access_key_id="none",
            aws_secret_access_key="none",
        ).create_bucket(Bucket="corpus")
        for part in range(2):
            table = pa.Table.from_pylist(rows(TEXTS)[part::2])
            pa.parquet.write_table(table, f"corpus/in/{part}.parquet", filesystem=storage)
        dataset = annotate(
            ray.data.read_parquet("s3://corpus/in", filesystem=storage), model=MODEL, fields=["ents"], actors=1
        )
        dataset.write_parquet("s3://corpus/out", filesystem=storage)
        found = pa.parquet.read_table("corpus/out", filesystem=storage).sort_by("id").to_pylist()
        assert [row["ents"] for row in found] == [row["ents"] for row in annotated_here(package, TEXTS, ["ents"])]
    finally:
        server.stop()
