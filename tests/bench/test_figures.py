"""What the bench makes of what it has measured. No time is judged."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rich")

import cost
import instructions
import kernels
import load_shapes
import report
import targets
from measured import Bench, percentile


def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, tmp_path, tmp_path, "package", ["text"], 1, True, 0, tmp_path, None)


# ---------------------------------------------------------------------- the price formula


@pytest.mark.parametrize(
    "seconds, billed", [(0.0, 1), (0.0001, 1), (0.001, 1), (0.0010001, 2), (0.0042, 5), (1.5, 1500)]
)
def test_every_begun_millisecond_counts(seconds: float, billed: int) -> None:
    assert cost.billed_ms(seconds) == billed


def test_price_of_a_million_requests() -> None:
    """A million requests of 100 ms at 1 GB: 100,000 GB-seconds, and the requests."""
    assert cost.per_million(1024, [0.1]) == pytest.approx(100_000 * 0.0000166667 + 0.20)
    assert cost.per_million(512, [0.1]) == pytest.approx(50_000 * 0.0000166667 + 0.20)
    assert cost.per_million(1024, [0.1], "arm64") == pytest.approx(100_000 * 0.0000133334 + 0.20)


def test_price_rounds_each_request_up_and_not_the_mean() -> None:
    assert cost.per_million(1024, [0.0001, 0.0021]) == pytest.approx(1000 * (1 + 3) / 2 * 0.0000166667 + 0.20)


# ---------------------------------------------------------------------- summaries


def test_percentiles_are_measured_values() -> None:
    values = [float(i) for i in range(100, 0, -1)]
    assert [percentile(values, p) for p in (50, 95, 99, 100)] == [50.0, 95.0, 99.0, 100.0]
    assert percentile([3.0], 99) == 3.0 and percentile([2.0, 1.0], 50) == 1.0


def test_ratio_says_how_many_times_better_tern_is(tmp_path: Path) -> None:
    b = bench(tmp_path)
    b.record("a", "time", "ms", {"tern": [2.0, 1.0, 9.0], "spaCy": [20.0]})
    b.record("a", "rate", "tokens/s", {"tern": [30.0], "spaCy": [10.0]}, more_is_better=True)
    b.record("a", "neither", "times", {"tern": [30.0], "spaCy": [10.0]}, more_is_better=None)
    b.record("a", "alone", "MB", {"tern": [30.0], "spaCy": []}, failed={"spaCy": "out of memory"})
    assert [row.get("ratio") for row in b.results["a"].values()] == [10.0, 3.0, None, None]
    assert b.results["a"]["time"]["tern"] == {"median": 2.0, "p95": 9.0, "p99": 9.0, "samples": [2.0, 1.0, 9.0]}


# ---------------------------------------------------------------------- what other programs print


def test_kernel_listing() -> None:
    assert kernels.parse("peak AVX2 100.0\nsgemm 288 288 15 40.50 44.00\navx2 288 288 15 80.00 81.00\n") == {
        "peaks": {"AVX2": 100.0},
        "products": {"288x288": {"sgemm": {"15": 40.5}, "avx2": {"15": 80.0}}},
    }


def test_kernel_program_prints_it(program) -> None:
    done = subprocess.run([program("tests/bench_kernels"), "0.01"], stdout=subprocess.PIPE, check=True)
    found = kernels.parse(done.stdout.decode())
    assert all(rate > 0 for rate in found["peaks"].values())
    for products in found["products"].values():
        assert "portable" in products  # the set that runs everywhere
        for rates in products.values():
            assert list(rates) == ["1", "2", "4", "8", "15", "16", "32", "60", "64", "128", "512"]
            assert all(rate > 0 for rate in rates.values())


@pytest.mark.parametrize("mode", ["run", "tokenize", "request"])
def test_measure_program_gives_a_line_for_each_text(program, model_file: Path, mode: str) -> None:
    lines = b'{"text": "Hello world."}\n{"text": "Paris"}\n'
    done = subprocess.run([program("tests/measure"), model_file, mode], input=lines, stdout=subprocess.PIPE, check=True)
    found = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    assert [tokens for _, tokens in found] == ([0, 0] if mode == "request" else [3, 1]) and all(
        ns > 0 for ns, _ in found
    )


CALLGRIND = """\
--------------------------------------------------------------------------------
Ir
--------------------------------------------------------------------------------
1,000 (100.0%)  PROGRAM TOTALS

--------------------------------------------------------------------------------
Ir            file:function
--------------------------------------------------------------------------------
  600 (60.00%)  /src/kernels.c:matmul [/build/tests/measure]
  250 (25.00%)  ???:0x0000000001476130 [/usr/lib/libopenblas.so]
   90 ( 9.00%)  ???:maxout'2 [/build/tests/measure]
   60 ( 6.00%)  ???:maxout [/build/tests/measure]
