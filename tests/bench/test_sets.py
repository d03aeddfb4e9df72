"""Kernel sets beside spaCy and an earlier tern: what is run with what, how ratios are made, what goes on after a failure."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rich")

import against
import fill
import machine
import report
import run
import sets
import start
import targets
import texts
from measured import Bench, Program, ratio_of


def bench(tmp_path: Path, **also: Any) -> Bench:
    return Bench(tmp_path, tmp_path, tmp_path, "package", ["text"], 1, True, 0, tmp_path, None, **also)


# ---------------------------------------------------------------------- ratios


def test_ratio_of_rounds_is_the_median_of_their_ratios() -> None:
    """Medians alone would say 30 / 10; the second round was slow for both."""
    found = ratio_of([40.0, 6.0, 30.0], [10.0, 3.0, 15.0], True, True)
    assert found == {"ratio": 2.0, "spread": [2.0, 4.0]}
    assert ratio_of([2.0, 4.0], [10.0, 10.0], False, True) == {"ratio": 3.75, "spread": [2.5, 5.0]}
    assert ratio_of([0.0], [1.0], False, True) == {}


# ---------------------------------------------------------------------- what is run


def test_every_build_has_the_portable_set(program: Any, model_file: Path) -> None:
    measure = program("tests/measure")
    found = sets.sets_here(Program("tern", measure.parent.parent, model_file))
    assert found[-1] == "portable"


def test_kernels_that_there_are_not_are_refused(program: Any, model_file: Path) -> None:
    measure = program("tests/measure")
    done = subprocess.run([measure, model_file, "run"], input=b"", capture_output=True, env={"TERN_GEMM": "mkl"})
    assert done.returncode == 1 and done.stderr.startswith(b"TERN_GEMM: there are no kernels mkl")


@pytest.mark.parametrize("kernels", ["avx2", "portable"])
def test_spacy_is_held_to_the_instructions(kernels: str) -> None:
    """By what its libraries say of themselves."""
    pytest.importorskip("blis")
    umath = pytest.importorskip("numpy._core._multiarray_umath")
    env = {**os.environ, **sets.limits(kernels)}
    command = [sys.executable, sets.CHILD, "none", os.devnull]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=env, check=True)
    said = json.loads(done.stdout)
    for name in umath.__cpu_dispatch__:
        assert name not in said["numpy"] or not name.startswith(sets.ABOVE[kernels])
    if kernels == "portable" and said["OpenBLAS"] != "unknown" and os.uname().machine == "x86_64":
        assert said["OpenBLAS"] in ("Prescott", "Katmai")  # the same kernels under two names


class Told:
    """Instead of a spaCy: 10 tokens a second by BLIS, 20 by OpenBLAS."""

    with_what = {"BLIS": "generic", "OpenBLAS": "Haswell", "numpy": []}

    def __init__(self, package: str, file: Path, kernels: str) -> None:
        self.texts = file.read_text("utf-8")

    def rate(self, pipeline: str, products: str) -> float:
        return {"blis": 10.0, "openblas": 20.0}[products]

    def end(self) -> None:
        pass


def test_sets_are_measured(program: Any, model_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build = program("tests/measure").parent.parent
    program("tern")
    monkeypatch.setattr(sets, "Limited", Told)
    b = Bench(build, tmp_path, model_file, "package", ["Hello world."], 2, True, 0, tmp_path, None)
    b.before = Program("before", build, model_file)
    list(sets.sets(b))
    names = sets.sets_here(b.program)
    assert len(b.results["sets"]) == len(names) * 2 * 2 * 2 and len(b.results["against"]) == len(names) * 2 * 2
    row = b.results["sets"]["portable, NER alone: tern pipe / nlp.pipe by OpenBLAS"]
    assert row["spaCy"]["samples"] == [20.0, 20.0] and row["spread"][0] <= row["ratio"] <= row["spread"][1]
    assert len(b.results["against"]["portable, whole pipeline: library"]["before"]["samples"]) == 2
    assert "beside portable, spaCy has: BLIS generic" in report.sets_table(b.results["sets"])


def test_starts_are_counted() -> None:
    found = start.spawned([["/bin/true"], ["/bin/sh", "-c", "exit 0"]], 3)
    assert [len(times) for times in found] == [3, 3] and min(map(min, found)) > 0
    with pytest.raises(subprocess.CalledProcessError):
        start.spawned([["/bin/false"]], 1)


# ---------------------------------------------------------------------- an earlier revision


def test_an_earlier_measure_heeds_the_kernels(tmp_path: Path) -> None:
    source = tmp_path / "measure.c"
    source.write_text("if (tern_model_open(argv[1], &model, &error) || x)")
    against.heed_kernels(source)
    assert source.read_text().startswith(
        'if ((getenv("TERN_GEMM") && tern_use_kernels(getenv("TERN_GEMM"), &error)) ||'
    )
    new = (texts.ROOT / "bench" / "measure.c").read_text()
    source.write_text(new)
    against.heed_kernels(source)
    assert source.read_text() == new  # this one does by itself


def test_without_an_earlier_revision_the_rest_is_measured(tmp_path: Path) -> None:
    b = bench(tmp_path)
    about: dict[str, Any] = {}
    assert "against" in run.build_other(b, about, "no-such-revision") and b.before is None and about == {}
    assert run.build_other(b, about, None) == {}


# ---------------------------------------------------------------------- steps that fail


def steps_of(*steps: Any) -> dict[str, run.Planned]:
    return {step.__name__: run.Planned(step, 100) for step in steps}


def test_a_failing_step_does_not_end_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(b: Bench) -> Iterator[None]:
        yield
        raise ValueError("no such thing")

    def hangs(b: Bench) -> Iterator[None]:
        try:
            time.sleep(600)
            yield
        finally:
            b.results["hung"] = {"row": {}}

    def works(b: Bench) -> Iterator[None]:
        b.results["works"] = {"row": {}}
        yield

    monkeypatch.setattr(run, "PATIENCE", 0.01)
    planned = steps_of(fails, hangs, works)
    planned["hangs"] = planned["hangs"]._replace(seconds=0.01)
    kept: list[int] = []
    failed: dict[str, str] = {}
    b = bench(tmp_path)
    monkeypatch.setattr(run, "PATIENCE", 0.2)
    run.run_steps(b, planned, lambda: kept.append(len(b.results)), failed, 10)
    assert failed == {"fails": "ValueError: no such thing", "hangs": "TooLong: it took too long and was broken off"}
    assert kept == [0, 1, 2] and set(b.results) == {"hung", "works"}


def test_what_the_time_does_not_suffice_for_is_told(tmp_path: Path) -> None:
    def many(b: Bench) -> Iterator[None]:
        for _ in range(3):
            time.sleep(0.002)
            yield

    short = run.Planned(many, 0.001)
    assert run.run_step(bench(tmp_path), short, 0.001, lambda: None) == "cut short after 1 parts: its 0 s were over"
    failed: dict[str, str] = {}
    run.run_steps(bench(tmp_path), {"many": short}, lambda: None, failed, 0)
    assert failed == {"many": "the time was over"}


def test_steps_fit_into_the_run() -> None:
    """Those that matter for the targets, in the order in which they come."""
    first = list(run.STEPS)[: list(run.STEPS).index("sizes") + 1]
    assert sum(run.STEPS[name].seconds for name in first) <= 60 * run.MINUTES


# ---------------------------------------------------------------------- tables


def results(tmp_path: Path) -> dict[str, Any]:
    b = bench(tmp_path)
    for pipeline in fill.PIPELINES:
        for what in ("library", "tern pipe"):
            for label in ("nlp.pipe", "nlp.pipe by OpenBLAS"):
                b.record(
                    "sets",
                    f"avx2, {pipeline}: {what} / {label}",
                    "tokens/s",
                    {"tern": [170.0, 180.0], "spaCy": [10.0, 10.0]},
                    True,
                    True,
                    kernels="avx2",
                    spacy_kernels=Told.with_what,
                )
            b.record(
                "against",
                f"avx2, {pipeline}: {what}",
                "tokens/s",
                {"tern": [130.0], "before": [100.0]},
                True,
                True,
                kernels="avx2",
            )
    b.record(
        "wink-nlp", "avx2, NER alone: entities of all texts", "tokens/s", {"tern": [9.0], "wink-nlp": [10.0]}, True
    )
    b.record("start", "`tern --version`", "ms", {"tern": [2.0], "before": [6.0]}, paired=True)
    b.results["instructions"] = {
        "short requests, NER alone": {"instructions_per_token": 71_000.0, "functions": {}, "before": 96_000.0},
        "short requests, NER alone, portable": {"instructions_per_token": 150_000.0, "functions": {}},
    }
    b.record("warm", "512 MB, 15 tokens", "ms", {"tern": [0.5], "spaCy": [5.0]}, memory_mb=512, tokens=15)
    return b.results


def test_targets_of_the_kernel_sets_are_judged(tmp_path: Path) -> None:
    judged = {name: rest for name, *rest in targets.judged(results(tmp_path))}
    assert judged["NER alone with avx2, beside nlp.pipe"] == ["≥ 17 ×", "17.5× (17 to 18)", "reached"]
    assert judged["NER alone with avx2, beside wink-nlp"][1:] == ["0.9× (0.9 to 0.9)", "reached"]
    assert judged["whole pipeline with avx2, library, beside the earlier tern's avx2"][2] == "missed"
    assert judged["instructions a token, NER alone, short requests (avx2)"] == ["≤ 70,000", "71,000", "missed"]
    assert judged["start of `tern`"][1:] == ["2 ms", "reached"]
    assert judged["warm, 15 tokens, 512 MB"][2] == "missed"  # of the two, the last: 1/40 of spaCy's
    assert not any("avx512" in name for name in judged)  # not measured


DOCUMENT = (
    "before\n<!-- figures: sets -->\nold\n<!-- end -->\nbetween\n<!-- figures: against -->\nold\n<!-- end -->\nafter\n"
)


def test_tables_are_filled_between_their_marks(tmp_path: Path) -> None:
    found = fill.filled(DOCUMENT, [results(tmp_path)])
    assert found.startswith("before\n<!-- figures: sets -->\n| tokens/s of one core |") and found.endswith("after\n")
    assert "| whole pipeline, library | 175 | 10 | 17.5× (17 to 18) | – | – | – |" in found
    assert "| NER alone, tern pipe | 100 | 130 | 1.3× (1.3 to 1.3) | – | – | – |" in found
    assert "old" not in found and fill.filled(found, [results(tmp_path)]) == found
    assert fill.filled(DOCUMENT, [{}]) == DOCUMENT  # of which nothing was measured


def test_every_table_can_be_made_and_has_its_place(tmp_path: Path) -> None:
    document = fill.DOCUMENTS[0].read_text("utf-8")
    for mark, (_, make) in fill.TABLES.items():
        assert f"<!-- figures: {mark} -->\n" in document
        lines = make([results(tmp_path)]).splitlines()
        assert len({line.count("|") for line in lines}) == 1, mark
    assert document.count("<!-- figures: ") == document.count("<!-- end -->") == len(fill.TABLES) + 1


def test_the_first_result_that_has_a_figure_gives_it(tmp_path: Path) -> None:
    other = json.loads(json.dumps(results(tmp_path)).replace("avx2", "avx512").replace("17.5", "20.5"))
    found = fill.filled(DOCUMENT, [results(tmp_path), other])
    assert "| whole pipeline, library | 175 | 10 | 17.5× (17 to 18) | 175 | 10 | 20.5× (17 to 18) |" in found


def test_a_document_names_its_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document, result = tmp_path / "benchmarks.md", tmp_path / "abc-CPU.json"
    document.write_text("<!-- figures: sources -->\nnone\n<!-- end -->\n")
    about = {"commit": "abc", "cpu": "CPU", "time": "2026-01-02T03:04:05", "against": "def"}
    result.write_text(json.dumps({"about": about, "results": {}}))
    monkeypatch.setattr(fill, "DOCUMENTS", (document,))
    assert fill.fill([result]) == [document] and fill.fill([result]) == []
    line = "* [abc](../bench/results/abc-CPU.md): CPU, 2026-01-02; *before* is commit def\n"
    assert line in document.read_text()


def test_results_name_no_folders() -> None:
    given = ["--texts", "/home/someone/texts.jsonl", "--out=/srv/out", "--only", "sets"]
    assert [machine.without_folder(word) for word in given] == ["--texts", "texts.jsonl", "--out=out", "--only", "sets"]
