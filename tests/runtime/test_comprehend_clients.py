"""AWS's own clients against tern: the AWS CLI, the SDKs for JavaScript and Java. Each asks every operation, and gets what boto3
gets, which test_comprehend.py compares with spaCy's.

The CLI is that of TERN_AWS, of .venv-aws/ or of PATH; the SDKs lie in TERN_CLIENTS, else .clients/. tools/test installs them, those
for JavaScript and Java with --all; a client that is not there is skipped.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest

pytest.importorskip("boto3")

from botocore.exceptions import ClientError
from common import ROOT, find_tool
from runtime.comprehend_client import SENTIMENT, make_client, nearly, words_of
from runtime.service_model import ANSWERED, check_output
from runtime.tern_server import TernServer

CLIENTS = Path(os.environ.get("TERN_CLIENTS", ROOT / ".clients"))
FOLDER = ROOT / "tests" / "clients"
TEXTS = [
    "\U0001f600 Alan Turing was born on June 23, 1912, in \u00c9vry.",
    "I love strawberry cake! I hate chocolate cake.",
]
ERRORS = [
    ("DetectSentiment", "en", ["x" * 5001], "TextSizeLimitExceededException", True),
    ("DetectSentiment", "de", ["x"], "UnsupportedLanguageException", True),
    ("BatchDetectEntities", "en", ["x"] * 26, "BatchSizeLimitExceededException", True),
    ("DetectSentiment", "xx", ["x"], "ValidationException", False),
]
PATIENCE = 120
Asked = tuple[str, str, list[str]]
CALLS: list[Asked] = [
    *((operation, "en", TEXTS if operation.startswith("Batch") else TEXTS[:1]) for operation in ANSWERED),
    *((operation, language, texts) for operation, language, texts, _, _ in ERRORS),
]


def members(call: Asked) -> dict[str, Any]:
    operation, language, texts = call
    text = {"TextList": texts} if operation.startswith("Batch") else {"Text": texts[0]}
    return {"LanguageCode": language, **text}


@pytest.fixture(scope="module")
def server(program: Callable[[str], Path], model_file: Path) -> Iterator[TernServer]:
    with TernServer(program("tern"), f"en={model_file}", "-m", f"mood={SENTIMENT}") as running:
        yield running


@pytest.fixture(scope="module")
def environment(server: TernServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The address, and nothing of this machine's own settings."""
    nothing = str(tmp_path_factory.mktemp("home") / "nothing")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "AWS_ENDPOINT_URL_COMPREHEND": server.url,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "not checked",
        "AWS_CONFIG_FILE": nothing,
        "AWS_SHARED_CREDENTIALS_FILE": nothing,
    }


@pytest.fixture(scope="module")
def wanted(server: TernServer) -> list[dict[str, Any]]:
    """What boto3 gets: the outputs, then the errors."""
    client = make_client(server)
    found = []
    for call in CALLS:
        try:
            output = getattr(client, words_of(call[0], "_"))(**members(call))
            del output["ResponseMetadata"]
            found.append({"output": output})
        except ClientError as failed:
            found.append({"error": failed.response["Error"]["Code"], "message": failed.response["Error"]["Message"]})
    return found


def check(answers: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> None:
    """answers: as ask.cjs and Ask.java print them."""
    assert len(answers) == len(wanted) == len(CALLS)
    for (operation, _, _), answer, want in zip(CALLS, answers, wanted):
        if "output" in want:
            check_output(operation, answer["output"])
            assert nearly(answer["output"], want["output"]), operation
    for (operation, _, _, error, known), answer, want in zip(ERRORS, answers[len(ANSWERED) :], wanted[len(ANSWERED) :]):
        assert answer == {"error": error, "status": 400, "message": want["message"], "known": known}, operation


def run(command: list[str], environment: dict[str, str], text: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        command, input=text.encode(), capture_output=True, env=environment, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


# ---- AWS CLI -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def aws() -> str:
    own = ROOT / ".venv-aws" / "bin" / "aws"
    found = os.environ.get("TERN_AWS") or (own if own.is_file() else find_tool("aws"))
    if not found:
        pytest.skip("no AWS CLI: pip install awscli, or name one in TERN_AWS")
    return str(found)


@pytest.mark.parametrize("at", range(len(CALLS)), ids=[f"{call[0]}-{call[1]}" for call in CALLS])
def test_aws_cli(aws: str, environment: dict[str, str], wanted: list[dict[str, Any]], at: int) -> None:
    operation = CALLS[at][0]
    done = subprocess.run(
        [
            aws,
            "comprehend",
            words_of(operation, "-"),
            "--output",
            "json",
            "--cli-input-json",
            json.dumps(members(CALLS[at])),
        ],
        capture_output=True,
        env=environment,
        timeout=PATIENCE,
        check=False,
    )
    if "error" in wanted[at]:
        assert done.returncode != 0 and wanted[at]["message"] in done.stderr.decode()
        assert f"({wanted[at]['error']}) when calling the {operation} operation" in done.stderr.decode()
        return
    assert done.returncode == 0, done.stderr.decode()
    output = json.loads(done.stdout)
    check_output(operation, output)
    assert nearly(output, wanted[at]["output"])


# ---- SDKs ----------------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_javascript(environment: dict[str, str], wanted: list[dict[str, Any]]) -> None:
    node, packages = find_tool("node"), CLIENTS / "javascript" / "node_modules"
    if not node or not packages.is_dir():
        pytest.skip("no Node.js, or no AWS SDK for JavaScript: tools/test --all installs it")
    calls = json.dumps([{"operation": call[0], "input": members(call)} for call in CALLS])
    script = str(FOLDER / "javascript" / "ask.cjs")
    check(run([str(node), script], {**environment, "NODE_PATH": str(packages)}, calls), wanted)


@pytest.mark.long
def test_java(environment: dict[str, str], wanted: list[dict[str, Any]]) -> None:
    java, jars = find_tool("java"), CLIENTS / "java"
    if not java or not find_tool("javac") or not jars.is_dir():
        pytest.skip("no JDK, or no AWS SDK for Java: tools/test --all installs it")
    lines = "".join("\t".join([operation, language, *texts]) + "\n" for operation, language, texts in CALLS)
    check(run([str(java), "-cp", f"{jars}/*", str(FOLDER / "java" / "Ask.java")], environment, lines), wanted)
