"""Programs whose standard output is a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest


def open_terminal() -> tuple[int, int]:
    """Master and slave of a pseudo-terminal."""
    try:
        return pty.openpty()
    except OSError as reason:  # a bare chroot or container
        pytest.skip(f"no pseudo-terminals here, is /dev/pts mounted? ({reason})")


def on_terminal(program: Path, *args: str, env: Mapping[str, str], input: bytes | None = None) -> tuple[int, str]:
    """Exit code, and what a terminal gets from a program whose standard output is one."""
    master, slave = open_terminal()
    try:
        process = subprocess.Popen([str(program), *args], stdin=subprocess.PIPE, stdout=slave, env=env)
    finally:
        os.close(slave)
    assert process.stdin is not None
    process.stdin.write(input or b"")
    process.stdin.close()
    shown = b""
    try:
        while block := os.read(master, 65536):
            shown += block
    except OSError:  # Linux: the other side has been closed
        pass
    os.close(master)
    return process.wait(60), shown.decode().replace("\r\n", "\n")
