#!/usr/bin/env python3
"""tern beside spaCy in one job of Spark's and of Ray's: records per second, processor seconds, memory of each worker.

    python bench/clusters.py [--engine spark|ray] [--records N] [--rounds N] [--texts FILE.jsonl]

Two workers of one core each on this machine; each job in an engine of its own, spaCy's and tern's alternating, with the same
records. Memory is PSS, in which a page that several processes map counts in parts. Takes the package out of the build tree.
"""

from __future__ import annotations

import os

THREADS = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL", "BLIS")}
os.environ.update(THREADS)

import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable, NamedTuple

import click

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "parity")]

from common import BUILD, SPACY_PACKAGE
from corpus import project_texts, read_texts

WORKERS = 2
FIELDS = ["ents.text", "ents.start", "ents.end", "ents.label"]
JOBS = {"nothing": None, "spaCy": None, "tern": FIELDS, "tern, all columns": ["tokens", "ents", "sents", "noun_chunks"]}
"""Job -> the fields that tern is asked for. The first hands texts through: what a worker takes without any library."""
ENTITIES = "array<struct<text string, start int, end int, label string>>"

# ---- what spaCy's users write ----------------------------------------------------------------------------------------


def spacys(nlp: Any, texts: Any) -> list[list[dict[str, Any]]]:
    keys = ("text", "start", "end", "label")
    return [
        [dict(zip(keys, (ent.text, ent.start_char, ent.end_char, ent.label_))) for ent in doc.ents]
        for doc in nlp.pipe(list(texts))
    ]


def spark_udf(job: str) -> Any:
    import pandas as pd
    from pyspark.sql.functions import pandas_udf

    package, work = SPACY_PACKAGE, spacys

    def of_spacy(batches: Any) -> Any:
        import spacy

        if not hasattr(spacy, "opened"):
            spacy.opened = spacy.load(package)
        for texts in batches:
            yield pd.Series(work(spacy.opened, texts), dtype=object)

    def of_nothing(batches: Any) -> Any:
        for texts in batches:
            yield pd.Series([[] for _ in texts], dtype=object)

    found = of_spacy if job == "spaCy" else of_nothing
    found.__annotations__ = {"batches": Iterator[pd.Series], "return": Iterator[pd.Series]}
    return pandas_udf(found, ENTITIES)


class RayActor:
    """Of spaCy's, or of no library."""

    def __init__(self, job: str) -> None:
        self.nlp = None
        if job == "spaCy":
            import spacy

            self.nlp = spacy.load(SPACY_PACKAGE)

    def __call__(self, table: Any) -> Any:
        import pyarrow as pa

        texts = table["text"].to_pylist()
        return table.append_column("ents", pa.array(spacys(self.nlp, texts) if self.nlp else [[] for _ in texts]))


# ---- processes -------------------------------------------------------------------------------------------------------


