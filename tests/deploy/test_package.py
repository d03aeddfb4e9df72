"""What tools/package made: build/tern-lambda-<architecture>.zip and build-package/. Without them these tests are skipped."""
from __future__ import annotations

import http.server
import json
import os
import shutil
import ssl
import struct
import subprocess
import threading
import zipfile
from pathlib import Path
from typing import Dict, Iterator, List, Tuple

import pytest

from common import MODEL, ROOT
from runtime.mock_runtime_api import Invocation, MockRuntimeApi

ARCH = "arm64" if os.uname().machine == "aarch64" else os.uname().machine
ARCHIVE = ROOT / "build" / f"tern-lambda-{ARCH}.zip"
PROGRAMS = ROOT / "build-package" / ARCH
LIBRARIES = ROOT / "build-package" / f"deps-{ARCH}"
GOLDEN = ROOT / "tests" / "golden" / "en_core_web_sm.jsonl"

pytestmark = pytest.mark.skipif(not ARCHIVE.exists() or not PROGRAMS.exists(), reason="no package: run tools/package first")

SAMPLE = "Alan Turing was born on June 23, 1912, in London, England."
SAMPLE_ENTITIES = [("Alan Turing", "PERSON", 0, 11), ("June 23, 1912", "DATE", 24, 37), ("London", "GPE", 42, 48),
                   ("England", "GPE", 50, 57)]   # spaCy 3.8, en_core_web_sm 3.8.0


@pytest.fixture(scope="module")
def archive() -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(ARCHIVE) as opened:
        yield opened


def test_files(archive: zipfile.ZipFile) -> None:
    names = archive.namelist()
    assert names == sorted(names)
    assert {"bootstrap", "weights/en_core_web_sm.tern", "weights/LICENSE-en_core_web_sm", "licenses/tern"} <= set(names)
    # Whoever passes binaries on passes on the notices of what is in them.
    assert {"licenses/" + name for name in ["musl", "openblas", "mbedtls", "curl", "cjson"]} <= set(names)
    assert archive.read("weights/en_core_web_sm.tern") == MODEL.read_bytes()


def test_size() -> None:
    assert ARCHIVE.stat().st_size <= 15_000_000


def test_nothing_of_this_machine(archive: zipfile.ZipFile) -> None:
    for info in archive.infolist():
        assert info.date_time == (2020, 1, 1, 0, 0, 0)
        assert info.extra == b""   # no times, no owners
        assert info.external_attr >> 16 & 0o777 == (0o755 if info.filename == "bootstrap" else 0o644)
    assert str(ROOT).encode() not in archive.read("bootstrap")


def program_headers(elf: bytes) -> List[int]:
    """The types of a 64-bit little-endian ELF file's program headers."""
    assert elf[:6] == b"\x7fELF\x02\x01"
    offset, = struct.unpack_from("<Q", elf, 32)
    size, count = struct.unpack_from("<HH", elf, 54)
    return [struct.unpack_from("<I", elf, offset + index * size)[0] for index in range(count)]


@pytest.mark.parametrize("name", ["bootstrap", "tern"])
def test_static(name: str) -> None:
    """No interpreter (3) and no dynamic section (2): it runs whatever the C library of the system is."""
    assert not {2, 3} & set(program_headers((PROGRAMS / name).read_bytes()))


# ---- running -----------------------------------------------------------------------------------------------------------------


def run_alone(root: Path, events: List[bytes]) -> List[Dict]:
    """The unpacked package in a root folder that has nothing else, with the Runtime API outside: the answers."""
    env = {"PATH": os.environ["PATH"] + ":/usr/sbin", "TERN_MODEL": "/var/task/weights/en_core_web_sm.tern"}   # there is no /proc
    enter = ["chroot"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "chroot"]
    with MockRuntimeApi([Invocation(event) for event in events]) as api:
        program = shutil.which(enter[0], path=env["PATH"])
        command = [program or enter[0], *enter[1:], str(root), "/var/task/bootstrap"]
        done = subprocess.run(command, env={**env, "AWS_LAMBDA_RUNTIME_API": api.address}, capture_output=True, text=True,
                              timeout=120, check=False)
    if not api.requests and ("not permitted" in done.stderr or "denied" in done.stderr):
        pytest.skip(f"no chroot for this user: {done.stderr.strip()}")
    assert len(api.posts) == len(events), done.stderr
    return [json.loads(request.body) for request in api.posts]