"""


def test_callgrind_listing() -> None:
    assert instructions.parse(CALLGRIND) == (1000, {"matmul": 600, "0x0000000001476130": 250, "maxout": 150})


def test_counts_under_qemu() -> None:
    assert instructions.parse_counts("600 matmul\n90 maxout\n") == {"matmul": 600, "maxout": 90}


def test_grown_counts_are_told() -> None:
    counts = (
        {"same": 100, "within": 100, "more": 1000, "less": 100, "gone": 1},
        {"same": 100, "within": 103, "more": 1100, "less": 50},
    )
    before, now = (
        {name: {"instructions_per_token": count} for name, count in of_commit.items()} for of_commit in counts
    )
    assert instructions.grown(before, now, 3) == ["more: 1,000 instructions a token before, 1,100 now (+10.0 %)"]


def test_locust_figures(tmp_path: Path) -> None:
    path = tmp_path / "stats.csv"
    names = [
        "Type",
        "Name",
        "Request Count",
        "Failure Count",
        "Average Response Time",
        "Max Response Time",
        "Requests/s",
        "50%",
        "95%",
        "99%",
    ]
    path.write_text(
        "\n".join([",".join(names), "POST,/ner,5,0,1,2,3,4,5,6", ",Aggregated,10,1,2.5,9,4.5,2,7,N/A"]) + "\n"
    )
    assert load_shapes.figures(path) == {
        "requests": 10,
        "failures": 1,
        "rps": 4.5,
        "average_ms": 2.5,
        "p50_ms": 2,
        "p95_ms": 7,
        "p99_ms": 0,
        "max_ms": 9,
    }


# ---------------------------------------------------------------------- targets, tables and plots


def results(tmp_path: Path) -> dict[str, Any]:
    """Of every section, made up."""
    b = bench(tmp_path)
    for memory in (512, 1024):
        for tokens in (15, 1500):
            b.record(
                "warm",
                f"{memory} MB, {tokens} tokens",
                "ms",
                {"tern": [1.0] * 19 + [4.0], "spaCy": [50.0]},
                memory_mb=memory,
                tokens=tokens,
            )
            b.record(
                "cost",
                f"{memory} MB, {tokens} tokens",
                "$",
                {"tern": [0.2], "spaCy": [2.0]},
                memory_mb=memory,
                tokens=tokens,
            )
    for limits in ("512 MB", "no limits"):
        name = f"{limits}, files in the page cache"
        b.record("cold", f"{name}: exec to first answer", "ms", {"tern": [4.0], "spaCy": [1000.0]})
        b.record("cold", f"{name}: peak memory after one request", "MB", {"tern": [20.0], "spaCy": [150.0]})
    b.record("throughput", "tokenizer", "ns a token", {"tern": [300.0], "spaCy": [5000.0]})
    b.record("sizes", "package, zipped", "MB", {"tern": [11.0]})
    b.results["kernels"] = kernels.parse(
        "peak AVX2 100.0\navx2 288 288 4 20 20\navx2 288 288 8 80 81\navx2 288 288 15 76 81\n"
        "portable 288 288 4 9 9\nportable 288 288 8 9 9\nportable 288 288 15 9 9\n"
    )
    b.results["instructions"] = {"short": {"instructions_per_token": 5.0, "tokens": 3, "functions": {"matmul": 60.0}}}
    b.results["load"] = {
        "1024 MB, A-heavy": {
            "tern": {key: 1.0 for key, _ in report.LOAD_COLUMNS},
            "spaCy": {key: 2.0 for key, _ in report.LOAD_COLUMNS},
        }
    }
    return b.results


def test_targets_are_judged(tmp_path: Path) -> None:
    judged: dict[str, list[str]] = {name: rest for name, *rest in targets.judged(results(tmp_path))}
    assert judged["cold start at 512 MB, exec to first answer"] == ["≤ 1/500 of spaCy's", "250×", "missed"]
    assert judged["cold start without limits"][1:] == ["4 ms", "reached"]
    assert judged["warm, 15 tokens, 512 MB"][1:] == ["50×", "reached"]
    assert judged["the same, p99 by p50"][1:] == ["4 times", "missed"]
    assert judged["encoder, from 8 rows up"][1:] == ["76 % (15 rows of 288x288)", "reached"]
    assert judged["tokenizer"][1:] == ["300 ns", "missed"]
    assert judged["resident set after one request"][1:] == ["20 MB", "reached"]
    assert "throughput, NER alone" not in judged  # not measured
    assert targets.judged({}) == []


def test_report_has_a_table_of_every_section(tmp_path: Path) -> None:
    found = results(tmp_path)
    found["wink-nlp"] = {"skipped": {"why": "no node"}}
    about = {
        "commit": "abc",
        "cpu": "CPU",
        "cpus": 2,
        "time": "now",
        "command": "python bench/run.py",
        "load_at_start": [0.1],
        "load_at_end": [0.2],
    }
    text = report.markdown({"about": about, "quick": True, "unlimited": "it is not allowed", "results": found})
    assert text.count("\n## ") == len(found) + 1
    assert "| 1024 MB, A-heavy | spaCy, as published | 11,080 |" in text
    assert "it is not allowed" in text and "quick run" in text and "no node" in text
    for table in text.split("\n\n"):
        if table.startswith("|"):
            assert len({line.count("|") for line in table.strip().splitlines()}) == 1, table


def test_plots_are_svg(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    import plots

    written = plots.save(results(tmp_path), tmp_path)
    assert [path.name for path in written] == ["cold.svg", "kernels.svg", "latency.svg", "load.svg", "power.svg"]
    first = [path.read_bytes() for path in written]
    assert all(b"<svg" in content for content in first)
    plots.save(results(tmp_path), tmp_path)
    assert [path.read_bytes() for path in written] == first  # no dates, no random names


def test_texts_have_the_length_that_was_asked_for() -> None:
    pytest.importorskip("spacy")
    import texts

    given = texts.lines_of(texts.PROJECT_TEXTS)
    for tokens, count in ((15, 5), (2000, 2)):
        found = texts.of_length(given, tokens, count)
        assert [len(texts.tokenizer().make_doc(text)) for text in found] == [tokens] * count
        assert len(set(found)) == count


def test_results_are_json(tmp_path: Path) -> None:
    json.dumps(results(tmp_path))
