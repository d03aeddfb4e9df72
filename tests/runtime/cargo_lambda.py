"""`cargo lambda watch --only-lambda-apis`, a Runtime API that others wrote, with the bootstrap as its function.

tools/test installs the program, of which PyPI has wheels for x86-64 and arm64. No Rust is needed: the emulator asks `cargo
metadata` for the functions of a project, and a script that knows the answer stands in.
"""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from common import find_tool
from runtime.mock_runtime_api import PATIENCE, start_bootstrap

FUNCTION = "ner"


class Peer(NamedTuple):
    url: str
    bootstrap: subprocess.Popen[bytes]

    @property
    def function_url(self) -> str:
        return f"{self.url}/lambda-url/{FUNCTION}"


def make_project(folder: Path) -> None:
    """A project of one function that is never built, and a cargo that describes it."""
    (folder / "src").mkdir()
    (folder / "src" / "main.rs").write_text("fn main() {}\n")
    (folder / "Cargo.toml").write_text(f'[package]\nname = "{FUNCTION}"\nversion = "0.1.0"\nedition = "2021"\n')
    main = str(folder / "src" / "main.rs")
    target = {"kind": ["bin"], "crate_types": ["bin"], "name": FUNCTION, "src_path": main, "edition": "2021"}
    package = {
        "name": FUNCTION,
        "version": "0.1.0",
        "id": FUNCTION,
        "source": None,
        "edition": "2021",
        "dependencies": [],
        "features": {},
        "targets": [target],
        "manifest_path": str(folder / "Cargo.toml"),
    }
    metadata = {
        "packages": [package],
        "workspace_members": [FUNCTION],
        "workspace_default_members": [FUNCTION],
        "resolve": None,
        "target_directory": str(folder / "target"),
        "version": 1,
        "workspace_root": str(folder),
        "metadata": None,
    }
    (folder / "metadata.json").write_text(json.dumps(metadata))
    cargo = folder / "cargo"
    cargo.write_text(f'#!/bin/sh\nexec cat "{folder / "metadata.json"}"\n')
    cargo.chmod(0o755)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_for(port: int, process: subprocess.Popen[bytes], output: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"cargo-lambda does not listen:\n{output.read_text()}", pytrace=False)


@contextmanager
def run_peer(bootstrap: Path, model: Path, folder: Path, env: dict[str, str]) -> Iterator[Peer]:
    """Both processes, in an empty folder; env is the bootstrap's. Skips the test where there is no cargo-lambda."""
    emulator = find_tool("cargo-lambda")
    if emulator is None:
        pytest.skip("cargo-lambda is not installed: pip install --no-deps -r tests/cargo-lambda.txt")
    make_project(folder)
    port = free_port()
    output = folder / "output"
    command = [emulator, "lambda", "watch", "--only-lambda-apis", "-A", "127.0.0.1", "-P", str(port)]
    environment = {"PATH": f"{folder}:/usr/bin:/bin", "HOME": str(folder)}
    with output.open("wb") as sink:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink
        )
    try:
        wait_for(port, process, output)
        function = start_bootstrap(bootstrap, f"127.0.0.1:{port}/.rt/{FUNCTION}", model, env)
        try:
            yield Peer(f"http://127.0.0.1:{port}", function)
        finally:
            function.kill()
            function.wait()
    finally:
        process.kill()
        process.wait()
