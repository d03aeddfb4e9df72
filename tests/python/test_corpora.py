"""`python -m tern_nlp pipe` on Parquet and Arrow files, beside nlp.annotate and spaCy's entities."""

from __future__ import annotations

import contextlib
import gzip
import importlib
import io
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from common import verify_after
from corpus import project_texts
from runtime.terminal import open_terminal

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

TEXTS = [*project_texts()[:300], "", " ", None, "a" * 1_000_001, "é\u0301 😀 \u0000 x in Paris"]
SUFFIXES = (".parquet", ".arrow", ".feather")


def program(*arguments: Any, **options: Any) -> subprocess.CompletedProcess[str]:
    """`python -m tern_nlp pipe`"""
    line = [sys.executable, "-m", "tern_nlp", "pipe", *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, timeout=240, **options)


def command(*arguments: Any) -> subprocess.CompletedProcess[str]:
    """The same in this process, which spares the time of starting one."""
    main, said = importlib.import_module("tern_nlp.corpora").main, io.StringIO()
    with contextlib.redirect_stderr(said):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as error:
            code = error.code
    return subprocess.CompletedProcess(arguments, code, "", said.getvalue())


def good(*arguments: Any) -> str:
    done = command(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stderr


def corpus(texts: list[Any] = TEXTS) -> Any:
    """Columns of many types beside the texts."""
    numbers = list(range(len(texts)))
    labels = [None if i % 7 == 0 else f"label {i % 3}" for i in numbers]
    return pa.table(
        {
            "id": pa.array(numbers, pa.int32()),
            "label": pa.array(labels, pa.string()).dictionary_encode(),
            "text": pa.array(texts, pa.string()),
            "when": pa.array([1_700_000_000_000 + i for i in numbers], pa.timestamp("ms", "UTC")),
            "price": pa.array([None if i % 5 else i for i in numbers], pa.decimal128(12, 2)),
            "tags": pa.array([["a"] * (i % 4) for i in numbers], pa.list_(pa.large_string())),
            "where": pa.array([{"x": i, "y": [{"z": b"\xff"}]} for i in numbers]),
        }
    )


def write(table: Any, path: Path) -> Path:
    if path.suffix == ".parquet":
        pq.write_table(table, path, row_group_size=70)
    elif path.suffix == ".arrow":
        with pa.ipc.new_stream(path, table.schema) as writer:
            writer.write_table(table, 70)
    else:
        with pa.ipc.new_file(path, table.schema) as writer:
            writer.write_table(table, 70)
    return path


def read(path: Path) -> Any:
    if path.suffix == ".parquet":
        table = pq.read_table(path)
    else:
        with pa.memory_map(str(path)) as file:
            table = pa.ipc.open_file(file).read_all()
    table.validate(full=True)
    return table


def lines(path: Path) -> list[dict[str, Any]]:
    data = path.read_bytes()
    return [json.loads(line) for line in (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines()]


@pytest.fixture(scope="module")
def own(package: Any) -> Any:
    return package.load("en_core_web_sm")


# ---- what comes out --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("to", SUFFIXES)
def test_the_columns_are_those_of_annotate(own: Any, suffix: str, to: str, tmp_path: Path) -> None:
    table = corpus()
    run = program if suffix == to else command
    done = run(write(table, tmp_path / f"in{suffix}"), "-o", tmp_path / f"out{to}", "-j", 2)
    assert done.returncode == 1, done.stderr  # a text is too long
    assert "305 texts, 1 of them with errors" in done.stderr and done.stderr.count("\n") == 1
    found = read(tmp_path / f"out{to}")
    assert found.select(table.column_names).cast(table.schema).equals(table)
    assert found.schema.names[:7] == table.schema.names and found.schema.types[:7] == table.schema.types
    want = pa.table(own.annotate(TEXTS)).drop_columns("text")
    assert found.select(want.column_names).to_pylist() == want.to_pylist()
    assert set(os.listdir(tmp_path)) == {f"in{suffix}", f"out{to}"}


def test_entities_are_spacys(nlp_full: Any, tmp_path: Path) -> None:
    texts = project_texts()[:200]
    good(write(pa.table({"text": texts}), tmp_path / "in.parquet"), "-o", tmp_path / "out.parquet", "--fields", "ents")
    found = read(tmp_path / "out.parquet")
    assert found.column_names == ["text", "ents", "error"]
    want = [[(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents] for doc in nlp_full.pipe(texts)]
    assert [[(ent["start"], ent["end"], ent["label"]) for ent in row] for row in found["ents"].to_pylist()] == want


def test_nulls_and_errors(tmp_path: Path) -> None:
    table = pa.table({"text": ["One.", None, "a" * 1_000_001]})
    listed = tmp_path / "errors.jsonl"
    done = command(write(table, tmp_path / "in.parquet"), "-o", tmp_path / "out.parquet", "--errors", listed)
    assert done.returncode == 1
    rows = read(tmp_path / "out.parquet").to_pylist()
    assert rows[0]["error"] is None and rows[0]["tokens"]
    assert rows[1]["error"] is None and rows[1]["tokens"] is None and rows[1]["ents"] is None
    assert "1000001" in rows[2]["error"] and rows[2]["tokens"] is None
    assert lines(listed) == [{"file": str(tmp_path / "in.parquet"), "row": 3, "error": rows[2]["error"]}]


def test_columns_that_stay(tmp_path: Path) -> None:
    path = write(
        corpus(["One.", "Two."]).rename_columns(["id", "label", "body", "w", "p", "t", "x"]), tmp_path / "in.parquet"
    )
    good(path, "-o", tmp_path / "a.parquet", "--text", "body", "--keep", "id", "--fields", "tokens.text,tokens.lemma")
    found = read(tmp_path / "a.parquet")
    assert found.column_names == ["id", "body", "tokens", "error"]
    assert found["tokens"].to_pylist()[0] == [{"text": "One", "lemma": "one"}, {"text": ".", "lemma": "."}]
    good(path, "-o", tmp_path / "b.parquet", "--text", "body", "--keep", "", "--fields", "ents")
    assert read(tmp_path / "b.parquet").column_names == ["body", "ents", "error"]


@pytest.mark.parametrize("kind", [pa.large_string(), pa.dictionary(pa.int8(), pa.string())])
def test_texts_of_other_types(kind: Any, tmp_path: Path) -> None:
    texts = ["Alan Turing.", None, "London.", "Alan Turing."]
    table = pa.table(
        {"text": pa.array(texts).cast(kind) if pa.types.is_large_string(kind) else pa.array(texts).dictionary_encode()}
    )
    good(write(table, tmp_path / "in.parquet"), "-o", tmp_path / "out.arrow", "--fields", "ents")
    found = read(tmp_path / "out.arrow")
    assert found.schema.field("text").type == table.schema.field("text").type
    assert [ents and ents[0]["label"] for ents in found["ents"].to_pylist()] == ["PERSON", None, "GPE", "PERSON"]


def test_several_files(own: Any, tmp_path: Path) -> None:
    table = corpus(TEXTS[:200])
    for i, suffix in enumerate([".parquet", ".arrow", ".feather", ".parquet"]):
        write(table.slice(50 * i, 50), tmp_path / f"in-{i}{suffix}")
    good(tmp_path / "in-*", "-o", tmp_path / "out.parquet", "--fields", "ents")
    assert read(tmp_path / "out.parquet")["id"].to_pylist() == list(range(200))
    good(tmp_path / "in-3.parquet", tmp_path / "in-0.parquet", "-o", tmp_path / "two.arrow", "--fields", "ents")
    assert read(tmp_path / "two.arrow")["id"].to_pylist() == [*range(150, 200), *range(50)]


def test_no_rows(tmp_path: Path) -> None:
    for to in ("out.parquet", "out.arrow", "out.jsonl"):
        good(write(corpus([]), tmp_path / "in.parquet"), "-o", tmp_path / to)
    assert read(tmp_path / "out.parquet").num_rows == read(tmp_path / "out.arrow").num_rows == 0
    assert read(tmp_path / "out.parquet").schema.names == [*corpus([]).schema.names, *ANNOTATIONS]
    assert (tmp_path / "out.jsonl").read_bytes() == b""


ANNOTATIONS = ["tokens", "ents", "sents", "noun_chunks", "error"]


def test_components(own: Any, tmp_path: Path) -> None:
    path = write(pa.table({"text": TEXTS[:20]}), tmp_path / "in.parquet")
    good(path, "-o", tmp_path / "ner.parquet", "--only", "ner")
    found = read(tmp_path / "ner.parquet")
    others = [name for name in own.pipe_names if name != "ner"]
    want = pa.table(own.annotate(TEXTS[:20], disable=others))
    assert found["ents"].to_pylist() == want["ents"].to_pylist()
    assert found["tokens"].to_pylist() == want["tokens"].to_pylist()
    good(path, "-o", tmp_path / "senter.parquet", "--only", "tok2vec,senter", "--fields", "sents")
    assert any(len(sents) > 1 for sents in read(tmp_path / "senter.parquet")["sents"].to_pylist())
    good(path, "-o", tmp_path / "rest.parquet", "--exclude", "ner,parser")
    assert read(tmp_path / "rest.parquet")["ents"].null_count == 20


# ---- JSON Lines ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.gz"])
def test_parquet_to_json(nlp_full: Any, name: str, tmp_path: Path) -> None:
    texts = [*TEXTS[:40], None, "a" * 1_000_001, "Paris."]
    done = command(
        write(corpus(texts), tmp_path / "in.parquet"), "-o", tmp_path / name, "-j", 2, "--keep", "id,when,price,where"
    )
    assert done.returncode == 1
    found = lines(tmp_path / name)
    assert [record["id"] for record in found] == list(range(43))
    kept = {"id": 1, "when": "2023-11-14T22:13:20.001000+00:00", "price": None, "where": {"x": 1, "y": [{"z": "/w=="}]}}
    assert found[1] == {**nlp_full(texts[1]).to_json(), **kept}
    assert {**found[40], "id": 0}.keys() == {"text", *kept} and found[40]["text"] is None
    assert "E088" in found[41]["error"]
    assert [{name: record[name] for name in ("text", "ents", "tokens")} for record in found[:40]] == [
        {name: doc.to_json()[name] for name in ("text", "ents", "tokens")} for doc in nlp_full.pipe(texts[:40])
    ]


def test_members_of_json(tmp_path: Path) -> None:
    path = write(pa.table({"text": ["One in London."]}), tmp_path / "in.parquet")
    good(path, "-o", tmp_path / "out.jsonl", "--fields", "ents,sents")
    assert [list(record) for record in lines(tmp_path / "out.jsonl")] == [["text", "ents", "sents"]]


@pytest.mark.parametrize("packed", [False, True])
def test_json_to_parquet(own: Any, packed: bool, tmp_path: Path) -> None:
    """Types are those that hold all values; a line that is wrong has a row with its reason."""
    texts = project_texts()[:9000]
    records = [{"text": text, "n": i, "more": {"a": [i]}} for i, text in enumerate(texts)]
    records[0].pop("n")
    records[-1]["n"] = 0.5
    records[3]["late"] = "x"
    raw = [json.dumps(record).encode() for record in records]
    raw[5:5] = [b"no json", b"[1]", b'{"text": 5, "n": 7}', b'{"n": 8}', b'{"text": "\\ud800"}']
    path = tmp_path / ("in.jsonl.gz" if packed else "in.jsonl")
    path.write_bytes(gzip.compress(b"\n".join(raw)) if packed else b"\n".join(raw) + b"\n")
    done = command(path, "-o", tmp_path / "out.parquet", "--fields", "ents", "-j", 2, "--errors", tmp_path / "e")
    assert done.returncode == 1 and f"{len(raw):,} texts, 4 of them" in done.stderr
    found = read(tmp_path / "out.parquet")
    assert [str(found.schema.field(name).type) for name in ("text", "n", "late")] == ["string", "double", "string"]
    rows = found.to_pylist()
    assert [row["error"] is None for row in rows[4:10]] == [True, False, False, False, True, False]
    assert "no JSON record" in rows[5]["error"] and rows[7]["n"] == 7 and rows[8]["n"] == 8
    right = [row for i, row in enumerate(rows) if not 5 <= i < 10]
    assert [row["text"] for row in right] == texts
    assert [row["more"] for row in right] == [record["more"] for record in records]
    assert [row["ents"] for row in right] == pa.table(own.annotate(texts, fields=["ents"]))["ents"].to_pylist()
    assert [error["row"] for error in lines(tmp_path / "e")] == [6, 7, 8, 10]


def test_members_of_many_types_are_refused(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"text": "One.", "a": 1, "b": 1}\n{"text": "Two.", "a": "x", "b": 2}\n')
    done = command(tmp_path / "in.jsonl", "-o", tmp_path / "out.parquet")
    assert done.returncode == 1 and "'a'" in done.stderr and "--keep" in done.stderr
    good(tmp_path / "in.jsonl", "-o", tmp_path / "out.parquet", "--keep", "b")
    assert read(tmp_path / "out.parquet")["b"].to_pylist() == [1, 2]


# ---- stopped, and going on -------------------------------------------------------------------------------------------


def killed(arguments: list[str], folder: Path, pieces: int) -> None:
    """A run that gets SIGKILL when so many pieces are finished."""
    process = subprocess.Popen([sys.executable, "-c", SMALL_PIECES, *arguments], stderr=subprocess.DEVNULL)
    wait = time.monotonic() + 200
    while len(list(folder.glob("*[0-9].json"))) < pieces:
        assert process.poll() is None and time.monotonic() < wait, "it ended before"
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()


SMALL_PIECES = """
import sys, tern_nlp.corpora, tern_nlp.corpus_output
tern_nlp.corpus_output.PIECE = 40_000
sys.exit(tern_nlp.corpora.main(sys.argv[1:]))
"""


@pytest.mark.parametrize("to", ["out.parquet", "out.arrow", "out.jsonl.gz"])
def test_a_run_that_was_killed_goes_on(to: str, tmp_path: Path) -> None:
    table = corpus(project_texts()[:600] + ["a" * 1_000_001] + project_texts()[:899])
    inputs = [str(write(table.slice(at, 500), tmp_path / f"in-{at}.parquet")) for at in (0, 500, 1000)]
    fields = ["--fields", "ents,sents", "--keep", "id,label", "-j", "2"]

    def arguments(name: str) -> list[str]:
        return [*inputs, "-o", str(tmp_path / name), *fields, "--errors", str(tmp_path / f"{name}.errors")]

    whole = subprocess.run(
        [sys.executable, "-c", SMALL_PIECES, *arguments(f"whole-{to}")], stderr=subprocess.PIPE, text=True
    )
    assert whole.returncode == 1, whole.stderr
    folder = tmp_path / f"{to}.part"
    killed(arguments(to), folder, 1)
    killed([*arguments(to), "--resume"], folder, 3)
    assert not (tmp_path / to).exists()
    refused = command(*arguments(to))
    assert refused.returncode == 1 and "--resume goes on" in refused.stderr
    other = command(*arguments(to), "--resume", "--exclude", "ner")
    assert other.returncode == 1 and "had other components" in other.stderr
    done = subprocess.run(
        [sys.executable, "-c", SMALL_PIECES, *arguments(to), "--resume"], stderr=subprocess.PIPE, text=True
    )
    assert done.returncode == 1 and "1,500 texts, 1 of them" in done.stderr
    assert (tmp_path / to).read_bytes() == (tmp_path / f"whole-{to}").read_bytes()
    assert (tmp_path / f"{to}.errors").read_bytes() == (tmp_path / f"whole-{to}.errors").read_bytes()
    assert lines(tmp_path / f"{to}.errors")[0]["row"] == 101
    assert not folder.exists()


def test_a_file_that_changed_is_noticed(tmp_path: Path) -> None:
    path = write(pa.table({"text": project_texts()[:1200]}), tmp_path / "in.parquet")
    killed([str(path), "-o", str(tmp_path / "out.parquet")], tmp_path / "out.parquet.part", 1)
    write(pa.table({"text": ["Other."]}), path)
    done = command(path, "-o", tmp_path / "out.parquet", "--resume")
    assert done.returncode == 1 and "had other inputs" in done.stderr


def test_two_runs_do_not_mix(tmp_path: Path) -> None:
    path = write(pa.table({"text": project_texts()[:1200]}), tmp_path / "in.parquet")
    arguments = [str(path), "-o", str(tmp_path / "out.parquet")]
    process = subprocess.Popen([sys.executable, "-c", SMALL_PIECES, *arguments], stderr=subprocess.DEVNULL)
    try:
        while not (tmp_path / "out.parquet.part" / "00001.json").exists():
            assert process.poll() is None
            time.sleep(0.002)
        process.send_signal(signal.SIGSTOP)
        done = command(*arguments, "--resume")
        assert done.returncode == 1 and "another run is writing" in done.stderr
    finally:
        process.kill()
        process.wait()


def test_a_full_disk(tmp_path: Path) -> None:
    """As RLIMIT_FSIZE has it; when there is room again, the run goes on."""
    path = write(pa.table({"text": project_texts()[:600]}), tmp_path / "in.parquet")
    arguments = [path, "-o", tmp_path / "out.parquet"]
    done = program(*arguments, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000)))
    assert done.returncode == 1
    assert "File too large" in done.stderr and "--resume" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "out.parquet").exists()
    good(*arguments, "--resume")
    assert read(tmp_path / "out.parquet").num_rows == 600


