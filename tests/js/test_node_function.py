"""deploy/node: the folder that `sam build` makes, and its handler as Lambda calls it."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from common import ROOT

FOLDER = ROOT / "deploy" / "node"
EVENTS = ROOT / "tests" / "runtime" / "events"
TEXT = "Alan Turing was born 😀 in London."
PROGRAM = """
import { readFileSync } from "node:fs";
const { handler } = await import(process.argv[1]);
const events = JSON.parse(readFileSync(0));
console.log(JSON.stringify(await Promise.all(events.map((event) => handler(event)))));
"""


def make(target: Path) -> subprocess.CompletedProcess[str]:
    command = ["make", "-s", "-C", str(FOLDER / "src"), "build-NerFunction", f"ARTIFACTS_DIR={target}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def artifacts(npm_package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if npm_package != ROOT / "build" / "npm":
        pytest.skip("the Makefile takes build/npm")
    target = tmp_path_factory.mktemp("artifacts")
    done = make(target)
    assert done.returncode == 0, done.stderr
    return target


def answers(artifacts: Path, events: list[Any]) -> list[dict[str, Any]]:
    command = ["node", "--input-type=module", "-e", PROGRAM, str(artifacts / "handler.mjs")]
    done = subprocess.run(command, input=json.dumps(events).encode(), capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def test_handler(artifacts: Path) -> None:
    body = json.dumps({"text": TEXT})
    events: list[Any] = [
        {"body": body},
        {"body": base64.b64encode(body.encode()).decode(), "isBase64Encoded": True},
        {"text": TEXT},
        {"body": json.dumps({"text": ""})},
        {"body": json.dumps({"text": 7})},
        {"body": json.dumps([TEXT])},
        {"body": "{"},
        {"body": '{"text": "\\ud800"}'},
        {"text": "a" * 1_000_001},
        None,
    ]
    found = answers(artifacts, events)
    assert [answer["statusCode"] for answer in found] == [200] * 3 + [400] * 5 + [413, 400]
    for answer in found[:3]:
        entities = [(e["text"], e["label"], e["start"], e["end"]) for e in json.loads(answer["body"])["entities"]]
        assert entities == [("Alan Turing", "PERSON", 0, 11), ("London", "GPE", 27, 33)]
    assert all(answer["headers"] == {"Content-Type": "application/json"} for answer in found)
    assert all(json.loads(answer["body"])["error"] for answer in found[3:])


def test_size(artifacts: Path) -> None:
    """What Lambda unpacks: far below its limit of 250 MB."""
    assert sum(path.stat().st_size for path in artifacts.rglob("*") if path.is_file()) < 20e6


def test_events_of_gateways(artifacts: Path) -> None:
    """As AWS documents them."""
    names = (
        "http_api_v2",
        "http_api_v2_base64",
        "http_api_v1_base64",
        "function_url",
        "rest_v1",
        "body_string",
        "body_object",
    )
    events = [json.loads((EVENTS / f"{name}.json").read_text()) for name in names]
    for name, answer in zip(names, answers(artifacts, events)):
        assert answer["statusCode"] == 200, name
        assert json.loads(answer["body"])["entities"], name


def test_template(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("samtranslator")
    monkeypatch.syspath_prepend(ROOT / "tests" / "deploy")
    import cloudformation

    template = cloudformation.read(FOLDER / "template.yaml")
    found = cloudformation.expand(template, cloudformation.parameter_values(template, {}))
    (properties,) = [r["Properties"] for r in found["Resources"].values() if r["Type"] == "AWS::Lambda::Function"]
    assert properties["Runtime"].startswith("nodejs") and properties["Handler"] == "handler.handler"