class Process(NamedTuple):
    id: int
    parent: int
    command: str
    seconds: float
    """Of the processor, so far."""

    @property
    def pss(self) -> int:
        """Bytes."""
        lines = Path(f"/proc/{self.id}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) << 10


def processes() -> dict[int, Process]:
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            facts = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks = int(facts[11]) + int(facts[12])
        found[int(folder.name)] = Process(int(folder.name), int(facts[1]), command, ticks / os.sysconf("SC_CLK_TCK"))
    return found


def workers(engine: str, folder: str) -> list[Process]:
    """The processes in which Python functions run, of the engine that has this folder in its environment."""
    found = processes()
    return [
        process
        for process in found.values()
        if (
            ("ray::MapWorker" in process.command)
            if engine == "ray"
            else (
                "pyspark.daemon" in process.command
                and "pyspark.daemon" in found.get(process.parent, process._replace(command="")).command
            )
        )
        and folder in Path(f"/proc/{process.id}/environ").read_text(errors="replace")
    ]


# ---- jobs ------------------------------------------------------------------------------------------------------------


class Sample(NamedTuple):
    """What has been done until a moment."""

    records: int
    seconds: float
    workers: list[Process]
    pss: list[int]


def sample(engine: str, folder: str, records: int) -> Sample:
    found = workers(engine, folder)
    return Sample(records, time.perf_counter(), found, [process.pss for process in found])


def on_spark(job: str, folder: str, texts: list[str]) -> Iterator[Sample]:
    import pyspark
    from pyspark.sql import SparkSession
    from tern_nlp.spark import annotate

    os.environ.update(
        SPARK_HOME=str(Path(pyspark.__file__).parent),
        PYSPARK_PYTHON=sys.executable,
        SPARK_LOCAL_IP="127.0.0.1",
        SPARK_LOCAL_HOSTNAME="localhost",
        SPARK_WORKER_DIR=folder,
    )
    settings = {f"spark.executorEnv.{name}": value for name, value in (*THREADS.items(), ("BENCH_FOLDER", folder))}
    settings |= {"spark.ui.enabled": "false", "spark.log.level": "OFF", "spark.local.dir": folder}
    settings |= {"spark.executorEnv.PYTHONPATH": os.environ["PYTHONPATH"], "spark.sql.adaptive.enabled": "false"}
    builder = SparkSession.builder.master(f"local-cluster[{WORKERS},1,1024]")
    for key, value in settings.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()

    def run(some: list[str]) -> None:
        df = spark.createDataFrame([(text,) for text in some], "text string").repartition(WORKERS)
        if JOBS[job]:
            df = annotate(df, model="en_core_web_sm", fields=JOBS[job])
        else:
            df = df.withColumn("ents", spark_udf(job)("text"))
        df.write.format("noop").mode("overwrite").save()

    while len(workers("spark", folder)) < WORKERS:  # until both have opened the model
        run(texts[: 8 * WORKERS])
    yield sample("spark", folder, 0)
    run(texts)
    yield sample("spark", folder, len(texts))
    spark.stop()


def on_ray(job: str, folder: str, texts: list[str]) -> Iterator[Sample]:
    """Actors live as long as their job: samples while its batches come."""
    import ray
    from tern_nlp.ray import annotate

    os.environ.update(RAY_worker_niceness="0", RAY_USAGE_STATS_ENABLED="0", RAY_AUTH_MODE="disabled")
    variables = {**THREADS, "PYTHONPATH": os.environ["PYTHONPATH"], "BENCH_FOLDER": folder}
    ray.init(num_cpus=2 * WORKERS, include_dashboard=False, log_to_driver=False, runtime_env={"env_vars": variables})
    ray.data.DataContext.get_current().enable_progress_bars = False
    rows = len(texts) // 16
    dataset = ray.data.from_items([{"text": text} for text in texts], override_num_blocks=16)
    if JOBS[job]:
        found = annotate(dataset, model="en_core_web_sm", fields=JOBS[job], batch_size=rows, actors=WORKERS)
    else:
        found = dataset.map_batches(
            RayActor,
            fn_constructor_args=(job,),
            batch_format="pyarrow",
            batch_size=rows,
            compute=ray.data.ActorPoolStrategy(size=WORKERS),
        )
    done = 0
    for batch in found.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
        done += len(batch)
        yield sample("ray", folder, done)


def child(engine: str, job: str, folder: str, texts: list[str]) -> dict[str, Any]:
    """What is done from the first sample to the last in which all workers are there."""
    found = list((on_spark if engine == "spark" else on_ray)(job, folder, texts))
    found = [one for one in found if len(one.workers) >= WORKERS]
    first, last = found[0], found[-1]
    before = {process.id: process.seconds for process in first.workers}
    work = [process.seconds - before.get(process.id, 0) for process in last.workers]
    busiest = sorted(zip(work, last.pss), reverse=True)[:WORKERS]  # Spark may have processes that nothing is given to
    return {
        "records": last.records - first.records,
        "seconds": last.seconds - first.seconds,
        "processor": sum(work),
        "pss": [pss for _, pss in busiest],
    }


def measured(engine: str, job: str, file: Path, records: int) -> dict[str, Any]:
    """child, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            __file__,
            "--engine",
            engine,
            "--job",
            job,
            "--texts",
            str(file),
            "--records",
            str(records),
        ]
        done = subprocess.run([*command, "--folder", folder], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def show(engine: str, found: dict[str, list[dict[str, Any]]]) -> None:
    def middle(job: str, figure: Callable[[dict[str, Any]], float]) -> float:
        return statistics.median(map(figure, found[job]))

    figures: dict[str, Callable[[dict[str, Any]], float]] = {
        "records/s": lambda one: one["records"] / one["seconds"],
        "records/s of processor": lambda one: one["records"] / max(one["processor"], 0.01),
        "MB a worker": lambda one: statistics.mean(one["pss"]) / 1e6,
        "MB of all": lambda one: sum(one["pss"]) / 1e6,
    }
    print(engine)
    for job in found:
        print(f"  {job:20}" + "".join(f"{middle(job, figure):12,.1f} {name}" for name, figure in figures.items()))
    for job in (job for job in found if job.startswith("tern")):
        rate, work, each, total = (middle(job, figure) / middle("spaCy", figure) for figure in figures.values())
        print(
            f"  {job} / spaCy: {rate:.1f} × the records/s, {work:.1f} × by processor seconds, a worker 1/{1 / each:.1f}; "
            f"all of tern's are {total * WORKERS:.2f} of one of spaCy's"
        )


@click.command()
@click.option("--engine", "engines", multiple=True, type=click.Choice(["spark", "ray"]), default=["spark", "ray"])
@click.option("--records", default=8000, show_default=True, help="Of each job.")
@click.option("--rounds", default=1, show_default=True)
@click.option("--texts", "file", type=click.Path(exists=True, path_type=Path), help="JSON Lines with texts.")
@click.option("--job", hidden=True, type=click.Choice([*JOBS]))
@click.option("--folder", hidden=True)
def main(engines: tuple[str, ...], records: int, rounds: int, file: Path | None, job: str | None, folder: str) -> None:
    texts = list(itertools.islice(itertools.cycle(read_texts(file) if file else project_texts()), records))
    if job:
        print(json.dumps(child(engines[0], job, folder, texts)))
        return
    with tempfile.TemporaryDirectory() as place:
        install = ["cmake", "--install", str(BUILD), "--component", "python", "--prefix", place]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
        os.environ["PYTHONPATH"] = place
        lines = Path(place) / "texts.jsonl"
        lines.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
        print(
            f"{records} records of {sum(map(len, texts)) / records:.0f} characters, {WORKERS} workers, load {os.getloadavg()}"
        )
        for engine in engines:
            found: dict[str, list[dict[str, Any]]] = {name: [] for name in JOBS}
            for _ in range(rounds):
                for name in JOBS:
                    found[name].append(measured(engine, name, lines, records))
            show(engine, found)


if __name__ == "__main__":
    main()
