"""deploy/comprehend: a function on boto3, unchanged, with tern in Comprehend's place: `tern serve`, and tern's own function behind
a Function URL."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Callable

import pytest
from common import ROOT

pytest.importorskip("samtranslator")
import cloudformation
from deploy.test_template import lint
from runtime.bootstrap_run import Serve, serve  # noqa: F401
from runtime.comprehend_client import SENTIMENT
from runtime.lambda_calls import invoke, load
from runtime.tern_server import TernServer

FOLDER = ROOT / "deploy" / "comprehend"
ROLE = "arn:aws:iam::123456789012:role/LabRole"
TEXTS = {"I love strawberry cake!": "POSITIVE", "I hate chocolate cake!": "NEGATIVE"}
PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
from app import lambda_handler
print(json.dumps([lambda_handler(event, None) for event in json.load(sys.stdin)]))
"""


def call_handler(endpoint: str, *events: dict[str, Any]) -> list[dict[str, Any]]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "AWS_ENDPOINT_URL_COMPREHEND": endpoint,
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "y",
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(FOLDER / "src")],
        input=json.dumps(events),
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def api_event(body: str | None) -> dict[str, Any]:
    return {**load("rest_v1"), "path": "/", "body": body, "isBase64Encoded": False}


def check_answers(endpoint: str) -> None:
    *good, none, wrong, long = call_handler(
        endpoint,
        *(api_event(json.dumps({"input": text})) for text in TEXTS),
        api_event(None),
        api_event("["),
        api_event(json.dumps({"input": "x" * 5001})),
    )
    for text, answer in zip(TEXTS, good):
        body = json.loads(answer["body"])
        assert (answer["statusCode"], body["sentiment"]) == (200, TEXTS[text])
        assert set(body["confidence_scores"]) == {"Positive", "Negative", "Neutral", "Mixed"}
        assert body["confidence_scores"][TEXTS[text].capitalize()] > 0.8
    assert none["statusCode"] == wrong["statusCode"] == 400
    assert long["statusCode"] == 400 and "TextSizeLimitExceededException" in json.loads(long["body"])["message"]


def test_on_tern_serve(program: Callable[[str], Path]) -> None:
    with TernServer(program("tern"), f"sentiment={SENTIMENT}") as running:
        check_answers(running.url)


class FunctionUrl(BaseHTTPRequestHandler):
    """Hands requests to the function as events, and its answers back, as a Function URL does."""

    function: Callable[[dict[str, Any]], dict[str, Any]]

    def do_POST(self) -> None:
        event = load("function_url")
        body = self.rfile.read(int(self.headers["Content-Length"]))
        event["rawPath"] = event["requestContext"]["http"]["path"] = self.path
        event["headers"] = {name.lower(): value for name, value in self.headers.items()}
        event["body"] = base64.b64encode(body).decode()
        event["isBase64Encoded"] = True
        answer = type(self).function(event)
        content = answer["body"].encode()
        self.send_response(answer["statusCode"])
        for name, value in answer["headers"].items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


@pytest.fixture
def function_url(serve: Serve) -> Iterator[str]:  # noqa: F811
    env = {"TERN_MODEL": f"sentiment={SENTIMENT}"}
    handler = type("Handler", (FunctionUrl,), {"function": lambda event: invoke(serve, event, env=env).only})
    handler.function = staticmethod(handler.function)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_on_terns_function(function_url: str) -> None:
    check_answers(function_url)


def test_the_code_says_nothing_of_tern() -> None:
    assert "tern" not in (FOLDER / "src" / "app.py").read_text(encoding="utf-8")


def make_stack(**parameters: str | int) -> cloudformation.Stack:
    template = cloudformation.read(FOLDER / "template.yaml")
    values = cloudformation.parameter_values(template, parameters)
    return cloudformation.Stack(cloudformation.expand(template, values), values)


def test_template() -> None:
    endpoint = "https://abc.lambda-url.eu-central-1.on.aws/"
    for parameters in ({}, {"ComprehendEndpoint": endpoint}, {"RoleArn": ROLE}):
        stack = make_stack(**parameters)
        assert stack.dangling() == set()
        assert set(stack.outputs) == {"SentimentAnalysisAPI"}
    function = make_stack().one("AWS::Lambda::Function")
    assert (function["Runtime"], function["Handler"]) == ("python3.13", "app.lambda_handler")
    assert function["Environment"]["Variables"] == {}
    variables = make_stack(ComprehendEndpoint=endpoint).one("AWS::Lambda::Function")["Environment"]["Variables"]
    assert variables == {"AWS_ENDPOINT_URL_COMPREHEND": endpoint}
    assert make_stack(RoleArn=ROLE).one("AWS::Lambda::Function")["Role"] == ROLE
    assert make_stack(RoleArn=ROLE).of_type("AWS::IAM::Role") == []
    for wrong in ("tern", "ftp://x", "http://"):
        with pytest.raises(AssertionError, match="does not match"):
            make_stack(ComprehendEndpoint=wrong)


def test_cfn_lint() -> None:
    lint(FOLDER / "template.yaml")
