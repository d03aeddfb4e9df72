"""What is in the zip that tools/package made."""
from __future__ import annotations

import os
import shutil
import struct
import subprocess
import zipfile
from pathlib import Path
from typing import Iterator, List, Tuple

import pytest
from packages import HOST, MACHINES, Package, package  # noqa: F401

from common import MODEL, ROOT

ELF_MACHINES = {"x86_64": 62, "arm64": 183}
PT_DYNAMIC, PT_INTERP = 2, 3
# What is linked in, by its source package.
LINKED = ["musl", "mbedtls", "curl", "cjson"]
# What tools/package reads.
SOURCES = ["engine", "runtime", "cmake", "tools", "weights", "web", "CMakeLists.txt", "Makefile", "LICENSE"]


@pytest.fixture(scope="module")
def archive(package: Package) -> Iterator[zipfile.ZipFile]:  # noqa: F811
    with zipfile.ZipFile(package.archive) as opened:
        yield opened


def test_files(archive: zipfile.ZipFile) -> None:
    names = archive.namelist()
    assert names == sorted(names)
    # Whoever passes binaries on passes on the notices of what is in them.
    licences = {"licenses/tern", *("licenses/" + name for name in LINKED)}
    weights = {"weights/" + path.name for path in (ROOT / "weights").iterdir()}
    assert {"weights/en_core_web_sm.tern", "weights/en_core_web_sm.json", "weights/LICENSE-en_core_web_sm"} <= weights
    assert set(names) == {"bootstrap", "sbom.cdx.json"} | licences | weights
    assert archive.read("weights/en_core_web_sm.tern") == MODEL.read_bytes()


def test_size(package: Package) -> None:  # noqa: F811
    """With one model; a second one is as large as it is."""
    others = sum(path.stat().st_size for path in (ROOT / "weights").iterdir() if not path.name.startswith(MODEL.stem))
    assert package.archive.stat().st_size <= 15_000_000 + others


def test_nothing_of_this_machine(archive: zipfile.ZipFile) -> None:
    for info in archive.infolist():
        assert info.date_time == (2020, 1, 1, 0, 0, 0)
        assert info.extra == b""   # no times, no owners
        assert info.external_attr >> 16 & 0o777 == (0o755 if info.filename == "bootstrap" else 0o644)
    assert str(ROOT).encode() not in archive.read("bootstrap")


def elf_facts(elf: bytes) -> Tuple[int, List[int]]:
    """Machine and types of the program headers of a 64-bit little-endian ELF file."""
    assert elf[:6] == b"\x7fELF\x02\x01"
    machine, = struct.unpack_from("<H", elf, 18)
    offset, = struct.unpack_from("<Q", elf, 32)
    size, count = struct.unpack_from("<HH", elf, 54)
    return machine, [struct.unpack_from("<I", elf, offset + index * size)[0] for index in range(count)]


@pytest.mark.parametrize("name", ["bootstrap", "tern"])
def test_static(package: Package, name: str) -> None:  # noqa: F811
    """No interpreter and no dynamic section: it runs whatever the C library of the system is."""
    machine, headers = elf_facts((package.programs / name).read_bytes())
    assert machine == ELF_MACHINES[package.arch]
    assert not {PT_DYNAMIC, PT_INTERP} & set(headers)


def package_in(folder: Path, arch: str, **env: str) -> "subprocess.CompletedProcess[str]":
    """Runs a copy of tools/package with the libraries of build-package/."""
    environment = {**os.environ, "TERN_ARCH": arch, "TERN_PACKAGE_CACHE": str(ROOT / "build-package"), **env}
    return subprocess.run(["tools/package"], cwd=folder, env=environment, capture_output=True, text=True, timeout=1800,
                          check=False)


def test_same_bytes_elsewhere(package: Package, tmp_path: Path) -> None:  # noqa: F811
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    done = package_in(tmp_path, package.arch)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "build" / package.archive.name).read_bytes() == package.archive.read_bytes()


@pytest.mark.parametrize("arch", ["riscv64", "aarch64"])
def test_an_architecture_that_lambda_has_not(arch: str) -> None:
    done = package_in(ROOT, arch)
    assert done.returncode == 1
    assert f"Lambda has x86_64 and arm64, not {arch}" in done.stderr


def test_a_compiler_for_another_machine() -> None:
    if HOST not in MACHINES or shutil.which("gcc") is None:
        pytest.skip("no gcc for one of Lambda's machines")
    done = package_in(ROOT, next(arch for arch in MACHINES if arch != HOST), CC="gcc")
    assert done.returncode == 1
    assert "gcc does not compile for" in done.stderr
