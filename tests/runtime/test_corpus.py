"""tern pipe over corpora: files in, files out, several threads, runs that are broken off and gone on with, bad input."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import random
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from common import REDUCED, Run, heed_interrupts

SENTENCE = "Alan Turing was born on June 23, 1912, in London, England."
ENTS = [("Alan Turing", "PERSON"), ("June 23, 1912", "DATE"), ("London", "GPE"), ("England", "GPE")]


def jsonl(records: Sequence[Any]) -> bytes:
    return b"".join(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records)


def read(data: bytes) -> list[Any]:
    return [json.loads(line) for line in data.split(b"\n")[:-1]]


def good(done: subprocess.CompletedProcess[bytes]) -> bytes:
    assert (done.returncode, done.stderr) == (0, b""), done.stderr
    return done.stdout


def failed(done: subprocess.CompletedProcess[bytes], code: int = 1) -> str:
    text = done.stderr.decode()
    assert done.returncode == code and text.startswith("tern: ") and text.count("\n") == 1, (done.returncode, text)
    return text


def ents_of(record: dict[str, Any], text: str = "text") -> list[tuple[str, str]]:
    return [(record[text][e["start"] : e["end"]], e["label"]) for e in record["ents"]]


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    """Of all lengths, and some wrong."""
    source = random.Random(19)
    made: list[dict[str, Any]] = []
    for i in range(120 if REDUCED else 700):
        text = " ".join([SENTENCE] * source.choice([0, 1, 1, 1, 2, 3, 40]))
        made.append({"id": i, "text": text if i % 29 else None, "meta": {"source": [1.50, "é"]}})
    return made


@pytest.fixture
def corpus(records: list[dict[str, Any]], tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_bytes(jsonl(records))
    return path


# ---- threads --------------------------------------------------------------------------------------------------------------


def test_answers_do_not_depend_on_threads(run: Run, corpus: Path, records: list[dict[str, Any]]) -> None:
    one = run("tern", "pipe", "-j", "1", corpus)
    assert one.returncode == 1 and b"records were wrong" in one.stderr
    answers = read(one.stdout)
    assert [{k: a[k] for k in ("id", "text", "meta")} for a in answers] == records
    assert all(("error" in a) == (a["text"] is None) for a in answers)
    assert all(ents_of(a)[:4] == ENTS for a in answers if a["text"])
    for threads in ("2", "5"):
        assert run("tern", "pipe", "-j", threads, corpus).stdout == one.stdout
    assert run("tern", "pipe", input=corpus.read_bytes()).stdout == one.stdout


@pytest.mark.parametrize("threads", ["0", "257", "-1", "two", ""])
def test_numbers_of_threads_that_are_none(run: Run, threads: str) -> None:
    assert "-j must be a number from 1 to 256" in failed(run("tern", "pipe", "-j", threads), 2)


def peak(process: subprocess.Popen[bytes]) -> int:
    """Bytes that a process has had in memory at most (what wait4 says would count its parent's, too)."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return 1024 * int(status.split("VmHWM:")[1].split()[0])


def test_memory_is_bounded_whatever_the_lines(program, model_file: Path) -> None:
    """600 MB of lines that are refused, and 40 of 400,000 characters in four threads."""
    command = [
        program("tern"),
        "pipe",
        "-j",
        "4",
        "-m",
        model_file,
        "--fields",
        "cats",
        "--keep",
        "",
        "--errors",
        "/dev/null",
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        for _ in range(4 if REDUCED else 40):
            process.stdin.write(b'{"text": "' + b"x" * 15_000_000 + b'"}\n{"text": "' + b"a b " * 100_000 + b'"}\n')
            process.stdin.flush()
        for _ in range(4 if REDUCED else 40):
            assert process.stdout.readline() == b"{}\n"
        used = peak(process)
        process.stdin.close()
    assert process.returncode == 0
    assert used < 600e6


# ---- what comes in -----------------------------------------------------------------------------------------------------


def test_other_members_stay(run: Run) -> None:
    line = b'{"id": 12345678901234567890, "x": 1.50, "text": "in London", "z": {"a": []}, "ents": 5}\n'
    assert good(run("tern", "pipe", "--fields", "ents,text", input=line)) == (
        b'{"id": 12345678901234567890, "x": 1.50, "text": "in London", "z": {"a": []}, '
        b'"ents": [{"start": 3, "end": 9, "label": "GPE"}]}\n'
    )
    kept = good(run("tern", "pipe", "--fields", "ents", "--keep", "x,id", input=line))
    assert list(read(kept)[0]) == ["id", "x", "ents"]
    assert list(read(good(run("tern", "pipe", "--fields", "ents", "--keep", "", input=line)))[0]) == ["ents"]


def test_a_document_can_be_annotated_again(run: Run, nlp_full) -> None:
    once = good(run("tern", "pipe", input=jsonl([{"text": SENTENCE}])))
    assert good(run("tern", "pipe", input=once)) == once
    assert read(once) == [nlp_full(SENTENCE).to_json()]


def test_the_text_has_another_name(run: Run) -> None:
    answer = read(good(run("tern", "pipe", "--text", "body", input=jsonl([{"body": SENTENCE, "text": 7}]))))[0]
    assert answer["text"] == 7 and ents_of(answer, "body") == ENTS
    wrong = read(run("tern", "pipe", "--text", "body", input=jsonl([{"text": SENTENCE}])).stdout)[0]
    assert '"body" is missing' in wrong["error"] and wrong["text"] == SENTENCE
    words = read(good(run("tern", "pipe", "--text", "body", input=jsonl([{"tokens": ["in", "London"]}]))))[0]
    assert words["body"] == "in London " and ents_of(words, "body") == [("London", "GPE")]


def test_plain_lines(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_bytes(f"\ufeff{SENTENCE}\r\n\nin Paris\u2028too".encode())
    answers = read(good(run("tern", "pipe", path)))
    assert [a["text"] for a in answers] == [SENTENCE, "", "in Paris\u2028too"]
    assert good(run("tern", "pipe", "--from", "lines", input=path.read_bytes())) == good(run("tern", "pipe", path))


def zstd(data: bytes) -> bytes:
    pyarrow = pytest.importorskip("pyarrow")
    sink = pyarrow.BufferOutputStream()
    with pyarrow.CompressedOutputStream(sink, "zstd") as out:
        out.write(data)
    return sink.getvalue().to_pybytes()


@pytest.mark.parametrize("compress, ending", [(gzip.compress, ".gz"), (zstd, ".zst")])
def test_compressed_files(run: Run, tmp_path: Path, compress: Callable[[bytes], bytes], ending: str) -> None:
    data = jsonl([{"text": SENTENCE, "id": i} for i in range(500)])
    path = tmp_path / f"in.jsonl{ending}"
    path.write_bytes(compress(data[:10_000]) + compress(b"") + compress(data[10_000:]))
    whole = good(run("tern", "pipe", "--fields", "ents", path))
    assert whole == good(run("tern", "pipe", "--fields", "ents", input=data)) and whole.count(b"\n") == 500
    path.write_bytes(compress(data)[:-20])
    cut = run("tern", "pipe", "--fields", "ents", path)
    assert f"in.jsonl{ending}: is cut" in failed(cut) and whole.startswith(cut.stdout)
    path.write_bytes(compress(data) + b"no more of it")
    assert "damaged" in failed(run("tern", "pipe", path))
    path.write_bytes(b"")
    assert good(run("tern", "pipe", path)) == b""


def test_tables_as_pythons_csv_reads_them(run: Run, tmp_path: Path) -> None:
    source = random.Random(3)
    pieces = ["a", "é", '"', ",", "\n", "\r\n", "\t", " ", "London"]
    rows = [["".join(source.choices(pieces, k=source.randint(0, 6))) for _ in range(3)] for _ in range(400)]
    for dialect, ending in (("excel", ".csv"), ("excel-tab", ".tsv"), ("unix", ".csv")):
        out = io.StringIO(newline="")
        csv.writer(out, dialect).writerows([["id", "text", 'odd "name",'], *rows])
        path = tmp_path / f"in{ending}"
        path.write_text(out.getvalue(), encoding="utf-8-sig", newline="")
        answers = read(good(run("tern", "pipe", "--fields", "text", path)))
        expected = list(csv.DictReader(io.StringIO(out.getvalue(), newline=""), dialect=dialect))
        assert answers == expected, dialect


def test_a_table_that_is_none(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text('id,body\n1,a\n\n2\n3,"b\n')
    done = run("tern", "pipe", path)
    assert [a["error"] for a in read(done.stdout)] == [
        'there is no column "text": name one by --text; there are "id", "body"'
    ] * 3
    answers = read(run("tern", "pipe", "--text", "body", "--fields", "", path).stdout)
    assert [a.get("error") for a in answers] == [
        None,
        "1 fields, where the first line names 2 columns",
        "a quotation mark opens a field and none closes it",
    ]


def test_files_patterns_and_standard_input(run: Run, tmp_path: Path) -> None:
    for i, name in enumerate(("b.jsonl", "a.jsonl", "c.txt")):
        (tmp_path / name).write_bytes(jsonl([{"text": f"{i}"}]) if name[2] == "j" else b"2")
    found = good(
        run(
            "tern",
            "pipe",
            "--fields",
            "text",
            tmp_path / "*.jsonl",
            "-",
            tmp_path / "c.txt",
            input=jsonl([{"text": "in"}]),
        )
    )
    assert [a["text"] for a in read(found)] == ["1", "0", "in", "2"]
    assert "no file" in failed(run("tern", "pipe", tmp_path / "*.csv"))
    assert "no file" in failed(run("tern", "pipe", tmp_path / "b.jsonl", tmp_path / "missing"))
    assert "is a directory" in failed(run("tern", "pipe", tmp_path))
    (tmp_path / "x.parquet").write_bytes(b"")
    assert "python -m tern_nlp pipe" in failed(run("tern", "pipe", tmp_path / "x.parquet"))


@pytest.mark.parametrize(
    "size", [pytest.param(1 << 30, marks=pytest.mark.long), 100_000_000 if not REDUCED else 20_000_000]
)
@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_a_line_without_an_end(program, model_file: Path, size: int, kind: str) -> None:
    command = [program("tern"), "pipe", "-m", model_file, "--from", kind]
    block = b"a" * (1 << 20)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        process.stdin.write(b'{"text": "' if kind == "jsonl" else b'text\n"')
        for _ in range(size // len(block)):
            process.stdin.write(block)
        used = peak(process)
        process.stdin.close()
        (answer,) = read(process.stdout.read())
    assert "longer than 16777216 bytes" in answer["error"] and process.returncode == 1
    assert used < (60e6 if not REDUCED else 100e6)  # sanitizers keep what was freed


# ---- what goes out -----------------------------------------------------------------------------------------------------


def test_conllu(run: Run, tmp_path: Path) -> None:
    texts = [SENTENCE, "", "  \n ", "Dogs bark. Cats don't."]
    found = good(
        run(
            "tern",
            "pipe",
            "-o",
            tmp_path / "out.conllu",
            input=jsonl([{"text": t, "id": f"d{i}"} for i, t in enumerate(texts)]),
        )
    )
    assert found == b""
    expected = b"".join(
        f"# newdoc id = d{i}\n".encode() + good(run("tern", "parse", "--format", "conllu", text))
        for i, text in enumerate(texts)
    )
    assert (tmp_path / "out.conllu").read_bytes() == expected


def test_docbin(run: Run, tmp_path: Path, nlp_full) -> None:
    from spacy.tokens import DocBin

    texts = [SENTENCE, "", "Dogs bark. Cats don't."]
    data = jsonl([{"id": 7 + i, "text": t, "more": {"a": [None, 1.5]}} for i, t in enumerate(texts)])
    good(run("tern", "pipe", "-o", tmp_path / "out.spacy", input=data))
    docs = list(DocBin(store_user_data=True).from_disk(tmp_path / "out.spacy").get_docs(nlp_full.vocab))
    assert [doc.to_json() for doc in docs] == [nlp_full(text).to_json() for text in texts]
    assert [doc.user_data for doc in docs] == [{"id": 7 + i, "more": {"a": (None, 1.5)}} for i in range(3)]
    for args in ([], ["-o", "/dev/stdout"]):
        assert "regular file" in failed(run("tern", "pipe", "--to", "spacy", *args, input=data))


def test_entities_as_a_table(run: Run, tmp_path: Path) -> None:
    data = jsonl([{"text": SENTENCE}, {"text": None}, {"text": "in London", "id": "a\tb"}])
    done = run("tern", "pipe", "--to", "tsv", input=data)
    rows = [line.split("\t") for line in done.stdout.decode().splitlines()]
    assert rows[0] == ["id", "start", "end", "label", "text"]
    assert rows[1] == ["1", "0", "11", "PERSON", "Alan Turing"] and rows[-1] == ["a\\tb", "3", "9", "GPE", "London"]
    assert done.returncode == 1
    assert json.loads(done.stderr.splitlines()[0]) == {
        "where": "2",
        "text": None,
        "error": '"text" must be a string, not null',
    }


def test_wrong_records_apart(run: Run, corpus: Path, records: list[dict[str, Any]], tmp_path: Path) -> None:
    out, errors = tmp_path / "out.jsonl", tmp_path / "wrong.jsonl"
    good(run("tern", "pipe", corpus, "-o", out, "--errors", errors, "--keep", "id"))
    wrong = read(errors.read_bytes())
    assert [{k: v for k, v in w.items() if k not in ("where", "error")} for w in wrong] == [
        r for r in records if r["text"] is None
    ]
    assert [w["where"] for w in wrong] == [f"{corpus}:{r['id'] + 1}" for r in records if r["text"] is None]
    assert [a["id"] for a in read(out.read_bytes())] == [r["id"] for r in records if r["text"] is not None]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl", "wrong.jsonl"]


# ---- broken off, and gone on with --------------------------------------------------------------------------------------


class Slow:
    """tern pipe whose input comes piece by piece, so that it can be stopped in the middle."""

    def __init__(self, program: Path, model: Path, *args: str | Path, **more: Any) -> None:
        self.process = subprocess.Popen(
            [program, "pipe", "-m", model, *args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **more,
        )

    def feed(self, data: bytes, until: Callable[[], bool]) -> None:
        assert self.process.stdin
        self.process.stdin.write(data)
        self.process.stdin.flush()
        deadline = time.monotonic() + 60
        while not until():
            assert time.monotonic() < deadline and self.process.poll() is None
            time.sleep(0.02)

    def end(self, signal_number: int) -> tuple[int, str]:
        self.process.send_signal(signal_number)
        assert self.process.stderr
        text = self.process.stderr.read().decode()
        code = self.process.wait(60)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream
            stream.close()
        return code, text


def kept(out: Path) -> int:
    """Records that count, if the run ends now."""
    try:
        return json.loads(out.with_name(out.name + ".progress").read_text())["records"]
    except FileNotFoundError:
        return 0


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("name", ["out.jsonl", "out.conllu", "out.tsv", "out.spacy"])
def test_a_run_goes_on(program, run: Run, model_file: Path, corpus: Path, tmp_path: Path, how: int, name: str) -> None:
    data = corpus.read_bytes()
    whole, whole_errors = tmp_path / f"whole-{name}", tmp_path / "whole-wrong.jsonl"
    good(run("tern", "pipe", "-o", whole, "--errors", whole_errors, input=data))
    out, errors = tmp_path / name, tmp_path / "wrong.jsonl"
    args = ("-o", out, "--errors", errors, "--resume")
    before = 0
    for third in (1, 2):
        slow = Slow(program("tern"), model_file, *args, preexec_fn=heed_interrupts)
        lines = data.splitlines(keepends=True)
        part = b"".join(lines[: third * len(lines) // 3])
        slow.feed(part, lambda: kept(out) > before)
        code, text = slow.end(how)
        assert code == (-how if how == signal.SIGKILL else 128 + how), text
        if how != signal.SIGKILL:
            assert "--resume goes on" in text
        assert not out.exists() and not errors.exists() and kept(out) > before
        before = kept(out)
    good(run("tern", "pipe", *args, input=data))
    assert out.read_bytes() == whole.read_bytes() and errors.read_bytes() == whole_errors.read_bytes()
    assert good(run("tern", "pipe", *args, input=data)) == b"", "it is complete"
    assert not list(tmp_path.glob("*.part")) and not list(tmp_path.glob("*.progress*"))


def test_what_may_not_be_gone_on_with(program, run: Run, model_file: Path, corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    slow = Slow(program("tern"), model_file, "-o", out)
    slow.feed(corpus.read_bytes(), lambda: kept(out) > 0)
    assert "written by another run" in failed(run("tern", "pipe", "-o", out, "--resume", input=b""))
    slow.end(signal.SIGKILL)
    assert "--resume, or remove it" in failed(run("tern", "pipe", "-o", out, input=b""))
    for other in (["--fields", "ents"], ["--exclude", "ner"], ["--text", "body"]):
        assert "was another one" in failed(run("tern", "pipe", "-o", out, "--resume", *other, input=b""))
    progress = out.with_name("out.jsonl.progress")
    progress.write_text(progress.read_text().replace('"bytes": ', '"bytes": 9'))
    assert "shorter" in failed(run("tern", "pipe", "-o", out, "--resume", input=b""))
    for damaged in ("", "{}", progress.read_text()[:-3], '{"records": -1}'):
        progress.write_text(damaged)
        assert "damaged" in failed(run("tern", "pipe", "-o", out, "--resume", input=b""))
    assert "needs -o" in failed(run("tern", "pipe", "--resume", input=b""))


def test_a_second_interrupt_ends_at_once(program, model_file: Path, tmp_path: Path) -> None:
    """The first one waits for a text that takes long."""
    slow = Slow(program("tern"), model_file, preexec_fn=heed_interrupts)
    assert slow.process.stdin
    slow.process.stdin.write(jsonl([{"text": "Alan Turing was born. " * 45_000}]) * 3)
    slow.process.stdin.flush()
    time.sleep(0.3)
    slow.process.send_signal(signal.SIGINT)
    time.sleep(0.1)
    begin = time.monotonic()
    code, _ = slow.end(signal.SIGINT)
    assert code == -signal.SIGINT and time.monotonic() - begin < 2


def test_a_disk_that_fills(program, run: Run, model_file: Path, corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    whole = tmp_path / "whole.jsonl"
    run("tern", "pipe", "-o", whole, corpus)
    limit = whole.stat().st_size // 2

    def small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    full = subprocess.run(
        [program("tern"), "pipe", "-m", model_file, "-o", out, corpus],
        capture_output=True,
        preexec_fn=small_files,
        restore_signals=False,
        timeout=120,
    )
    assert "cannot write to" in failed(full) and not out.exists()
    run("tern", "pipe", "-o", out, corpus, "--resume")
    assert out.read_bytes() == whole.read_bytes()


def test_files_that_are_no_regular_ones(run: Run, corpus: Path) -> None:
    done = run("tern", "pipe", "--fields", "ents", corpus, "-o", "/dev/stdout", "--errors", "/dev/null")
    assert done.returncode == 0 and done.stdout.count(b"\n") > 10
    assert "needs -o" in failed(run("tern", "pipe", "-o", "/dev/null", "--resume", corpus))


@pytest.mark.parametrize(
    "args, why",
    [
        (["--from", "xml"], "xml"),
        (["--to", "xml"], "xml"),
        (["--fields", "ents,entities"], "entities"),
        (["-o", "x.jsonl.gz"], "compressed"),
        (["-o", "x.parquet"], "python -m tern_nlp pipe"),
        (["--to", "tsv", "--fields", "ents"], "--to jsonl"),
    ],
)
def test_options_that_say_nothing(run: Run, args: list[str], why: str) -> None:
    assert why in failed(run("tern", "pipe", *args), 2)
