"""What is in the zip that tools/package made, and which models it takes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import elf
import pytest
from common import MODEL, ROOT
from packages import HOST, MACHINES, Package, model_files, package

ELF_MACHINES = {"x86_64": "Advanced Micro Devices X86-64", "arm64": "AArch64"}  # as readelf says
# What is linked in, by its source package.
LINKED = ["musl", "mbedtls", "curl", "cjson", "zlib"]
FROM_SOURCES = ["c", "mbedtls", "mbedx509", "mbedcrypto", "curl", "cjson", "z"]
# What tools/package reads.
SOURCES = ["engine", "runtime", "cmake", "tools", "weights", "web", "CMakeLists.txt", "Makefile", "LICENSE"]


@pytest.fixture(scope="module")
def archive(package: Package) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(package.archive) as opened:
        yield opened


def test_files(archive: zipfile.ZipFile, package: Package) -> None:
    names = archive.namelist()
    assert names == sorted(names)
    # Whoever passes binaries on passes on the notices of what is in them.
    licences = {"licenses/tern", *("licenses/" + name for name in LINKED)}
    assert set(names) == {"bootstrap", "sbom.cdx.json"} | licences | model_files(package.models())
    assert archive.read("weights/en_core_web_sm.tern") == MODEL.read_bytes()


def test_size(package: Package) -> None:
    assert package.archive.stat().st_size <= 15_000_000 + 12_000_000 * (len(package.models()) - 1)


def test_nothing_of_this_machine(archive: zipfile.ZipFile) -> None:
    for info in archive.infolist():
        assert info.date_time == (2020, 1, 1, 0, 0, 0)
        assert info.extra == b""  # no times, no owners
        assert info.external_attr >> 16 & 0o777 == (0o755 if info.filename == "bootstrap" else 0o644)
    assert str(ROOT).encode() not in archive.read("bootstrap")


@pytest.mark.parametrize("name", ["bootstrap", "tern"])
def test_static(package: Package, name: str) -> None:
    """No interpreter and no libraries: it runs whatever the C library of the system is."""
    path = package.programs / name
    facts = elf.read(path, "--file-header", "--program-headers")
    assert re.search(r"Machine: +(.*)", facts)[1] == ELF_MACHINES[package.arch]
    assert "INTERP" not in facts and elf.needed(path) == []


def test_hardened(package: Package, archive: zipfile.ZipFile, tmp_path: Path) -> None:
    """What is in the zip, and the command beside it. They are stripped; that their stacks are checked is seen in what they are
    linked from. musl has no checked copies."""
    zipped = tmp_path / "bootstrap"
    zipped.write_bytes(archive.read("bootstrap"))
    assert {path.name: elf.faults(path) for path in (zipped, package.programs / "tern")} == {
        "bootstrap": [],
        "tern": [],
    }
    libraries = [*package.programs.rglob("*.a"), *(package.libraries / "lib" / f"lib{name}.a" for name in FROM_SOURCES)]
    assert {"libtern.a", "libtern_answer.a"} <= {path.name for path in libraries}
    unchecked = [path.name for path in libraries if "__stack_chk_fail" not in elf.calls(path)]
    assert unchecked == ["libtern_llhttp.a"]  # no function there has an array that could be overrun


Done = subprocess.CompletedProcess[str]


def run_in(folder: Path, arch: str, *command: str, **env: str) -> Done:
    """Runs a copy of tools/package, or of what calls it, with the libraries of build-package/."""
    environment = {
        **os.environ,
        "TERN_ARCH": arch,
        "TERN_PACKAGE_CACHE": str(ROOT / "build-package"),
        "TERN_WEIGHTS": "",
        **env,
    }
    return subprocess.run(
        command or ["tools/package"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources in another place."""
    folder = tmp_path_factory.mktemp("elsewhere")
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    return folder


def test_same_bytes_elsewhere(package: Package, elsewhere: Path) -> None:
    done = run_in(elsewhere, package.arch, TERN_WEIGHTS=",".join(package.models()))
    assert done.returncode == 0, done.stderr
    assert (elsewhere / "build" / package.archive.name).read_bytes() == package.archive.read_bytes()


