"""Labels, lemmas and texts that hold what separates values: no text format loses a column, a line or the terminal to them."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
from pathlib import Path
from typing import Callable

import pytest
from common import MODEL, Run
from model_bytes import ModelBytes
from runtime.terminal import on_terminal

TEXT = "Alan Turing was born on June 23, 1912, in London, England."
LABELS = ['Q"U', "P|I", "E=Q", "_", "", "B\\S", "S P", "N\u00a0\u2028\u3000<&"]
CONTROLS = ["A\tB", "L\nN", "E\x1b[31mS", "C\u009b1m", "R\r", "D\x7f"]  # with which no model is opened
# What a label of the model becomes. Tags and dependencies in the order of the text, so that all values occur.
TAGS = ["NNP", "VBD", "VBN", "IN", "CD", ",", "."]
DEPS = ["compound", "nsubjpass", "auxpass", "prep", "pobj", "punct", "nummod", "appos"]


def renamed(names: dict[str, str]) -> bytes:
    """The model with other strings in place of these, each string once: ids stay, so that everything runs as before."""
    model = ModelBytes(MODEL.read_bytes())
    starts = struct.unpack(f"<{model.size('strings/start') // 4}I", model.content("strings/start"))
    old = model.content("strings/bytes")
    strings = [old[a : b - 1] for a, b in zip(starts, starts[1:])]
    new = {name.encode(): value.encode() for name, value in names.items()}
    assert set(new) <= set(strings)
    strings = [new.get(string, string) for string in strings]
    ends = [0]
    for string in strings:
        ends.append(ends[-1] + len(string) + 1)
    model.replace("strings/bytes", b"".join(string + b"\0" for string in strings), [ends[-1]])
    model.replace("strings/start", struct.pack(f"<{len(ends)}I", *ends), [len(ends)])
    return bytes(model.seal().data)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """hostile(label): a model whose PERSON, tags, dependencies and one morph are that label."""
    folder = tmp_path_factory.mktemp("labels")

    def make(label: str) -> Path:
        path = folder / f"{LABELS.index(label)}.tern"
        if not path.exists():
            path.write_bytes(renamed(dict.fromkeys(["PERSON", "Number=Sing", "PROPN", *TAGS, *DEPS], label)))
        return path

    return make


def escaped(label: str) -> str:
    return label.replace("\\", "\\\\")


def in_conllu(label: str) -> str:
    names = {"\\": "\\\\", " ": "\\s"}
    return "".join(names.get(c, f"\\u{ord(c):04x}" if c.isspace() else c) for c in label) or "_"


def good(done: subprocess.CompletedProcess[bytes]) -> str:
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


def annotations(run: Run, model: Path, *options: str) -> dict[str, list[str]]:
    document = json.loads(good(run("tern", "parse", "-m", model, "--format", "json", *options, TEXT)))
    return {key: [token[key] for token in document["tokens"]] for key in ("tag", "pos", "dep", "morph")}


@pytest.mark.parametrize("label", CONTROLS)
@pytest.mark.parametrize("name", ["PERSON", "Number=Sing", "PROPN", "NNP", "nsubjpass"])
def test_labels_with_control_characters_are_refused(run: Run, tmp_path: Path, name: str, label: str) -> None:
    (tmp_path / "m.tern").write_bytes(renamed({name: label}))
    for command in (["ner"], ["parse", "--format", "conllu"], ["inspect"]):
        done = run("tern", *command, *([] if command == ["inspect"] else ["-m"]), tmp_path / "m.tern")
        assert (done.returncode, done.stdout) == (
            1,
            b"",
        ) and b"names a label that has a control character" in done.stderr


@pytest.mark.parametrize("label", LABELS)
def test_entities(run: Run, hostile, label: str) -> None:
    plain = good(run("tern", "ner", TEXT)).split("\n")
    lines = good(run("tern", "ner", "-m", hostile(label), TEXT)).split("\n")
    assert lines == [line.replace("\tPERSON\t", f"\t{escaped(label)}\t") for line in plain]
    assert all(line.count("\t") == 3 for line in lines[:-1])
    answer = json.loads(good(run("tern", "ner", "-m", hostile(label), "--json", TEXT)))
    assert answer["entities"][0]["label"] == label


@pytest.mark.parametrize("label", LABELS)
def test_conllu(run: Run, hostile, label: str) -> None:
    model = hostile(label)
    want = annotations(run, model)
    assert label in want["tag"] and label in want["dep"] and (label in want["pos"] or not label)
    lines = good(run("tern", "parse", "-m", model, "--format", "conllu", TEXT)).split("\n")
    rows = [line.split("\t") for line in lines[2:-2]]
    assert (
        lines[1] == f"# text = {TEXT}"
        and len(rows) == len(want["tag"])
        and all(len(row) == 10 and all(row) for row in rows)
    )
    for row, pos, tag, morph, dep in zip(rows, want["pos"], want["tag"], want["morph"], want["dep"]):
        assert row[3:6] == [in_conllu(value) for value in (pos, tag, morph)]
        assert row[7] == ("root" if row[6] == "0" else in_conllu(dep))
        assert not re.search(r"\s", "".join(row[3:8]))


def test_lemmas_in_conllu(run: Run, tmp_path: Path) -> None:
    """They may hold spaces, and keep their backslashes."""
    (tmp_path / "m.tern").write_bytes(renamed({"be": "b\te\nb\r e\\"}))
    rows = [
        line.split("\t")
        for line in good(run("tern", "parse", "-m", tmp_path / "m.tern", "--format", "conllu", TEXT)).split("\n")
    ]
    assert [row[2] for row in rows if row[1:2] == ["was"]] == ["b\\te\\nb\\r e\\"] and {
        len(row) for row in rows[2:-2]
    } == {10}


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("form", ["table", "tree"])
def test_tables_and_trees(run: Run, hostile, form: str, label: str) -> None:
    plain = good(run("tern", "parse", "--format", form, TEXT)).split("\n")
    lines = good(run("tern", "parse", "-m", hostile(label), "--format", form, TEXT)).split("\n")
    assert len(lines) == len(plain)
    assert not any(re.search(r"[\x00-\x1f\x7f-\x9f]", line) for line in lines)
    assert sum(line.count(escaped(label)) for line in lines) >= 12 or not label
    assert form == "tree" or not label or f"B-{escaped(label)}" in "\n".join(lines)


@pytest.mark.parametrize("label", LABELS)
def test_pages(run: Run, hostile, label: str) -> None:
    import xml.etree.ElementTree as ET

    for command in ("ner", "parse"):
        page = good(run("tern", command, "-m", hostile(label), "--format", "html", TEXT))
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", page)
        tags = {element.tag.rsplit("}")[-1] for element in ET.fromstring(page).iter()}
        assert tags <= {
            "html",
            "head",
            "meta",
            "title",
            "style",
            "body",
            "main",
            "mark",
            "small",
            "figure",
            "svg",
            "path",
            "text",
        }


@pytest.mark.parametrize(
    "command",
    [
        ["ner"],
        ["ner", "--json"],
        ["parse"],
        ["parse", "--tree"],
        ["parse", "--format", "conllu"],
        ["parse", "--format", "json"],
        ["parse", "--format", "html"],
        ["parse", "--norm"],
    ],
)
@pytest.mark.parametrize("term", ["dumb", "xterm"])
def test_nothing_commands_a_terminal(program, hostile, command: list[str], term: str) -> None:
    """Of the text; colours are our own."""
    env = {**os.environ, "TERM": term}
    env.pop("NO_COLOR", None)
    word = "\x1b]0;title\x07 \u009b31mred\u0085 \x7f"
    status, shown = on_terminal(program("tern"), *command, "-m", str(hostile("B\\S")), f"{word} {TEXT}", env=env)
    assert status == 0
    shown = (
        re.sub(r"\x1b\[[0-9;]*m", "", shown)
        if term == "xterm" and command[1:] in ([], ["--tree"], ["--norm"])
        else shown
    )
    assert "\\u001b" in shown or "\u241b" in shown and "html" in command or command == ["ner", "--json"]
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", shown)
    if command == ["parse", "--format", "json"]:
        assert json.loads(shown)["text"] == f"{word} {TEXT}"


def test_lines_for_programs_on_a_terminal(program, model_file: Path) -> None:
    line = json.dumps({"text": "\u009b31m \x7f"}, ensure_ascii=False).encode() + b"\n"
    status, shown = on_terminal(program("tern"), "pipe", "-m", str(model_file), env=os.environ, input=line)
    assert status == 0 and json.loads(shown)["text"] == "\u009b31m \x7f"
    assert not re.search(r"[\x7f-\x9f]", shown)


def test_errors_keep_to_their_line(run: Run) -> None:
    done = run("tern", "ner", "--format", "a\nb\x1b[31m\u009b", TEXT)
    assert (
        done.stderr
        == b'tern: --format must be text, json or html, not "a\\nb\\u001b[31m\\u009b"; see "tern ner --help"\n'
    )
    done = run("tern", "ner", "-m", "/no\nthing\x1b", TEXT)
    assert (
        done.returncode == 1
        and done.stderr.startswith(b"tern: model /no\\nthing\\u001b: ")
        and done.stderr.count(b"\n") == 1
    )


def test_description_of_a_model_on_a_terminal(program, tmp_path: Path) -> None:
    model = ModelBytes(MODEL.read_bytes())
    meta = '{"name": "\x1b[31m\u009b"}'.encode()
    model.replace("meta", meta, [len(meta)])
    (tmp_path / "m.tern").write_bytes(model.seal().data)
    status, shown = on_terminal(program("tern"), "inspect", str(tmp_path / "m.tern"), env=os.environ)
    assert (
        status == 0
        and '"name": "\\u001b[31m\\u009b"' in shown
        and not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", shown)
    )
