"""deploy/python: the folder that `sam build` makes, and its handler as Lambda calls it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from common import ROOT

TEXT = "Alan Turing was born on June 23, 1912, in London, England."
ENTITIES = [
    {"text": "Alan Turing", "label": "PERSON", "start": 0, "end": 11},
    {"text": "June 23, 1912", "label": "DATE", "start": 24, "end": 37},
    {"text": "London", "label": "GPE", "start": 42, "end": 48},
    {"text": "England", "label": "GPE", "start": 50, "end": 57},
]
PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
from handler import lambda_handler
print(json.dumps([lambda_handler(event, None) for event in json.load(sys.stdin)]))
assert "spacy" not in sys.modules and "numpy" not in sys.modules
"""


def make(source: Path, target: Path) -> subprocess.CompletedProcess[str]:
    command = ["make", "-s", "-C", str(source), "build-NerFunction", f"ARTIFACTS_DIR={target}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def artifacts(package_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built of a wheel, which is what the package's folder is as a zip."""
    folder = tmp_path_factory.mktemp("function")
    source, target = folder / "src", folder / "artifacts"
    shutil.copytree(ROOT / "deploy" / "python" / "src", source, ignore=shutil.ignore_patterns("__pycache__", "*.whl"))
    target.mkdir()
    assert "no wheel here" in make(source, target).stderr
    with zipfile.ZipFile(source / "tern_nlp-0-cp39-abi3-linux.whl", "w") as wheel:
        for path in package_folder.rglob("*"):
            wheel.write(path, path.relative_to(package_folder))
    done = make(source, target)
    assert done.returncode == 0, done.stderr
    return target


def test_handler(artifacts: Path) -> None:
    """The contract of POST /ner: the body as a string, as an object, and what is no request."""
    events: list[Any] = [
        {"body": json.dumps({"text": TEXT})},
        {"body": {"text": TEXT}},
        {"text": TEXT},
        {"body": json.dumps({"text": ""})},
        {"body": json.dumps({"text": 7})},
        {"body": json.dumps([TEXT])},
        {"body": "{"},
    ]
    done = subprocess.run(
        [sys.executable, "-I", "-c", PROGRAM, str(artifacts)],
        input=json.dumps(events),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    assert [answer["statusCode"] for answer in answers] == [200] * 3 + [400] * 4
    assert [json.loads(answer["body"]) for answer in answers[:3]] == [{"entities": ENTITIES}] * 3
    assert all(answer["headers"] == {"Content-Type": "application/json"} for answer in answers)


def test_template(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("samtranslator")
    monkeypatch.syspath_prepend(ROOT / "tests" / "deploy")
    import cloudformation

    template = cloudformation.read(ROOT / "deploy" / "python" / "template.yaml")
    found = cloudformation.expand(template, cloudformation.parameter_values(template, {}))
    (properties,) = [r["Properties"] for r in found["Resources"].values() if r["Type"] == "AWS::Lambda::Function"]
    assert properties["Runtime"].startswith("python3.") and properties["Handler"] == "handler.lambda_handler"
    assert properties["MemorySize"] == {"Ref": "MemorySize"} and properties["Role"]["Fn::If"][0] == "HasRole"
