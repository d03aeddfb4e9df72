"""tools/smoke and tools/delete; and of every script that a user starts: its help, and what it says where a program is missing."""

from __future__ import annotations

import http.server
import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest
from common import MODEL, ROOT
from runtime.tern_server import TernServer

SAMPLE_ENTITIES = [
    ("Alan Turing", "PERSON", 0, 11),
    ("June 23, 1912", "DATE", 24, 37),
    ("London", "GPE", 42, 48),
    ("England", "GPE", 50, 57),
]  # spaCy 3.8, en_core_web_sm 3.8.0
POWERSHELL = ["pwsh", "-NoProfile", "-File"]
NO_POWERSHELL = pytest.mark.skipif(shutil.which("pwsh") is None, reason="PowerShell is not installed")


def run_script(name: str, *arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """A script of tools/, or one by its path in the repository."""
    shell = POWERSHELL if name.endswith(".ps1") else ["bash" if name in ("package", "lint") else "sh"]
    path = ROOT / name if "/" in name else ROOT / "tools" / name
    return subprocess.run(
        [shutil.which(shell[0]), *shell[1:], str(path), *arguments],
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def server(program: Callable[[str], Path], model_file: Path) -> Iterator[TernServer]:
    with TernServer(program("tern"), model_file, "-m", str(ROOT / "weights" / "sentiment.tern"), scores="") as running:
        yield running


SMOKE = pytest.mark.parametrize(
    "end, asked, finds",
    [
        *(
            (end, end.rstrip("/") or "/ner", "the four entities of the sample")
            for end in ("", "/", "/ner", "/ner//", "/ner/{model}", "/ner/{model}/")
        ),
        *(
            (end, end.rstrip("/"), "the sample positive")
            for end in ("/sentiment", "/sentiment/", "/sentiment/sentiment", "/sentiment/sentiment/")
        ),
    ],
)


@SMOKE
def test_smoke(server: TernServer, model_file: Path, end: str, asked: str, finds: str) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    end, asked = end.format(model=model_file.stem), asked.format(model=model_file.stem)
    done = run_script("smoke", server.url.rstrip("/") + end)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^status 200 .* all [0-9.]+$", done.stdout, re.MULTILINE)
    assert f"OK: {server.url.rstrip('/')}{asked} finds {finds}\n" in done.stdout


class Answering(http.server.BaseHTTPRequestHandler):
    """Answers with the class's body, and keeps the headers that came."""

    body = b""
    headers_seen: list[dict[str, str]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.headers_seen.append({name.lower(): value for name, value in self.headers.items()})
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def answering() -> Iterator[str]:
    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{listening.server_port}/nlp"
    listening.shutdown()
    listening.server_close()


def answer(
    start: str = "start", end: str = "end", entities: list | None = None, separators: tuple[str, str] | None = None
) -> str:
    found = SAMPLE_ENTITIES if entities is None else entities
    objects = [{"text": text, "label": label, start: first, end: last} for text, label, first, last in found]
    return json.dumps({"entities": objects}, separators=separators)


@pytest.mark.parametrize(
    "body", [answer(), answer("start_char", "end_char"), answer(separators=(",", ":"))], ids=["ner", "spacy", "compact"]
)
def test_smoke_through_a_gateway(answering: str, body: str) -> None:
    Answering.body = body.encode()
    done = run_script("smoke", f"{answering}/ner", "apikey: secret")
    assert done.returncode == 0, done.stderr
    assert Answering.headers_seen[-1]["apikey"] == "secret"


@pytest.mark.parametrize(
    "body",
    [
        answer(entities=SAMPLE_ENTITIES[:3]),
        answer(entities=[("Alan Turing", "ORG", 0, 11), *SAMPLE_ENTITIES[1:]]),
        answer(entities=[]),
        '{"message": "Forbidden"}',
        "",
    ],
    ids=["one is missing", "another label", "none", "another answer", "empty"],
)
def test_smoke_notices(answering: str, body: str) -> None:
    Answering.body = body.encode()
    done = run_script("smoke", f"{answering}/ner")
    assert done.returncode == 1
    assert "OK" not in done.stdout


POSITIVE = '{"sentiment": "POSITIVE", "confidence": 0.98, "scores": {"positive": 0.98}}'


@pytest.mark.parametrize("end", ["/sentiment", "/sentiment/mine", "/ner/v1/sentiment"])
@pytest.mark.parametrize(
    "body, code",
    [
        (POSITIVE, 0),
        (POSITIVE.replace(" ", "").replace(",", ",\n"), 0),
        (POSITIVE.replace("POSITIVE", "NEGATIVE"), 1),
        (answer(), 1),
        ('{"error": "no model here finds sentiments"}', 1),
        ('{"message": "\\"sentiment\\": \\"POSITIVE\\""}', 1),
        ("", 1),
    ],
    ids=["right", "other space", "negative", "entities", "error", "text", "empty"],
)
def test_smoke_of_sentiment(answering: str, end: str, body: str, code: int) -> None:
    Answering.body = body.encode()
    done = run_script("smoke", answering + end)
    assert (done.returncode, "OK" in done.stdout) == (code, not code), done.stderr


def test_smoke_without_a_server() -> None:
    done = run_script("smoke", "http://127.0.0.1:1")
    assert done.returncode == 1
    assert "no answer" in done.stderr


@pytest.mark.parametrize("script", ["delete", pytest.param("delete.ps1", marks=NO_POWERSHELL)])
@pytest.mark.parametrize(
    "arguments, expected",
    [
        ([], "delete"),
        (["other"], "delete --stack-name other"),
        (["--profile", "learnerlab"], "delete --profile learnerlab"),
        (["other", "--no-prompts"], "delete --stack-name other --no-prompts"),
    ],
)
def test_delete(script: str, arguments: list[str], expected: str, tmp_path: Path) -> None:
    """sam runs where samconfig.toml is, with what was given."""
    (tmp_path / "sam").write_text('#!/bin/sh\nls samconfig.toml && echo "$@"\n', encoding="utf-8")
    (tmp_path / "sam").chmod(0o755)
    done = run_script(script, *arguments, env={"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert done.stdout.splitlines() == ["samconfig.toml", expected]


# ---- help, and programs that are not there ------------------------------------------------------------------------------------


HELPFUL = ["smoke", "delete", "package", "lint", "deploy/terraform/provision", "deploy/kong/render"]


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize("script", [*HELPFUL, pytest.param("delete.ps1", marks=NO_POWERSHELL)])
def test_help(script: str, option: str) -> None:
    """The comment at the script's beginning, to its end, and nothing of what follows."""
    path = ROOT / script if "/" in script else ROOT / "tools" / script
    comment = re.match(r"(?:#!.*\n)?((?:#.*\n)+)", path.read_text(encoding="utf-8"))
    done = run_script(script, option)
    assert (done.returncode, done.stderr) == (0, "")
    assert comment and done.stdout == re.sub("^# ?", "", comment[1], flags=re.MULTILINE)
    assert f"{path.relative_to(ROOT)}".replace("/", "\\" if script.endswith(".ps1") else "/") in done.stdout


@pytest.mark.parametrize(
    "script, arguments",
    [
        ("smoke", []),
        ("smoke", ["a", "b", "c"]),
        ("package", ["--out", "x"]),
        ("package", ["x"]),
        ("lint", ["--all"]),
        ("lint", ["--fix", "x"]),
        ("deploy/terraform/provision", ["--packed"]),
        ("deploy/terraform/provision", ["--pack", "a.tern", "b.tern"]),
        ("deploy/kong/render", ["file"]),
    ],
)
def test_wrong_use_names_the_help(script: str, arguments: list[str]) -> None:
    done = run_script(script, *arguments)
    assert done.returncode in (1, 2) and done.stdout == ""
    assert "usage: " in done.stderr and "--help" in done.stderr


def path_without(folder: Path, *missing: str) -> dict[str, str]:
    """A PATH of links to all programs of this one but those."""
    folder.mkdir()
    for place in reversed(os.environ["PATH"].split(os.pathsep)):
        for program in Path(place).glob("*") if place else ():
            link = folder / program.name
            link.unlink(missing_ok=True)
            if program.name not in missing:
                link.symlink_to(program)
    return {"PATH": str(folder)}


@pytest.mark.parametrize(
    "script, arguments, missing, remedy",
    [
        ("smoke", ["http://127.0.0.1:1"], "curl", "apt-get install curl"),
        ("delete", [], "sam", "pip install aws-sam-cli"),
        ("deploy/terraform/provision", ["--pack", str(MODEL)], "zip", "apt-get install zip"),
        ("deploy/terraform/provision", [str(MODEL)], "zip", "apt-get install zip"),
        ("deploy/terraform/provision", [str(MODEL)], "terraform", "https://developer.hashicorp.com/terraform/install"),
        ("deploy/terraform/provision", [str(MODEL)], "aws", "https://docs.aws.amazon.com/cli/"),
    ],
)
def test_missing_program(tmp_path: Path, script: str, arguments: list[str], missing: str, remedy: str) -> None:
    """It says which one and how to get it, before it does anything: what `provision` packed before stays."""
    programs = {"zip", "terraform", "aws"} if script.endswith("provision") else set()
    env = path_without(tmp_path / "bin", missing)
    for name in programs - {missing}:
        (tmp_path / "bin" / name).unlink(missing_ok=True)
        (tmp_path / "bin" / name).symlink_to(shutil.which("false"))
    done = run_script(script, *arguments, env=env)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"needs {missing}" in done.stderr.replace("the AWS SAM CLI", "sam") and remedy in done.stderr


@pytest.mark.parametrize("missing, package", [("cmake", "cmake"), ("patch", "patch"), ("zip", "zip"), ("tar", "tar")])
def test_package_names_what_is_missing(tmp_path: Path, missing: str, package: str) -> None:
    """Where nothing can install it."""
    env = path_without(tmp_path / "bin", missing, "apt-get", "dnf")
    done = run_script("package", env=env)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.search(rf"these are missing.*: .*\b{package}\b", done.stderr)


def test_package_without_its_compiler() -> None:
    done = run_script("package", env={"CC": "no-such-gcc"})
    assert (done.returncode, done.stdout) == (1, "")
    assert "CC=no-such-gcc: there is no such program" in done.stderr


@pytest.mark.skipif(shutil.which("git") is None or not (ROOT / ".git").exists(), reason="not a checkout of git")
def test_what_the_guides_commands_leave_is_ignored() -> None:
    left = [
        ".venv",
        ".aws-sam/x",
        "build/x",
        "build-package/x",
        "deploy/load/.venv/x",
        "deploy/load/results/x",
        "results/x",
        "deploy/terraform/venv/x",
        "venv/x",
        "deploy/terraform/.terraform/x",
        "deploy/terraform/terraform.tfstate",
        "tools/convert/build/x",
        "kong.private.yaml",
    ]
    done = subprocess.run(
        ["git", "check-ignore", *left, "bench/results/new.json", "tools/convert/convert/build.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode == 128:
        pytest.skip(f"git does not read the checkout: {done.stderr}")
    assert done.stdout.splitlines() == left


@NO_POWERSHELL
@SMOKE
def test_smoke_in_powershell(server: TernServer, model_file: Path, end: str, asked: str, finds: str) -> None:
    end, asked = end.format(model=model_file.stem), asked.format(model=model_file.stem)
    done = run_script("smoke.ps1", server.url.rstrip("/") + end)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"OK: {server.url.rstrip('/')}{asked} finds {finds}\n" in done.stdout


@pytest.mark.parametrize("name", ["smoke.ps1", "delete.ps1"])
def test_powershell_is_ascii(name: str) -> None:
    """Windows PowerShell 5.1 reads a file without a byte order mark in the system's code page."""
    assert (ROOT / "tools" / name).read_bytes().isascii()
