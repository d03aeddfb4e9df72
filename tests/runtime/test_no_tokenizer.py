"""A model that was converted without its tokenizer: words are answered, a text is refused with what to send, however it comes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

import pytest
from common import Run
from model_bytes import ModelBytes
from runtime.bootstrap_run import Serve, serve
from runtime.lambda_calls import invoke, load
from runtime.tern_server import TernServer

GIVEN_WORDS = 1 << 4
REFUSAL = (
    'the model has no tokenizer: instead of a text, send its words, {"tokens": ["...", ...], "spaces": [true, ...]} (to the '
    "command tern pipe)"
)
WORDS = {"tokens": ["Alan", "Turing", "lived", "in", "London", "."], "spaces": [True, True, True, True, False, False]}
ENTITIES = {
    "entities": [
        {"text": "Alan Turing", "label": "PERSON", "start": 0, "end": 11},
        {"text": "London", "label": "GPE", "start": 21, "end": 27},
    ]
}


@pytest.fixture(scope="module")
def wordless(model_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository's model with the header of one without tokenizer, whose sections nobody reads then."""
    model = ModelBytes(model_file.read_bytes())
    model.set("features", model.get("features") | GIVEN_WORDS)
    model.seal()
    path = tmp_path_factory.mktemp("model") / "words.tern"
    path.write_bytes(model.data)
    return path


@pytest.fixture
def ask_server(program: Callable[[str], Path], wordless: Path) -> Any:
    with TernServer(program("tern"), wordless) as running:
        yield lambda fields: running.ner(json.dumps(fields).encode())


def test_server(ask_server: Callable[[dict[str, Any]], Any]) -> None:
    answer = ask_server(WORDS)
    assert (answer.status, answer.json) == (200, ENTITIES)
    for text in ("Alan Turing lived in London.", "."):
        answer = ask_server({"text": text})
        assert (answer.status, answer.json) == (400, {"error": REFUSAL})
    answer = ask_server({"texts": ["a", WORDS]})
    assert (answer.status, answer.json) == (200, {"results": [{"error": REFUSAL}, ENTITIES]})


def test_lambda(serve: Serve, wordless: Path) -> None:
    env = {"TERN_MODEL": str(wordless)}
    event = load("http_api_v2")
    calls = invoke(serve, WORDS, {"text": "a"}, {**event, "body": json.dumps(WORDS)}, env=env)
    (error, direct), (refused, why), (_, over_http) = calls.answers
    assert (error, direct) == (None, ENTITIES)
    assert (refused, why["errorMessage"]) == ("Function.BadRequest", REFUSAL)
    assert (over_http["statusCode"], json.loads(over_http["body"])) == (200, ENTITIES)


def test_commands(run: Run, wordless: Path) -> None:
    lines = json.dumps(WORDS) + "\n" + json.dumps({"text": ""}) + "\n"
    piped = run("tern", "pipe", "-m", wordless, input=lines.encode())
    words, text = map(json.loads, piped.stdout.splitlines())
    assert [words["text"][entity["start"] : entity["end"]] for entity in words["ents"]] == ["Alan Turing", "London"]
    assert (piped.returncode, text) == (1, {"text": "", "error": REFUSAL})
    for command in ("ner", "parse"):
        done = run("tern", command, "-m", wordless, "Alan lived.")
        assert done.returncode == 1 and REFUSAL in done.stderr.decode()