# ---- what is refused -------------------------------------------------------------------------------------------------


def test_wrong_columns(tmp_path: Path) -> None:
    path, out = write(corpus(["One."]), tmp_path / "in.parquet"), tmp_path / "out.parquet"
    for arguments, said in [
        (["--text", "body"], "has no column 'body'"),
        (["--text", "id"], "has the type int32, and texts are wanted"),
        (["--keep", "id,nothing"], "has no column 'nothing'"),
        (["--fields", "ents,nothing"], "there is no 'nothing'"),
        (["--only", "nothing"], "has no component 'nothing'"),
        (["--only", "ner", "--exclude", "ner"], "exclude each other"),
        (["--model", "nothing"], "nothing"),
    ]:
        done = command(path, "-o", out, *arguments)
        assert done.returncode == 1 and said in done.stderr and done.stderr.count("\n") == 1, done.stderr
    assert os.listdir(tmp_path) == ["in.parquet"]
    assert command(path).returncode == 2


def test_columns_called_as_annotations(tmp_path: Path) -> None:
    path = write(pa.table({"text": ["One."], "ents": [1]}), tmp_path / "in.parquet")
    for out in ("out.parquet", "out.jsonl"):
        done = command(path, "-o", tmp_path / out)
        assert done.returncode == 1 and "'ents'" in done.stderr and "--keep" in done.stderr
    good(path, "-o", tmp_path / "out.parquet", "--fields", "sents")
    assert read(tmp_path / "out.parquet").column_names == ["text", "ents", "sents", "error"]


