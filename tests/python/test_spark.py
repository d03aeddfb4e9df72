"""tern_nlp.spark in a real Spark, two workers on this machine, beside nlp.annotate and `tern pipe`. Skipped without pyspark or
Java."""

from __future__ import annotations

import datetime
import decimal
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from common import ROOT, Run
from corpus import project_texts

pytest.importorskip("pyspark", reason="pyspark is not installed: pip install -r tests/clusters.txt")
if not shutil.which("java"):
    pytest.skip("there is no java: apt-get install default-jre-headless", allow_module_level=True)

import pyarrow as pa
import pyspark
from pyspark.errors import PythonException
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

MODEL = "en_core_web_sm"
TEXTS = [*project_texts()[:150], "", " \n", "é\u0301 😀 in Paris"]
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""For a JVM that lives for a minute."""


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(scope="module")
def port() -> int:
    """Of the session's server for Spark Connect."""
    return free_port()


@pytest.fixture(scope="module")
def spark(package_folder: Path, port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A session with two executors, each a JVM of its own, and Python workers that have the package by PYTHONPATH."""
    folder = str(tmp_path_factory.mktemp("spark"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_HOME", str(Path(pyspark.__file__).parent))
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.setenv("SPARK_LOCAL_HOSTNAME", "localhost")
        patch.setenv("SPARK_WORKER_DIR", f"{folder}/work")
        builder = SparkSession.builder.master("local-cluster[2,1,1024]")
        for key, value in {
            "spark.driver.extraJavaOptions": f"{QUICK} -Dderby.system.home={folder}",
            "spark.executor.extraJavaOptions": QUICK,
            "spark.executorEnv.PYTHONPATH": str(package_folder),
            "spark.local.dir": folder,
            "spark.sql.warehouse.dir": f"{folder}/warehouse",
            "spark.sql.shuffle.partitions": "2",
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.parquet.compression.codec": "zstd",  # that of snappy does not load where musl is installed beside glibc
            "spark.ui.enabled": "false",
            "spark.log.level": "OFF",
            "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
            "spark.connect.grpc.binding.port": str(port),
        }.items():
            builder = builder.config(key, value)
        session = builder.getOrCreate()
        yield session
        session.stop()


def frame(spark: SparkSession, texts: list[str | None], partitions: int = 2) -> Any:
    rows = [(i, text) for i, text in enumerate(texts)]
    return spark.createDataFrame(rows, "id long, text string").repartition(partitions, "id")


def in_order(df: Any) -> list[dict[str, Any]]:
    return [row.asDict(recursive=True) for row in sorted(df.collect(), key=lambda row: row["id"])]


def annotated_here(
    package: Any, texts: list[str | None], fields: list[str], model: Any = MODEL
) -> list[dict[str, Any]]:
    return pa.table(package.load(model).annotate(texts, fields=fields)).to_pylist()


def test_every_column_is_that_of_annotate(package: Any, spark: SparkSession) -> None:
    from tern_nlp.spark import annotate

    found = in_order(annotate(frame(spark, TEXTS), model=MODEL))
    want = annotated_here(package, TEXTS, ["tokens", "ents", "sents", "noun_chunks"])
    assert [set(row) for row in found[:1]] == [{"id", "text", *want[0]}]
    assert [{name: row[name] for name in want[0]} for row in found] == want
    assert [row["text"] for row in found] == TEXTS


def test_the_same_answers_as_the_command(run: Run, spark: SparkSession) -> None:
    from tern_nlp.spark import annotate

    lines = "".join(json.dumps({"text": text}) + "\n" for text in TEXTS).encode()
    want = [json.loads(line) for line in run("tern", "pipe", input=lines).stdout.splitlines()]
    fields = ["ents.start", "ents.end", "ents.label", "sents.start", "sents.end"]
    fields += [f"tokens.{part}" for part in ("start", "end", "tag", "pos", "morph", "lemma", "dep", "head")]
    found = in_order(annotate(frame(spark, TEXTS), model=MODEL, fields=fields))
    assert len(want) == len(TEXTS) and sum(len(row["ents"]) for row in found) > 100
    for row, answer in zip(found, want):
        tokens = [{key: value for key, value in token.items() if key != "id"} for token in answer["tokens"]]
        assert (row["ents"], row["sents"], row["tokens"]) == (answer["ents"], answer["sents"], tokens)


def test_types_and_other_columns(spark: SparkSession, tmp_path: Path) -> None:
    """Through Parquet, which Spark reads and writes itself."""
    from tern_nlp.spark import annotate

    schema = (
        "body string, at timestamp, price decimal(9,2), raw binary, more array<struct<a: int, b: map<string, double>>>"
    )
    at = datetime.datetime(2026, 1, 2, 3, 4, 5, 6)
    row = ("In Paris.", at, decimal.Decimal("1.25"), b"\0\xff", [(1, {"x": 0.5})])
    spark.createDataFrame([row, (None,) * 5], schema).write.parquet(str(tmp_path / "in"))
    df = spark.read.parquet(str(tmp_path / "in"))
    found = annotate(df, "body", model=MODEL, fields=["text", "ents.label", "ents.start", "tokens.text", "sents.end"])
    assert found.drop(*df.columns).schema.simpleString() == (
        "struct<text:string,tokens:array<struct<text:string>>,ents:array<struct<start:int,label:string>>,"
        "sents:array<struct<end:int>>,error:string>"
    )
    found.write.parquet(str(tmp_path / "out"))
    first, second = spark.read.parquet(str(tmp_path / "out")).orderBy("body", ascending=False).collect()
    assert first[:5] == tuple(df.filter("body is not null").first()) and first["at"] == at
    assert first["ents"] == [(3, "GPE")] and first["text"] == "In Paris." and first["error"] is None
    assert list(second) == [None] * 10


def test_a_bad_record_is_answered_in_its_place(spark: SparkSession) -> None:
    from tern_nlp.spark import annotate, entities

    df = frame(spark, ["In London.", None, "a" * 1_000_001, "In Paris."])
    found = in_order(annotate(df, model=MODEL, fields="ents"))
    assert [row["ents"] and row["ents"][0]["text"] for row in found] == ["London", None, None, "Paris"]
    assert [row["error"] is None for row in found] == [True, True, False, True] and "1000001" in found[2]["error"]
    found = in_order(df.select("id", entities(model=MODEL)("text").alias("ents")))
    london, paris = ([{"text": name, "start": 3, "end": 3 + len(name), "label": "GPE"}] for name in ("London", "Paris"))
    assert [row["ents"] for row in found] == [london, None, None, paris]


def test_a_udf_of_entities(package: Any, spark: SparkSession) -> None:
    from tern_nlp.spark import entities

    found = frame(spark, TEXTS).select("id", entities(model=MODEL, batch_size=7)("text").alias("ents"))
    assert found.schema["ents"].dataType.simpleString() == "array<struct<text:string,start:int,end:int,label:string>>"
    want = annotated_here(package, TEXTS, [f"ents.{part}" for part in ("text", "start", "end", "label")])
    assert [row["ents"] for row in in_order(found)] == [row["ents"] for row in want]
    assert found.select(F.explode("ents.label")).count() == sum(len(row["ents"]) for row in want)


def test_wrong_calls(spark: SparkSession) -> None:
    from tern_nlp.spark import annotate, ship

    df = spark.createDataFrame([(1, "x", "y")], "id int, text string, Ents string")
    with pytest.raises(ValueError, match="no column 'body'; there are: id, text, Ents"):
        annotate(df, "body", model=MODEL)
    with pytest.raises(TypeError, match=r"'id' is of type int \(df.withColumn"):
        annotate(df, "id", model=MODEL)
    with pytest.raises(ValueError, match="'ents' already"):
        annotate(df, model=MODEL, fields=["ents"])
    with pytest.raises(ValueError, match="2 columns 'text'"):
        annotate(df.select("text", F.col("id").alias("text")), model=MODEL)
    with pytest.raises(ValueError, match="there is no 'entities'; there are: "):
        annotate(df, model=MODEL, fields=["entities"])
    with pytest.raises(OSError, match="E050.*With fields"):
        annotate(df, model="nowhere.tern")
    with pytest.raises(FileNotFoundError, match=r"no file /nowhere.tern"):
        ship(spark, "/nowhere.tern")


def test_a_model_that_workers_do_not_have(spark: SparkSession) -> None:
    from tern_nlp.spark import annotate

    with pytest.raises(PythonException, match=r"E050.*'/nowhere/mine.tern'(.|\n)*Machine: (.|\n)*ship\(spark, file\)"):
        annotate(frame(spark, ["x"], 1), model="/nowhere/mine.tern", fields=["ents"]).collect()


def test_a_file_that_is_sent(package: Any, spark: SparkSession, tmp_path: Path) -> None:
    from tern_nlp.spark import annotate, ship

    file = tmp_path / "sent.tern"
    shutil.copy(ROOT / "weights" / "sentiment.tern", file)
    name = ship(spark, file)
    assert name == "sent.tern" == ship(spark, file)
    found = in_order(annotate(frame(spark, TEXTS[:20]), model=name, fields=["cats"]))
    for row, want in zip(found, annotated_here(package, TEXTS[:20], ["cats"], ROOT / "weights" / "sentiment.tern")):
        assert row["cats"] == pytest.approx(dict(want["cats"]), abs=2e-5)


def test_python_that_dies(package: Any, spark: SparkSession) -> None:
    """The first attempt at each half of the data loses its process; Spark runs it again."""
    from tern_nlp.spark import annotate

    def die(batches: Any) -> Any:
        from pyspark import TaskContext

        for batch in batches:
            if TaskContext.get().attemptNumber() == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            yield batch

    df = frame(spark, TEXTS)
    found = in_order(
        annotate(df, model=MODEL, fields=["ents"]).mapInArrow(die, annotate(df, model=MODEL, fields=["ents"]).schema)
    )
    assert [row["ents"] for row in found] == [row["ents"] for row in annotated_here(package, TEXTS, ["ents"])]


CONNECTED = """
import json, sys
from pyspark.sql import SparkSession
from tern_nlp.spark import annotate, entities, ship

spark = SparkSession.builder.remote(sys.argv[1]).getOrCreate()
assert type(spark).__module__ == "pyspark.sql.connect.session"
df = spark.createDataFrame([(i, text) for i, text in enumerate(json.load(sys.stdin))], "id long, text string")
df = df.repartition(2)
found = annotate(df, model="en_core_web_sm", fields=["ents.text", "ents.start", "ents.end", "ents.label"]).orderBy("id")
json.dump([row.asDict(recursive=True)["ents"] for row in found.collect()], sys.stdout)
found = df.select("id", entities(model="en_core_web_sm")("text").alias("ents")).orderBy("id")
print()
json.dump([row.asDict(recursive=True)["ents"] for row in found.collect()], sys.stdout)
print()
assert "NEUTRAL" in annotate(df, model=ship(spark, sys.argv[2]), fields=["cats"]).first()["cats"]
"""


def test_spark_connect(package: Any, spark: SparkSession, port: int, tmp_path: Path) -> None:
    """A client in a process of its own, which has no JVM."""
    pytest.importorskip("grpc")
    file = tmp_path / "connected.tern"
    shutil.copy(ROOT / "weights" / "sentiment.tern", file)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SPARK_", "PYSPARK_"))}
    done = subprocess.run(
        [sys.executable, "-c", CONNECTED, f"sc://127.0.0.1:{port}", file],
        input=json.dumps(TEXTS),
        env={**environment, "PYSPARK_PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    want = annotated_here(package, TEXTS, [f"ents.{part}" for part in ("text", "start", "end", "label")])
    assert [json.loads(line) for line in done.stdout.splitlines()] == [[row["ents"] for row in want]] * 2


# ---- a worker that is killed -----------------------------------------------------------------------------------------

DOCUMENTS = 100_000


def executors() -> list[int]:
    """Process ids of this session's executors."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if any(word.endswith(b"CoarseGrainedExecutorBackend") for word in words) and is_below(
            int(folder.name), os.getpid()
        ):
            found.append(int(folder.name))
    return found


