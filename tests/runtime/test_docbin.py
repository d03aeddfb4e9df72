"""spaCy's DocBin out of the engine's documents: the bytes that spaCy writes itself, and what spaCy and tern_nlp read out of them.

tests/runtime/docbin.c is the program that makes the files.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable

import pytest

pytest.importorskip("spacy")

import small_pipelines as small
import spacy
import srsly
from beside import difference
from common import REDUCED, Run
from corpus import project_texts
from spacy.tokens import DocBin
from test_small_pipelines import classifiers, labellers, made, spans
from test_token_changes import PIPELINES
from test_token_changes import make as changing

TEXTS = [
    "",
    " ",
    "\n\n",
    "Alan Turing was born on June 23, 1912, in London, England. He'd never liked it\u2014had he?",
    "",
    "# Alan\0 Turing\x01 was\u0085 in\ufffe London\u2028 _ . \0",
    " \n\n The  committee,\r\n\tgonna say it's 5pm at AT&T.  \n",
    "e\u0301 \U0001f469\u200d\U0001f680 \u6771\u4eac \u05d0\u05dc in Paris.",
    *project_texts()[: 20 if REDUCED else 150],
]
KEPT = [
    {"id": 1, "tags": ["a", 1.5, None, True, False], "more": {"\u00e9": -1, "big": 2**64 - 1, "small": -(2**63)}},
    {str(i): value for i, value in enumerate([0, 127, 128, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**63])},
    {
        str(i): value
        for i, value in enumerate([-1, -32, -33, -128, -129, -(2**15), -(2**15) - 1, -(2**31), -(2**31) - 1])
    },
    {
        "text": "",
        "long": "x" * 40,
        "longer": "\u20ac" * 100,
        "longest": "y" * 70000,
        "nul": "a\0b",
        "escapes": '"\\/\n',
    },
    {"numbers": [0.0, -0.0, 1e300, 1.25e-7, 3.0], "list": list(range(20)), "nested": [[[]], {}, {"a": {"b": [{}]}}]},
    {"many": list(range(70000)), "names": {f"k{i}": i for i in range(300)}},
]

Make = Callable[..., bytes]


@pytest.fixture
def make(run: Run, model_file: Path, tmp_path: Path) -> Make:
    """make(texts, user_data=[…], model=…): the bytes of the file."""

    def call(texts: Sequence[str], user_data: Sequence[Any] = (), model: Path = model_file) -> bytes:
        records: list[dict[str, Any]] = [{"text": text} for text in texts]
        for record, data in zip(records, user_data):
            if data is not None:
                record["user_data"] = data
        lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        done = run("tests/docbin", model, tmp_path / "spool", tmp_path / "out.spacy", input=lines.encode())
        assert (done.returncode, done.stderr) == (0, b"")
        return (tmp_path / "out.spacy").read_bytes()

    return call


def assemble(run: Run, folder: Path, spool: bytes) -> tuple[int, str]:
    (folder / "spool").write_bytes(spool)
    done = run("tests/docbin", folder / "spool", folder / "out.spacy")
    return done.returncode, done.stderr.decode()


# ---- beside spaCy's ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def docs(nlp_full: Any) -> list[Any]:
    return list(map(nlp_full, TEXTS))


def test_the_bytes_are_those_that_spacy_writes(make: Make, docs: list[Any]) -> None:
    assert zlib.decompress(make(TEXTS)) == zlib.decompress(DocBin(docs=docs).to_bytes())


@pytest.mark.parametrize("count", [0, 1, 3])
def test_files_without_tokens(make: Make, nlp_full: Any, count: int) -> None:
    data = make([""] * count)
    assert zlib.decompress(data) == zlib.decompress(DocBin(docs=[nlp_full("")] * count).to_bytes())
    assert [len(doc) for doc in DocBin().from_bytes(data).get_docs(spacy.blank("en").vocab)] == [0] * count


@pytest.mark.parametrize("vocab", ["same", "blank", "of no language"])
def test_spacy_reads_equal_documents(make: Make, docs: list[Any], nlp_full: Any, vocab: str, tmp_path: Path) -> None:
    path = tmp_path / "corpus.spacy"
    path.write_bytes(make(TEXTS))

    def read(docbin: DocBin) -> list[Any]:
        new = nlp_full if vocab == "same" else spacy.blank("en" if vocab == "blank" else "xx")
        return list(docbin.get_docs(new.vocab))

    got = read(DocBin(store_user_data=True).from_disk(path))
    want = read(DocBin(docs=docs))
    assert len(got) == len(TEXTS)
    assert [found for found in map(difference, want, got) if found] == []


def test_user_data(make: Make, nlp_full: Any) -> None:
    texts = ["One."] * (len(KEPT) + 1)
    docs = list(map(nlp_full, texts))
    for doc, data in zip(docs, KEPT):
        doc.user_data.update(data)
    data = make(texts, KEPT)
    assert zlib.decompress(data) == zlib.decompress(DocBin(docs=docs, store_user_data=True).to_bytes())
    found = list(DocBin().from_bytes(data).get_docs(spacy.blank("en").vocab))
    assert found[0].user_data == {**KEPT[0], "tags": tuple(KEPT[0]["tags"])}  # as spaCy reads lists
    assert found[-1].user_data == {}


def test_integers_beyond_64_bits_are_doubles(make: Make) -> None:
    data = make(["One.", "Two."], [{"n": [2**64, -(2**63) - 1, 10**400]}])
    (doc, _) = DocBin().from_bytes(data).get_docs(spacy.blank("en").vocab)
    assert doc.user_data == {"n": (float(2**64), float(-(2**63)), float("inf"))}


@pytest.mark.parametrize("build", [labellers, classifiers, spans], ids=lambda build: build.__name__)
def test_other_components(make: Make, build: Any, tmp_path: Path) -> None:
    folder = made(build, tmp_path / "pipeline")
    small.convert_folder(folder, tmp_path / "model.tern")
    nlp = spacy.load(folder)
    docs = list(map(nlp, TEXTS))
    data = make(TEXTS, model=tmp_path / "model.tern")
    got = list(DocBin().from_bytes(data).get_docs(spacy.blank("en").vocab))
    want = list(DocBin(docs=docs).get_docs(spacy.blank("en").vocab))
    assert [found for found in map(difference, want, got) if found] == []
    mine, its = (srsly.msgpack_loads(zlib.decompress(file)) for file in (data, DocBin(docs=docs).to_bytes()))
    assert mine.keys() == its.keys()
    for name in ("attrs", "tokens", "spaces", "lengths", "strings", "flags"):
        assert mine[name] == its[name], name


@pytest.mark.parametrize(
    "name", ["entities, then chunks", "splitter between", "merges, then a splitter", "entities of a ruler"]
)
def test_merged_and_split_tokens(make: Make, name: str, tmp_path: Path) -> None:
    nlp = changing(PIPELINES[name].split(), tmp_path / "nlp")
    small.convert_folder(tmp_path / "nlp", tmp_path / "model.tern")
    data = make(TEXTS, model=tmp_path / "model.tern")
    assert zlib.decompress(data) == zlib.decompress(DocBin(docs=map(nlp, TEXTS)).to_bytes())


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """A pipeline without components, and its file."""
    folder = tmp_path_factory.mktemp("blank")
    nlp = spacy.blank("en")
    nlp.to_disk(folder / "nlp")
    small.convert_folder(folder / "nlp", folder / "model.tern")
    return nlp, folder / "model.tern"


def test_a_model_without_components(make: Make, blank: tuple[Any, Path]) -> None:
    nlp, model = blank
    data = make(TEXTS, model=model)
    assert zlib.decompress(data) == zlib.decompress(DocBin(docs=map(nlp, TEXTS)).to_bytes())


def test_many_strings_and_a_long_text(make: Make, blank: tuple[Any, Path]) -> None:
    """More than 65,535 strings, and the longest text there may be."""
    nlp, model = blank
    texts = [" ".join(f"w{i}" for i in range(start, start + 35000)) for start in (0, 35000)] + [
        "seven, " * 142_857 + "x"
    ]
    assert len(texts[-1]) == 1_000_000
    data = make(texts, model=model)
    assert len(srsly.msgpack_loads(zlib.decompress(data))["strings"]) > 65535
    assert zlib.decompress(data) == zlib.decompress(DocBin(docs=map(nlp, texts)).to_bytes())


# ---- what others do with it ---------------------------------------------------------------------------------------------


def test_spacys_commands_take_it(make: Make, tmp_path: Path, nlp_full: Any) -> None:
    from spacy.cli.debug_data import debug_data
    from spacy.cli.init_config import init_config
    from spacy.training import Corpus

    texts = project_texts()[:40]
    (tmp_path / "corpus.spacy").write_bytes(make(texts))
    DocBin(docs=map(nlp_full, texts)).to_disk(tmp_path / "its.spacy")
    mine, its = (nlp_full.evaluate(list(Corpus(tmp_path / name)(nlp_full))) for name in ("corpus.spacy", "its.spacy"))
    assert {name: value for name, value in mine.items() if name != "speed"} == {
        name: value for name, value in its.items() if name != "speed"
    }
    assert mine["ents_f"] == 1.0
    init_config(lang="en", pipeline=["tagger", "ner"]).to_disk(tmp_path / "config.cfg")
    paths = {"paths.train": str(tmp_path / "corpus.spacy"), "paths.dev": str(tmp_path / "corpus.spacy")}
    with pytest.raises(SystemExit) as ended:  # it says that there are few examples
        debug_data(tmp_path / "config.cfg", config_overrides=paths)
    assert ended.value.code == 1


# ---- spools that are damaged ---------------------------------------------------------------------------------------------


@pytest.fixture
def spool(make: Make, tmp_path: Path) -> bytes:
    make(["", "Alan Turing lived in London.", "One."], [None, {"id": 7}])
    return (tmp_path / "spool").read_bytes()


def test_a_cut_spool_is_refused(run: Run, spool: bytes, tmp_path: Path) -> None:
    whole = {0}
    while max(whole) < len(spool):
        start = max(whole)
        whole.add(start + 56 + sum(struct.unpack_from("<6Q", spool, start + 8)))
    assert len(whole) == 4
    for cut in [*range(0, 64, 7), *range(64, len(spool), 331), *whole]:
        code, said = assemble(run, tmp_path, spool[:cut])
        assert (code == 0) == (cut in whole), cut
        assert code == 0 or "cut" in said, said


def test_a_changed_byte_is_found(run: Run, spool: bytes, tmp_path: Path) -> None:
    for at in [*range(0, 64, 5), *range(64, len(spool), 331)]:
        changed = bytearray(spool)
        changed[at] ^= 0x80
        code, said = assemble(run, tmp_path, bytes(changed))
        assert code == 1 and "damaged" in said, (at, said)


@pytest.mark.parametrize("garbage", [b"x", b"\0" * 5000, b"TDBN" + b"\xff" * 5000, bytes(range(256)) * 40])
def test_garbage_is_no_spool(run: Run, garbage: bytes, tmp_path: Path) -> None:
    code, said = assemble(run, tmp_path, garbage)
    assert code == 1 and "damaged" in said


def test_more_tokens_than_a_file_holds(run: Run, tmp_path: Path) -> None:
    """spaCy keeps a column in one piece of up to 4 GB."""
    tokens = 300_000
    sizes = struct.pack("<6Q", tokens * 13 * 8, tokens, 0, 1, 1, 0)
    parts = bytes(tokens * 13 * 8 + tokens) + b"\x80\x90"
    record = struct.pack("<II", 0x4E424454, zlib.crc32(sizes + parts)) + sizes + parts
    with (tmp_path / "spool").open("wb") as spool:  # a file of holes: nearly nothing of it is on the disk
        for _ in range(138):
            spool.write(record[:56])
            spool.seek(tokens * (13 * 8 + 1), os.SEEK_CUR)
            spool.write(record[-2:])
    done = run("tests/docbin", tmp_path / "spool", tmp_path / "out.spacy", timeout=300)
    assert done.returncode == 1
    assert "several files" in done.stderr.decode() and "41400000" in done.stderr.decode()


def test_a_full_disk_is_said(run: Run, spool: bytes, tmp_path: Path) -> None:
    (tmp_path / "spool").write_bytes(spool)
    done = run("tests/docbin", tmp_path / "spool", "/dev/full")
    assert done.returncode == 1
    assert "cannot be written: No space left" in done.stderr.decode()
