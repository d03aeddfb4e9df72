"""`tern verify` and `tern inspect` on good and damaged files: exit codes 0 and 1, the reason on standard error."""

from __future__ import annotations

from pathlib import Path

import pytest
from model_bytes import ModelBytes


def test_good_file(model_bytes: bytes, tmp_path: Path, run) -> None:
    path = tmp_path / "good.tern"
    path.write_bytes(model_bytes)
    done = run("tern", "verify", path)
    assert done.returncode == 0 and done.stderr == b""


@pytest.mark.parametrize("section", ["ner/lower/W", "strings/bytes", "meta"])
@pytest.mark.parametrize("place", ["first bit", "last bit"])
def test_bit_flip_in_a_section(section: str, place: str, model_bytes: bytes, tmp_path: Path, run, open_files) -> None:
    """Opening does not read the sections' bytes; verify does, and names the section."""
    model = ModelBytes(model_bytes)
    begin, size = model.offset(section), model.size(section)
    at, bit = (begin, 1) if place == "first bit" else (begin + size - 1 - (section == "strings/bytes"), 0x40)
    model.data[at] ^= bit  # not the NUL that ends the strings: that would be refused when opening
    path = tmp_path / "flipped.tern"
    path.write_bytes(model.data)
    assert open_files([path])[0].status == 0
    done = run("tern", "verify", path)
    assert done.returncode == 1
    assert section.encode() in done.stderr and b"checksum" in done.stderr


def test_checksum_of_a_section_in_the_table(model_bytes: bytes, tmp_path: Path, run) -> None:
    model = ModelBytes(model_bytes)
    model.set_record("symbols", "crc", model.get_record("symbols", "crc") ^ 1)
    path = tmp_path / "crc.tern"
    path.write_bytes(model.seal().data)
    done = run("tern", "verify", path)
    assert done.returncode == 1 and b"symbols" in done.stderr


@pytest.mark.parametrize("command", ["verify", "inspect", "ner"])
def test_malformed_file(command: str, model_bytes: bytes, tmp_path: Path, run) -> None:
    path = tmp_path / "cut.tern"
    path.write_bytes(model_bytes[:-1])
    done = run("tern", "ner", "-m", path, "Paris") if command == "ner" else run("tern", command, path)
    assert done.returncode == 1 and done.stdout == b""
    assert b"cut off" in done.stderr and done.stderr.count(b"\n") == 1


def test_inspect_lists_every_section(model_bytes: bytes, tmp_path: Path, run) -> None:
    path = tmp_path / "good.tern"
    path.write_bytes(model_bytes)
    done = run("tern", "inspect", path)
    assert done.returncode == 0
    listed = done.stdout.decode("utf-8")
    for name in ModelBytes(model_bytes).index:
        assert f"{name} " in listed or f"{name}\n" in listed or f"{name}\t" in listed, name