# ---- its models --------------------------------------------------------------------------------------------------------------

INTO = ["tools/package", "--into", "{}"]
SAM = ["make", "build-TernFunction", "ARTIFACTS_DIR={}"]  # what `sam build` calls
ALL = sorted(path.stem for path in (ROOT / "weights").glob("*.tern"))


@pytest.mark.parametrize(
    "command, weights, models",
    [
        (INTO, "", [MODEL.stem]),
        (INTO, "all", ALL),
        (INTO, "sentiment", ["sentiment"]),
        (INTO, f" sentiment, {MODEL.stem}\tsentiment", ALL),
        (SAM, "", ALL),
        (SAM, MODEL.stem, [MODEL.stem]),
    ],
    ids=["default", "all", "one", "list", "sam", "sam with one"],
)
def test_models(
    package: Package, elsewhere: Path, tmp_path: Path, command: list[str], weights: str, models: list[str]
) -> None:
    """Nothing of the others: neither their files nor an entry of the bill of materials."""
    done = run_in(elsewhere, package.arch, *(word.format(tmp_path) for word in command), TERN_WEIGHTS=weights)
    assert done.returncode == 0, done.stderr
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.glob("weights/*")} == model_files(models)
    components = json.loads((tmp_path / "sbom.cdx.json").read_text(encoding="utf-8"))["components"]
    assert [entry["name"] for entry in components if entry["type"] == "machine-learning-model"] == models


def test_all_are_two() -> None:
    """Or the test above would compare one with itself."""
    assert ALL == ["en_core_web_sm", "sentiment"]


@pytest.mark.parametrize(
    "weights", ["sentimental", "en_core_web_sm,sentiment.tern", "../weights/sentiment", "*", "all,sentiment"]
)
def test_a_model_that_is_not_there(tmp_path: Path, weights: str) -> None:
    done = run_in(ROOT, HOST, "tools/package", "--into", str(tmp_path), TERN_WEIGHTS=weights)
    assert done.returncode == 1 and list(tmp_path.iterdir()) == []
    wrong = next(name for name in weights.split(",") if name not in ALL)
    known = " ".join(ALL)
    assert (
        done.stderr
        == f"package: TERN_WEIGHTS: there is no weights/{wrong}.tern; give names of weights/ ({known}), or all\n"
    )


def test_no_model(tmp_path: Path) -> None:
    done = run_in(ROOT, HOST, "tools/package", "--into", str(tmp_path), TERN_WEIGHTS=" , ")
    assert done.returncode == 1 and "TERN_WEIGHTS names no model: give names of weights/" in done.stderr


@pytest.mark.parametrize(
    "file, words", [("LICENSE-mine", "who gets the model gets its licence"), ("mine.json", "--manifest writes it")]
)
def test_a_model_without_its_papers(tmp_path: Path, file: str, words: str) -> None:
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    (tmp_path / "weights").mkdir()
    for name in {"mine.tern", "mine.json", "LICENSE-mine"} - {file}:
        (tmp_path / "weights" / name).touch()
    done = run_in(tmp_path, HOST, TERN_WEIGHTS="mine")
    assert done.returncode == 1 and f"weights/{file} is missing" in done.stderr and words in done.stderr


# ---- what it is built for ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arch", ["riscv64", "aarch64"])
def test_an_architecture_that_lambda_has_not(arch: str) -> None:
    done = run_in(ROOT, arch)
    assert done.returncode == 1
    assert f"Lambda has x86_64 and arm64, not {arch}" in done.stderr


def test_a_compiler_for_another_machine() -> None:
    if HOST not in MACHINES or shutil.which("gcc") is None:
        pytest.skip("no gcc for one of Lambda's machines")
    done = run_in(ROOT, next(arch for arch in MACHINES if arch != HOST), CC="gcc")
    assert done.returncode == 1
    assert "gcc does not compile for" in done.stderr