def test_in_an_empty_root(archive: zipfile.ZipFile, tmp_path: Path) -> None:
    task = tmp_path / "var" / "task"
    archive.extractall(task)
    (task / "bootstrap").chmod(0o755)
    event = json.dumps({"text": SAMPLE}).encode()
    for answer in run_alone(tmp_path, [event] * 3):
        assert [(e["text"], e["label"], e["start"], e["end"]) for e in answer["entities"]] == SAMPLE_ENTITIES


def golden_entities() -> List[Tuple[str, List[Tuple[int, int, str]]]]:
    """(text, [(start, end, label)]) in code points, as spaCy gave them."""
    expected = []
    for line in GOLDEN.read_text(encoding="utf-8").split("\n")[:-1]:   # not splitlines: texts have other line ends
        document = json.loads(line)
        if "text" not in document:
            continue
        tokens = [tuple(map(int, token.split()[:2])) for token in document["tokens"]]
        entities = [entity.split() for entity in document["entities"]]
        spans = [(tokens[int(first)][0], tokens[int(end) - 1][1], label) for first, end, label in entities]
        expected.append((document["text"], spans))
    return expected


def test_finds_what_spacy_finds() -> None:
    """Another C library, another build of OpenBLAS: the same entities."""
    expected = golden_entities()
    lines = "".join(json.dumps({"text": text}) + "\n" for text, _ in expected)
    command = [str(PROGRAMS / "tern"), "pipe", "-m", str(MODEL)]
    done = subprocess.run(command, input=lines.encode(), capture_output=True, timeout=300, check=True)
    answers = [json.loads(line) for line in done.stdout.decode().split("\n")[:-1]]
    assert len(answers) == len(expected) > 500
    for (text, entities), answer in zip(expected, answers):
        assert [(e["start"], e["end"], e["label"]) for e in answer["ents"]] == entities, text


# ---- HTTPS, for the output queue ---------------------------------------------------------------------------------------------


class Handler(http.server.BaseHTTPRequestHandler):
    signatures: List[str] = []

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
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
               "-addext", "subjectAltName=DNS:localhost", "-keyout", str(path) + ".key", "-out", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return path


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = tmp_path_factory.mktemp("https") / "client"
    source = Path(__file__).with_name("https_client.c")
    subprocess.run([str(LIBRARIES / "bin" / "musl-gcc"), "-std=c11", "-static", "-no-pie", f"-I{LIBRARIES}/include", str(source),
                    "-o", str(program), f"-L{LIBRARIES}/lib", "-lcurl", "-lmbedtls", "-lmbedx509", "-lmbedcrypto"], check=True)
    return program


def test_https(client: Path, tmp_path: Path) -> None:
    """TLS with verified certificates, a name looked up, and AWS's signature: what SQS asks of the package's libcurl."""
    certificate, other = make_certificate(tmp_path, "right"), make_certificate(tmp_path, "other")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, str(certificate) + ".key")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def get(authority: Path) -> "subprocess.CompletedProcess[str]":
        command = [str(client), f"https://localhost:{server.server_port}/", str(authority)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    try:
        trusted, distrusted = get(certificate), get(other)
    finally:
        server.shutdown()
        server.server_close()
    assert (trusted.returncode, trusted.stdout.strip()) == (0, "204"), trusted.stdout
    assert Handler.signatures[0].startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
    assert distrusted.returncode == 1 and "certificate" in distrusted.stdout.lower()