def is_below(process: int, ancestor: int) -> bool:
    while process > 1 and process != ancestor:
        process = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    return process == ancestor


@pytest.mark.long
def test_a_worker_that_is_killed(package: Any, spark: SparkSession, tmp_path: Path) -> None:
    """A hundred thousand documents, all of them answered once, though an executor is killed while it has parts of them."""
    from tern_nlp.spark import annotate

    texts = [text[:200] for text in project_texts()[:500]]
    source = spark.createDataFrame([(i, text) for i, text in enumerate(texts)], "n long, words string").crossJoin(
        spark.range(DOCUMENTS // len(texts))
    )
    df = source.select("n", F.concat("words", F.lit(" "), F.col("id").cast("string")).alias("text")).repartition(20)
    killed: list[int] = []

    def kill() -> None:
        tracker = spark.sparkContext.statusTracker()
        while not killed:
            time.sleep(0.5)
            stages = filter(None, map(tracker.getStageInfo, tracker.getActiveStageIds()))
            if any(stage.numTasks == 20 and stage.numCompletedTasks >= 4 for stage in stages):
                killed.append(executors()[0])
                os.kill(killed[0], signal.SIGKILL)

    assert len(executors()) == 2
    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    annotate(df, model=MODEL, fields=["ents"]).write.parquet(str(tmp_path / "out"))
    assert killed and killed[0] not in executors()
    found = spark.read.parquet(str(tmp_path / "out"))
    assert (
        found.count() == DOCUMENTS == found.select("text").distinct().count()
        and found.filter("error is not null").count() == 0
    )
    some = found.filter("n % 50 = 0").toArrow().to_pylist()
    want = annotated_here(package, [row["text"] for row in some], ["ents"])
    assert len(some) == DOCUMENTS // 50 and [row["ents"] for row in some] == [row["ents"] for row in want]
