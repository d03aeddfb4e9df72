"""The programs of tools/package at work: a root folder of their own, spaCy's answers, the Runtime API, HTTPS."""

from __future__ import annotations

import http.server
import json
import os
import re
import shutil
import ssl
import subprocess
import threading
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable

import pytest
from common import MODEL, NO_SCORES, ROOT
from packages import Package, package
from runtime.bootstrap_run import ENTITIES, EVENTS, TEXT_EVENT
from runtime.mock_runtime_api import HOLD, Invocation, MockRuntimeApi, Request, run_bootstrap, start_bootstrap

GOLDEN = ROOT / "tests" / "golden" / "en_core_web_sm.jsonl"


# ---- in a root folder of its own ---------------------------------------------------------------------------------------------


def run_alone(root: Path, command: Sequence[str], models: str, events: list[bytes]) -> list[dict[str, Any]]:
    """The answers of a command in a root folder that has nothing else, with the Runtime API outside."""
    # There is no /proc to find a model by.
    env = {"PATH": os.environ["PATH"] + ":/usr/sbin", "TERN_MODEL": models, **NO_SCORES}
    enter = ["chroot"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "chroot"]
    enter[0] = shutil.which(enter[0], path=env["PATH"]) or enter[0]
    with MockRuntimeApi([Invocation(event) for event in events]) as api:
        done = subprocess.run(
            [*enter, str(root), *command],
            env={**env, "AWS_LAMBDA_RUNTIME_API": api.address},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    if not api.requests and ("not permitted" in done.stderr or "denied" in done.stderr):
        pytest.skip(f"no chroot for this user: {done.stderr.strip()}")
    assert len(api.posts) == len(events), done.stderr
    return [json.loads(request.body) for request in api.posts]


def test_in_an_empty_root(package: Package, tmp_path: Path) -> None:
    task = tmp_path / "var" / "task"
    with zipfile.ZipFile(package.archive) as archive:
        archive.extractall(task)
    (task / "bootstrap").chmod(0o755)
    command = ["/var/task/bootstrap"]
    for emulator in package.emulator():
        shutil.copy(emulator, tmp_path / "emulator")
        command.insert(0, "/emulator")
    models = "/var/task/weights/en_core_web_sm.tern"
    for answer in run_alone(tmp_path, command, models, [TEXT_EVENT] * 3):
        assert answer["entities"] == ENTITIES
    # As template.yaml has it with SentimentApi=on.
    shutil.copy(ROOT / "weights" / "sentiment.tern", task / "weights")
    models = f"en_core_web_sm={models},sentiment=/var/task/weights/sentiment.tern"
    happy, named = run_alone(tmp_path, command, models, [b'{"input": "I love strawberry cake!"}', TEXT_EVENT])
    assert (happy["sentiment"], named["entities"]) == ("POSITIVE", ENTITIES)


# ---- the same answers --------------------------------------------------------------------------------------------------------

# What tern pipe gives of a document, as tests/golden/make.py writes it.


def full(answer: dict[str, Any]) -> dict[str, list[str]]:
    def column(name: str) -> list[str]:
        return [token[name] for token in answer["tokens"]]

    return {
        "tokens": places(answer),
        "tags": column("tag"),
        "pos": column("pos"),
        "morphs": column("morph"),
        "lemmas": column("lemma"),
        "arcs": [f"{token['head']} {token['dep']}" for token in answer["tokens"]],
        "sentences": sentences(answer),
        "entities": entities(answer),
    }


def places(answer: dict[str, Any]) -> list[str]:
    tokens = answer["tokens"]
    following = [token["start"] for token in tokens[1:]] + [len(answer["text"])]
    return [
        f"{token['start']} {token['end']} {int(token['end'] < next_start)}"
        for token, next_start in zip(tokens, following)
    ]


def by_tokens(answer: dict[str, Any], spans: list[dict[str, Any]]) -> list[str]:
    starts = {token["start"]: index for index, token in enumerate(answer["tokens"])}
    ends = {token["end"]: index + 1 for index, token in enumerate(answer["tokens"])}
    return [f"{starts[span['start']]} {ends[span['end']]}" for span in spans]


def sentences(answer: dict[str, Any]) -> list[str]:
    return by_tokens(answer, answer["sents"])


def entities(answer: dict[str, Any]) -> list[str]:
    return [f"{span} {entity['label']}" for span, entity in zip(by_tokens(answer, answer["ents"]), answer["ents"])]


@pytest.mark.parametrize(
    "options, got",
    [
        ([], full),
        (["--only", "ner"], lambda answer: {"entities_by_ner_alone": entities(answer)}),
        (["--only", "senter"], lambda answer: {"sentences_by_senter_alone": sentences(answer)}),
    ],
    ids=["full", "ner", "senter"],
)
def test_finds_what_spacy_finds(
    package: Package, options: list[str], got: Callable[[dict[str, Any]], dict[str, list[str]]]
) -> None:
    """Another C library, other builds, another processor: every field of every golden document."""
    golden = [json.loads(line) for line in GOLDEN.read_text(encoding="ascii").splitlines()[1:]]
    lines = "".join(json.dumps({"text": document["text"]}) + "\n" for document in golden)
    command = [*package.emulator(), str(package.programs / "tern"), "pipe", "-m", str(MODEL), *options]
    done = subprocess.run(command, input=lines.encode(), capture_output=True, timeout=1200, check=True)
    answers = [json.loads(line) for line in done.stdout.decode().split("\n")[:-1]]
    assert len(answers) == len(golden) > 1200
    for document, answer in zip(golden, answers):
        fields = got(answer)
        assert fields == {name: document[name] for name in fields}, document["text"]


def bootstrap_of(package: Package, folder: Path) -> Path:
    """A program that runs here: the package's, or a script that has the emulator run it."""
    path = package.programs / "bootstrap"
    for emulator in package.emulator():
        script = folder / "bootstrap"
        script.write_text(f"#!/bin/sh\nexec {emulator} {path}\n", encoding="utf-8")
        script.chmod(0o755)
        path = script
    return path


def answers_to(program: Path, events: list[bytes]) -> list[Request]:
    """What the bootstrap posts for each event."""
    with MockRuntimeApi([Invocation(event) for event in events]) as api:
        done = run_bootstrap(program, api.address, MODEL)
    assert done.stderr == b"" and api.unexpected == []
    assert len(api.posts) == len(events), done.stdout
    return api.posts


def without_duration(body: bytes) -> bytes:
    return re.sub(rb"ner;dur=[0-9.]+", b"ner;dur=", body)


def test_answers_every_event_as_the_tested_one(
    package: Package, program: Callable[[str], Path], tmp_path: Path
) -> None:
    """tests/runtime looks at what the bootstrap of build/ posts; that of the package posts the same, to the byte."""
    events = [path.read_bytes() for path in sorted(EVENTS.rglob("*.json"))]
    assert len(events) > 20
    mine, tested = (answers_to(path, events) for path in (bootstrap_of(package, tmp_path), program("bootstrap")))
    assert {post.path.rsplit("/", 1)[1] for post in tested} == {"response", "error"}
    for got, want in zip(mine, tested):
        assert (got.path, without_duration(got.body)) == (want.path, without_duration(want.body))
        of_run = {"host": "", "content-length": ""}  # the length is that of a body with a duration
        assert {**got.headers, **of_run} == {**want.headers, **of_run}


def test_sigterm(package: Package, tmp_path: Path) -> None:
    """The thread that waits for the end can be woken: a libcurl without socket pairs lets the process hang."""
    begun: list[subprocess.Popen[bytes]] = []
    held = Invocation(b"", fault=HOLD, before=lambda: begun[0].terminate())
    with MockRuntimeApi([Invocation(TEXT_EVENT), held], extensions=True) as api:
        begun.append(start_bootstrap(bootstrap_of(package, tmp_path), api.address, MODEL, {"TERN_SHUTDOWN_HOOK": "1"}))
        try:
            log, errors = begun[0].communicate(timeout=60)
        finally:
            begun[0].kill()
    assert (begun[0].returncode, errors) == (0, b"")
    assert log.endswith(b" INFO SIGTERM: the process ends\n")


# ---- HTTPS, for the output queue ---------------------------------------------------------------------------------------------


class Handler(http.server.BaseHTTPRequestHandler):
    signatures: list[str] = []

    def do_GET(self) -> None:
        self.signatures.append(self.headers.get("Authorization", ""))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def make_certificate(folder: Path, name: str) -> Path:
    """A certificate for localhost with its key, both in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    path = folder / f"{name}.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
        "-keyout",
        str(path) + ".key",
        "-out",
        str(path),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return path


@pytest.fixture(scope="module")
def client(package: Package, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command, which takes a URL and a file of authorities."""
    program = tmp_path_factory.mktemp("https") / "client"
    source, libraries = Path(__file__).with_name("https_client.c"), package.libraries
    subprocess.run(
        [
            str(libraries / "bin" / "musl-gcc"),
            "-std=c11",
            "-static-pie",
            "-fPIE",
            f"-I{libraries}/include",
            str(source),
            "-o",
            str(program),
            f"-L{libraries}/lib",
            "-lcurl",
            "-lmbedtls",
            "-lmbedx509",
            "-lmbedcrypto",
        ],
        check=True,
    )
    return [*package.emulator(), str(program)]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_https(client: list[str], version: ssl.TLSVersion, tmp_path: Path) -> None:
    """TLS with verified certificates, a name looked up, and AWS's signature: what SQS asks of the package's libcurl."""
    certificate, other = make_certificate(tmp_path, "right"), make_certificate(tmp_path, "other")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = context.maximum_version = version
    context.load_cert_chain(certificate, str(certificate) + ".key")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def get(authority: Path) -> subprocess.CompletedProcess[str]:
        command = [*client, f"https://localhost:{server.server_port}/", str(authority)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    try:
        trusted, distrusted = get(certificate), get(other)
    finally:
        server.shutdown()
        server.server_close()
    assert (trusted.returncode, trusted.stdout.strip()) == (0, "204"), trusted.stdout
    assert Handler.signatures[0].startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
    assert distrusted.returncode == 1 and "certificate" in distrusted.stdout.lower()