def test_files_that_differ(tmp_path: Path) -> None:
    one = write(pa.table({"text": ["One."], "n": [1]}), tmp_path / "1.parquet")
    two = write(pa.table({"text": ["Two."], "n": ["x"]}), tmp_path / "2.parquet")
    done = command(one, two, "-o", tmp_path / "out.parquet")
    assert done.returncode == 1 and "'n' is int64 in" in done.stderr
    good(one, two, "-o", tmp_path / "out.parquet", "--keep", "")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_files_that_are_cut(suffix: str, tmp_path: Path) -> None:
    path = write(corpus(), tmp_path / f"in{suffix}")
    whole = path.read_bytes()
    for part in (0, 10, len(whole) // 2, len(whole) - 5):
        path.write_bytes(whole[:part])
        done = command(path, "-o", tmp_path / "out.parquet", "--fields", "ents")
        if suffix != ".arrow" or part < len(whole) - 5:  # the end of a stream may be missing
            assert done.returncode == 1 and "cannot be read" in done.stderr and "Traceback" not in done.stderr, (
                done.stderr
            )


def test_no_such_file(tmp_path: Path) -> None:
    for name, said in [
        ("x.parquet", "cannot be read"),
        ("x-*.parquet", "no file is called"),
        ("s4://x/y.parquet", "s4"),
    ]:
        path = name if "://" in name else tmp_path / name
        done = command(path, "-o", tmp_path / "out.parquet")
        assert done.returncode == 1 and said in done.stderr and "Traceback" not in done.stderr
    done = command(write(corpus(["One."]), tmp_path / "in.parquet"), "-o", tmp_path / "out.csv")
    assert done.returncode == 1 and "ends with .parquet" in done.stderr


def test_without_pyarrow(tmp_path: Path) -> None:
    (tmp_path / "pyarrow.py").write_text("raise ImportError('not here')")
    paths = os.pathsep.join([str(tmp_path), os.environ["PYTHONPATH"]])
    done = program("in.parquet", "-o", "out.parquet", env={**os.environ, "PYTHONPATH": paths})
    assert done.returncode == 1
    assert done.stderr == "tern pipe: Parquet and Arrow files need pyarrow: pip install 'tern-nlp[arrow]'\n"


# ---- elsewhere -------------------------------------------------------------------------------------------------------


def test_uris(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of pyarrow's file systems, of which file:// needs no server."""
    monkeypatch.chdir(tmp_path)
    for i in range(2):
        write(corpus(["One.", "Two."]), tmp_path / f"in-{i}.parquet")
    good(f"file://{tmp_path}/in-*.parquet", "-o", f"file://{tmp_path}/out.parquet", "--fields", "ents")
    assert read(tmp_path / "out.parquet")["id"].to_pylist() == [0, 1, 0, 1]
    assert set(os.listdir(tmp_path)) == {"in-0.parquet", "in-1.parquet", "out.parquet"}


def test_s3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pattern in a bucket read and an object written, by pyarrow's own S3."""
    boto3 = pytest.importorskip("boto3")
    server = pytest.importorskip("moto.server").ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    monkeypatch.chdir(tmp_path)
    server.start()
    try:
        address = "http://{}:{}".format(*server.get_host_and_port())
        verify_after(address, "inf")
        names = {"ACCESS_KEY_ID": "none", "SECRET_ACCESS_KEY": "none", "REGION": "us-east-1", "ENDPOINT_URL": address}
        for name, value in names.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        bucket = boto3.client("s3", endpoint_url=address, region_name="us-east-1")
        bucket.create_bucket(Bucket="corpus")
        for i in range(2):
            path = write(corpus([f"Paris {i}.", "Two."]), tmp_path / f"in-{i}.parquet")
            bucket.upload_file(str(path), "corpus", f"in/in-{i}.parquet")
        done = program("s3://corpus/in/in-*.parquet", "-o", "s3://corpus/out/out.parquet", "--fields", "ents")
        assert done.returncode == 0, done.stderr
        bucket.download_file("corpus", "out/out.parquet", str(tmp_path / "out.parquet"))
        assert [len(ents) for ents in read(tmp_path / "out.parquet")["ents"].to_pylist()] == [1, 1, 1, 1]
        missing = program("s3://corpus/none/in-0.parquet", "-o", "s3://corpus/out/out.parquet")
        assert missing.returncode and "none/in-0.parquet" in missing.stderr and "Traceback" not in missing.stderr
    finally:
        server.stop()


def test_fsspec(tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    write(corpus(["One."]), tmp_path / "in.parquet")
    good(f"local://{tmp_path}/in.parquet", "-o", tmp_path / "out.parquet", "--fields", "ents")
    assert read(tmp_path / "out.parquet").num_rows == 1


def test_progress_is_for_terminals(tmp_path: Path) -> None:
    path = write(pa.table({"text": project_texts() * 3}), tmp_path / "in.parquet")
    ours, theirs = open_terminal()
    line = [sys.executable, "-m", "tern_nlp", "pipe", str(path), "-o", str(tmp_path / "out.parquet"), "-j", "1"]
    process = subprocess.Popen(line, stderr=theirs, stdin=subprocess.DEVNULL)
    os.close(theirs)
    shown = b""
    while True:
        try:
            block = os.read(ours, 1000)
        except OSError:  # the other end is closed
            break
        if not block:
            break
        shown += block
    os.close(ours)
    assert process.wait() == 0
    assert b" per second" in shown and shown.rstrip().endswith(b"out.parquet")
