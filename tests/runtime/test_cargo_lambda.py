"""The bootstrap against a Runtime API that others wrote: `cargo lambda watch --only-lambda-apis`.

tools/test installs the program, of which PyPI has wheels for x86-64 and arm64. No Rust is needed: the emulator asks `cargo
metadata` for the functions of a project, and a script that knows the answer stands in.
"""
from __future__ import annotations

import json
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Dict, Iterator, NamedTuple, Tuple

import pytest
from common import find_tool
from runtime.bootstrap_run import ENTITIES
from runtime.mock_runtime_api import PATIENCE, start_bootstrap

SAMPLE = "Alan Turing was born on June 23, 1912, in London, England."
FUNCTION = "ner"
# With the time that CI machines take; the emulator itself answers in milliseconds.
INVOKE_TIMEOUT = 60.0


class Peer(NamedTuple):
    url: str
    bootstrap: "subprocess.Popen[bytes]"


def make_project(folder: Path) -> None:
    """A project of one function that is never built, and a cargo that describes it."""
    (folder / "src").mkdir()
    (folder / "src" / "main.rs").write_text("fn main() {}\n")
    (folder / "Cargo.toml").write_text(f'[package]\nname = "{FUNCTION}"\nversion = "0.1.0"\nedition = "2021"\n')
    main = str(folder / "src" / "main.rs")
    target = {"kind": ["bin"], "crate_types": ["bin"], "name": FUNCTION, "src_path": main, "edition": "2021"}
    package = {
        **{"name": FUNCTION, "version": "0.1.0", "id": FUNCTION, "source": None, "edition": "2021", "dependencies": []},
        **{"features": {}, "targets": [target], "manifest_path": str(folder / "Cargo.toml")},
    }
    metadata = {
        **{"packages": [package], "workspace_members": [FUNCTION], "workspace_default_members": [FUNCTION], "resolve": None},
        **{"target_directory": str(folder / "target"), "version": 1, "workspace_root": str(folder), "metadata": None},
    }
    (folder / "metadata.json").write_text(json.dumps(metadata))
    cargo = folder / "cargo"
    cargo.write_text(f'#!/bin/sh\nexec cat "{folder / "metadata.json"}"\n')
    cargo.chmod(0o755)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_for(port: int, process: "subprocess.Popen[bytes]", output: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"cargo-lambda does not listen:\n{output.read_text()}", pytrace=False)


@pytest.fixture
def peer(program, model_file, tmp_path: Path) -> Iterator[Peer]:
    """The emulator with the bootstrap as its function, shutdown hook on."""
    emulator = find_tool("cargo-lambda")
    if emulator is None:
        pytest.skip("cargo-lambda is not installed: pip install --no-deps -r tests/cargo-lambda.txt")
    make_project(tmp_path)
    port = free_port()
    output = tmp_path / "output"
    command = [emulator, "lambda", "watch", "--only-lambda-apis", "-A", "127.0.0.1", "-P", str(port)]
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": str(tmp_path)}
    with output.open("wb") as sink:
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink)
    try:
        wait_for(port, process, output)
        env = {"TERN_SHUTDOWN_HOOK": "1", "AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "DEBUG"}
        bootstrap = start_bootstrap(program("bootstrap"), f"127.0.0.1:{port}/.rt/{FUNCTION}", model_file, env)
        try:
            yield Peer(f"http://127.0.0.1:{port}", bootstrap)
        finally:
            bootstrap.kill()
            bootstrap.wait()
    finally:
        process.kill()
        process.wait()


def post(url: str, body: object, headers: Dict[str, str]) -> Tuple[int, object]:
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=INVOKE_TIMEOUT) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_all_ways_to_call_a_function(peer: Peer) -> None:
    invoke, http = f"{peer.url}/2015-03-31/functions/{FUNCTION}/invocations", f"{peer.url}/lambda-url/{FUNCTION}/ner"
    as_json = {"Content-Type": "application/json"}
    assert post(invoke, {"text": SAMPLE}, as_json) == (200, {"entities": ENTITIES})
    assert post(http, {"text": SAMPLE}, as_json) == (200, {"entities": ENTITIES})

    status, error = post(invoke, {"text": 17}, as_json)
    assert status == 500 and isinstance(error, dict)
    assert error["errorType"] == "Function.BadRequest" and "must be a string, not a number" in error["errorMessage"]
    assert post(http, {"text": 17}, as_json)[0] == 400
    assert post(http, {"text": SAMPLE}, {"Content-Type": "text/plain"})[0] == 415
    assert post(f"{peer.url}/lambda-url/{FUNCTION}/elsewhere", {"text": SAMPLE}, as_json)[0] == 404

    assert post(http, {"text": SAMPLE}, as_json) == (200, {"entities": ENTITIES})   # it is still there

    peer.bootstrap.send_signal(signal.SIGTERM)
    stdout, stderr = peer.bootstrap.communicate(timeout=PATIENCE)
    assert peer.bootstrap.returncode == 0 and stderr == b""
    lines = [json.loads(line) for line in stdout.splitlines()]
    assert [line["level"] for line in lines].count("ERROR") == 1   # the direct invocation that failed
    assert all(line["xrayTraceId"].startswith("Root=1-") for line in lines if "requestId" in line)
    assert lines[-1]["message"].startswith("SIGTERM")
    assert "WARN" not in {line["level"] for line in lines}   # the extension was registered
