"""What CMake makes of a machine: configured, not built. And `make`, which asks for nothing that only tests need."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from common import ROOT
from elf import is_relative

# What `make` reads.
SOURCES = [
    "engine",
    "python",
    "runtime",
    "cmake",
    "web",
    "tests",
    "bench",
    "CMakeLists.txt",
    "CMakePresets.json",
    "Makefile",
    "LICENSE",
]


def cached(build: Path, name: str) -> str:
    found = re.search(rf"^{name}:\w+=(.*)$", (build / "CMakeCache.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert found, f"{name} is not in the cache"
    return found.group(1)


def configure(build: Path, *options: str, **env: str) -> Path:
    done = subprocess.run(
        ["cmake", "-S", str(ROOT), "-B", str(build), "-G", "Unix Makefiles", *options],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return build


def libraries_of(build: Path) -> list[str]:
    """What tern.pc tells a program to link."""
    return re.findall(r"-l(\S+)", (build / "tern.pc").read_text(encoding="utf-8").split("\nLibs:")[1])


@pytest.mark.parametrize(
    "options, libraries",
    [
        ([], ["tern", "m"]),
        (["-DTERN_DLOPEN_IN_LIBC=OFF"], ["tern", "m", "dl"]),  # glibc before 2.34
        (["-DTERN_DLOPEN_IN_LIBC=OFF", "-DTERN_OPENBLAS=OFF"], ["tern", "m"]),
    ],
    ids=" ".join,
)
def test_programs_are_told_to_link_what_the_library_needs(
    options: list[str], libraries: list[str], tmp_path: Path
) -> None:
    build = configure(tmp_path, *options)
    assert [name for name in libraries_of(build) if name != "pthread"] == libraries
    assert "openblas" not in ((build / "tern.pc").read_text() + (build / "ternConfig.cmake").read_text()).lower()


def test_warnings_are_errors_only_where_that_is_asked_for(tmp_path: Path) -> None:
    flags = "runtime/CMakeFiles/tern.dir/flags.make"
    assert "-Werror" not in (configure(tmp_path) / flags).read_text()
    assert "-Werror" in (configure(tmp_path, "-DTERN_WERROR=ON") / flags).read_text()


def test_a_library_elsewhere_is_found_there_and_nowhere_else(tmp_path: Path) -> None:
    """CMake's usual way, one search path for the build and another for installation, ends the first with the current directory."""

    def ask(*words: str) -> str:
        return subprocess.run(
            ["pkg-config", *words, "libcjson"], stdout=subprocess.PIPE, text=True, check=True
        ).stdout.strip()

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    library = next(
        Path(folder) / "libcjson.so"
        for folder in [ask("--variable=libdir"), "/usr/lib", "/usr/lib64"]
        if (Path(folder) / "libcjson.so").exists()
    )
    (elsewhere / "libcjson.so").symlink_to(library)
    (elsewhere / "libcjson.pc").write_text(
        f"Name: cJSON\nDescription: elsewhere\nVersion: {ask('--modversion')}\n"
        f"Libs: -L{elsewhere} -lcjson\nCflags: {ask('--cflags')}\n"
    )
    build = configure(tmp_path / "build", PKG_CONFIG_PATH=str(elsewhere))
    for name in ("tern", "bootstrap"):
        link = (build / f"runtime/CMakeFiles/{name}.dir/link.txt").read_text()
        assert re.findall(r"-rpath,(\S+)", link) == [str(elsewhere)] and not is_relative(str(elsewhere))


# ---- make --------------------------------------------------------------------------------------------------------------------


class Checkout:
    """A copy of the sources, and a cmake that configures but does not build."""

    def __init__(self, folder: Path, without: str) -> None:
        self.folder = folder / "checkout"
        self.folder.mkdir()
        for name in SOURCES:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(
                ROOT / name,
                self.folder / name,
                **({"ignore": shutil.ignore_patterns("__pycache__")} if copy is shutil.copytree else {}),
            )
        self.cmake = folder / "cmake"
        self.cmake.write_text(f'#!/bin/sh\n[ "$1" = --build ] || exec {shutil.which("cmake")} "$@"\n')
        self.cmake.chmod(0o755)
        self.packages = folder / "packages"
        self.packages.mkdir()
        places = subprocess.run(
            ["pkg-config", "--variable=pc_path", "pkg-config"], stdout=subprocess.PIPE, text=True, check=True
        ).stdout
        for place in reversed([*os.environ.get("PKG_CONFIG_PATH", "").split(":"), *places.strip().split(":")]):
            for file in Path(place).glob("*.pc") if place else []:
                (self.packages / file.name).unlink(missing_ok=True)
                if file.stem != without:
                    (self.packages / file.name).symlink_to(file)

    def make(self, target: str) -> subprocess.CompletedProcess[str]:
        env: dict[str, str] = {**os.environ, "PKG_CONFIG_LIBDIR": str(self.packages)}
        env.pop("PKG_CONFIG_PATH", None)
        return subprocess.run(
            ["make", target, f"CMAKE={self.cmake}"],
            cwd=self.folder,
            env=env,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


def test_make_asks_for_nothing_that_only_tests_need(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path, without="cmocka")
    build = checkout.folder / "build"
    for _ in range(2):
        done = checkout.make("build")
        assert done.returncode == 0, done.stderr
        assert cached(build, "TERN_TESTS") == "OFF"
        tests = checkout.make("build-tests")  # which leaves a build/ with the tests on
        assert tests.returncode != 0 and "install it (Debian: libcmocka-dev)" in " ".join(tests.stderr.split())
        assert cached(build, "TERN_TESTS") == "ON"


def test_make_keeps_the_tests_of_a_build_that_has_them(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path, without="")
    for target in ("build-tests", "build"):
        done = checkout.make(target)
        assert done.returncode == 0, done.stderr
        assert cached(checkout.folder / "build", "TERN_TESTS") == "ON"
