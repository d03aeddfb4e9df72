"""The wheels of tools/wheel in build/wheels/: what they hold and need, and the one for aarch64 in Debian's Python under emulation.
Those that fit this machine have been installed and tried by tools/wheel itself."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from common import ROOT, VERSION

WHEELS = ROOT / "build" / "wheels"
PLATFORMS = ["manylinux_2_17_x86_64", "manylinux_2_17_aarch64", "musllinux_1_2_x86_64", "musllinux_1_2_aarch64"]
LIMIT = 20_000_000  # bytes
LIBRARIES = {
    "manylinux": {"libc.so.6", "libm.so.6", "libpthread.so.0", "ld-linux-aarch64.so.1", "ld-linux-x86-64.so.2"},
    "musllinux": {"libc.so"},
}
MACHINES = {"x86_64": "Advanced Micro Devices X86-64", "aarch64": "AArch64"}
QEMU = "qemu-aarch64-static"
PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
import tern_nlp
doc = tern_nlp.load("en_core_web_sm")("Alan Turing was born in London.")
assert [(ent.text, ent.label_) for ent in doc.ents] == [("Alan Turing", "PERSON"), ("London", "GPE")]
assert [token.text for token in tern_nlp.blank("de")("Gibt es z.B. Obst?")] == ["Gibt", "es", "z.B.", "Obst", "?"]
"""

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not WHEELS.is_dir(), reason="there are no wheels: tools/wheel makes them"),
]


def unpacked(platform: str, folder: Path) -> Path:
    (wheel,) = WHEELS.glob(f"tern_nlp-{VERSION}-cp39-abi3-*{platform}.whl")
    with zipfile.ZipFile(wheel) as file:
        file.extractall(folder)
    return folder


def elf(file: Path, *options: str) -> str:
    return subprocess.run(["readelf", "--wide", *options, str(file)], check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_a_wheel_needs(platform: str, tmp_path: Path) -> None:
    (wheel,) = WHEELS.glob(f"tern_nlp-{VERSION}-cp39-abi3-*{platform}.whl")
    assert wheel.stat().st_size <= LIMIT
    library, machine = platform.split("_")[0], platform.partition("_")[2].split("_", 2)[2]
    package = unpacked(platform, tmp_path) / "tern_nlp"
    for file in (package / "_tern.abi3.so", package / "bin" / "tern"):
        assert re.search(r"Machine: +(.*)", elf(file, "--file-header")).group(1) == MACHINES[machine]  # type: ignore[union-attr]
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", elf(package / "_tern.abi3.so", "--dynamic")))
    assert needed <= LIBRARIES[library], needed
    assert "NEEDED" not in elf(package / "bin" / "tern", "--dynamic"), "the program is not static"
    symbols = elf(package / "_tern.abi3.so", "--dyn-syms")
    assert ("GLIBC_" in symbols) == (library == "manylinux")
    assert re.findall(r"GLOBAL +DEFAULT +\d+ (\w+)", symbols) == ["PyInit__tern"]
    assert len(list((package / "lang" / "data").glob("*.tern"))) > 70


@pytest.fixture(scope="module")
def arm64(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a small Debian for arm64 with Python, not installed."""
    if not shutil.which(QEMU) or not shutil.which("debootstrap"):
        pytest.skip(f"{QEMU} and debootstrap are wanted")
    if os.geteuid() != 0:
        pytest.skip("debootstrap works for root alone")
    root = tmp_path_factory.mktemp("arm64")
    options = ["--foreign", "--arch=arm64", "--variant=minbase", "--include=python3", "bookworm"]
    subprocess.run(["debootstrap", *options, str(root)], check=True, capture_output=True, timeout=900)
    for package in (root / "var" / "cache" / "apt" / "archives").glob("*.deb"):
        subprocess.run(["dpkg-deb", "--extract", str(package), str(root)], check=True, timeout=60)
    return root


def test_aarch64(arm64: Path, tmp_path: Path) -> None:
    package = unpacked("manylinux_2_17_aarch64", tmp_path)
    qemu = [QEMU, "-L", str(arm64), str(arm64 / "usr" / "bin" / "python3.11")]
    subprocess.run([*qemu, "-I", "-c", PROGRAM, str(package)], check=True, timeout=300)


@pytest.mark.parametrize("platform", [name for name in PLATFORMS if name.endswith("aarch64")])
def test_the_program_on_aarch64(platform: str, tmp_path: Path) -> None:
    if not shutil.which(QEMU):
        pytest.skip(f"{QEMU} is wanted")
    program = unpacked(platform, tmp_path) / "tern_nlp" / "bin" / "tern"
    program.chmod(0o755)
    command = [QEMU, str(program), "ner", "Alan Turing was born in London."]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    assert "PERSON" in done.stdout
