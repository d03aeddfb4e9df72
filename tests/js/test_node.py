"""The npm package in Node: its documents beside the native engine's, and what JavaScript's users meet."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from common import BUILD, MODEL, ROOT, Run
from corpus import project_texts

PACKAGE = BUILD / "npm"
HERE = Path(__file__).resolve().parent
NODE = "node"

ODD = [
    "",
    " ",
    "\n",
    "\u0000",
    "a\u0000b",
    "é\u0301",
    "😀 in Paris 🇫🇷",
    "日本 Tokyo",
    "x" * 5000,
    "\u200b",
    "I'm\u00a0here",
]


def node_version() -> int:
    return int(subprocess.run([NODE, "--version"], stdout=subprocess.PIPE, check=True).stdout[1:].split(b".")[0])


def documents(
    texts: Sequence[str], model: str | Path = "en_core_web_sm", flags: Sequence[str] = (), **options: Any
) -> list[dict[str, Any]]:
    """Of JavaScript's."""
    command = [NODE, *flags, HERE / "documents.mjs", PACKAGE, model, json.dumps(options)]
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    done = subprocess.run(command, input=lines.encode(), stdout=subprocess.PIPE, timeout=600, check=True)
    return [json.loads(line) for line in done.stdout.split(b"\n") if line]


def places(text: str) -> list[int]:
    """UTF-16 units before each code point, and of all."""
    found = [0]
    for char in text:
        found.append(found[-1] + 1 + (char > "\uffff"))
    return found


def shown(doc: dict[str, Any], unit: Sequence[int]) -> dict[str, Any]:
    """What both say, with offsets by unit. start and end: as keys of spans."""

    def span(one: dict[str, Any], *more: str) -> list[Any]:
        return [unit[one["start"]], unit[one["end"]], *(one[key] for key in more)]

    token = ("tag", "pos", "morph", "lemma", "dep", "head")
    return {
        "ents": [span(ent, "label") for ent in doc["ents"]],
        "sents": [span(sent) for sent in doc.get("sents", [])],
        "tokens": [span(one, *token) for one in doc["tokens"]],
        "spans": {key: [span(one, "label") for one in spans] for key, spans in doc.get("spans", {}).items()},
        "cats": {label: round(score, 4) for label, score in doc.get("cats", {}).items()},
    }


def assert_same(run: Run, texts: Sequence[str], model: Path = MODEL, **options: Any) -> None:
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()
    native = run("tern", "pipe", "-m", model, "--from", "jsonl", input=lines).stdout.split(b"\n")[:-1]
    found = documents(texts, "en_core_web_sm" if model == MODEL else model, **options)
    assert len(native) == len(found) == len(texts)
    for text, line, doc in zip(texts, native, found):
        unit = places(text)
        assert shown(doc, range(unit[-1] + 1)) == shown(json.loads(line), unit), text[:200]


@pytest.mark.parametrize("module", ["tern.wasm", "tern-relaxed.wasm"])
def test_documents(run: Run, module: str) -> None:
    flags = ["--experimental-wasm-relaxed-simd"] if "relaxed" in module and node_version() == 20 else []
    if "relaxed" in module and node_version() < 20:
        pytest.skip("this Node has no relaxed SIMD")
    assert_same(run, [*project_texts(), *ODD], flags=flags, wasm=str(PACKAGE / module))


def test_random_texts(run: Run) -> None:
    from common import SPACY_PACKAGE
    from comparison import text_maker

    assert_same(run, text_maker(SPACY_PACKAGE, 21).texts_of(300))


def test_half_precision(run: Run) -> None:
    """The same weights give the same documents; how those differ from the whole weights' is in docs/javascript.md."""
    half = PACKAGE / "en_core_web_sm.half.tern"
    texts = project_texts()[::3]
    assert_same(run, texts, half)
    whole, rounded = documents(texts), documents(texts, precision="float16")
    assert sum(a["ents"] != b["ents"] for a, b in zip(whole, rounded)) != len(texts)


def test_sentiment(run: Run) -> None:
    texts = [text for text in project_texts() if text.strip()][::20]
    command = [NODE, PACKAGE / "lib" / "cli.mjs", "sentiment"]
    for text in texts:
        one = " ".join(text.split())
        done = subprocess.run([*command, one], capture_output=True, timeout=60, check=True)
        want = json.loads(run("tern", "sentiment", "-m", MODEL.with_name("sentiment.tern"), "--json", one).stdout)
        found = json.loads(done.stdout)
        assert found["sentiment"] == want["sentiment"]
        assert all(abs(found["scores"][name] - score) < 2e-5 for name, score in want["scores"].items())


def test_package() -> None:
    environment = {**os.environ, "TERN_NPM": str(PACKAGE)}
    command = [NODE, "--expose-gc", "--test", HERE / "package_test.mjs"]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=900)
    assert done.returncode == 0, done.stdout.decode()[-5000:]


@pytest.mark.parametrize(
    ("arguments", "input", "code", "said"),
    [
        (["ner", "Ada lived in London."], b"", 0, '"London"'),
        (["parse", "Ada lived."], b"", 0, '"lemma":"live"'),
        (["sentiment", "I love it."], b"", 0, '"POSITIVE"'),
        (["ner"], "Zoé saw Paris.\nno\n".encode(), 0, '"Paris"'),
        (["ner", "-m", "none.tern", "a"], b"", 1, "none.tern"),
        (["nerd"], b"", 1, "Usage"),
        (["ner", "a", "b"], b"", 1, "Usage"),
        (["ner", "--wrong"], b"", 1, "--wrong"),
        (["--help"], b"", 0, "Usage"),
    ],
)
def test_command(arguments: Sequence[str], input: bytes, code: int, said: str) -> None:
    command = [NODE, PACKAGE / "lib" / "cli.mjs", *arguments]
    done = subprocess.run(command, input=input, capture_output=True, timeout=60)
    assert done.returncode == code
    assert said in (done.stderr if code else done.stdout).decode()


def test_modules_need_nothing() -> None:
    """No system calls: nothing that a browser would have to stand in for."""
    for module in PACKAGE.glob("*.wasm"):
        assert module.read_bytes().count(b"wasi_snapshot") == 0 and b"interrupted" in module.read_bytes()


def test_versions_agree() -> None:
    """Of the package and of the engine (tern.h)."""
    version = json.loads((ROOT / "js" / "package.json").read_text())["version"]
    assert f'#define TERN_VERSION "{version}"' in (ROOT / "engine" / "tern.h").read_text()
